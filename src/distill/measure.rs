//! How long a step takes and where its time goes, with networks of random weights.

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use burn::tensor::Device;

use crate::models::architecture;
use crate::monitor::Monitor;
use crate::monitor::Progress;

use super::DistillError;
use super::optimiser::StepRates;
use super::pictures::Split;
use super::precision;
use super::recipe::Recipe;
use super::stage::Setting;
use super::stage::Stage;
use super::stopwatch;
use super::teacher::Teacher;

/// What is measured: the first stage of a recipe.
#[derive(Clone, Debug)]
pub struct StepPlan {
    pub recipe: String,
    /// Architecture id of the student.
    pub student: String,
    /// Architecture id of the teacher, where the recipe has one.
    pub teacher: String,
    /// Folders of pictures.
    pub pictures: Vec<PathBuf>,
    /// Steps whose mean counts.
    pub n_steps: u32,
}

/// What a step costs.
#[derive(Clone, Debug, PartialEq)]
pub struct StepCost {
    /// In which the networks compute: `f32`, `bf16`, `f16`.
    pub precision: String,
    /// Pictures of a step.
    pub batch: usize,
    /// Time of a step, the wait for its pictures included.
    pub seconds: f64,
    /// Bytes that the device holds for tensors, where it says so.
    pub device_bytes: Option<u64>,
    /// Share of each piece of work, 0 to 1, measured in further steps, largest first.
    pub shares: Vec<(&'static str, f64)>,
}

/// The first steps compile kernels and claim memory.
const N_WARM_UP: u32 = 2;
/// Length of the vectors of SSCD's published teachers.
const TEACHER_DIMENSIONS: usize = 512;

/// Takes steps at a rate of 0 and throws their result away.
pub fn measure(
    plan: &StepPlan,
    device: &Device,
    monitor: &Monitor,
) -> Result<StepCost, DistillError> {
    let mut stage = prepare(plan, device, monitor)?;
    let mut stream = stage.batches.stream(0)?;
    let watch = stage.learner.watch.clone();
    let mut step = 0;
    let mut steps = |n_steps: u32| -> Result<Duration, DistillError> {
        let started = Instant::now();
        for _ in 0..n_steps {
            let batch = watch.time(stopwatch::LOADING, device, || stream.next_batch(monitor))?;
            let rates = StepRates {
                rate: 0.0,
                weight_decay: 0.0,
            };
            let place = stage.place(step, 0);
            stage.learner.step(&batch, place, rates, monitor)?;
            step += 1;
        }
        Ok(started.elapsed())
    };
    steps(N_WARM_UP)?;
    let seconds = steps(plan.n_steps)?.as_secs_f64() / f64::from(plan.n_steps);
    watch.start();
    steps(plan.n_steps)?;
    let times = watch.stop();
    let total: Duration = times.values().sum();
    let share = |time: Duration| time.as_secs_f64() / total.as_secs_f64().max(1e-9);
    let mut shares: Vec<_> = times
        .into_iter()
        .map(|(piece, time)| (piece, share(time)))
        .collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    let network = stage.learner.deployed();
    let usage = device.memory_pool_usage();
    Ok(StepCost {
        precision: precision::name(network.precision()),
        batch: stage.batches.batch,
        seconds,
        device_bytes: usage.map(|usage| usage.bytes_reserved),
        shares,
    })
}

fn prepare(plan: &StepPlan, device: &Device, monitor: &Monitor) -> Result<Stage, DistillError> {
    monitor.report(Progress {
        stage: "Measuring training steps",
        ..Progress::default()
    });
    let recipe = Recipe::parse(&plan.recipe)?.stages()?.swap_remove(0);
    if recipe.method_spec().needs_pairs {
        return Err(DistillError::NoPairs);
    }
    let spec = |id: &str| {
        architecture(id).ok_or_else(|| DistillError::UnknownStudent {
            name: id.to_owned(),
        })
    };
    let teacher = if recipe.needs_teacher() {
        let spec = spec(&plan.teacher)?;
        Some(Teacher::random(spec, TEACHER_DIMENSIONS, device))
    } else {
        None
    };
    let setting = Setting {
        spec: spec(&plan.student)?,
        teacher,
        split: Split::find(&plan.pictures, &recipe, monitor)?,
        pairs: None,
        devices: vec![device.clone()],
    };
    Stage::prepare(&recipe, &setting, None, monitor)
}

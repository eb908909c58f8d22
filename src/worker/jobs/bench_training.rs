//! Measures a training step of each recipe, with random weights and drawn pictures.

use std::path::Path;

use crate::data;
use crate::data::Picture;
use crate::devices;
use crate::distill;
use crate::distill::DistillError;
use crate::distill::Recipe;
use crate::distill::StepPlan;
use crate::distill::presets;
use crate::monitor::Progress;
use crate::persist;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;
use crate::worker::request::TrainingBench;
use crate::worker::request::TrainingCost;
use crate::worker::request::TrainingLeftOut;
use crate::worker::request::TrainingOrder;

/// Stands for every preset.
const ALL: &str = "all";
/// Sides of a drawn picture, in pixels.
const PICTURE: [u32; 2] = [400, 300];
const JPEG_QUALITY: u8 = 90;
/// Least pictures of a run, a fifth of which is held out.
const LEAST_PICTURES: usize = 40;

pub(super) struct BenchTraining {
    pub(super) order: TrainingOrder,
}

impl Job for BenchTraining {
    fn title(&self) -> String {
        "Measuring training steps".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let device = devices::open(&context.device_id(self.order.device.as_deref()))?;
        let folder = tempfile::tempdir()?;
        draw(folder.path(), self.order.batch)?;
        let mut bench = TrainingBench {
            device: device.id().to_owned(),
            student: self.order.student.clone(),
            size: self.order.size,
            rows: Vec::new(),
            left_out: Vec::new(),
        };
        let presets = self.presets();
        let n_total = (presets.len() * self.order.precisions.len()) as u64;
        for (idx, preset) in presets.iter().enumerate() {
            for (of_preset, precision) in self.order.precisions.iter().enumerate() {
                context.monitor.check()?;
                context.monitor.report(Progress {
                    stage: "Measuring training steps",
                    n_done: (idx * self.order.precisions.len() + of_preset) as u64,
                    n_total: Some(n_total),
                });
                let plan = self.plan(preset, precision, folder.path())?;
                match distill::measure(&plan, device.device(), context.monitor) {
                    Ok(cost) => bench.rows.push(row(preset, cost)),
                    Err(DistillError::Cancelled(stop)) => return Err(stop.into()),
                    Err(error) => bench.left_out.push(TrainingLeftOut {
                        preset: preset.clone(),
                        reason: error.to_string(),
                    }),
                }
            }
        }
        Ok(JobResult::BenchTraining(bench))
    }
}

impl BenchTraining {
    fn presets(&self) -> Vec<String> {
        if self.order.presets.iter().any(|preset| preset == ALL) {
            let ids = presets::PRESETS.iter().map(|preset| preset.id.to_owned());
            return ids.collect();
        }
        self.order.presets.clone()
    }

    /// A preset at the size and batch that were asked for.
    fn plan(&self, preset: &str, precision: &str, folder: &Path) -> anyhow::Result<StepPlan> {
        let TrainingOrder {
            student,
            teacher,
            batch,
            size,
            n_steps,
            ..
        } = self.order.clone();
        let recipe = Recipe::parse(&presets::find(preset)?)?;
        let mut recipe = recipe.stages()?.swap_remove(0);
        recipe.data.batch = batch;
        recipe.data.micro_batch = batch;
        recipe.data.size = size;
        recipe.data.deployed_size = size;
        let mut table = toml::Table::try_from(&recipe)?;
        table.insert("precision".to_owned(), precision.into());
        Ok(StepPlan {
            recipe: toml::to_string(&table)?,
            student,
            teacher,
            pictures: vec![folder.to_owned()],
            n_steps,
        })
    }
}

fn row(preset: &str, cost: distill::StepCost) -> TrainingCost {
    TrainingCost {
        preset: preset.to_owned(),
        precision: cost.precision,
        batch: cost.batch,
        seconds_per_step: cost.seconds,
        pictures_per_second: cost.batch as f64 / cost.seconds.max(1e-9),
        device_bytes: cost.device_bytes,
        program_bytes: super::trial::highest_memory(),
        shares: cost
            .shares
            .into_iter()
            .map(|(piece, share)| (piece.to_owned(), share))
            .collect(),
    }
}

/// Enough pictures for two batches, colored waves with grain.
fn draw(folder: &Path, batch: usize) -> anyhow::Result<()> {
    for seed in 0..(3 * batch).max(LEAST_PICTURES) as u32 {
        let [width, height] = PICTURE;
        let mut picture = Picture::filled(width, height, [0; 3]);
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let period = |axis: u32| 40.0 + (seed * 7 + axis * 31) as f32 % 90.0;
        for y in 0..height {
            for x in 0..width {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let grain = (state >> 28) as f32;
                let wave = |axis: u32| {
                    let at = (x * (axis + 1) + y * (3 - axis)) as f32;
                    ((at / period(axis)).sin() * 100.0 + 115.0 + grain) as u8
                };
                picture.put(x, y, [wave(0), wave(1), wave(2)]);
            }
        }
        let path = folder.join(format!("{seed:05}.jpg"));
        persist::save(&path, &data::encode_jpeg(&picture, JPEG_QUALITY))?;
    }
    Ok(())
}

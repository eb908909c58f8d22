//! One training run from start, or from its last checkpoint, to its end.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use burn::module::Module as _;
use burn::tensor::Device;

use crate::data::Preprocessing;
use crate::models::ArchitectureSpec;
use crate::models::ModelError;
use crate::models::ModelStore;
use crate::models::architecture;
use crate::models::head::HeadForm;
use crate::models::model_file;
use crate::models::model_file::ModelCard;
use crate::models::read_model;
use crate::models::state;
use crate::monitor::Monitor;
use crate::monitor::Progress;
use crate::weights::Precision;
use crate::weights::TensorMap;

use super::DistillError;
use super::RunConfig;
use super::RunEvent;
use super::RunPoint;
use super::RunSummary;
use super::batches::Batches;
use super::checkpoint;
use super::checkpoint::Position;
use super::head_start::whitened_head;
use super::learner::Learner;
use super::learner::Teacher;
use super::pictures::Split;
use super::quality::HeldOut;
use super::quality::Quality;
use super::recipe::Recipe;
use super::report;
use super::run_folder::RunFolder;
use super::run_folder::RunState;
use super::run_folder::RunStatus;
use super::schedule::Cosine;

/// A checkpoint at least this often; what a kill can cost.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(30);
/// So many steps in a row without a finite loss end a run.
const MAX_BAD_STEPS: u32 = 3;

/// Teaches a student on `device`, and leaves everything in the run folder.
///
/// # Errors
/// [`DistillError::Cancelled`] after a stop: the folder can be resumed.
pub fn run(
    config: &RunConfig,
    device: &Device,
    monitor: &Monitor,
    emit: &mut dyn FnMut(RunEvent),
) -> Result<RunSummary, DistillError> {
    let mut run = Run::prepare(config, device, monitor)?;
    run.open_folder(emit)?;
    let outcome = run.train(monitor, emit);
    let status = match &outcome {
        Ok(true) => RunStatus::Complete,
        Ok(false) => RunStatus::Finished,
        Err(_) => RunStatus::Stopped,
    };
    run.save_state(status)?;
    let complete = outcome?;
    run.summarise(complete)
}

/// What a trial of a few steps measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    pub seconds_per_step: f64,
    pub pictures_per_step: usize,
    pub steps: u64,
}

/// Runs `n_steps` steps and throws their result away.
pub fn trial(
    config: &RunConfig,
    device: &Device,
    n_steps: u32,
    monitor: &Monitor,
) -> Result<Trial, DistillError> {
    let mut run = Run::prepare(config, device, monitor)?;
    let mut stream = run.batches.stream(0)?;
    let mut best = f64::INFINITY;
    for step in 0..u64::from(n_steps) {
        monitor.report(Progress {
            stage: "Trying a few steps",
            n_done: step,
            n_total: Some(u64::from(n_steps)),
        });
        let started = Instant::now();
        let batch = stream.next_batch(monitor)?;
        run.learner.step(&batch, step, 0.0, monitor)?;
        best = best.min(started.elapsed().as_secs_f64());
    }
    Ok(Trial {
        seconds_per_step: best,
        pictures_per_step: run.batches.batch,
        steps: run.schedule.steps,
    })
}

struct Run<'a> {
    config: &'a RunConfig,
    recipe: Recipe,
    device: Device,
    folder: RunFolder,
    batches: Batches,
    held_out: HeldOut,
    learner: Learner,
    schedule: Cosine,
    position: Position,
}

impl<'a> Run<'a> {
    fn prepare(
        config: &'a RunConfig,
        device: &Device,
        monitor: &Monitor,
    ) -> Result<Self, DistillError> {
        monitor.report(Progress {
            stage: "Looking through the pictures",
            ..Progress::default()
        });
        let recipe = Recipe::parse(&config.recipe)?;
        let spec = architecture(&config.student).ok_or_else(|| DistillError::UnknownStudent {
            name: config.student.clone(),
        })?;
        let teacher = load_teacher(config, &recipe, device)?;
        let split = Split::find(&config.pictures, &recipe, monitor)?;
        let preprocessing = Preprocessing::imagenet(recipe.data.deployed_size);
        let held_out = HeldOut::prepare(&split.held_out, &preprocessing, recipe.seed, monitor)?;
        let fingerprint = fingerprint(config, &split);
        let n_pictures = split.train.len();
        let mut learner = Learner::new(&recipe, spec, teacher, n_pictures, device);
        if let Some(path) = &config.start_from {
            let start = load_start(config, path, spec)?;
            learner.start_from(&start, path)?;
            if !start.contains_key("fc.weight") {
                learner.student = whitened_head(
                    learner.student.clone(),
                    &split.train,
                    &preprocessing,
                    recipe.seed,
                    device,
                    monitor,
                )?;
                learner.reset_key();
            }
        }
        // Random layers have to learn; trained first layers may stay as they are.
        let is_trained = config.start_from.is_some();
        if is_trained {
            learner.freeze(recipe.network.frozen_blocks);
        }
        let batches = Batches::new(split.train, &recipe)?;
        let steps_per_epoch = batches.steps_per_epoch as f64;
        let optimiser = &recipe.optimiser;
        let factor = if is_trained {
            optimiser.start_from_factor
        } else {
            1.0
        };
        let rate = f64::from(optimiser.learning_rate * factor);
        let least = optimiser.min_steps.div_ceil(batches.steps_per_epoch.max(1));
        let epochs = u64::from(optimiser.epochs).max(least);
        let limit = match optimiser.max_steps {
            0 => u64::MAX,
            limit => limit,
        };
        let schedule = Cosine {
            peak: rate * batches.batch as f64 / 256.0,
            warmup_steps: (f64::from(recipe.optimiser.warmup_epochs) * steps_per_epoch) as u64,
            steps: limit.min(epochs * batches.steps_per_epoch),
        };
        Ok(Self {
            config,
            device: device.clone(),
            folder: RunFolder::new(config.run_dir.clone()),
            batches,
            held_out,
            learner,
            schedule,
            position: Position {
                fingerprint,
                ..Position::default()
            },
            recipe,
        })
    }

    /// Starts a new folder, or goes on from the newest checkpoint that can be read.
    fn open_folder(&mut self, emit: &mut dyn FnMut(RunEvent)) -> Result<(), DistillError> {
        let is_old = self.folder.path.join("run.json").is_file();
        if is_old && !self.config.resume {
            return Err(DistillError::OtherRun {
                path: self.folder.path.clone(),
            });
        }
        let mut last_error = None;
        let mut resumed_at = None;
        for (_, path) in self.folder.checkpoints().into_iter().rev() {
            match checkpoint::load(&path, &mut self.learner, &self.position.fingerprint) {
                Ok(position) => {
                    resumed_at = Some(position.step);
                    self.position = position;
                    last_error = None;
                    break;
                }
                Err(err) => last_error = Some(err),
            }
        }
        if let Some(err) = last_error {
            return Err(err);
        }
        let points = self.folder.rewind(resumed_at)?;
        self.folder.save_recipe(&self.config.recipe)?;
        self.save_state(RunStatus::Running)?;
        emit(RunEvent::Started {
            run_dir: self.folder.path.clone(),
            steps: self.schedule.steps,
            epochs: self
                .schedule
                .steps
                .div_ceil(self.batches.steps_per_epoch.max(1)) as u32,
            first_step: self.position.step,
            points,
        });
        Ok(())
    }

    /// Returns whether all steps were done (`false`: ended early on request).
    fn train(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<bool, DistillError> {
        let every = f64::from(self.recipe.evaluation.every_epochs);
        let evaluate_every = ((every * self.batches.steps_per_epoch as f64) as u64).max(1);
        if self.position.quality_before.is_none() {
            let quality = self.evaluate(monitor, emit)?;
            self.position.quality_before = Some(quality.micro_ap);
            self.save_checkpoint()?;
        }
        let mut stream = self.batches.stream(self.position.step)?;
        let mut last_saved = Instant::now();
        let mut n_bad = 0;
        let mut n_unreadable = 0;
        while self.position.step < self.schedule.steps && !monitor.finish_requested() {
            self.report_progress(monitor);
            let step = self.position.step;
            let batch = stream.next_batch(monitor)?;
            // After the wait of a pause inside `next_batch`: only work counts as time.
            let started = Instant::now();
            let rate = self.schedule.at(step);
            let mut measured = self.learner.step(&batch, step, rate, monitor)?;
            let seconds = started.elapsed().as_secs_f64();
            n_bad = if measured.is_finite { 0 } else { n_bad + 1 };
            if n_bad == MAX_BAD_STEPS {
                return Err(DistillError::Diverged { times: n_bad });
            }
            let n_pictures = batch.ids.len() as u64;
            self.position.step += 1;
            self.position.seconds += seconds;
            self.position.pictures += n_pictures;
            let values = &mut measured.values;
            values.retain(|_, value| value.is_finite());
            values.insert("lr".to_owned(), rate as f32);
            let speed = n_pictures as f64 / seconds.max(1e-9);
            values.insert("pictures-per-second".to_owned(), speed as f32);
            let is_evaluated =
                self.position.step.is_multiple_of(evaluate_every) || self.is_last_step();
            if is_evaluated {
                let quality = self.evaluate(monitor, emit)?;
                values.extend(quality.values());
            }
            self.add_point(measured.values, emit)?;
            if is_evaluated && self.batches.unreadable() > n_unreadable {
                n_unreadable = self.batches.unreadable();
                let notice = format!("{n_unreadable} pictures could not be read and were left out");
                emit(RunEvent::Notice(notice));
            }
            if n_bad > 0 {
                let notice = "A step gave no usable number and was left out".to_owned();
                emit(RunEvent::Notice(notice));
            }
            if is_evaluated || last_saved.elapsed() > CHECKPOINT_EVERY {
                self.save_checkpoint()?;
                last_saved = Instant::now();
            }
        }
        if !self.is_last_step() {
            self.evaluate(monitor, emit)?;
            self.save_checkpoint()?;
        }
        Ok(self.is_last_step())
    }

    fn is_last_step(&self) -> bool {
        self.position.step >= self.schedule.steps
    }

    fn report_progress(&self, monitor: &Monitor) {
        monitor.report(Progress {
            stage: "Teaching the student",
            n_done: self.position.step,
            n_total: Some(self.schedule.steps),
        });
    }

    fn add_point(
        &self,
        values: std::collections::BTreeMap<String, f32>,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let point = RunPoint {
            step: self.position.step,
            epoch: self.position.step as f32 / self.batches.steps_per_epoch as f32,
            seconds: self.position.seconds,
            pictures: self.position.pictures,
            values,
        };
        self.folder.add_point(&point)?;
        emit(RunEvent::Point(point));
        Ok(())
    }

    /// Measures the student, keeps it when it is the best so far.
    fn evaluate(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<Quality, DistillError> {
        let quality = self
            .held_out
            .measure(&self.learner.student, &self.device, monitor)?;
        if self.position.step == 0 {
            self.add_point(quality.values(), emit)?;
        }
        let is_best = self
            .position
            .quality_best
            .is_none_or(|best| quality.micro_ap > best);
        if is_best {
            self.position.quality_best = Some(quality.micro_ap);
            self.save_best(quality.micro_ap)?;
        }
        emit(RunEvent::Strip(quality.strip.clone()));
        Ok(quality)
    }

    fn save_best(&self, quality: f32) -> Result<(), DistillError> {
        let card = ModelCard {
            head: architecture(&self.config.student).map_or(HeadForm::GEM_LINEAR, |spec| spec.head),
            name: format!("{} ({})", self.recipe.name, self.config.student),
            architecture: self.config.student.clone(),
            dimensions: self.recipe.network.dimensions,
            preprocessing: Preprocessing::imagenet(self.recipe.data.deployed_size),
            source: report::source(self.config, &self.recipe, &self.position),
            quality: Some(quality),
            created: Some(report::today()),
            published: None,
        };
        let tensors = state::read_state(&self.learner.student.valid());
        let path = self.folder.best_model();
        model_file::write_model(&path, &card, tensors, Precision::F16)?;
        Ok(())
    }

    fn save_checkpoint(&self) -> Result<(), DistillError> {
        let path = self.folder.checkpoint(self.position.step);
        checkpoint::save(&path, &self.learner, &self.position)?;
        self.folder.prune();
        self.save_state(RunStatus::Running)
    }

    fn save_state(&self, status: RunStatus) -> Result<(), DistillError> {
        self.folder.save_state(&RunState {
            copylens: env!("CARGO_PKG_VERSION").to_owned(),
            recipe_name: self.recipe.name.clone(),
            student: self.config.student.clone(),
            teacher: self.config.teacher.clone(),
            start_from: self.config.start_from.clone(),
            pictures: self.config.pictures.clone(),
            device: self.config.device.clone(),
            status,
            step: self.position.step,
            steps: self.schedule.steps,
            seconds: self.position.seconds,
            quality_before: self.position.quality_before,
            quality_best: self.position.quality_best,
        })
    }

    fn summarise(&self, complete: bool) -> Result<RunSummary, DistillError> {
        let summary = RunSummary {
            run_dir: self.folder.path.clone(),
            steps: self.position.step,
            seconds: self.position.seconds,
            pictures: self.position.pictures,
            quality_before: self.position.quality_before,
            quality_best: self.position.quality_best,
            model: self.folder.best_model(),
            complete,
        };
        let text = report::text(self.config, &self.recipe, &summary);
        self.folder.save_report(&text)?;
        Ok(summary)
    }
}

fn load_teacher(
    config: &RunConfig,
    recipe: &Recipe,
    device: &Device,
) -> Result<Option<Teacher>, DistillError> {
    if !recipe.needs_teacher() {
        return Ok(None);
    }
    let id = config.teacher.as_ref().ok_or(DistillError::NoTeacher)?;
    let info = ModelStore::new(config.models_dir.clone()).find(id)?;
    let (_, network) = model_file::build(&read_model(&info)?, &info.path, device)?;
    Ok(Some(Teacher {
        network,
        dimensions: info.dimensions,
    }))
}

/// Weights the student starts from: those of a model by its id, or of a file.
fn load_start(
    config: &RunConfig,
    from: &Path,
    spec: &ArchitectureSpec,
) -> Result<TensorMap, DistillError> {
    let store = ModelStore::new(config.models_dir.clone());
    let model = from.to_str().and_then(|id| store.find(id).ok());
    let Some(info) = model.filter(|_| !from.exists()) else {
        return Ok(model_file::read_start(from, spec)?);
    };
    if info.architecture != spec.id {
        return Err(DistillError::Model(ModelError::Architecture {
            path: info.path,
            found: info.architecture,
        }));
    }
    Ok(read_model(&info)?.tensors)
}

/// Anything that changes the numbers of a run changes this.
fn fingerprint(config: &RunConfig, split: &Split) -> String {
    let text = format!(
        "{}|{}|{:?}|{:?}|{}",
        config.recipe,
        config.student,
        config.teacher,
        config.start_from,
        split.fingerprint()
    );
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

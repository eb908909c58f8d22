//! One training run from start, or from its last checkpoint, to its end.

mod keep;
mod teach;

use std::path::Path;
use std::time::Instant;

use burn::tensor::Device;

use crate::data::Preprocessing;
use crate::models::ArchitectureSpec;
use crate::models::ModelError;
use crate::models::ModelStore;
use crate::models::architecture;
use crate::models::model_file;
use crate::models::network::HeadConfig;
use crate::models::read_model;
use crate::monitor::Monitor;
use crate::monitor::Progress;
use crate::weights::TensorMap;

use super::DistillError;
use super::RunConfig;
use super::RunEvent;
use super::RunSummary;
use super::checkpoint;
use super::checkpoint::Checkpoint;
use super::checkpoint::Position;
use super::event_file::EventFile;
use super::judged::JudgedPairs;
use super::optimiser::StepRates;
use super::pairs::Pairs;
use super::pictures::Split;
use super::quality::HeldOut;
use super::recipe::Recipe;
use super::run_folder::RunFolder;
use super::run_folder::RunStatus;
use super::stage::Length;
use super::stage::Setting;
use super::stage::Stage;
use super::stage::Start;
use super::teacher::Teacher;

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
    run_on(config, std::slice::from_ref(device), monitor, emit)
}

/// The same on several devices, which share the pictures of each step; at least one.
pub fn run_on(
    config: &RunConfig,
    devices: &[Device],
    monitor: &Monitor,
    emit: &mut dyn FnMut(RunEvent),
) -> Result<RunSummary, DistillError> {
    let mut run = Run::prepare(config, devices, monitor)?;
    run.open_folder(monitor, emit)?;
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
    devices: &[Device],
    n_steps: u32,
    monitor: &Monitor,
) -> Result<Trial, DistillError> {
    let mut run = Run::prepare(config, devices, monitor)?;
    let mut stream = run.stage.batches.stream(0)?;
    let mut best = f64::INFINITY;
    for step in 0..u64::from(n_steps) {
        monitor.report(Progress {
            stage: "Trying a few steps",
            n_done: step,
            n_total: Some(u64::from(n_steps)),
        });
        let started = Instant::now();
        let batch = stream.next_batch(monitor)?;
        let place = run.stage.place(step, 0);
        let rates = StepRates {
            rate: 0.0,
            weight_decay: 0.0,
        };
        run.stage.learner.step(&batch, place, rates, monitor)?;
        best = best.min(started.elapsed().as_secs_f64());
    }
    Ok(Trial {
        seconds_per_step: best,
        pictures_per_step: run.stage.batches.batch,
        steps: run.steps(),
    })
}

struct Run<'a> {
    config: &'a RunConfig,
    setting: Setting,
    folder: RunFolder,
    /// One recipe per stage, and how long each is.
    recipes: Vec<(Recipe, Length)>,
    stage: Stage,
    held_out: HeldOut,
    /// Judged pairs that the student does not learn from, where there are any.
    judged: Option<JudgedPairs>,
    position: Position,
    events: Option<EventFile>,
}

impl<'a> Run<'a> {
    /// Everything for the first stage.
    fn prepare(
        config: &'a RunConfig,
        devices: &[Device],
        monitor: &Monitor,
    ) -> Result<Self, DistillError> {
        monitor.report(Progress {
            stage: "Looking through the pictures",
            ..Progress::default()
        });
        let recipe = Recipe::parse(&config.recipe)?;
        let stages = recipe.stages()?;
        let spec = architecture(&config.student).ok_or_else(|| DistillError::UnknownStudent {
            name: config.student.clone(),
        })?;
        let teacher = load_teacher(config, &recipe, &devices[0])?;
        let split = Split::find(&config.pictures, &stages[0], monitor)?;
        let mut fingerprint = fingerprint(config, &split);
        let (pairs, pairs_held_out) = match read_pairs(config, &stages)? {
            Some(pairs) => {
                let (pairs, held_out) = pairs.split(recipe.seed);
                (Some(pairs), held_out)
            }
            None => (None, None),
        };
        let setting = Setting {
            spec,
            teacher,
            split,
            pairs,
            devices: devices.to_vec(),
        };
        let has_pairs = setting.pairs.is_some();
        // A chain goes as far as it can: its last stage may need pairs that nobody has judged.
        let recipes: Vec<(Recipe, Length)> = stages
            .into_iter()
            .filter(|recipe| has_pairs || !recipe.method_spec().needs_pairs)
            .map(|recipe| {
                let batch = recipe.batch_of(setting.split.train.len());
                let recipe = setting.shared(recipe)?;
                let shared = recipe.batch_of(setting.split.train.len());
                if shared != batch {
                    // So many devices take other steps than one.
                    fingerprint = format!("{fingerprint}-{shared}");
                }
                let length = setting.length(&recipe);
                Ok((recipe, length))
            })
            .collect::<Result<_, DistillError>>()?;
        let held_out = held_out(&recipes[0].0, &setting, monitor)?;
        let judged = match (&setting.pairs, pairs_held_out) {
            (Some(pairs), Some(held_out)) => {
                let size = recipes[0].0.data.deployed_size;
                let preprocessing = Preprocessing::imagenet(size);
                Some(JudgedPairs::prepare(
                    pairs,
                    &held_out,
                    &preprocessing,
                    monitor,
                )?)
            }
            (_, _) => None,
        };
        let start = match &config.start_from {
            Some(path) => Some((load_start(config, path, spec)?, path)),
            None => None,
        };
        let start = start.as_ref().map(|(tensors, path)| Start {
            tensors,
            path,
            is_chosen: true,
        });
        let stage = Stage::prepare(&recipes[0].0, &setting, start, monitor)?;
        Ok(Self {
            config,
            folder: RunFolder::new(config.run_dir.clone()),
            setting,
            recipes,
            stage,
            held_out,
            judged,
            position: Position {
                fingerprint,
                ..Position::default()
            },
            events: None,
        })
    }

    /// Steps of all stages.
    fn steps(&self) -> u64 {
        self.recipes.iter().map(|(_, length)| length.steps).sum()
    }

    /// Passes over the pictures until `step`, through all stages.
    fn epochs_at(&self, step: u64) -> f32 {
        let mut left = step;
        let mut epochs = 0.0;
        for (_, length) in &self.recipes {
            let here = left.min(length.steps);
            epochs += here as f32 / length.steps_per_epoch as f32;
            left -= here;
        }
        epochs
    }

    /// The step its stage begins with.
    fn first_step(&self, stage: usize) -> u64 {
        let before = &self.recipes[..stage];
        before.iter().map(|(_, length)| length.steps).sum()
    }

    /// Starts a new folder, or goes on from the newest checkpoint that can be read.
    fn open_folder(
        &mut self,
        monitor: &Monitor,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let is_old = self.folder.path.join("run.json").is_file();
        if is_old && !self.config.resume {
            return Err(DistillError::OtherRun {
                path: self.folder.path.clone(),
            });
        }
        let is_resumed = self.go_to_last_checkpoint(monitor)?;
        self.folder.save_recipe(&self.config.recipe)?;
        self.save_state(RunStatus::Running)?;
        if self.recipes[0].0.evaluation.tensorboard {
            self.events = Some(EventFile::create(&self.folder.tensorboard())?);
        }
        self.tell_start(is_resumed, emit)
    }

    /// Says where the run stands; the curve of what will be done again is dropped.
    fn tell_start(
        &self,
        is_resumed: bool,
        emit: &mut dyn FnMut(RunEvent),
    ) -> Result<(), DistillError> {
        let points = self
            .folder
            .rewind(is_resumed.then_some(self.position.step))?;
        emit(RunEvent::Started {
            run_dir: self.folder.path.clone(),
            steps: self.steps(),
            epochs: self.epochs_at(self.steps()).ceil() as u32,
            first_step: self.position.step,
            points,
        });
        if self.setting.pairs.is_some() && self.judged.is_none() {
            let notice = "No judged pairs could be held out for checking: judge more, of both \
                          kinds, found with several pictures";
            emit(RunEvent::Notice(notice.to_owned()));
        }
        Ok(())
    }

    /// Puts stage, networks and position where the newest readable checkpoint was; `false` when
    /// there is none.
    fn go_to_last_checkpoint(&mut self, monitor: &Monitor) -> Result<bool, DistillError> {
        let mut last_error = None;
        for (_, path) in self.folder.checkpoints().into_iter().rev() {
            match checkpoint::read(&path, &self.position.fingerprint)
                .and_then(|checkpoint| self.go_to(checkpoint, monitor))
            {
                Ok(()) => return Ok(true),
                Err(err @ DistillError::Cancelled(_)) => return Err(err),
                Err(err) => last_error = Some(err),
            }
        }
        match last_error {
            Some(err) => Err(err),
            None => Ok(false),
        }
    }

    fn go_to(&mut self, checkpoint: Checkpoint, monitor: &Monitor) -> Result<(), DistillError> {
        let stage = checkpoint.position.stage;
        let is_other = stage != self.position.stage;
        if is_other {
            let Some((recipe, _)) = self.recipes.get(stage) else {
                return Err(checkpoint.foreign("the recipe has fewer stages"));
            };
            self.stage = Stage::prepare(recipe, &self.setting, None, monitor)?;
            // A later stage began with the weights of the one before.
            self.stage.keep_first_blocks();
            self.held_out = held_out(recipe, &self.setting, monitor)?;
        }
        self.position = checkpoint.restore(&mut self.stage.learner)?;
        if let Some(micro_batch) = self.position.micro_batch {
            self.stage.learner.set_micro_batch(micro_batch);
        }
        Ok(())
    }
}

/// The judged pairs, where the run was given some.
///
/// # Errors
/// [`DistillError::NoPairs`] when nothing is left of the recipe without them.
fn read_pairs(config: &RunConfig, stages: &[Recipe]) -> Result<Option<Pairs>, DistillError> {
    let needs = |recipe: &Recipe| recipe.method_spec().needs_pairs;
    match &config.pairs {
        Some(path) => Ok(Some(Pairs::read(path)?)),
        None if stages.iter().all(needs) => Err(DistillError::NoPairs),
        None => Ok(None),
    }
}

fn held_out(
    recipe: &Recipe,
    setting: &Setting,
    monitor: &Monitor,
) -> Result<HeldOut, DistillError> {
    let preprocessing = Preprocessing::imagenet(recipe.data.deployed_size);
    let paths = &setting.split.held_out;
    Ok(HeldOut::prepare(
        paths,
        &preprocessing,
        recipe.seed,
        monitor,
    )?)
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
    let (card, network) = model_file::build(&read_model(&info)?, &info.path, device)?;
    let spec = architecture(&card.architecture).ok_or(DistillError::NoTeacher)?;
    Ok(Some(Teacher {
        network,
        dimensions: info.dimensions,
        spec,
        head: HeadConfig {
            form: card.head,
            dimensions: card.dimensions,
            large: None,
        },
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
        "{}|{}|{:?}|{:?}|{:?}|{}",
        config.recipe,
        config.student,
        config.teacher,
        config.start_from,
        config.pairs,
        split.fingerprint()
    );
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

//! One stage of a run: batches, networks and schedule of one recipe.
//!
//! Most recipes have one stage. A chain (ISC21) has several; weights alone pass from one to the
//! next, optimiser and memories begin anew.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module as _;
use burn::tensor::Device;

use crate::data::Preprocessing;
use crate::models::ArchitectureSpec;
use crate::models::state;
use crate::monitor::Monitor;
use crate::weights::TensorMap;

use super::DistillError;
use super::batches::Batches;
use super::head_start::whitened_head;
use super::learner::Learner;
use super::methods::Place;
use super::pairs::Pairs;
use super::pictures::Split;
use super::rates::Rates;
use super::recipe::Recipe;
use super::teacher::Teacher;
use super::team::MemberPlan;
use super::team::Team;

/// What all stages of a run share.
pub struct Setting {
    pub spec: &'static ArchitectureSpec,
    pub teacher: Option<Teacher>,
    pub split: Split,
    /// Pairs that a person has judged, where they were given.
    pub pairs: Option<Pairs>,
    /// At least one; several share the steps.
    pub devices: Vec<Device>,
}

impl Setting {
    /// The device that moves the student, and the only one without a team.
    pub fn device(&self) -> &Device {
        &self.devices[0]
    }

    /// The recipe with a batch that the devices can share.
    ///
    /// # Errors
    /// [`DistillError::OneDevice`] where its method cannot, [`DistillError::TooFewPictures`] where
    /// a device would have less than two.
    pub fn shared(&self, mut recipe: Recipe) -> Result<Recipe, DistillError> {
        let n = self.devices.len();
        if n == 1 {
            return Ok(recipe);
        }
        let method = recipe.method_spec();
        if !method.spreads {
            return Err(DistillError::OneDevice {
                method: method.label,
            });
        }
        let group = n * recipe.data.per_class.max(1);
        let found = self.split.train.len();
        let batch = recipe.data.batch.min(found) / group * group;
        if batch < 2 * n {
            return Err(DistillError::TooFewPictures {
                found,
                needed: (2 * n).max(group),
            });
        }
        recipe.data.batch = batch;
        recipe.data.micro_batch = recipe.data.micro_batch.min(batch);
        Ok(recipe)
    }

    /// How long a recipe is here.
    pub fn length(&self, recipe: &Recipe) -> Length {
        let pairs = self.pairs.as_ref();
        match pairs.filter(|_| recipe.method_spec().needs_pairs) {
            Some(pairs) => Length::of(recipe, pairs.pictures().len()),
            None => Length::of(recipe, self.split.train.len()),
        }
    }
}

/// Weights a stage begins with, and where they come from for a message.
pub struct Start<'a> {
    pub tensors: &'a TensorMap,
    pub path: &'a Path,
    /// The user chose them: the rate is lowered as the recipe says.
    pub is_chosen: bool,
}

/// How long a stage is, known before it is built.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    pub steps_per_epoch: u64,
    pub steps: u64,
}

/// Everything that one stage needs to take its steps.
pub struct Stage {
    pub recipe: Recipe,
    pub batches: Batches,
    pub learner: Learner,
    pub rates: Rates,
    length: Length,
    /// Its weights come from somewhere.
    is_trained: bool,
}

impl Length {
    /// Steps of a recipe on so many training pictures.
    pub fn of(recipe: &Recipe, n_pictures: usize) -> Self {
        let batch = recipe.batch_of(n_pictures);
        let steps_per_epoch = ((n_pictures / batch) as u64).max(1);
        let optimiser = &recipe.optimiser;
        let least = optimiser.min_steps.div_ceil(steps_per_epoch);
        let epochs = u64::from(optimiser.epochs).max(least);
        let limit = match optimiser.max_steps {
            0 => u64::MAX,
            limit => limit,
        };
        Self {
            steps_per_epoch,
            steps: limit.min(epochs * steps_per_epoch),
        }
    }
}

impl Stage {
    /// Fresh networks, or those of `start`.
    pub fn prepare(
        recipe: &Recipe,
        setting: &Setting,
        start: Option<Start<'_>>,
        monitor: &Monitor,
    ) -> Result<Self, DistillError> {
        let split = &setting.split;
        let mut learner = new_learner(recipe, setting)?;
        let mut factor = 1.0;
        let is_trained = start.is_some();
        if let Some(start) = start {
            begin_with(&mut learner, &start, recipe, setting, monitor)?;
            if start.is_chosen {
                factor = recipe.optimiser.start_from_factor;
            }
        }
        let batches = Batches::new(split.train.clone(), setting.pairs.as_ref(), recipe)?;
        let length = setting.length(recipe);
        let rates = Rates::new(&recipe.optimiser, length, batches.batch, factor);
        let mut stage = Self {
            recipe: recipe.clone(),
            batches,
            learner,
            rates,
            length,
            is_trained: false,
        };
        if is_trained {
            stage.keep_first_blocks();
        }
        Ok(stage)
    }

    /// Fresh networks in place of those that a failed step left behind.
    pub fn renew_learner(&mut self, setting: &Setting) -> Result<(), DistillError> {
        self.learner = new_learner(&self.recipe, setting)?;
        if self.is_trained {
            self.keep_first_blocks();
        }
        Ok(())
    }

    /// Random layers have to learn; trained first layers may stay as they are.
    pub fn keep_first_blocks(&mut self) {
        self.is_trained = true;
        self.learner.freeze(self.recipe.network.frozen_blocks);
    }

    /// Where a step of the run is in this stage, which begins with step `first`.
    pub const fn place(&self, step: u64, first: u64) -> Place {
        Place {
            step,
            in_stage: step - first,
            steps: self.length.steps,
            steps_per_epoch: self.length.steps_per_epoch,
        }
    }

    /// The student's weights as the next stage begins with them.
    pub fn student_tensors(&self) -> TensorMap {
        state::read_state(&self.learner.deployed().valid())
    }
}

fn new_learner(recipe: &Recipe, setting: &Setting) -> Result<Learner, DistillError> {
    let teacher = setting.teacher.clone();
    let teacher = teacher.filter(|_| recipe.needs_teacher());
    let team = team(recipe, setting, teacher.as_ref())?;
    let mut learner = Learner::new(
        recipe,
        setting.spec,
        teacher,
        setting.split.train.len(),
        setting.device(),
        team.as_ref().map(Team::peers),
    );
    if recipe.network.fixed_statistics {
        learner.fix_statistics();
    }
    if let Some(team) = team {
        learner.join(team);
    }
    Ok(learner)
}

/// The devices after the first; `None` where there is one alone.
fn team(
    recipe: &Recipe,
    setting: &Setting,
    teacher: Option<&Teacher>,
) -> Result<Option<Team>, DistillError> {
    let others = &setting.devices[1..];
    if others.is_empty() {
        return Ok(None);
    }
    let teacher = teacher.map(|teacher| Arc::new(teacher.plan()));
    let plan = |device: &Device| MemberPlan {
        recipe: recipe.clone(),
        spec: setting.spec,
        teacher: teacher.clone(),
        n_pictures: setting.split.train.len(),
        device: device.clone(),
    };
    Team::start(others.iter().map(plan).collect()).map(Some)
}

fn begin_with(
    learner: &mut Learner,
    start: &Start<'_>,
    recipe: &Recipe,
    setting: &Setting,
    monitor: &Monitor,
) -> Result<(), DistillError> {
    learner.start_from(start.tensors, start.path)?;
    if start.tensors.contains_key("fc.weight") {
        return Ok(());
    }
    let network = whitened_head(
        learner.deployed().clone(),
        &setting.split.train,
        &Preprocessing::imagenet(recipe.data.deployed_size),
        recipe.seed,
        setting.device(),
        monitor,
    )?;
    learner.set_network(network);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::presets::PRESETS;
    use super::*;

    #[test]
    fn the_length_follows_pictures_epochs_and_bounds() {
        let mut recipe = Recipe::parse(PRESETS[0].toml).unwrap();
        recipe.data.batch = 32;
        recipe.optimiser.epochs = 3;
        recipe.optimiser.min_steps = 24;
        recipe.optimiser.max_steps = 180;
        let steps = |n_pictures| Length::of(&recipe, n_pictures).steps;
        // 10 pictures are one batch of 10: 24 epochs reach 24 steps.
        assert_eq!(steps(10), 24);
        assert_eq!(steps(320), 30);
        assert_eq!(steps(100_000), 180);
    }
}

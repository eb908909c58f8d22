//! A training recipe: a TOML file that a person can read.
//!
//! Serialised on purpose: this is the file format itself, version [`VERSION`].

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::data::augment::Pipeline;

use super::DistillError;
use super::losses;
use super::losses::Needs;

/// Raised when a field changes its meaning.
pub const VERSION: u32 = 1;

/// Which networks take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// One network, both views in one batch (SSCD, arXiv:2202.10261).
    Sscd,
    /// Student, momentum student with a queue, and a teacher when a loss needs one
    /// (RDCD, arXiv:2405.17928).
    Rdcd,
}

/// Everything about a run that is not a folder or a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub version: u32,
    pub name: String,
    pub method: Method,
    /// The same seed and pictures give the same student, up to the last digits of its numbers.
    pub seed: u64,
    pub network: NetworkRecipe,
    pub data: DataRecipe,
    pub optimiser: OptimiserRecipe,
    #[serde(default)]
    pub queue: QueueRecipe,
    pub evaluation: EvaluationRecipe,
    pub losses: Vec<LossRecipe>,
    /// What each stage of a chain changes in this recipe; none for a recipe of one stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<toml::Table>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkRecipe {
    /// Length of the descriptor.
    pub dimensions: usize,
    /// The stem and so many first blocks do not learn; 0 lets everything learn. For students that
    /// start from trained weights.
    #[serde(default)]
    pub frozen_blocks: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// Id of an augmentation pipeline.
    pub augmentation: String,
    /// Side of the training views in pixels.
    pub size: u32,
    /// Side of the pictures when the student is used, in pixels.
    pub deployed_size: u32,
    /// Pictures per optimiser step.
    pub batch: usize,
    /// Pictures at once; the gradients of a step are summed over them.
    pub micro_batch: usize,
    /// Share of views that are mixed with another one (SSCD 2.3: 0.05).
    #[serde(default)]
    pub mixup: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimiserRecipe {
    /// At a batch of 256 pictures; scaled linearly to the batch of the recipe.
    pub learning_rate: f32,
    /// Factor on the rate for a student that starts from trained weights.
    #[serde(default = "one")]
    pub start_from_factor: f32,
    pub momentum: f32,
    pub weight_decay: f32,
    pub epochs: u32,
    /// More epochs than `epochs` for a collection so small that they have fewer steps than this.
    #[serde(default)]
    pub min_steps: u64,
    /// Fewer epochs for a collection so large that they have more steps than this; 0 for no limit.
    #[serde(default)]
    pub max_steps: u64,
    pub warmup_epochs: f32,
    /// Longest gradient over all parameters together; 0 for no limit.
    #[serde(default)]
    pub clip: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueRecipe {
    /// Entries; never more than half the collection.
    pub size: usize,
    /// Share of the momentum student that stays at each step.
    pub ema: f32,
}

fn one() -> f32 {
    1.0
}

impl Default for QueueRecipe {
    fn default() -> Self {
        Self {
            size: 65_536,
            ema: 0.99,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationRecipe {
    /// Pictures kept out of training and searched for with edited copies.
    pub held_out: usize,
    /// Every so many epochs; fractions are allowed.
    pub every_epochs: f32,
    /// Also write the curves as event files of TensorBoard.
    #[serde(default)]
    pub tensorboard: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossRecipe {
    pub id: String,
    pub weight: f32,
    #[serde(default)]
    pub parameters: BTreeMap<String, f32>,
}

impl Recipe {
    /// Reads and checks a recipe.
    pub fn parse(text: &str) -> Result<Self, DistillError> {
        let recipe: Self = toml::from_str(text).map_err(|err| DistillError::Recipe {
            reason: err.message().to_owned(),
            line: err
                .span()
                .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        })?;
        recipe.check_whole()?;
        Ok(recipe)
    }

    /// The recipe as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }

    /// The recipe of each stage, in order: this one with what the stage changes.
    pub fn stages(&self) -> Result<Vec<Self>, DistillError> {
        if self.stages.is_empty() {
            return Ok(vec![self.clone()]);
        }
        let wrong = |err: &dyn std::fmt::Display| DistillError::Recipe {
            reason: format!("a stage does not fit: {err}"),
            line: None,
        };
        let base = Self {
            stages: Vec::new(),
            ..self.clone()
        };
        let base = toml::Table::try_from(&base).map_err(|err| wrong(&err))?;
        let stage = |changes: &toml::Table| {
            let mut table = base.clone();
            merge(&mut table, changes);
            let recipe: Self = table.try_into().map_err(|err| wrong(&err))?;
            recipe.check()?;
            Ok(recipe)
        };
        self.stages.iter().map(stage).collect()
    }

    /// Some loss compares the student with a teacher.
    pub fn needs_teacher(&self) -> bool {
        let stages = self.stages().unwrap_or_default();
        stages.iter().any(|recipe| recipe.needs(Needs::Teacher))
    }

    fn needs(&self, what: Needs) -> bool {
        self.losses
            .iter()
            .filter_map(|loss| losses::loss(&loss.id))
            .any(|spec| spec.needs == what)
    }

    fn check_whole(&self) -> Result<(), DistillError> {
        self.check()?;
        self.stages().map(|_| ())
    }

    fn check(&self) -> Result<(), DistillError> {
        let wrong = |reason: String| DistillError::Recipe { reason, line: None };
        if self.version > VERSION {
            return Err(DistillError::RecipeVersion {
                found: self.version,
                newest: VERSION,
            });
        }
        for loss in &self.losses {
            self.check_loss(loss)?;
        }
        if self.losses.is_empty() {
            return Err(wrong("a recipe needs at least one loss".into()));
        }
        let Some(_pipeline) = Pipeline::preset(&self.data.augmentation, self.data.size) else {
            let name = &self.data.augmentation;
            return Err(wrong(format!("there is no augmentation {name:?}")));
        };
        let DataRecipe {
            size,
            deployed_size,
            batch,
            micro_batch,
            mixup,
            ..
        } = self.data;
        let OptimiserRecipe {
            learning_rate,
            momentum,
            epochs,
            warmup_epochs,
            ..
        } = self.optimiser;
        let rules = [
            ((32..=1024).contains(&size), "size is 32 to 1024"),
            (
                (32..=1024).contains(&deployed_size),
                "deployed_size is 32 to 1024",
            ),
            ((2..=65_536).contains(&batch), "batch is 2 to 65536"),
            (
                (2..=batch).contains(&micro_batch),
                "micro_batch is 2 to batch",
            ),
            ((0.0..=1.0).contains(&mixup), "mixup is 0 to 1"),
            (
                learning_rate > 0.0 && learning_rate.is_finite(),
                "learning_rate is above 0",
            ),
            ((0.0..1.0).contains(&momentum), "momentum is 0 to below 1"),
            ((1..=100_000).contains(&epochs), "epochs is 1 to 100000"),
            (warmup_epochs >= 0.0, "warmup_epochs is 0 or more"),
            (
                (8..=4096).contains(&self.network.dimensions),
                "dimensions is 8 to 4096",
            ),
            ((0.0..1.0).contains(&self.queue.ema), "ema is 0 to below 1"),
            (self.evaluation.held_out >= 8, "held_out is 8 or more"),
            (
                self.evaluation.every_epochs > 0.0,
                "every_epochs is above 0",
            ),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, rule)) => Err(wrong((*rule).to_owned())),
            None => Ok(()),
        }
    }

    fn check_loss(&self, loss: &LossRecipe) -> Result<(), DistillError> {
        let wrong = |reason: String| DistillError::Recipe { reason, line: None };
        let id = &loss.id;
        let spec = losses::loss(id).ok_or_else(|| wrong(format!("there is no loss {id:?}")))?;
        let fits = match self.method {
            Method::Sscd => spec.needs == Needs::Views,
            Method::Rdcd => spec.needs != Needs::Views,
        };
        if !fits {
            return Err(wrong(format!("the loss {id:?} does not fit the method")));
        }
        for (name, value) in &loss.parameters {
            let parameter = spec.parameters.iter().find(|known| known.id == name);
            let Some(parameter) = parameter else {
                return Err(wrong(format!("the loss {id:?} has no number {name:?}")));
            };
            let [low, high] = parameter.range;
            if !(low..=high).contains(value) {
                return Err(wrong(format!("{name:?} of {id:?} is {low} to {high}")));
            }
        }
        Ok(())
    }
}

/// Lays `changes` over `table`: tables field by field, everything else whole.
fn merge(table: &mut toml::Table, changes: &toml::Table) {
    for (name, change) in changes {
        match (table.get_mut(name), change) {
            (Some(toml::Value::Table(old)), toml::Value::Table(change)) => merge(old, change),
            _ => {
                table.insert(name.clone(), change.clone());
            }
        }
    }
}

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
use super::methods;
use super::methods::MethodSpec;
use super::methods::Place;
use super::schedule::Schedule;
use super::schedule::Shape;
use crate::data::views;

/// Raised when a field changes its meaning.
pub const VERSION: u32 = 1;

/// Everything about a run that is not a folder or a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub version: u32,
    pub name: String,
    /// Id of a method.
    pub method: String,
    /// The same seed and pictures give the same student, up to the last digits of its numbers.
    pub seed: u64,
    /// In which precision the student learns.
    #[serde(default, skip_serializing_if = "Precision::is_auto")]
    pub precision: Precision,
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
    /// Every normalisation keeps its running statistics for good (OBD-SD).
    #[serde(default)]
    pub fixed_statistics: bool,
    /// Scores that views are told apart by, where the method has them (DINO).
    #[serde(default = "prototypes")]
    pub prototypes: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// Id of an augmentation pipeline, two views of which are made of each picture.
    #[serde(default = "augmentation")]
    pub augmentation: String,
    /// Id of a plan of views, instead of two of the augmentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<String>,
    /// Side of the small views of a plan, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small_size: Option<u32>,
    /// How many small views a plan makes of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small_views: Option<usize>,
    /// Pictures of one folder in a batch, the folders being kinds of pictures; 1: every picture is
    /// a kind of its own.
    #[serde(default = "single")]
    pub per_class: usize,
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
    #[serde(default)]
    pub rule: RuleName,
    /// At a batch of 256 pictures; scaled linearly to the batch of the recipe.
    pub learning_rate: f32,
    /// The rate is scaled to the batch.
    #[serde(default = "yes")]
    pub scaled: bool,
    /// How the rate goes on after the warm-up.
    #[serde(default)]
    pub shape: RateShape,
    /// Epochs after which the rate is multiplied by `stair_factor`, for the shape `stairs`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stairs: Vec<u32>,
    #[serde(default = "tenth")]
    pub stair_factor: f32,
    /// The rate at the end, as a share of the first one.
    #[serde(default)]
    pub final_share: f32,
    /// Factor on the rate for a student that starts from trained weights.
    #[serde(default = "one")]
    pub start_from_factor: f32,
    pub momentum: f32,
    pub weight_decay: f32,
    /// Where the weight decay ends, along half a cosine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_weight_decay: Option<f32>,
    /// Biases and normalisations decay too.
    #[serde(default = "yes")]
    pub decay_vectors: bool,
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
    /// Longest gradient of each parameter by itself; 0 for no limit.
    #[serde(default)]
    pub clip_each: f32,
}

/// In which precision the trunks of the networks compute; weights, pooling, head and losses are
/// in f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Half precision on a graphics card that computes in it, f32 elsewhere.
    #[default]
    Auto,
    F32,
    Bf16,
    F16,
}

impl Precision {
    /// The name inside recipes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
        }
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// What moves the parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleName {
    #[default]
    Sgd,
    Lars,
    Adam,
    AdamW,
}

/// How a rate goes on after its warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateShape {
    #[default]
    Cosine,
    /// In steps of an epoch.
    Linear,
    Constant,
    Stairs,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueRecipe {
    /// Entries; never more than half the collection.
    pub size: usize,
    /// Share of the momentum student that stays at each step.
    pub ema: f32,
    /// Where that share ends, along half a cosine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_ema: Option<f32>,
}

fn one() -> f32 {
    1.0
}

fn tenth() -> f32 {
    0.1
}

fn yes() -> bool {
    true
}

fn single() -> usize {
    1
}

/// DINO's.
fn prototypes() -> usize {
    65_536
}

fn augmentation() -> String {
    "advanced".to_owned()
}

impl Default for QueueRecipe {
    fn default() -> Self {
        Self {
            size: 65_536,
            ema: 0.99,
            final_ema: None,
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
    /// Where the weight ends, in equal steps from epoch to epoch: `weight` in the first one, this
    /// after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_weight: Option<f32>,
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

    /// The method, of a recipe that was checked.
    pub fn method_spec(&self) -> &'static MethodSpec {
        methods::method(&self.method).expect("recipe validation knows the method")
    }

    /// Pictures of a step on a collection of this size.
    pub fn batch_of(&self, n_pictures: usize) -> usize {
        let group = if self.method_spec().needs_pairs {
            2
        } else {
            self.data.per_class
        };
        let batch = self.data.batch.min(n_pictures);
        (batch / group.max(1) * group).max(group).max(1)
    }

    /// Some loss compares the student with a teacher.
    pub fn needs_teacher(&self) -> bool {
        let stages = self.stages().unwrap_or_default();
        stages.iter().any(|recipe| recipe.needs(Needs::Teacher))
    }

    /// Some stage learns from judged pairs.
    pub fn needs_pairs(&self) -> bool {
        let stages = self.stages().unwrap_or_default();
        stages.iter().any(|recipe| recipe.method_spec().needs_pairs)
    }

    /// Every stage learns from judged pairs: without any there is nothing to do.
    pub fn is_all_pairs(&self) -> bool {
        let stages = self.stages().unwrap_or_default();
        let needs = |recipe: &Self| recipe.method_spec().needs_pairs;
        !stages.is_empty() && stages.iter().all(needs)
    }

    fn needs(&self, what: Needs) -> bool {
        self.losses
            .iter()
            .filter_map(|loss| losses::loss(&loss.id))
            .any(|spec| spec.needs.contains(&what))
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
        let method = methods::method(&self.method)
            .ok_or_else(|| wrong(format!("there is no method {:?}", self.method)))?;
        for loss in &self.losses {
            check_loss(loss, method)?;
        }
        if self.losses.is_empty() {
            return Err(wrong("a recipe needs at least one loss".into()));
        }
        let Some(_pipeline) = Pipeline::preset(&self.data.augmentation, self.data.size) else {
            let name = &self.data.augmentation;
            return Err(wrong(format!("there is no augmentation {name:?}")));
        };
        if let Some(name) = &self.data.views
            && views::find(name).is_none()
        {
            return Err(wrong(format!("there is no plan of views {name:?}")));
        }
        let DataRecipe {
            per_class,
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
            ((1..=64).contains(&per_class), "per_class is 1 to 64"),
            (
                (2..=1 << 20).contains(&self.network.prototypes),
                "prototypes is 2 to 1048576",
            ),
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
}

impl LossRecipe {
    /// The weight at a place of the run.
    pub fn weight_at(&self, place: Place) -> f32 {
        match self.final_weight {
            Some(last) => self.weight + (last - self.weight) * place.share(),
            None => self.weight,
        }
    }
}

impl QueueRecipe {
    /// The share of the momentum student that stays at a place of the run.
    pub fn at(&self, place: Place) -> f32 {
        let Some(last) = self.final_ema else {
            return self.ema;
        };
        let schedule = Schedule::new(
            f64::from(self.ema),
            f64::from(last),
            Shape::Cosine,
            place.steps,
        );
        schedule.at(place.in_stage) as f32
    }
}

fn check_loss(loss: &LossRecipe, method: &MethodSpec) -> Result<(), DistillError> {
    let wrong = |reason: String| DistillError::Recipe { reason, line: None };
    let id = &loss.id;
    let spec = losses::loss(id).ok_or_else(|| wrong(format!("there is no loss {id:?}")))?;
    let fits = spec.needs.iter().all(|need| method.provides.contains(need));
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

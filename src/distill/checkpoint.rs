//! Everything a run needs to go on with the same numbers, in one `.safetensors` file.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use burn::module::Module as _;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::models::state;
use crate::weights;
use crate::weights::Precision;
use crate::weights::TensorFile;
use crate::weights::TensorMap;
use crate::weights::WeightTensor;
use crate::weights::WeightsError;

use super::DistillError;
use super::gradients::FlatTensors;
use super::judged::JudgedChange;
use super::learner::Learner;
use super::loss_scale::LossScale;
use super::methods::Saved;
use super::student::Student;

const VERSION: &str = "2";
const VERSION_KEY: &str = "copylens_checkpoint";

/// Where a run is, beside its tensors.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Finished steps.
    pub step: u64,
    /// Time spent training.
    pub seconds: f64,
    pub pictures: u64,
    pub quality_before: Option<f32>,
    pub quality_best: Option<f32>,
    /// [`Quality::score`](super::quality::Quality::score) of the best student; its quality, where
    /// no pairs were judged.
    #[serde(default)]
    pub score_best: Option<f32>,
    /// On the judged pairs that were held out.
    #[serde(default)]
    pub judged: Option<JudgedChange>,
    /// The stage it is in, counted from 0.
    #[serde(default)]
    pub stage: usize,
    /// Share of the recipe's learning rate that is left after steps that gave no numbers.
    #[serde(default = "whole")]
    pub rate_factor: f64,
    /// Pictures at once, where the device had too little memory for the recipe's.
    #[serde(default)]
    pub micro_batch: Option<usize>,
    /// What the run was started with; a checkpoint of another run is refused.
    pub fingerprint: String,
}

impl Default for Position {
    fn default() -> Self {
        Self {
            step: 0,
            seconds: 0.0,
            pictures: 0,
            quality_before: None,
            quality_best: None,
            score_best: None,
            judged: None,
            stage: 0,
            rate_factor: whole(),
            micro_batch: None,
            fingerprint: String::new(),
        }
    }
}

fn whole() -> f64 {
    1.0
}

/// A checkpoint that was read and belongs to the run.
pub struct Checkpoint {
    path: PathBuf,
    file: TensorFile,
    pub position: Position,
}

/// Writes a checkpoint, atomically.
pub fn save(path: &Path, learner: &Learner, position: &Position) -> Result<(), DistillError> {
    let mut tensors = prefixed("student", state::read_state(&learner.student.valid()));
    let (slots, steps) = learner.optimiser.state();
    for (name, slot) in slots {
        tensors.insert(format!("optimiser.{name}"), flat_weight(slot));
    }
    let method = learner.method.save();
    tensors.extend(prefixed("method", method.tensors));
    let text = |value: Result<String, serde_json::Error>| value.unwrap_or_default();
    let scale = learner.scale.map(LossScale::save);
    let metadata = BTreeMap::from([
        ("scale".to_owned(), text(serde_json::to_string(&scale))),
        (VERSION_KEY.to_owned(), VERSION.to_owned()),
        ("position".to_owned(), text(serde_json::to_string(position))),
        ("optimiser".to_owned(), text(serde_json::to_string(&steps))),
        (
            "method".to_owned(),
            text(serde_json::to_string(&method.numbers)),
        ),
    ]);
    let file = TensorFile { tensors, metadata };
    weights::write(path, &file, Precision::F32).map_err(|source| DistillError::Checkpoint {
        path: path.to_owned(),
        source,
    })
}

/// Reads a checkpoint of the run with this fingerprint.
pub fn read(path: &Path, fingerprint: &str) -> Result<Checkpoint, DistillError> {
    let file = weights::read(path).map_err(|source| DistillError::Checkpoint {
        path: path.to_owned(),
        source,
    })?;
    let position = file
        .metadata
        .get("position")
        .and_then(|text| serde_json::from_str(text).ok());
    let checkpoint = Checkpoint {
        path: path.to_owned(),
        file,
        position: position.clone().unwrap_or_default(),
    };
    if checkpoint
        .file
        .metadata
        .get(VERSION_KEY)
        .map(String::as_str)
        != Some(VERSION)
    {
        return Err(checkpoint.foreign("it is no checkpoint of this version"));
    }
    if position.is_none() {
        return Err(checkpoint.foreign("it does not say where the run was"));
    }
    if checkpoint.position.fingerprint != fingerprint {
        return Err(checkpoint.foreign("it was made with other pictures or another recipe"));
    }
    Ok(checkpoint)
}

impl Checkpoint {
    /// Puts a learner of the same stage where the checkpoint was.
    pub fn restore(mut self, learner: &mut Learner) -> Result<Position, DistillError> {
        let student = taken("student.", &mut self.file.tensors);
        learner.student = self.filled(&learner.student, &student)?;
        let device = learner.plain_device();
        let slots = taken("optimiser.", &mut self.file.tensors)
            .into_iter()
            .map(|(name, weight)| {
                let data = TensorData::new(weight.values, [weight.shape[0]]);
                (name, Tensor::<1>::from_data(data, &device))
            })
            .collect::<FlatTensors>();
        let steps: BTreeMap<String, u64> = self.numbers("optimiser")?;
        if !learner.optimiser.restore(slots, &steps) {
            return Err(self.foreign("its optimiser is another one"));
        }
        // Checkpoints of older versions have none.
        let scale = self
            .numbers::<Option<(f32, u32)>>("scale")
            .unwrap_or_default();
        if let (Some(own), Some(scale)) = (&mut learner.scale, scale) {
            *own = LossScale::restore(scale);
        }
        let saved = Saved {
            tensors: taken("method.", &mut self.file.tensors),
            numbers: self.numbers("method")?,
        };
        if !learner.method.restore(saved) {
            return Err(self.foreign("its memory has another size"));
        }
        learner.outdate_team();
        Ok(self.position)
    }

    fn numbers<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, DistillError> {
        let text = self.file.metadata.get(name);
        text.and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| self.foreign("a part of it is missing"))
    }

    /// The same network with other numbers; running statistics become its own.
    fn filled(&self, student: &Student, tensors: &TensorMap) -> Result<Student, DistillError> {
        let loaded = state::load_state(student.valid(), tensors);
        let loaded = loaded.map_err(|source| DistillError::Checkpoint {
            path: self.path.clone(),
            source,
        })?;
        Ok(loaded.train())
    }

    /// Why it cannot be used.
    pub fn foreign(&self, reason: &str) -> DistillError {
        DistillError::Checkpoint {
            path: self.path.clone(),
            source: WeightsError::Format {
                path: self.path.clone(),
                reason: reason.to_owned(),
            },
        }
    }
}

fn prefixed(prefix: &str, tensors: TensorMap) -> TensorMap {
    tensors
        .into_iter()
        .map(|(name, weight)| (format!("{prefix}.{name}"), weight))
        .collect()
}

fn taken(prefix: &str, tensors: &mut TensorMap) -> TensorMap {
    let names: Vec<String> = tensors
        .keys()
        .filter(|name| name.starts_with(prefix))
        .cloned()
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            let weight = tensors.remove(&name)?;
            Some((name[prefix.len()..].to_owned(), weight))
        })
        .collect()
}

fn flat_weight(tensor: Tensor<1>) -> WeightTensor {
    let data = tensor.into_data().convert::<f32>();
    let values: Vec<f32> = data.try_into_vec().expect("a float tensor converts to f32");
    WeightTensor {
        shape: vec![values.len()],
        values,
    }
}

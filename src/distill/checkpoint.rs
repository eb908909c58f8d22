//! Everything a run needs to go on with the same numbers, in one `.safetensors` file.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use burn::module::Module as _;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::models::network::Network;
use crate::models::state;
use crate::weights;
use crate::weights::Precision;
use crate::weights::TensorFile;
use crate::weights::TensorMap;
use crate::weights::WeightTensor;
use crate::weights::WeightsError;

use super::DistillError;
use super::learner::Learner;
use super::queue::Queue;
use super::sgd::FlatTensors;

const VERSION: &str = "1";
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
    if let Some(key) = &learner.key {
        tensors.extend(prefixed("key", state::read_state(&key.valid())));
    }
    for (name, velocity) in &learner.sgd.velocity {
        let weight = flat_weight(velocity.clone());
        tensors.insert(format!("velocity.{name}"), weight);
    }
    let position = serde_json::to_string(position).unwrap_or_default();
    let mut metadata = BTreeMap::from([
        (VERSION_KEY.to_owned(), VERSION.to_owned()),
        ("position".to_owned(), position),
    ]);
    for (name, queue) in queues(learner) {
        let (entries, numbers) = queue.save();
        tensors.insert(name.to_owned(), entries);
        let numbers = serde_json::to_string(&numbers).unwrap_or_default();
        metadata.insert(name.to_owned(), numbers);
    }
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
    if checkpoint.file.metadata.get(VERSION_KEY).map(String::as_str) != Some(VERSION) {
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
        if let Some(key) = learner.key.take() {
            let tensors = taken("key.", &mut self.file.tensors);
            learner.key = Some(self.filled(&key, &tensors)?.no_grad());
        }
        let device = learner.plain_device();
        learner.sgd.velocity = taken("velocity.", &mut self.file.tensors)
            .into_iter()
            .map(|(name, weight)| {
                let data = TensorData::new(weight.values, [weight.shape[0]]);
                (name, Tensor::<1>::from_data(data, &device))
            })
            .collect::<FlatTensors>();
        for (name, queue) in queues_mut(learner) {
            let numbers: Option<Vec<u64>> = self
                .file
                .metadata
                .get(name)
                .and_then(|text| serde_json::from_str(text).ok());
            let entries = self.file.tensors.get(name);
            let fits = matches!((entries, numbers), (Some(entries), Some(numbers))
                if queue.restore(entries, &numbers));
            if !fits {
                return Err(self.foreign("its queue has another size"));
            }
        }
        Ok(self.position)
    }

    /// The same network with other numbers; running statistics become its own.
    fn filled(&self, network: &Network, tensors: &TensorMap) -> Result<Network, DistillError> {
        let loaded = state::load_state(network.valid(), tensors);
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

fn queues(learner: &Learner) -> Vec<(&'static str, &Queue)> {
    let both = [
        ("queue", learner.queue.as_ref()),
        ("teacher_queue", learner.teacher_queue.as_ref()),
    ];
    both.into_iter()
        .filter_map(|(name, queue)| queue.map(|queue| (name, queue)))
        .collect()
}

fn queues_mut(learner: &mut Learner) -> Vec<(&'static str, &mut Queue)> {
    let both = [
        ("queue", learner.queue.as_mut()),
        ("teacher_queue", learner.teacher_queue.as_mut()),
    ];
    both.into_iter()
        .filter_map(|(name, queue)| queue.map(|queue| (name, queue)))
        .collect()
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

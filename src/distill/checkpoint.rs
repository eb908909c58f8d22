//! Everything a run needs to go on with the same numbers, in one `.safetensors` file.

use std::collections::BTreeMap;
use std::path::Path;

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
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Finished steps.
    pub step: u64,
    /// Time spent training.
    pub seconds: f64,
    pub pictures: u64,
    pub quality_before: Option<f32>,
    pub quality_best: Option<f32>,
    /// What the run was started with; a checkpoint of another run is refused.
    pub fingerprint: String,
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

/// Puts a learner where the checkpoint was.
pub fn load(
    path: &Path,
    learner: &mut Learner,
    fingerprint: &str,
) -> Result<Position, DistillError> {
    let foreign = |reason: &str| DistillError::Checkpoint {
        path: path.to_owned(),
        source: WeightsError::Format {
            path: path.to_owned(),
            reason: reason.to_owned(),
        },
    };
    let wrong = |source| DistillError::Checkpoint {
        path: path.to_owned(),
        source,
    };
    let mut file = weights::read(path).map_err(wrong)?;
    if file.metadata.get(VERSION_KEY).map(String::as_str) != Some(VERSION) {
        return Err(foreign("it is no checkpoint of this version"));
    }
    let position: Position = file
        .metadata
        .get("position")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| foreign("it does not say where the run was"))?;
    if position.fingerprint != fingerprint {
        return Err(foreign("it was made with other pictures or another recipe"));
    }
    let student = taken("student.", &mut file.tensors);
    learner.student = replaced(&learner.student, &student).map_err(wrong)?;
    if let Some(key) = learner.key.take() {
        let tensors = taken("key.", &mut file.tensors);
        let key = replaced(&key, &tensors).map_err(wrong)?;
        learner.key = Some(key.no_grad());
    }
    let device = learner.plain_device();
    learner.sgd.velocity = taken("velocity.", &mut file.tensors)
        .into_iter()
        .map(|(name, weight)| {
            let data = TensorData::new(weight.values, [weight.shape[0]]);
            (name, Tensor::<1>::from_data(data, &device))
        })
        .collect::<FlatTensors>();
    for (name, queue) in queues_mut(learner) {
        let numbers: Option<Vec<u64>> = file
            .metadata
            .get(name)
            .and_then(|text| serde_json::from_str(text).ok());
        let entries = file.tensors.get(name);
        let fits = matches!((entries, numbers), (Some(entries), Some(numbers))
            if queue.restore(entries, &numbers));
        if !fits {
            return Err(foreign("its queue has another size"));
        }
    }
    Ok(position)
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

/// The same network with other numbers; running statistics become its own.
fn replaced(network: &Network, tensors: &TensorMap) -> Result<Network, WeightsError> {
    Ok(state::load_state(network.valid(), tensors)?.train())
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

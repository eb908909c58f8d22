//! Turns the checkpoint file of any author into a model of ours.
//!
//! - `unwrap`: what training programs put before the names of a network.
//! - `styles`: the names that different authors give to the same parameters.
//! - `recognize`: which network it is, from names and shapes alone.
//! - `head`: which linear layers belong to the descriptor.
//! - `plan`: all of that together, before any number is read.
//! - `graph`: the same for an ONNX file whose names are lost, from the order of its layers.
//! - `report`: what became of each tensor.

mod exported;
mod graph;
mod head;
mod plan;
mod recognize;
mod report;
mod styles;
#[cfg(test)]
mod tests;
mod unwrap;

use std::ffi::OsStr;
use std::path::Path;

use burn::tensor::Device;

use crate::weights;
use crate::weights::Container;
use crate::weights::NumberType;
use crate::weights::Precision;
use crate::weights::TensorIndex;
use crate::weights::TensorMap;
use crate::weights::WeightTensor;
use crate::weights::WeightsError;

pub use exported::export_file;
pub use report::Ignored;
pub use report::ImportReport;

use super::ModelError;
use super::model_file;
use super::model_file::ModelCard;
use super::network::HeadConfig;
use super::network::Network;
use super::state;
use super::trunk;
use plan::Plan;
use plan::Problem;
use recognize::Source;
use styles::Made;

/// A file that was read completely.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// What was recognized; the person who imports it may change the name.
    pub card: ModelCard,
    /// Tensors under our names.
    pub tensors: TensorMap,
    /// How the file stores its numbers.
    pub precision: Precision,
    pub report: ImportReport,
}

/// Reads a checkpoint of any kind. `architecture` is the id of the only network to look for.
pub fn read_checkpoint(path: &Path, architecture: Option<&str>) -> Result<Checkpoint, ModelError> {
    if let Some(id) = architecture
        && trunk::architecture(id).is_none()
    {
        return Err(ModelError::UnknownArchitecture { id: id.to_owned() });
    }
    let weights_error = |source| ModelError::Weights {
        path: path.to_owned(),
        source,
    };
    let mut index = TensorIndex::open(path).map_err(weights_error)?;
    let is_ours = |key| index.metadata.contains_key(key);
    let checkpoint = if is_ours(model_file::VERSION_KEY) || is_ours(exported::EXPORT_KEY) {
        own(&mut index, architecture)?
    } else {
        foreign(&mut index, architecture)?
    };
    check(&checkpoint).map_err(weights_error)?;
    Ok(checkpoint)
}

/// A file of Copylens, under our names or exported under those of the original.
fn own(index: &mut TensorIndex, only: Option<&str>) -> Result<Checkpoint, ModelError> {
    let path = index.path().to_owned();
    let card = exported::card(&index.metadata, &path)?;
    if let Some(expected) = only
        && card.architecture != expected
    {
        return Err(ModelError::OtherArchitecture {
            path,
            found: card.architecture,
            expected: expected.to_owned(),
        });
    }
    let weights_error = |source| ModelError::Weights {
        path: path.clone(),
        source,
    };
    let mut tensors = index.load_all().map_err(weights_error)?;
    if index.metadata.contains_key(exported::EXPORT_KEY) {
        tensors = exported::import_tensors(&card, tensors)?;
    }
    let report = ImportReport {
        mapped: tensors.len(),
        ..ImportReport::default()
    };
    Ok(Checkpoint {
        card,
        tensors,
        precision: precision(index),
        report,
    })
}

fn foreign(index: &mut TensorIndex, only: Option<&str>) -> Result<Checkpoint, ModelError> {
    let path = index.path().to_owned();
    let weights_error = |source| ModelError::Weights {
        path: path.clone(),
        source,
    };
    let plan = plan::plan(&index.entries, only)
        .or_else(|problem| graph::plan(&index.graph, &index.entries, only).ok_or(problem));
    let plan = plan.map_err(|problem| match problem {
        Problem::Nothing => ModelError::NotRecognized { path: path.clone() },
        Problem::Close(closest) => ModelError::Close {
            path: path.clone(),
            closest: closest.label,
            source: closest.problem,
        },
    })?;
    let card = card(index, &plan);
    let Plan {
        network,
        head,
        mut report,
    } = plan;
    let mut tensors = TensorMap::new();
    let trunk = network.sources.iter().map(|source| ("trunk.", source));
    for (front, source) in trunk.chain(head.sources.iter().map(|source| ("", source))) {
        let tensor = load(index, source, &mut report).map_err(weights_error)?;
        tensors.insert(format!("{front}{}", source.ours), tensor);
    }
    let precision = if tensors.contains_key("projector.weight") {
        // Its product with the layer before it has more digits than the file.
        Precision::F32
    } else {
        precision(index)
    };
    Ok(Checkpoint {
        card,
        tensors: model_file::merge_projector(tensors),
        precision,
        report,
    })
}

/// Half only where nothing is lost by it.
fn precision(index: &TensorIndex) -> Precision {
    let mut numbers = index.entries.values().map(|entry| entry.number);
    if numbers.all(|number| matches!(number, NumberType::F16 | NumberType::Other)) {
        Precision::F16
    } else {
        Precision::F32
    }
}

fn card(index: &TensorIndex, plan: &Plan) -> ModelCard {
    let Plan { network, head, .. } = plan;
    let path = index.path();
    let words = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let kind = match index.container {
        Container::Safetensors => "safetensors",
        Container::TorchZip | Container::TorchLegacy | Container::Pickle => "PyTorch",
        Container::Onnx => "ONNX",
    };
    let origin = head.origin.or(network.style.label);
    let origin = origin.map_or_else(String::new, |origin| format!(", {origin}"));
    ModelCard {
        name: weights::name_of(path),
        architecture: network.spec.id.to_owned(),
        head: head.form,
        dimensions: head.dimensions,
        preprocessing: head.preprocessing,
        source: format!("Imported from {} ({kind}{origin})", words(path.file_name())),
        quality: None,
        created: None,
    }
}

/// Reads the tensors of the file that make one of ours.
fn load(
    index: &mut TensorIndex,
    source: &Source,
    report: &mut ImportReport,
) -> Result<WeightTensor, WeightsError> {
    if let Some(made) = source.made {
        if !matches!(made, Made::Folded(_)) {
            report.reshaped.push(format!(
                "{}: not in the file, put in without effect",
                source.ours
            ));
        }
        return Ok(WeightTensor {
            shape: source.shape.clone(),
            values: made.values(&source.shape),
        });
    }
    let names: Vec<&str> = source.names.iter().map(String::as_str).collect();
    let found = recognize::stacked_shape(&names, &index.entries);
    let mut values = Vec::new();
    for name in &names {
        let mut part = index.load(name)?.values;
        if values.is_empty() {
            // Most tensors are one piece, and large ones are not copied for nothing.
            values = part;
        } else {
            values.append(&mut part);
        }
    }
    if found != source.shape || names.len() > 1 {
        let names = names.join(" + ");
        let note = format!("{names}: {found:?} as {:?}", source.shape);
        report.reshaped.push(note);
    }
    if values.len() != source.shape.iter().product::<usize>() {
        return Err(WeightsError::Shape {
            name: source.names[0].clone(),
            found,
            expected: source.shape.clone(),
        });
    }
    Ok(WeightTensor {
        shape: source.shape.clone(),
        values,
    })
}

/// A model is complete or it is none.
fn check(checkpoint: &Checkpoint) -> Result<(), WeightsError> {
    let card = &checkpoint.card;
    let Some(spec) = trunk::architecture(&card.architecture) else {
        return Ok(());
    };
    let head = HeadConfig {
        form: card.head,
        dimensions: card.dimensions,
        large: None,
    };
    let network = Network::new(spec, head, &Device::flex());
    state::check_state(&network, &checkpoint.tensors)
}

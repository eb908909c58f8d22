//! Turns the checkpoint file of any author into a model of ours.
//!
//! - `unwrap`: what training programs put before the names of a network.
//! - `styles`: the names that different authors give to the same parameters.
//! - `recognize`: which network it is, from names and shapes alone.
//! - `head`: which linear layers belong to the descriptor.
//! - `plan`: all of that together, before any number is read.
//! - `graph`: the same for an ONNX file whose names are lost, from the order of its layers.
//! - `own_onnx`: an ONNX file that Copylens wrote.
//! - `report`: what became of each tensor.
//! - `look`: what a file seems to be, for a person to confirm before it is read.

mod exported;
mod graph;
mod head;
mod look;
mod own_onnx;
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
pub use look::Candidate;
pub use look::Look;
pub use look::look;
pub use report::Ignored;
pub use report::ImportReport;

use super::ModelError;
use super::catalog::PublishedModel;
use super::model_file;
use super::model_file::ModelCard;
use super::network::HeadConfig;
use super::network::Network;
use super::state;
use super::trunk;
use plan::Plan;
use plan::Problem;
use recognize::Source;

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
    let mut index = TensorIndex::open(path).map_err(weights_error(path))?;
    let checkpoint = if is_own(&index) {
        own(&mut index, architecture)?
    } else {
        let plan = planned(&index, architecture)?;
        let card = card(&index, &plan);
        foreign(&mut index, plan, card)?
    };
    check(&checkpoint).map_err(weights_error(path))?;
    Ok(checkpoint)
}

/// Reads a file that was published as a row of the catalog: network, head and preprocessing are
/// those of the row.
pub fn read_published(path: &Path, row: &PublishedModel) -> Result<Checkpoint, ModelError> {
    let mut index = TensorIndex::open(path).map_err(weights_error(path))?;
    let (card, plan) = planned_as(&index, row)?;
    let checkpoint = foreign(&mut index, plan, card)?;
    check(&checkpoint).map_err(weights_error(path))?;
    Ok(checkpoint)
}

fn weights_error(path: &Path) -> impl Fn(WeightsError) -> ModelError + use<'_> {
    move |source| ModelError::Weights {
        path: path.to_owned(),
        source,
    }
}

/// Whether Copylens wrote the file.
fn is_own(index: &TensorIndex) -> bool {
    let has = |key| index.metadata.contains_key(key);
    has(model_file::VERSION_KEY) || has(exported::EXPORT_KEY) || own_onnx::is_one(index)
}

fn planned(index: &TensorIndex, only: Option<&str>) -> Result<Plan, ModelError> {
    plan::plan(&index.entries, only)
        .or_else(|problem| by_order(index, only).ok_or(problem))
        .map_err(|problem| not_planned(index.path(), problem))
}

/// A network told by the order of its layers, where a file lost the names.
fn by_order(index: &TensorIndex, only: Option<&str>) -> Option<Plan> {
    let mut plan = graph::plan(&index.graph, &index.entries, only)?;
    let changed = plan::reshaped_lines(&index.entries, &plan.network, &plan.head);
    plan.report.reshaped.extend(changed);
    Some(plan)
}

/// The same for a published file; its head is the row's.
fn published_by_order(index: &TensorIndex, row: &PublishedModel) -> Option<Plan> {
    let mut plan = by_order(index, Some(row.architecture))?;
    let is_bare = plan.head.sources.is_empty();
    plan.head.form = row.head;
    plan.head.dimensions = row.dimensions;
    plan.head.preprocessing = row.preprocessing;
    is_bare.then_some(plan)
}

fn not_planned(path: &Path, problem: Problem) -> ModelError {
    let path = path.to_owned();
    match problem {
        Problem::Nothing => ModelError::NotRecognized { path },
        Problem::Close(closest) => ModelError::Close {
            path,
            closest: closest.label,
            source: closest.problem,
        },
    }
}

/// The same for a file that was published as a row of the catalog.
fn planned_as(index: &TensorIndex, row: &PublishedModel) -> Result<(ModelCard, Plan), ModelError> {
    let other = |reason: String| ModelError::OtherThanPublished {
        path: index.path().to_owned(),
        label: row.label,
        reason,
    };
    if let Some(obstacle) = row.obstacle {
        return Err(ModelError::CannotRun {
            label: row.label,
            obstacle,
        });
    }
    if is_own(index) {
        return Err(other("Copylens wrote it".to_owned()));
    }
    let mut plan = plan::published(&index.entries, row)
        .or_else(|reason| published_by_order(index, row).ok_or(reason))
        .map_err(other)?;
    plan.report.published = Some(row.label);
    let file = index.path().file_name().unwrap_or_default();
    let card = ModelCard {
        name: row.label.to_owned(),
        source: format!("{} ({})", row.publisher.label, file.to_string_lossy()),
        published: Some(row.id.to_owned()),
        ..card(index, &plan)
    };
    Ok((card, plan))
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
    if own_onnx::is_one(index) {
        return own_onnx::read(index);
    }
    let mut tensors = index.load_all().map_err(weights_error(&path))?;
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

/// Reads what was planned.
fn foreign(index: &mut TensorIndex, plan: Plan, card: ModelCard) -> Result<Checkpoint, ModelError> {
    let path = index.path().to_owned();
    let mut tensors = TensorMap::new();
    let trunk = plan.network.sources.iter().map(|source| ("trunk.", source));
    for (front, source) in trunk.chain(plan.head.sources.iter().map(|source| ("", source))) {
        let tensor = load(index, source).map_err(weights_error(&path))?;
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
        report: plan.report,
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
        published: None,
    }
}

/// Reads the tensors of the file that make one of ours.
fn load(index: &mut TensorIndex, source: &Source) -> Result<WeightTensor, WeightsError> {
    if let Some(made) = source.made {
        return Ok(WeightTensor {
            shape: source.shape.clone(),
            values: made.values(&source.shape),
        });
    }
    let mut values = Vec::new();
    for name in &source.names {
        let mut part = index.load(name)?.values;
        if values.is_empty() {
            // Most tensors are one piece, and large ones are not copied for nothing.
            values = part;
        } else {
            values.append(&mut part);
        }
    }
    if values.len() != source.shape.iter().product::<usize>() {
        let names: Vec<&str> = source.names.iter().map(String::as_str).collect();
        return Err(WeightsError::Shape {
            name: source.names[0].clone(),
            found: recognize::stacked_shape(&names, &index.entries),
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

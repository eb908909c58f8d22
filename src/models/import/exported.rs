//! The names of the original for a model that leaves Copylens.
//!
//! Its file still says what it is, so it can come back without being recognized.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Device;

use crate::models::ModelError;
use crate::models::model_file::ModelCard;
use crate::models::model_file::VERSION_KEY;
use crate::models::network::HeadConfig;
use crate::models::network::Network;
use crate::models::onnx_export::CARD_KEY;
use crate::models::state;
use crate::models::trunk;
use crate::models::trunk::ArchitectureSpec;
use crate::weights::TensorFile;
use crate::weights::TensorMap;

/// Metadata of a file with the names of the original, in the place of [`VERSION_KEY`]: its version.
pub(super) const EXPORT_KEY: &str = "copylens_export";

/// A model under the names of its original. Its metadata still says what it is.
pub fn export_file(card: &ModelCard, mut tensors: TensorMap) -> Result<TensorFile, ModelError> {
    let mut exported = TensorMap::new();
    for (ours, theirs) in names(card)? {
        if let Some(tensor) = tensors.remove(&ours) {
            exported.insert(theirs, tensor);
        }
    }
    let mut metadata = card.metadata();
    if let Some(version) = metadata.remove(VERSION_KEY) {
        metadata.insert(EXPORT_KEY.to_owned(), version);
    }
    Ok(TensorFile {
        tensors: exported,
        metadata,
    })
}

/// The card of an exported file.
pub(super) fn card(
    metadata: &BTreeMap<String, String>,
    path: &Path,
) -> Result<ModelCard, ModelError> {
    let mut metadata = metadata.clone();
    let version = metadata.remove(EXPORT_KEY);
    if let Some(version) = version.or_else(|| metadata.remove(CARD_KEY)) {
        metadata.insert(VERSION_KEY.to_owned(), version);
    }
    ModelCard::from_metadata(&metadata, path)
}

/// The way back.
pub(super) fn import_tensors(
    card: &ModelCard,
    mut tensors: TensorMap,
) -> Result<TensorMap, ModelError> {
    let mut imported = TensorMap::new();
    for (ours, theirs) in names(card)? {
        if let Some(tensor) = tensors.remove(&theirs) {
            imported.insert(ours, tensor);
        }
    }
    // Whatever is left has a name nobody knows; the check of the whole model will say so.
    imported.append(&mut tensors);
    Ok(imported)
}

/// Our name and the original one of each tensor of a model.
fn names(card: &ModelCard) -> Result<Vec<(String, String)>, ModelError> {
    let spec =
        trunk::architecture(&card.architecture).ok_or_else(|| ModelError::UnknownArchitecture {
            id: card.architecture.clone(),
        })?;
    let head = HeadConfig {
        form: card.head,
        dimensions: card.dimensions,
        large: None,
    };
    let shapes = state::read_shapes(&Network::new(spec, head, &Device::flex()));
    let pairs = shapes.into_keys().map(|ours| {
        let theirs = original_key(spec, &ours);
        (ours, theirs)
    });
    Ok(pairs.collect())
}

/// Heads have torchvision's names: `fc`, or the two layers of `classifier`.
fn original_key(spec: &ArchitectureSpec, ours: &str) -> String {
    match ours.split_once('.') {
        Some(("trunk", rest)) => (spec.original_key)(rest),
        Some(("hidden", rest)) => format!("classifier.0.{rest}"),
        Some(("fc", rest)) if spec.hidden.is_some() => format!("classifier.3.{rest}"),
        // `bn` beside `fc` is ISC21's; a trunk with a `bn1` has another name.
        Some(("norm", rest)) => format!("bn.{rest}"),
        _ => ours.to_owned(),
    }
}

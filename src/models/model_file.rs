//! A model as one `.safetensors` file that says what it is.
//!
//! The tensors carry Copylens' own names; the metadata carries everything else, as strings.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Device;

use crate::data::Preprocessing;
use crate::weights;
use crate::weights::Precision;
use crate::weights::TensorFile;
use crate::weights::TensorMap;
use crate::weights::WeightTensor;

use super::ModelError;
use super::head::HeadForm;
use super::import;
use super::network::HeadConfig;
use super::network::Network;
use super::state;
use super::trunk;

/// Raised when the meaning of the tensors or of the metadata changes.
pub const FORMAT_VERSION: u32 = 1;
/// Metadata of every model file: its version.
pub const VERSION_KEY: &str = "copylens_model";

/// What a model file says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCard {
    pub name: String,
    pub architecture: String,
    pub head: HeadForm,
    pub dimensions: usize,
    pub preprocessing: Preprocessing,
    /// Where it comes from, in words.
    pub source: String,
    /// Held-out micro-AP, 0 to 1.
    pub quality: Option<f32>,
    /// Date it was made, `YYYY-MM-DD`.
    pub created: Option<String>,
    /// Row of the catalog of published models that it was imported through.
    pub published: Option<String>,
}

impl ModelCard {
    /// Reads the card out of a file's metadata.
    pub fn from_metadata(
        metadata: &BTreeMap<String, String>,
        path: &Path,
    ) -> Result<Self, ModelError> {
        let not_a_model = || ModelError::NotAModel {
            path: path.to_owned(),
        };
        let text = |key: &str| metadata.get(key).cloned().ok_or_else(not_a_model);
        let version: u32 = text(VERSION_KEY)?.parse().map_err(|_err| not_a_model())?;
        if version > FORMAT_VERSION {
            return Err(ModelError::Version {
                path: path.to_owned(),
                found: version,
                newest: FORMAT_VERSION,
            });
        }
        let architecture = text("architecture")?;
        if trunk::architecture(&architecture).is_none() {
            return Err(ModelError::Architecture {
                path: path.to_owned(),
                found: architecture,
            });
        }
        // Files of the first version had one form of head and did not name it.
        let head = match metadata.get("head") {
            Some(id) => HeadForm::from_id(id).ok_or_else(not_a_model)?,
            None => HeadForm::GEM_LINEAR,
        };
        let preprocessing = serde_json::from_str(&text("preprocessing")?);
        Ok(Self {
            name: text("name")?,
            architecture,
            head,
            dimensions: text("dimensions")?.parse().map_err(|_err| not_a_model())?,
            preprocessing: preprocessing.map_err(|_err| not_a_model())?,
            source: text("source")?,
            quality: metadata.get("quality").and_then(|q| q.parse().ok()),
            created: metadata.get("created").cloned(),
            published: metadata.get("published").cloned(),
        })
    }

    /// The card as the metadata of a file.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        let preprocessing = serde_json::to_string(&self.preprocessing).unwrap_or_default();
        let mut metadata = BTreeMap::from([
            (VERSION_KEY.to_owned(), FORMAT_VERSION.to_string()),
            ("name".to_owned(), self.name.clone()),
            ("architecture".to_owned(), self.architecture.clone()),
            ("head".to_owned(), self.head.id().to_owned()),
            ("dimensions".to_owned(), self.dimensions.to_string()),
            ("preprocessing".to_owned(), preprocessing),
            ("source".to_owned(), self.source.clone()),
        ]);
        if let Some(quality) = self.quality {
            metadata.insert("quality".to_owned(), quality.to_string());
        }
        if let Some(created) = &self.created {
            metadata.insert("created".to_owned(), created.clone());
        }
        if let Some(published) = &self.published {
            metadata.insert("published".to_owned(), published.clone());
        }
        metadata
    }
}

/// Writes a model, its two last linear layers merged into one when it has a projector.
pub fn write_model(
    path: &Path,
    card: &ModelCard,
    tensors: TensorMap,
    precision: Precision,
) -> Result<(), ModelError> {
    let file = TensorFile {
        tensors: merge_projector(tensors),
        metadata: card.metadata(),
    };
    weights::write(path, &file, precision).map_err(|source| ModelError::Weights {
        path: path.to_owned(),
        source,
    })
}

/// Builds the network of a file and loads it completely.
pub fn build(
    file: &TensorFile,
    path: &Path,
    device: &Device,
) -> Result<(ModelCard, Network), ModelError> {
    let card = ModelCard::from_metadata(&file.metadata, path)?;
    let spec = trunk::architecture(&card.architecture).ok_or_else(|| ModelError::Unknown {
        id: card.architecture.clone(),
    })?;
    let head = HeadConfig {
        form: card.head,
        dimensions: card.dimensions,
        large: None,
    };
    let network =
        state::load_state(Network::new(spec, head, device), &file.tensors).map_err(|source| {
            ModelError::Weights {
                path: path.to_owned(),
                source,
            }
        })?;
    Ok((card, network))
}

/// Weights a student can start from: a model of the same network, or the trunk of a checkpoint of
/// its origin. Tensors carry our names, those of the trunk with `trunk.` in front.
pub fn read_start(path: &Path, spec: &trunk::ArchitectureSpec) -> Result<TensorMap, ModelError> {
    let checkpoint = import::read_checkpoint(path, Some(spec.id))?;
    Ok(checkpoint.tensors)
}

/// `W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2)`: exact, and smaller than both layers.
pub fn merge_projector(mut tensors: TensorMap) -> TensorMap {
    let taken = (
        tensors.remove("projector.weight"),
        tensors.remove("projector.bias"),
    );
    let (Some(outer), Some(outer_bias)) = taken else {
        return tensors;
    };
    let (Some(inner), Some(inner_bias)) = (tensors.remove("fc.weight"), tensors.remove("fc.bias"))
    else {
        return tensors;
    };
    let (n_out, n_mid, n_in) = (outer.shape[0], inner.shape[0], inner.shape[1]);
    let mut weight = vec![0.0_f32; n_out * n_in];
    let mut bias = outer_bias.values;
    for out in 0..n_out {
        let row = &mut weight[out * n_in..(out + 1) * n_in];
        for mid in 0..n_mid {
            let factor = outer.values[out * n_mid + mid];
            bias[out] += factor * inner_bias.values[mid];
            let inner_row = &inner.values[mid * n_in..(mid + 1) * n_in];
            for (sum, value) in row.iter_mut().zip(inner_row) {
                *sum += factor * value;
            }
        }
    }
    let merged = WeightTensor {
        shape: vec![n_out, n_in],
        values: weight,
    };
    let merged_bias = WeightTensor {
        shape: vec![n_out],
        values: bias,
    };
    tensors.insert("fc.weight".to_owned(), merged);
    tensors.insert("fc.bias".to_owned(), merged_bias);
    tensors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_projector_gives_the_same_vectors() {
        // fc: [[1, 2], [0, 1]] + [1, 0]; projector: [[3, 1]] + [5].
        // x = [1, 1]: fc gives [4, 1]; projector gives 12 + 1 + 5 = 18.
        // Merged: [[3, 7]] + [8] gives 3 + 7 + 8 = 18.
        let tensor = |shape: &[usize], values: &[f32]| WeightTensor {
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        let tensors = TensorMap::from([
            (
                "fc.weight".to_owned(),
                tensor(&[2, 2], &[1.0, 2.0, 0.0, 1.0]),
            ),
            ("fc.bias".to_owned(), tensor(&[2], &[1.0, 0.0])),
            ("projector.weight".to_owned(), tensor(&[1, 2], &[3.0, 1.0])),
            ("projector.bias".to_owned(), tensor(&[1], &[5.0])),
        ]);
        let merged = merge_projector(tensors);
        assert_eq!(merged["fc.weight"], tensor(&[1, 2], &[3.0, 7.0]));
        assert_eq!(merged["fc.bias"], tensor(&[1], &[8.0]));
        assert_eq!(merged.len(), 2);
    }
}

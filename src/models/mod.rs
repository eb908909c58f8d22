//! Networks, model files, and the embedder that turns pictures into descriptors.
//!
//! - Owns: architectures, heads, the model store, the catalog of published models, [`FeatureMap`],
//!   graphs of networks for processors and for files of ONNX.
//! - Invariant: a model loads completely or not at all.
//! - Not here: reading pictures (`data`), reading checkpoint files (`weights`), training (`distill`).
//! - To add a network: one folder, one variant of `Trunk` and one row of [`ARCHITECTURES`].
//! - To add a published model: one row in its publisher's file of [`catalog`].

pub mod catalog;
mod efficientnet;
mod embedder;
pub mod engine;
mod error;
mod fastvit;
mod feature_map;
pub mod gelu;
pub mod graph;
pub mod head;
pub mod heads;
pub mod import;
pub mod layers;
mod mobilenet_v2;
mod mobilenet_v3;
mod mobilevit;
pub mod model_file;
pub mod network;
pub mod onnx_export;
mod precision;
mod residual;
pub mod resnet;
mod rounding;
pub mod silu;
mod squeezenet;
pub mod state;
mod store;
mod trunk;
pub mod vit;

use std::path::PathBuf;

use crate::data::Preprocessing;

pub use embedder::Embedder;
pub use error::ModelError;
pub use feature_map::FeatureMap;
pub use import::ImportReport;
pub use import::Look;
pub use rounding::effect_of_half;
pub use store::BUNDLED_ID;
pub use store::Imported;
pub use store::ModelStore;
pub use store::fingerprint;
pub use store::read_model;
pub use trunk::ARCHITECTURES;
pub use trunk::ArchitectureSpec;
pub use trunk::Maps;
pub use trunk::Trunk;
pub use trunk::architecture;
pub use trunk::students;

/// What is known about one model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInfo {
    /// Never changes; `bundled` is the one that ships with Copylens.
    pub id: String,
    pub name: String,
    /// Row of the table of architectures.
    pub architecture: String,
    /// Length of a descriptor.
    pub dimensions: usize,
    pub preprocessing: Preprocessing,
    /// Where it comes from, in words.
    pub source: String,
    pub file_bytes: u64,
    pub path: PathBuf,
    pub bundled: bool,
    /// Micro-AP on held-out pictures, 0 to 1.
    pub quality: Option<f32>,
    pub pictures_per_second: Option<f32>,
    pub created: Option<String>,
    /// Row of [`catalog`] that it was imported through.
    pub published: Option<String>,
}

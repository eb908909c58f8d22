//! What can go wrong with a model.

use std::path::PathBuf;

use crate::persist::PersistError;
use crate::weights::WeightsError;

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("There is no model called {id:?}")]
    Unknown { id: String },
    #[error(
        "The model was made for the network {found:?}, which this Copylens does not know: {path}"
    )]
    Architecture { path: PathBuf, found: String },
    #[error("The file holds tensors, but does not say which model they are: {path}")]
    NotAModel { path: PathBuf },
    #[error("The model was made for the network {found:?}, not for {expected:?}: {path}")]
    OtherArchitecture {
        path: PathBuf,
        found: String,
        expected: String,
    },
    #[error("There is no network called {id:?}")]
    UnknownArchitecture { id: String },
    #[error("The tensors of the file belong to no network that Copylens knows: {path}")]
    NotRecognized { path: PathBuf },
    #[error("The file is closest to {closest}, but is not one: {path}")]
    Close {
        path: PathBuf,
        closest: &'static str,
        source: WeightsError,
    },
    #[error("The file is not the published model {label:?} ({reason}): {path}")]
    OtherThanPublished {
        path: PathBuf,
        label: &'static str,
        reason: String,
    },
    #[error("Copylens cannot run the published model {label:?}. {obstacle}")]
    CannotRun {
        label: &'static str,
        obstacle: &'static str,
    },
    #[error("The model has format {found}, this Copylens reads up to {newest}: {path}")]
    Version {
        path: PathBuf,
        found: u32,
        newest: u32,
    },
    #[error(
        "The model has {megabytes} MB of weights, more than the 2 GB an ONNX file can hold: {path}"
    )]
    TooLargeForOnnx { path: PathBuf, megabytes: usize },
    #[error(
        "Copylens wrote this ONNX file for other programs, with layers of the network merged that \
         cannot be told apart again: {path}"
    )]
    FoldedForOthers { path: PathBuf },
    #[error("Pictures of {width} x {height} pixels are too small for this network")]
    TooSmall { height: usize, width: usize },
    #[error("The model that comes with Copylens cannot be renamed or deleted")]
    Bundled,
    #[error("This model file cannot be used: {path}")]
    Weights { path: PathBuf, source: WeightsError },
    #[error("Cannot change the model file: {path}")]
    Change {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Persist(#[from] PersistError),
}

impl ModelError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "Choose one of the models that `copylens models` lists.",
            Self::Architecture { .. } | Self::Version { .. } => {
                "Install a newer Copylens to use it."
            }
            Self::UnknownArchitecture { .. } => {
                "Name no network: the one of the file is recognized by itself."
            }
            Self::OtherArchitecture { .. } => "Choose the network the model was made for.",
            Self::NotRecognized { .. } => {
                "Choose the weights of a network that can be taught in Copylens, or one of its \
                 teachers, in the form its authors publish."
            }
            Self::OtherThanPublished { .. } => {
                "Its settings would be wrong for this file. Get the model again, or import the file \
                 by itself."
            }
            Self::CannotRun { .. } => "Choose another model of the same publisher.",
            Self::NotAModel { .. } => "Import the file: it may be recognized.",
            Self::TooLargeForOnnx { .. } => "Export it as a .safetensors file.",
            Self::FoldedForOthers { .. } => {
                "Export the model as a .safetensors file instead, and import that."
            }
            Self::TooSmall { .. } => "Choose larger pictures.",
            Self::Bundled => "Export it, and import the copy under another name.",
            Self::Weights { source, .. } | Self::Close { source, .. } => source.advice(),
            Self::Change { .. } => "Check that the folder may be changed and the disk has room.",
            Self::Persist(err) => err.advice(),
        }
    }
}

//! What can go wrong while a file of tensors is read or written.

use std::path::PathBuf;

/// Why a file of tensors did not become a model.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("Cannot read the model file: {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("This is not a model file Copylens can read ({reason}): {path}")]
    Format { path: PathBuf, reason: String },
    #[error("The file asks for {name:?}, which no model needs; nothing of it was run: {path}")]
    Refused { path: PathBuf, name: String },
    #[error(
        "The file holds {} GiB of tensors, Copylens reads up to 8: {path}",
        n_bytes.div_ceil(1 << 30)
    )]
    TooLarge { path: PathBuf, n_bytes: u64 },
    #[error("The tensor {name:?} holds numbers that are not finite: {path}")]
    NotFinite { path: PathBuf, name: String },
    #[error("{n_missing} of {n_expected} tensors are missing, the first one is {first:?}")]
    Missing {
        n_missing: usize,
        n_expected: usize,
        first: String,
    },
    #[error("{n_unused} tensors belong to no part of this network, the first one is {first:?}")]
    Unused { n_unused: usize, first: String },
    #[error("The tensor {name:?} has shape {found:?}, this network needs {expected:?}")]
    Shape {
        name: String,
        found: Vec<usize>,
        expected: Vec<usize>,
    },
    #[error(transparent)]
    Write(#[from] crate::persist::PersistError),
}

impl WeightsError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Read { .. } => "Check that the file still exists and may be read.",
            Self::Format { .. } => {
                "Choose a PyTorch, .safetensors or ONNX file, downloaded completely."
            }
            Self::Refused { .. } => {
                "Do not open it with other programs unless you trust who made it. If it is a model \
                 of your own, save its state_dict alone."
            }
            Self::TooLarge { .. } => "Save the network alone, without the state of its training.",
            Self::NotFinite { .. } => "The file is damaged or its training failed; choose another.",
            Self::Missing { .. } | Self::Unused { .. } | Self::Shape { .. } => {
                "The file was made for another network; choose the one it belongs to."
            }
            Self::Write(err) => err.advice(),
        }
    }
}

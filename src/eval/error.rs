//! What can go wrong while a model is evaluated.

use std::path::PathBuf;

use crate::data::datasets::DatasetError;
use crate::monitor::Cancelled;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    #[error(transparent)]
    Dataset(#[from] DatasetError),

    #[error("{found} descriptors came back for {expected} pictures")]
    DescriptorCount { found: usize, expected: usize },

    #[error("This descriptor has {found} values, the others have {expected}: {path}")]
    Dimensions {
        found: usize,
        expected: usize,
        path: PathBuf,
    },

    #[error("The model gave a descriptor that is not finite: {path}")]
    NotFinite { path: PathBuf },

    #[error("None of {n_pictures} pictures could be read: {path}")]
    NothingReadable { n_pictures: usize, path: PathBuf },

    #[error("Reference {reference} is predicted twice for query {query}")]
    DuplicatePrediction { query: u32, reference: u32 },

    #[error("Evaluation stopped")]
    Cancelled(#[from] Cancelled),
}

impl EvalError {
    /// The next step to offer below the message, if there is one.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Dataset(err) => Some(err.advice()),
            Self::NothingReadable { .. } => {
                Some("Check that the data set was unpacked completely.")
            }
            Self::Dimensions { .. } | Self::NotFinite { .. } => {
                Some("The model file may be damaged. Import it again.")
            }
            Self::DescriptorCount { .. }
            | Self::DuplicatePrediction { .. }
            | Self::Cancelled(_) => None,
        }
    }
}

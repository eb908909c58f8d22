//! What can go wrong while a model is evaluated.

use std::path::PathBuf;

use crate::monitor::Cancelled;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    #[error("This folder has no layout Copylens knows: {path}")]
    UnknownLayout { path: PathBuf },

    #[error("Cannot read the folder: {path}")]
    ReadFolder {
        path: PathBuf,
        source: std::io::Error,
    },

    #[error("There are no pictures in this folder: {path}")]
    NoPictures { path: PathBuf },

    #[error("Two pictures are both called {id:?}: {path}")]
    DuplicateId { id: String, path: PathBuf },

    #[error("Cannot read the table: {path}")]
    ReadTable {
        path: PathBuf,
        source: std::io::Error,
    },

    /// Lines count from 1, as an editor shows them.
    #[error("Line {line}: {problem}: {path}")]
    Table {
        line: u64,
        problem: String,
        path: PathBuf,
    },

    #[error("The table names no copy: {path}")]
    NoCopies { path: PathBuf },

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
            Self::UnknownLayout { .. } => Some(
                "Choose a folder that holds queries, references and a ground truth table, \
                 for example queries/, references/ and dev_ground_truth.csv.",
            ),
            Self::ReadFolder { .. } | Self::ReadTable { .. } => {
                Some("Check that it still exists and that you may read it.")
            }
            Self::NoPictures { .. } | Self::NothingReadable { .. } => {
                Some("Check that the data set was unpacked completely.")
            }
            Self::Table { .. } | Self::NoCopies { .. } => Some(
                "The table holds query_id,reference_id on each line; reference_id may be empty.",
            ),
            Self::DuplicateId { .. } => Some("Rename or remove one of the two."),
            Self::Dimensions { .. } | Self::NotFinite { .. } => {
                Some("The model file may be damaged. Import it again.")
            }
            Self::DescriptorCount { .. }
            | Self::DuplicatePrediction { .. }
            | Self::Cancelled(_) => None,
        }
    }
}

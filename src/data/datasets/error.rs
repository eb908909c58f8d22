//! What can be wrong with a data set.

use std::path::PathBuf;

use crate::monitor::Cancelled;
use crate::pickle::PickleError;

/// Why a data set was not opened. Lines count from 1, as an editor shows them.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    #[error("This folder has no layout Copylens knows: {path}")]
    UnknownLayout { path: PathBuf },
    #[error("This looks like {layout}, but {missing} is missing: {path}")]
    Incomplete {
        layout: &'static str,
        missing: String,
        /// Where the missing part comes from, a sentence.
        origin: &'static str,
        path: PathBuf,
    },
    #[error("Cannot read the folder ({source}): {path}")]
    ReadFolder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("Cannot read the file ({source}): {path}")]
    ReadFile {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("There are no pictures in this folder: {path}")]
    NoPictures { path: PathBuf },
    #[error("Two pictures are both called {id:?}: {path}")]
    DuplicateId { id: String, path: PathBuf },
    #[error("Line {line}: {problem}: {path}")]
    Table {
        line: u64,
        problem: String,
        path: PathBuf,
    },
    #[error("The table names no copy: {path}")]
    NoCopies { path: PathBuf },
    /// A file of pictures or of the ground truth that is not what it should be.
    #[error("The file is damaged ({problem}): {path}")]
    Damaged { problem: String, path: PathBuf },
    #[error("The file asks for {name:?}, which no data set needs; nothing of it was run: {path}")]
    Refused { name: String, path: PathBuf },
    #[error("The archive cannot be read where it lies ({problem}): {path}")]
    Archive { problem: String, path: PathBuf },
    #[error("Opening the data set was stopped")]
    Cancelled(#[from] Cancelled),
}

impl DatasetError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::UnknownLayout { .. } => {
                "Choose a folder of pictures, or one laid out like a data set of the list."
            }
            Self::Incomplete { origin, .. } => origin,
            Self::ReadFolder { .. } | Self::ReadFile { .. } => {
                "Check that it still exists and that you may read it."
            }
            Self::NoPictures { .. } | Self::Damaged { .. } => {
                "Check that the data set was downloaded and unpacked completely."
            }
            Self::DuplicateId { .. } => "Rename or remove one of the two.",
            Self::Table { .. } | Self::NoCopies { .. } => {
                "Compare the table with the one that comes with the data set."
            }
            Self::Refused { .. } => {
                "Do not open it with other programs unless you trust who made it."
            }
            Self::Archive { .. } => "Unpack the archive and choose the folder.",
            Self::Cancelled(_) => "Open it again when you need it.",
        }
    }

    pub(super) fn pickle(error: PickleError, path: PathBuf) -> Self {
        match error {
            PickleError::Read(source) => Self::ReadFile { path, source },
            PickleError::Malformed(problem) => Self::Damaged { problem, path },
            PickleError::Refused(name) => Self::Refused { name, path },
        }
    }
}

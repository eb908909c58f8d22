//! What can go wrong in a job beyond the errors of the rooms it uses.

use std::path::PathBuf;

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error("There is no library here: {library}")]
    NoLibrary { library: PathBuf },

    #[error("The folder cannot be reached: {folder}")]
    FolderMissing { folder: PathBuf },

    #[error("There are no pictures in this folder: {folder}")]
    NoPictures { folder: PathBuf },

    #[error("The folder went away while its pictures were read: {folder}")]
    FolderVanished { folder: PathBuf },

    #[error("The catalog has no model called {id:?}")]
    NotPublished { id: String },

    #[error(
        "{label} has no file of the format {format:?}; there is {}",
        or_nothing(known)
    )]
    NoFormat {
        label: &'static str,
        format: String,
        known: String,
    },

    #[error("The authors of {label} give it out on their page only: {page}")]
    PageOnly {
        label: &'static str,
        page: &'static str,
    },

    #[error("The thread that reads pictures could not be started")]
    NoThread { source: std::io::Error },
}

impl WorkerError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NoLibrary { .. } => "Make one by adding a folder with pictures.",
            Self::FolderMissing { .. } => {
                "Connect the drive or the network again. The pictures stay in the library."
            }
            Self::NoPictures { .. } => "Choose a folder with pictures.",
            Self::FolderVanished { .. } => {
                "Connect the drive or the network again, then read the folder once more. \
                 What was read so far stays in the library."
            }
            Self::NotPublished { .. } => "Choose one of those that `copylens catalog` lists.",
            Self::NoFormat { .. } => "Name none: the one to take comes first.",
            Self::PageOnly { .. } => {
                "Download the file there and import it. Its name tells Copylens which model it is."
            }
            Self::NoThread { .. } => "Close other programs and try again.",
        }
    }
}

fn or_nothing(known: &str) -> &str {
    if known.is_empty() { "none" } else { known }
}

//! What can go wrong in a job beyond the errors of the rooms it uses.

use std::path::PathBuf;

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error("There is no library here: {library}")]
    NoLibrary { library: PathBuf },

    #[error("The folder cannot be reached: {folder}")]
    FolderMissing { folder: PathBuf },

    #[error("The folder went away while its pictures were read: {folder}")]
    FolderVanished { folder: PathBuf },

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
            Self::FolderVanished { .. } => {
                "Connect the drive or the network again, then read the folder once more. \
                 What was read so far stays in the library."
            }
            Self::NoThread { .. } => "Close other programs and try again.",
        }
    }
}

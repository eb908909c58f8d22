//! What can go wrong with a library, and what to do about it.

use std::path::PathBuf;

use crate::monitor::Cancelled;
use crate::persist::PersistError;

/// Why a library could not be opened, read or changed.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("The library is in use by another Copylens: {path}")]
    InUse { path: PathBuf },
    #[error("The library file is damaged ({detail}): {path}")]
    Damaged { path: PathBuf, detail: String },
    #[error("The library has format {found}, this Copylens reads up to format {newest}: {path}")]
    Version {
        path: PathBuf,
        found: u64,
        newest: u64,
    },
    #[error("The library was made on another kind of system: {path}")]
    OtherSystem { path: PathBuf },
    #[error("Cannot create the library: {path}")]
    Create {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("The library may not be changed: {path}")]
    ReadOnly {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("The disk is full, the library was not changed: {path}")]
    DiskFull { path: PathBuf, source: redb::Error },
    #[error("Cannot read or write the library: {path}")]
    Store { path: PathBuf, source: redb::Error },
    #[error("Model \"{model}\" has descriptors of {expected} numbers here, not {found}")]
    Dimensions {
        model: String,
        expected: usize,
        found: usize,
    },
    #[error("A descriptor of model \"{model}\" holds a number that is not finite")]
    NotFinite { model: String },
    #[error("The file lies in none of the library's folders: {path}")]
    OutsideRoots { path: PathBuf },
    #[error(transparent)]
    Segment(#[from] PersistError),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl IndexError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::InUse { .. } => {
                "Close the other window or wait for the other command, then try again. \
                 Nothing was changed."
            }
            Self::Damaged { .. } => {
                "Your pictures are safe, only the index is affected. Rebuild it: the damaged file \
                 is kept beside the new one."
            }
            Self::Version { .. } => "Install a newer Copylens, or choose another library.",
            Self::OtherSystem { .. } => {
                "Choose another library: paths of this one mean nothing on this computer."
            }
            Self::Create { .. } | Self::ReadOnly { .. } => {
                "Check that the folder may be changed, or choose another one. Nothing was changed."
            }
            Self::DiskFull { .. } => {
                "Make room on the disk and try again. What was indexed before is still there."
            }
            Self::Store { .. } => {
                "Check that the disk is connected and has room, then try again. \
                 What was indexed before is still there."
            }
            Self::Dimensions { .. } => {
                "The model was replaced by another of the same name. Index again with it."
            }
            Self::NotFinite { .. } => "The model is broken: choose another one.",
            Self::OutsideRoots { .. } => "Add the folder of the picture to the library first.",
            Self::Segment(err) => err.advice(),
            Self::Cancelled(_) => "",
        }
    }
}

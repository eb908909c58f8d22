//! What can go wrong while a model is evaluated.

use std::path::PathBuf;

use super::whitening::WhiteningError;
use crate::data::DecodeError;
use crate::data::datasets::DatasetError;
use crate::monitor::Cancelled;
use crate::persist::PersistError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    #[error(transparent)]
    Dataset(#[from] DatasetError),

    #[error("There is no protocol called {id:?}; there are {known}")]
    UnknownProtocol { id: String, known: String },

    #[error(
        "The protocol {protocol:?} does not fit {layout}, for which there is {fitting}: {path}"
    )]
    DoesNotFit {
        protocol: &'static str,
        layout: String,
        /// The protocols that do.
        fitting: String,
        path: PathBuf,
    },

    #[error("There is no option called {id:?}; there are {known}")]
    UnknownOption { id: String, known: String },

    #[error("{value:?} is no value for the option {id:?}, which is {expected}")]
    OptionValue {
        id: &'static str,
        value: String,
        expected: String,
    },

    #[error("This needs {what}, which the data set does not have: {path}")]
    MissingPart { what: &'static str, path: PathBuf },

    #[error("This model has no class token, so it has no descriptor of token and patches")]
    NoToken,

    #[error(transparent)]
    Whitening(#[from] WhiteningError),

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

    #[error(transparent)]
    Picture(#[from] DecodeError),

    #[error("The report could not be saved")]
    Save(#[from] PersistError),

    #[error("Evaluation stopped")]
    Cancelled(#[from] Cancelled),
}

impl EvalError {
    /// The next step to offer below the message, if there is one.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Dataset(err) => Some(err.advice()),
            Self::Save(err) => Some(err.advice()),
            Self::Picture(err) => Some(err.advice()),
            Self::DoesNotFit { .. } => Some("Choose another protocol, or another data set."),
            Self::MissingPart { .. } => Some("Add the missing part, or switch the option off."),
            Self::NoToken => Some("Choose a transformer, or the descriptor of the model."),
            Self::Whitening(_) => {
                Some("Use more background pictures, fewer dimensions, or no whitening.")
            }
            Self::NothingReadable { .. } => {
                Some("Check that the data set was unpacked completely.")
            }
            Self::Dimensions { .. } | Self::NotFinite { .. } => {
                Some("The model file may be damaged. Import it again.")
            }
            Self::UnknownProtocol { .. }
            | Self::UnknownOption { .. }
            | Self::OptionValue { .. }
            | Self::DescriptorCount { .. }
            | Self::DuplicatePrediction { .. }
            | Self::Cancelled(_) => None,
        }
    }
}

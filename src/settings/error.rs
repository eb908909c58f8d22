//! What can go wrong with the data folder and the settings file.

use crate::persist::PersistError;

/// Why the data folder or the settings are not usable.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("This system names no folder for the data of programs")]
    NoDataFolder,
    #[error("The settings could not be saved")]
    Save(#[source] PersistError),
    #[error("The settings could not be read")]
    Load(#[source] PersistError),
}

impl SettingsError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NoDataFolder => "Set COPYLENS_HOME to a folder that may be written to.",
            Self::Save(source) | Self::Load(source) => source.advice(),
        }
    }
}

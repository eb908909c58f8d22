//! What can go wrong when a device is chosen.

/// Why a device cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("There is no device {id:?}, this computer has {known}")]
    Unknown { id: String, known: String },

    #[error("{name:?} ({id}) cannot be used: {reason}")]
    NotUsable {
        id: String,
        name: String,
        reason: String,
    },

    #[error("{name:?} ({id}) did not start: {reason}")]
    Open {
        id: String,
        name: String,
        reason: String,
    },
}

impl DeviceError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "Choose one of the devices under Settings, Computer.",
            Self::NotUsable { .. } => "Choose another device under Settings, Computer.",
            Self::Open { .. } => {
                "Update the graphics driver, or choose the CPU under Settings, Computer."
            }
        }
    }
}

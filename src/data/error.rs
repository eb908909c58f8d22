//! Why a picture could not be read or written.

use std::path::Path;
use std::path::PathBuf;

/// Why a file did not become a picture.
///
/// Each message is one sentence for the person who owns the file; the path comes last.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("Cannot open the file ({source}): {path}")]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("The file is empty: {path}")]
    Empty { path: PathBuf },
    #[error("This is not a picture Copylens can read: {path}")]
    NotAPicture { path: PathBuf },
    #[error("Copylens cannot read {what} files: {path}")]
    Unsupported { path: PathBuf, what: &'static str },
    #[error("The picture claims to be {width} x {height} pixels, more than Copylens opens: {path}")]
    TooLarge {
        path: PathBuf,
        width: u64,
        height: u64,
    },
    #[error("The picture needs more memory than Copylens gives to one picture: {path}")]
    OutOfMemory { path: PathBuf },
    #[error("The picture is damaged ({reason}): {path}")]
    Damaged { path: PathBuf, reason: String },
    /// The decoder panicked; the panic was caught.
    #[error("The picture is damaged, its decoder gave up: {path}")]
    Crashed { path: PathBuf },
}

impl DecodeError {
    /// The file this is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. }
            | Self::Empty { path }
            | Self::NotAPicture { path }
            | Self::Unsupported { path, .. }
            | Self::TooLarge { path, .. }
            | Self::OutOfMemory { path }
            | Self::Damaged { path, .. }
            | Self::Crashed { path } => path,
        }
    }

    /// The message without the path, for lists that show the path in a column of its own.
    pub fn reason(&self) -> String {
        let message = self.to_string();
        let suffix = format!(": {}", self.path().display());
        match message.strip_suffix(&suffix) {
            Some(reason) => reason.to_owned(),
            None => message,
        }
    }

    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Open { .. } => "Check that the file still exists and may be read.",
            Self::Empty { .. } | Self::Damaged { .. } | Self::Crashed { .. } => {
                "Copy the file again from where it came from."
            }
            Self::NotAPicture { .. } | Self::Unsupported { .. } => {
                "Save the picture as JPEG, PNG, WebP, TIFF, GIF or BMP."
            }
            Self::TooLarge { .. } | Self::OutOfMemory { .. } => {
                "Save a smaller version of the picture."
            }
        }
    }
}

/// Why a picture could not be turned into the bytes of a file.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    #[error("Cannot write a picture of {width} x {height} pixels ({reason})")]
    Encode {
        width: u32,
        height: u32,
        reason: String,
    },
}

impl EncodeError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Encode { .. } => "Save a smaller version of the picture.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_message_without_the_path() {
        let err = DecodeError::Damaged {
            path: PathBuf::from("/pictures/a: b.jpg"),
            reason: "the file ends too early".to_owned(),
        };
        assert_eq!(
            err.reason(),
            "The picture is damaged (the file ends too early)"
        );
        assert!(err.to_string().ends_with("/pictures/a: b.jpg"));
    }
}

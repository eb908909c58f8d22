//! From what a person dropped to pixels.

use std::sync::Arc;

use crate::data;
use crate::data::DecodeError;
use crate::data::Picture;
use crate::worker::request::Source;

/// The pixels of a source.
pub(super) fn read(source: &Source) -> Result<Arc<Picture>, DecodeError> {
    match source {
        Source::File(path) => data::decode(path).map(Arc::new),
        Source::Pixels { picture, .. } => Ok(picture.clone()),
    }
}

/// The name people know it by.
pub(super) fn name(source: &Source) -> String {
    match source {
        Source::File(path) => path
            .file_name()
            .map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy())
            .into_owned(),
        Source::Pixels { name, .. } => name.clone(),
    }
}

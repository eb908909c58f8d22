//! The plain values that go in and out of a library.

use std::path::PathBuf;

use crate::data::DiskFile;

/// One picture of a library, for as long as the library lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PictureId(pub u64);

/// A file that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    pub path: PathBuf,
    pub reason: String,
}

/// What differs between a folder on disk and the library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Pictures that need nothing.
    pub unchanged: usize,
    /// Files that could not be read before and have not changed since.
    pub skipped: usize,
    /// Files that are new, have changed, or lack a descriptor of the model.
    pub embed: Vec<DiskFile>,
    /// Entries whose file is no longer there. Give them to `remove` after the new files are in.
    pub gone: Vec<PictureId>,
    /// The folder itself cannot be found (a drive that is not connected): its entries are kept.
    pub is_offline: bool,
}

/// One picture to store, with everything that was computed for it.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub file: DiskFile,
    pub hash: [u8; 32],
    pub width: u32,
    pub height: u32,
    /// The EXIF orientation that was applied, 1 to 8.
    pub orientation: u8,
    /// JPEG bytes.
    pub thumbnail: Vec<u8>,
    /// L2-normalized, so that the dot product of two is their similarity.
    pub descriptor: Vec<f32>,
}

/// What the library knows about one picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureRecord {
    pub id: PictureId,
    pub path: PathBuf,
    pub size: u64,
    pub modified_ns: i64,
    pub hash: [u8; 32],
    pub width: u32,
    pub height: u32,
    pub orientation: u8,
}

/// One answer of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub id: PictureId,
    /// Dot product of the descriptors; more is closer, 1 is the same.
    pub similarity: f32,
}

/// How much of a library can be searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pictures: usize,
    /// Pictures that have a descriptor of the model.
    pub searchable: usize,
}

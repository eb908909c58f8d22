//! Remembers the pictures of a library and finds the ones like a given descriptor.
//!
//! - Owns: the store of pictures and descriptors, the HNSW segments, their files.
//! - Invariant: nothing here knows what a neural network is; descriptors are `&[f32]`.
//! - Invariant: a crash loses at most the batch that was being written.
//! - Not here: reading pictures (`data`), computing descriptors (`models`).

use std::path::PathBuf;

/// One picture of a library, for as long as the library lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PictureId(pub u64);

/// A file that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    pub path: PathBuf,
    pub reason: String,
}

//! Remembers the pictures of a library and finds the ones like a given descriptor.
//!
//! - Owns: the store of pictures and descriptors, the HNSW segments, their files.
//! - Invariant: nothing here knows what a neural network is; descriptors are `&[f32]`.
//! - Invariant: the store holds everything; what is in memory and in segments can be rebuilt from it.
//! - Invariant: a crash loses at most the batch that was being written.
//! - Not here: reading pictures (`data`), computing descriptors (`models`).
//! - To change the format of the store: raise [`FORMAT_VERSION`], add a step to `migrate::STEPS`,
//!   and put a library of the old version into `tests/fixtures/`.
//!
//! One round of indexing: [`Library::changes`] says what to do, each new file is offered to
//! [`Library::adopt`] (moved and copied files need no embedding) or else goes into
//! [`Library::put`] or [`Library::skip`]; [`Library::remove`] comes **last**, so that a moved file
//! still finds its old entry.

mod adopt;
mod bench;
mod changes;
mod error;
mod graph;
mod library;
mod matrix;
mod merge;
mod migrate;
mod model;
mod paths;
mod put;
mod remove;
mod roots;
mod segment;
mod store;
mod tables;
mod types;
mod view;

#[cfg(test)]
mod tests;

pub use bench::SearchBench;
pub use bench::bench_search;
pub use error::IndexError;
pub use library::Library;
pub use merge::SEGMENT_ROWS;
pub use migrate::FORMAT_VERSION;
pub use types::Changes;
pub use types::Counts;
pub use types::Hit;
pub use types::NewEntry;
pub use types::PictureId;
pub use types::PictureRecord;
pub use types::Skipped;

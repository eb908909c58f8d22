//! The pictures of a part of a data set, as a compact list.

use super::names::Names;
use super::source::Block;

/// How a picture lies in a larger file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 1024 red, 1024 green, 1024 blue bytes, 32 x 32 (CIFAR-10).
    Planes,
    /// The last column of a line, base64 of a picture file (TSV).
    Line,
}

/// A picture that is no file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Index into [`Entries::blocks`].
    pub(super) block: u16,
    pub(super) start: u64,
    pub(super) n_bytes: u32,
}

/// Pictures by number: a name each, a class each where the set has classes.
///
/// A million files take some 40 MB: names lie in one piece of memory, nothing is kept twice.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    /// Relative to the data set where a picture is a file; any name otherwise.
    pub names: Names,
    /// Classes by number, or nothing.
    pub labels: Vec<u32>,
    /// Folders and files that could not be listed.
    pub n_unreadable: usize,
    /// The files that hold several pictures each.
    pub(super) blocks: Vec<Block>,
    pub(super) pieces: Vec<Piece>,
    pub(super) form: Option<Form>,
}

impl Entries {
    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The class of a picture.
    pub fn label(&self, idx: usize) -> Option<u32> {
        self.labels.get(idx).copied()
    }

    /// Adds the pictures of one more class or part.
    pub(super) fn extend(&mut self, other: &Self, label: Option<u32>) {
        for name in other.names.iter() {
            self.names.push(name);
            self.labels.extend(label);
        }
        self.n_unreadable += other.n_unreadable;
    }
}

//! Model files between being dropped and being imported.

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::models::Look;
use crate::models::import::Candidate;

/// A file that was recognized and waits for a yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking {
    pub look: Look,
    /// Which of the candidates it is to be read as.
    pub chosen: usize,
}

impl Asking {
    pub fn candidate(&self) -> Option<&Candidate> {
        self.look.candidates.get(self.chosen)
    }
}

/// Files that wait to be imported, one after the other.
#[derive(Clone, Debug, Default)]
pub struct ImportState {
    /// Being read in the background.
    pub reading: Vec<PathBuf>,
    /// Recognized; the person is asked about the first one.
    pub asking: VecDeque<Asking>,
}

impl ImportState {
    /// Takes a file out of those being read; whether it was one of them.
    pub fn stop_reading(&mut self, path: &std::path::Path) -> bool {
        let n_before = self.reading.len();
        self.reading.retain(|reading| reading != path);
        self.reading.len() < n_before
    }
}

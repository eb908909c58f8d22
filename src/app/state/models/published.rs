//! What the list of published models shows.

use std::collections::BTreeMap;

use crate::download::Interrupted;
use crate::models::catalog;
use crate::worker::ActiveJob;
use crate::worker::JobId;

/// A download that runs or waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    pub job: JobId,
    /// Nothing of it is to be kept.
    pub is_cancelled: bool,
}

/// What the list of published models shows.
#[derive(Clone, Debug, Default)]
pub struct PublishedState {
    /// What somebody looks for.
    pub search: String,
    /// The row that is open.
    pub open: Option<&'static str>,
    /// The file that was chosen, by row.
    pub formats: BTreeMap<&'static str, &'static str>,
    /// By row.
    pub downloads: BTreeMap<String, Download>,
    /// Files that were begun and not finished.
    pub interrupted: Vec<Interrupted>,
}

impl PublishedState {
    /// The unfinished file of a row.
    pub fn interrupted(&self, model: &str) -> Option<&Interrupted> {
        let mut files = self.interrupted.iter();
        files.find(|file| row_of(file) == Some(model))
    }

    /// The job that downloads a row, as of this frame.
    pub fn job<'a>(&self, model: &str, jobs: &'a [ActiveJob]) -> Option<&'a ActiveJob> {
        let download = self.downloads.get(model)?;
        jobs.iter().find(|job| job.id == download.job)
    }
}

/// The row that an unfinished file belongs to.
pub fn row_of(file: &Interrupted) -> Option<&'static str> {
    let name = file.target.file_name()?.to_str()?;
    catalog::by_file_name(name).map(|row| row.id)
}

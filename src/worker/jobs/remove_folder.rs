//! Takes a folder and its pictures out of a library. The files stay where they are.

use std::path::PathBuf;

use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;

pub(super) struct RemoveFolder {
    pub(super) library: PathBuf,
    pub(super) folder: PathBuf,
}

impl Job for RemoveFolder {
    fn title(&self) -> String {
        "Taking a folder out of the library".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Quick
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        context
            .existing_library(&self.library)?
            .remove_root(&self.folder)?;
        Ok(JobResult::RemoveFolder {
            library: self.library,
        })
    }
}

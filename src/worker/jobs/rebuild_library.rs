//! Puts a damaged library aside and begins an empty one in its place.

use std::path::PathBuf;

use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;

pub(super) struct RebuildLibrary {
    pub(super) library: PathBuf,
}

impl Job for RebuildLibrary {
    fn title(&self) -> String {
        "Putting a damaged library aside".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Quick
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        context.rebuild_library(&self.library)?;
        Ok(JobResult::RebuildLibrary {
            library: self.library,
        })
    }
}

//! Draws the demo library when it is not there yet, and makes it searchable.

use std::path::Path;
use std::path::PathBuf;

use super::index::IndexFolders;
use crate::data;
use crate::data::demo;
use crate::monitor::Monitor;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;

/// Pictures offered to search with.
const MAX_QUERIES: usize = 6;

pub(super) struct OpenDemo;

impl Job for OpenDemo {
    fn title(&self) -> String {
        "Opening the demo library".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let library = context.home().demo_library();
        let pictures = library.join("pictures");
        demo::draw_demo_library(context.monitor, &pictures)?; // Does nothing the second time.
        let index = IndexFolders {
            library,
            folders: vec![pictures.clone()],
            model: None,
            device: None,
        };
        let report = index.bring_up_to_date(context)?;
        Ok(JobResult::OpenDemo {
            library: index.library,
            queries: queries(context.monitor, &pictures)?,
            report,
        })
    }
}

/// A few edited copies, spread over all of them.
fn queries(monitor: &Monitor, pictures: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let copies = data::scan(monitor, &[pictures.join("copies")])?.files;
    let step = copies.len().div_ceil(MAX_QUERIES).max(1);
    let chosen = copies.into_iter().step_by(step);
    Ok(chosen.map(|file| file.path).collect())
}

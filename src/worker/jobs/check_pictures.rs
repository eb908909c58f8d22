//! Counts the pictures of training folders and reads the header of each.

use std::path::PathBuf;

use crate::data;
use crate::index::Skipped;
use crate::monitor::Progress;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;
use crate::worker::request::PictureCheck;

/// Readable pictures that are named, to be shown.
const N_SAMPLES: usize = 24;

/// Files between two looks at the stop button.
const BATCH_SIZE: usize = 16;

pub(super) struct CheckPictures {
    pub(super) folders: Vec<PathBuf>,
}

impl Job for CheckPictures {
    fn title(&self) -> String {
        "Looking through the training pictures".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let scan = data::scan(context.monitor, &self.folders)?;
        let mut check = PictureCheck {
            folders: self.folders,
            ..PictureCheck::default()
        };
        let skipped = |err: &data::DecodeError| Skipped {
            path: err.path().to_owned(),
            reason: err.reason(),
        };
        check.unreadable.extend(scan.unreadable.iter().map(skipped));
        for (batch_idx, batch) in scan.files.chunks(BATCH_SIZE).enumerate() {
            context.monitor.check()?;
            context.monitor.report(Progress {
                stage: "Checking pictures",
                n_done: (batch_idx * BATCH_SIZE) as u64,
                n_total: Some(scan.files.len() as u64),
            });
            for file in batch {
                match data::decode_info(&file.path) {
                    Ok(_) => {
                        if check.readable * N_SAMPLES >= check.samples.len() * scan.files.len() {
                            check.samples.push(file.path.clone());
                        }
                        check.readable += 1;
                    }
                    Err(err) => check.unreadable.push(skipped(&err)),
                }
            }
        }
        Ok(JobResult::CheckPictures(check))
    }
}

//! Computes the descriptors of pictures without a library.

use std::path::PathBuf;

use super::describe::BATCH_SIZE;
use super::describe::describe;
use crate::data;
use crate::index::Skipped;
use crate::monitor::Progress;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::EmbedReport;
use crate::worker::request::JobResult;

pub(super) struct Embed {
    /// Pictures, and folders that stand for all their pictures.
    pub(super) pictures: Vec<PathBuf>,
    pub(super) model: Option<String>,
    pub(super) device: Option<String>,
}

impl Job for Embed {
    fn title(&self) -> String {
        "Describing pictures".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let embedder = context.embedder(self.model.as_deref(), self.device.as_deref())?;
        let mut report = EmbedReport {
            dimensions: embedder.dimensions(),
            ..EmbedReport::default()
        };
        let files = expand(context, self.pictures, &mut report.skipped)?;
        for (batch_idx, batch) in files.chunks(BATCH_SIZE).enumerate() {
            context.monitor.check()?;
            context.monitor.report(Progress {
                stage: "Describing pictures",
                n_done: (batch_idx * BATCH_SIZE) as u64,
                n_total: Some(files.len() as u64),
            });
            for (path, described) in batch.iter().zip(describe(&embedder, batch)) {
                match described {
                    Ok(descriptor) => report.rows.push((path.clone(), descriptor)),
                    Err(err) => report.skipped.push(left_out(&err)),
                }
            }
        }
        Ok(JobResult::Embed(report))
    }
}

/// Folders become their pictures; everything else stays as it was named.
fn expand(
    context: &JobContext<'_>,
    pictures: Vec<PathBuf>,
    skipped: &mut Vec<Skipped>,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in pictures {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        let scan = data::scan(context.monitor, &[path])?;
        files.extend(scan.files.into_iter().map(|file| file.path));
        skipped.extend(scan.unreadable.iter().map(left_out));
    }
    Ok(files)
}

fn left_out(err: &data::DecodeError) -> Skipped {
    Skipped {
        path: err.path().to_owned(),
        reason: err.reason(),
    }
}

//! `copylens index`

use std::path::PathBuf;

use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::worker::IndexReport;
use crate::worker::JobRequest;
use crate::worker::JobResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the library; it is made when it is not there yet.
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Model to describe the pictures with.
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Device to compute on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Put a damaged library aside and begin a new one.
    #[arg(long)]
    rebuild: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Folders with pictures.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

/// The report, as the contract of the command line has it.
#[derive(Serialize)]
struct Report {
    added: usize,
    unchanged: usize,
    removed: usize,
    skipped: Vec<SkippedRow>,
    seconds: f64,
}

#[derive(Serialize)]
struct SkippedRow {
    path: String,
    reason: String,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    if args.rebuild {
        let library = args.library.clone();
        session.run(JobRequest::RebuildLibrary { library })?;
    }
    let request = JobRequest::Index {
        library: args.library,
        folders: args.folders,
        model: args.model,
        device: args.device,
    };
    let JobResult::Index { report, .. } = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    if args.json {
        output.json(&Report::from(report))?;
        return Ok(Success::Complete);
    }
    for skipped in &report.skipped {
        let path = output::shown(&skipped.path);
        output.line(&format!("Left out: {}: {path}", skipped.reason))?;
    }
    output.line(&format!(
        "{} added, {} unchanged, {} removed, {} left out, in {:.1} s",
        report.added,
        report.unchanged,
        report.removed,
        report.skipped.len(),
        report.seconds,
    ))?;
    Ok(Success::Complete)
}

impl From<IndexReport> for Report {
    fn from(report: IndexReport) -> Self {
        let row = |skipped: crate::index::Skipped| SkippedRow {
            path: output::shown(&skipped.path),
            reason: skipped.reason,
        };
        Self {
            added: report.added,
            unchanged: report.unchanged,
            removed: report.removed,
            skipped: report.skipped.into_iter().map(row).collect(),
            seconds: report.seconds,
        }
    }
}

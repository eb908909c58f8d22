//! `copylens get`

use std::path::PathBuf;

use super::Success;
use super::catalog::size;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::models::catalog;
use crate::worker::DownloadOrder;
use crate::worker::JobRequest;
use crate::worker::JobResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of a published model, see `copylens catalog`.
    model: String,
    /// One of its files, where it has several.
    #[arg(long)]
    format: Option<String>,
    /// Keep the downloaded file under this name; otherwise only the imported model stays.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Take the same file from this address instead of the published one.
    #[arg(long, value_name = "ADDRESS")]
    mirror: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the id of the new model, or all about it as JSON.
pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let Args {
        model,
        format,
        to,
        mirror,
        json,
    } = args;
    if let Some(row) = catalog::find(&model) {
        let file = row.file(format.as_deref());
        let published = file.and_then(|file| file.address);
        if let Some(address) = mirror.as_deref().or(published) {
            let size = size(row, format.as_deref());
            output.note(&format!("From {address}, {size}"));
            output.note(&format!("Licence: {}", row.publisher.licence));
        }
    }
    let session = Session::start(output)?;
    let result = session.run(JobRequest::Download(DownloadOrder {
        model,
        format,
        mirror,
        keep: to,
    }))?;
    let JobResult::Download(download) = result else {
        return Err(WrongAnswer.into());
    };
    if json {
        super::model_files::print_json(&download.model, &download.report, output)?;
    } else {
        super::model_files::print(&download.model, &download.report, output)?;
    }
    Ok(Success::Complete)
}

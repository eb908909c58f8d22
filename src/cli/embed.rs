//! `copylens embed`

use std::path::PathBuf;

use npyz::WriterBuilder as _;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::persist;
use crate::worker::EmbedReport;
use crate::worker::JobRequest;
use crate::worker::JobResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Model to describe the pictures with.
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Device to compute on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// The NumPy file to write; the paths go into a text file beside it.
    #[arg(long, value_name = "D.npy")]
    out: PathBuf,
    /// Pictures, or folders of pictures.
    #[arg(required = true, value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let request = JobRequest::Embed {
        pictures: args.pictures,
        model: args.model,
        device: args.device,
    };
    let JobResult::Embed(report) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    for skipped in &report.skipped {
        let path = output::shown(&skipped.path);
        output.note(&format!("Left out: {}: {path}", skipped.reason));
    }
    persist::save(&args.out, &npy(&report)?)?;
    persist::save(&args.out.with_extension("txt"), paths(&report).as_bytes())?;
    let EmbedReport { rows, .. } = &report;
    output.note(&format!(
        "{} descriptors: {}",
        rows.len(),
        args.out.display()
    ));
    Ok(if report.skipped.is_empty() {
        Success::Complete
    } else {
        Success::Partial
    })
}

/// Float32, one row for each picture.
fn npy(report: &EmbedReport) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let shape = [report.rows.len() as u64, report.dimensions as u64];
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&shape)
        .writer(&mut bytes)
        .begin_nd()?;
    for (_, descriptor) in &report.rows {
        writer.extend(descriptor.iter().copied())?;
    }
    writer.finish()?;
    Ok(bytes)
}

/// One path on each line, in the order of the rows.
fn paths(report: &EmbedReport) -> String {
    let line = |(path, _): &(PathBuf, Vec<f32>)| output::shown(path) + "\n";
    report.rows.iter().map(line).collect()
}

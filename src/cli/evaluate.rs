//! `copylens evaluate`

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::eval::disc21;
use crate::worker::JobRequest;
use crate::worker::JobResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// The Image Similarity Challenge 2021, or a folder laid out like it.
    Disc21(Disc21Args),
}

#[derive(Debug, clap::Args)]
struct Disc21Args {
    /// Folder with queries, references and the ground truth.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Model to measure.
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Device to compute on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The figures, as the contract of the command line has them.
#[derive(Serialize)]
struct Figures {
    micro_ap: f32,
    recall_at_p90: f32,
    /// With score normalization; null without background pictures.
    micro_ap_sn: Option<f32>,
    recall_at_p90_sn: Option<f32>,
    queries: usize,
    references: usize,
    seconds: f64,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let Task::Disc21(args) = args.task;
    let session = Session::start(output)?;
    let request = JobRequest::Evaluate {
        data: args.data,
        model: args.model,
        device: args.device,
    };
    let JobResult::Evaluate(report) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    for path in &report.unreadable {
        output.note(&format!("Cannot be read: {}", output::shown(path)));
    }
    if args.json {
        output.json(&Figures::from(&*report))?;
    } else {
        print(&report, output)?;
    }
    Ok(Success::Complete)
}

impl From<&disc21::Report> for Figures {
    fn from(report: &disc21::Report) -> Self {
        Self {
            micro_ap: report.micro_ap,
            recall_at_p90: report.recall_at_p90,
            micro_ap_sn: report.micro_ap_sn,
            recall_at_p90_sn: report.recall_at_p90_sn,
            queries: report.queries,
            references: report.references,
            seconds: report.seconds,
        }
    }
}

fn print(report: &disc21::Report, output: &Output) -> anyhow::Result<()> {
    output.line(&format!(
        "{} queries, {} originals, {} true pairs, {:.1} s",
        report.queries, report.references, report.copies, report.seconds,
    ))?;
    let (micro_ap, recall) = (report.micro_ap, report.recall_at_p90);
    output.line(&format!(
        "Micro-AP {micro_ap:.4}, recall at 90 % precision {recall:.4}"
    ))?;
    if let (Some(micro_ap), Some(recall)) = (report.micro_ap_sn, report.recall_at_p90_sn) {
        output.line(&format!(
            "With score normalization: micro-AP {micro_ap:.4}, recall {recall:.4}"
        ))?;
    }
    for (edit, recall) in &report.per_edit {
        output.line(&format!("  {edit}: {recall:.3} found first"))?;
    }
    Ok(())
}

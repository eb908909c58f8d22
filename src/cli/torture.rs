//! `copylens torture`

use std::path::PathBuf;

use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::eval::torture::EDITS;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::TortureOrder;
use crate::worker::TortureResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Model to test.
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Device to compute on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Folder of pictures to search among; without it those beside the first picture and the demo
    /// pictures.
    #[arg(long, value_name = "DIR")]
    among: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Pictures, or folders of pictures, of which copies are made.
    #[arg(required = true, value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    model: &'a str,
    /// Share of the copies whose original is found first.
    found: f32,
    /// The similarity from which on a search shows a result.
    threshold: f32,
    distractors: usize,
    per_edit: Vec<EditLine<'a>>,
    pictures: Vec<PictureLine<'a>>,
    unreadable: Vec<String>,
    seconds: f64,
}

#[derive(Serialize)]
struct EditLine<'a> {
    id: &'a str,
    label: &'a str,
    strength: &'a str,
    copies: usize,
    found: f32,
    shown: f32,
}

#[derive(Serialize)]
struct PictureLine<'a> {
    path: String,
    copies: Vec<CopyLine<'a>>,
}

#[derive(Serialize)]
struct CopyLine<'a> {
    edit: &'a str,
    found: bool,
    shown: bool,
    similarity: f32,
    best_other: Option<f32>,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let order = TortureOrder {
        pictures: args.pictures,
        model: args.model,
        device: args.device,
        among: args.among,
    };
    let JobResult::Torture(result) = session.run(JobRequest::Torture(order))? else {
        return Err(WrongAnswer.into());
    };
    for picture in &result.report.unreadable {
        let path = output::shown(&picture.path);
        output.note(&format!("Cannot be read: {}: {path}", picture.reason));
    }
    let line = line(&result);
    if args.json {
        output.json(&line)?;
    } else {
        output.line(&format!(
            "{} finds {:.0} % of the copies of {} pictures among {} others, {:.1} s",
            result.model.name,
            line.found * 100.0,
            line.pictures.len(),
            line.distractors,
            line.seconds
        ))?;
        for edit in &line.per_edit {
            output.line(&format!(
                "  {:<28} {:>3.0} % found, {:>3.0} % shown. {}",
                edit.label,
                edit.found * 100.0,
                edit.shown * 100.0,
                edit.strength
            ))?;
        }
    }
    Ok(if result.report.unreadable.is_empty() {
        Success::Complete
    } else {
        Success::Partial
    })
}

fn line(result: &TortureResult) -> Line<'_> {
    let report = &result.report;
    let per_edit = report.per_edit.iter().zip(EDITS).map(|(result, edit)| {
        let share = |n: usize| n as f32 / result.n_copies.max(1) as f32;
        EditLine {
            id: result.edit,
            label: result.label,
            strength: edit.help,
            copies: result.n_copies,
            found: share(result.n_found),
            shown: share(result.n_shown),
        }
    });
    let pictures = report.pictures.iter().map(|picture| PictureLine {
        path: output::shown(&picture.path),
        copies: picture
            .copies
            .iter()
            .map(|copy| CopyLine {
                edit: copy.edit,
                found: copy.is_found,
                shown: copy.is_shown,
                similarity: copy.similarity,
                best_other: copy.best_other,
            })
            .collect(),
    });
    Line {
        model: &result.model.id,
        found: report.share_found(),
        threshold: report.threshold,
        distractors: report.n_distractors,
        per_edit: per_edit.collect(),
        pictures: pictures.collect(),
        unreadable: report
            .unreadable
            .iter()
            .map(|p| output::shown(&p.path))
            .collect(),
        seconds: report.seconds,
    }
}

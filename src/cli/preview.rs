//! `copylens preview`

use std::path::PathBuf;

use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::data;
use crate::data::Picture;
use crate::distill::presets;
use crate::persist;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::PreviewOrder;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The picture that views are drawn of.
    picture: PathBuf,
    /// A recipe file, or the name of a preset.
    #[arg(long, value_name = "FILE|PRESET")]
    recipe: String,
    /// Folder for the draws and a sheet of all of them, as PNG.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Pictures that may be put behind or over it.
    #[arg(long, value_name = "PICTURE", num_args = 1..)]
    others: Vec<PathBuf>,
    /// Other draws for another number.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Stage of a recipe that has several, counted from 1.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    stage: u16,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One draw, as the contract of the command line has it.
#[derive(Serialize)]
struct Row {
    file: String,
    width: u32,
    height: u32,
    /// What was done to the picture.
    words: String,
}

#[derive(Serialize)]
struct Answer {
    sheet: String,
    stages: usize,
    draws: Vec<Row>,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let order = PreviewOrder {
        recipe: presets::find(&args.recipe)?,
        stage: usize::from(args.stage) - 1,
        picture: args.picture,
        others: args.others,
        seed: args.seed,
    };
    let session = Session::start(output)?;
    let request = JobRequest::Preview(Box::new(order));
    let JobResult::Preview(report) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    let save = |name: &str, picture: &Picture| -> anyhow::Result<String> {
        let path = args.out.join(name);
        persist::save(&path, &data::encode_png(picture)?)?;
        Ok(output::shown(&path))
    };
    let mut draws = Vec::new();
    for (number, draw) in (1..).zip(&report.preview.draws) {
        draws.push(Row {
            file: save(&format!("draw-{number}.png"), &draw.picture)?,
            width: draw.picture.width,
            height: draw.picture.height,
            words: draw.words.clone(),
        });
    }
    let answer = Answer {
        sheet: save("sheet.png", &report.preview.sheet())?,
        stages: report.preview.n_stages,
        draws,
    };
    if args.json {
        output.json(&answer)?;
        return Ok(Success::Complete);
    }
    for row in &answer.draws {
        output.line(&format!("{}: {}", row.file, row.words))?;
    }
    output.line(&format!("All on one sheet: {}", answer.sheet))?;
    Ok(Success::Complete)
}

//! `copylens distill`

use std::path::PathBuf;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::distill::RunConfig;
use crate::distill::RunEvent;
use crate::distill::RunPoint;
use crate::distill::presets;
use crate::settings::Home;
use crate::worker::Event;
use crate::worker::JobRequest;
use crate::worker::JobResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A recipe file, or the name of a preset.
    #[arg(long, value_name = "FILE|PRESET")]
    recipe: String,
    /// Network of the student.
    #[arg(long, value_name = "ID")]
    student: String,
    /// Model to learn from, for recipes that need one.
    #[arg(long, value_name = "MODEL")]
    teacher: Option<String>,
    /// A model, or a file of weights, that the student starts from instead of random numbers.
    #[arg(long, value_name = "MODEL|FILE")]
    start_from: Option<PathBuf>,
    /// Judged pairs (CSV with the header `a,b,copy`), for recipes that learn from those; without
    /// it the ones judged in the window.
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// Folders of training pictures.
    #[arg(long, value_name = "DIR", num_args = 1.., required = true)]
    pictures: Vec<PathBuf>,
    /// Device to compute on; several NVIDIA cards with commas between them (cuda:0,cuda:1).
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Folder for checkpoints, curve and report.
    #[arg(long, value_name = "RUN_DIR")]
    out: PathBuf,
    /// Go on from the last checkpoint in the folder.
    #[arg(long)]
    resume: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let config = RunConfig {
        recipe: presets::find(&args.recipe)?,
        student: args.student,
        teacher: args.teacher,
        start_from: args.start_from,
        pairs: args.pairs,
        pictures: args.pictures,
        device: args.device,
        run_dir: args.out,
        models_dir: Home::find()?.models(),
        resume: args.resume,
    };
    let session = Session::start(output)?;
    let request = JobRequest::Distill(Box::new(config));
    let result = session.run_with(request, |event| {
        if let Event::Run { event, .. } = event {
            tell(event, output);
        }
        Ok(())
    })?;
    let JobResult::Distill(summary) = result else {
        return Err(WrongAnswer.into());
    };
    if args.json {
        output.json(&summary)?;
        return Ok(Success::Complete);
    }
    let quality = |value: Option<f32>| value.map_or("unknown".to_owned(), |v| format!("{v:.4}"));
    output.line(&format!(
        "{} steps in {:.0} s, quality {} before and {} now",
        summary.steps,
        summary.seconds,
        quality(summary.quality_before),
        quality(summary.quality_best),
    ))?;
    if let Some(judged) = &summary.judged {
        output.line(&format!(
            "{} held-out pairs: {:.4} judged right before and {:.4} now, in order {:.4} and {:.4}",
            judged.best.n_pairs,
            judged.before.right,
            judged.best.right,
            judged.before.auc,
            judged.best.auc,
        ))?;
    }
    output.line(&format!("The student: {}", output::shown(&summary.model)))?;
    Ok(Success::Complete)
}

/// News of the run go to standard error, as they come.
fn tell(event: &RunEvent, output: &Output) {
    match event {
        RunEvent::Started {
            steps,
            epochs,
            first_step,
            ..
        } => output.note(&format!(
            "Training {steps} steps in {epochs} epochs, from step {first_step}"
        )),
        RunEvent::Point(point) => output.note(&describe(point)),
        RunEvent::Notice(text) => output.note(text),
        RunEvent::Strip(_) => {}
    }
}

fn describe(point: &RunPoint) -> String {
    let values = point.values.iter();
    let values: Vec<String> = values
        .map(|(key, value)| format!("{key} {value:.4}"))
        .collect();
    let values = values.join(", ");
    format!("step {}, epoch {:.2}, {values}", point.step, point.epoch)
}

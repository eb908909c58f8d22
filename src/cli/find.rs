//! `copylens find`

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::matching::Band;
use crate::worker;
use crate::worker::FindReport;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Match;
use crate::worker::Source;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the library.
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// The most matches to list for one picture.
    #[arg(long, value_name = "K", default_value_t = 10)]
    top: usize,
    /// List the nearest pictures even when they are no copies; their band is "none".
    #[arg(long)]
    all: bool,
    /// Model to search with.
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Device to compute on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Print JSON, one line for each picture.
    #[arg(long)]
    json: bool,
    /// Pictures to search for.
    #[arg(required = true, value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
}

/// The answer to one query, as the contract of the command line has it.
#[derive(Serialize)]
struct Answer {
    query: String,
    matches: Vec<MatchRow>,
    error: Option<String>,
}

#[derive(Serialize)]
struct MatchRow {
    path: String,
    similarity: f32,
    band: Band,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let mut success = Success::Complete;
    for picture in &args.pictures {
        let request = JobRequest::Find {
            library: args.library.clone(),
            query: Source::File(picture.clone()),
            model: args.model.clone(),
            device: args.device.clone(),
            top: args.top,
        };
        let found = match session.run(request) {
            Ok(JobResult::Find(report)) => Ok(report),
            Ok(_) => Err(WrongAnswer.into()),
            Err(err) => Err(err),
        };
        if found.is_err() {
            success = Success::Partial;
        }
        let answer = Answer::new(picture, found, args.all);
        if args.json {
            output.json(&answer)?;
        } else {
            answer.print(output)?;
        }
    }
    Ok(success)
}

impl Answer {
    fn new(query: &Path, found: anyhow::Result<FindReport>, is_all: bool) -> Self {
        let query = output::shown(query);
        match found {
            Ok(report) => {
                let is_listed = |found: &&Match| is_all || found.band != Band::None;
                let listed = report.matches.iter().filter(is_listed);
                Self {
                    query,
                    matches: listed.map(MatchRow::from).collect(),
                    error: None,
                }
            }
            Err(err) => Self {
                query,
                matches: Vec::new(),
                error: Some(worker::describe_error(&err).message),
            },
        }
    }

    fn print(&self, output: &Output) -> anyhow::Result<()> {
        if let Some(error) = &self.error {
            output.note(&format!("copylens: {error}"));
            return Ok(());
        }
        output.line(&format!("{}:", self.query))?;
        if self.matches.is_empty() {
            output.line("  no copy found")?;
        }
        for found in &self.matches {
            let band = match found.band {
                Band::SameFile => "same file",
                Band::Edited => "same picture, edited",
                Band::Maybe => "maybe",
                Band::None => "no copy",
            };
            output.line(&format!("  {:.3} {band}: {}", found.similarity, found.path))?;
        }
        Ok(())
    }
}

impl From<&Match> for MatchRow {
    fn from(found: &Match) -> Self {
        Self {
            path: output::shown(&found.path),
            similarity: found.similarity,
            band: found.band,
        }
    }
}

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
use crate::settings::Home;
use crate::verdicts;
use crate::verdicts::Judgement;
use crate::verdicts::Verdicts;
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
    /// What was said about the pair: `copy` or `not-a-copy`; absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let verdicts = verdicts::load(&Home::find()?.verdicts()).unwrap_or_else(|err| {
        output.note(&format!("copylens: verdicts on pairs are not used: {err}"));
        Verdicts::default()
    });
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
        let answer = Answer::new(picture, found, &verdicts, args.all);
        if args.json {
            output.json(&answer)?;
        } else {
            answer.print(output)?;
        }
    }
    Ok(success)
}

impl Answer {
    /// Pairs that were marked as no copies are left out as in the window, and those that were
    /// marked as copies listed, however little alike.
    fn new(
        query: &Path,
        found: anyhow::Result<FindReport>,
        verdicts: &Verdicts,
        is_all: bool,
    ) -> Self {
        let query = output::shown(query);
        match found {
            Ok(report) => {
                let said = |found: &Match| {
                    let query = report.hash.filter(|_| !found.same_file)?;
                    verdicts.get(&query, &found.hash)
                };
                let is_listed = |found: &&Match| match said(found) {
                    Some(judgement) => is_all || judgement == Judgement::Copy,
                    None => is_all || found.band != Band::None,
                };
                let listed = report.matches.iter().filter(is_listed);
                Self {
                    query,
                    matches: listed
                        .map(|found| MatchRow::new(found, said(found)))
                        .collect(),
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
            let said = match found.verdict {
                Some("copy") => ", marked a copy",
                Some(_) => ", marked not a copy",
                None => "",
            };
            let MatchRow {
                path, similarity, ..
            } = found;
            output.line(&format!("  {similarity:.3} {band}{said}: {path}"))?;
        }
        Ok(())
    }
}

impl MatchRow {
    fn new(found: &Match, said: Option<Judgement>) -> Self {
        Self {
            path: output::shown(&found.path),
            similarity: found.similarity,
            band: found.band,
            verdict: said.map(|judgement| match judgement {
                Judgement::Copy => "copy",
                Judgement::NotACopy => "not-a-copy",
            }),
        }
    }
}

//! `copylens verdicts`

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::data;
use crate::distill::Pairs;
use crate::settings::Home;
use crate::verdicts;
use crate::verdicts::Judgement;
use crate::verdicts::Seen;
use crate::worker::JobRequest;
use crate::worker::JobResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the pairs that were judged, the oldest first.
    List {
        /// Print JSON, one pair a line.
        #[arg(long)]
        json: bool,
    },
    /// Write the judged pairs whose pictures are still there as CSV, `a,b,copy`.
    Export {
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take over the pairs of a CSV file with the header `a,b,copy`.
    Import {
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// One pair, as the contract of the command line has it.
#[derive(Serialize)]
struct Row {
    /// Where the picture was when it was judged; absent for a pasted one.
    a: Option<String>,
    b: Option<String>,
    copy: bool,
    /// BLAKE3 of the two files.
    hashes: [String; 2],
    at_millis: u64,
}

#[derive(Serialize)]
struct Exported {
    file: String,
    copies: usize,
    others: usize,
    /// Pairs left out because a picture is no longer there.
    missing: usize,
}

#[derive(Serialize)]
struct Imported {
    copies: usize,
    others: usize,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    match args.action {
        Action::List { json } => list(json, output),
        Action::Export { file, json } => export(file, json, output),
        Action::Import { file, json } => import(&file, json, output),
    }
}

fn list(is_json: bool, output: &Output) -> anyhow::Result<Success> {
    let verdicts = verdicts::load(&Home::find()?.verdicts())?;
    let judged = verdicts.judged();
    let path = |seen: &Seen| seen.path.as_deref().map(output::shown);
    for (record, judgement) in &judged {
        let [a, b] = &record.pictures;
        let is_copy = *judgement == Judgement::Copy;
        if is_json {
            let hash = |seen: &Seen| blake3::Hash::from_bytes(seen.hash).to_string();
            output.json(&Row {
                a: path(a),
                b: path(b),
                copy: is_copy,
                hashes: [hash(a), hash(b)],
                at_millis: record.at_millis,
            })?;
        } else {
            let word = if is_copy { "copy      " } else { "not a copy" };
            let name = |seen| path(seen).unwrap_or_else(|| "a pasted picture".to_owned());
            output.line(&format!("{word}  {}  {}", name(a), name(b)))?;
        }
    }
    if judged.is_empty() && !is_json {
        output.line("No pair was judged yet")?;
    }
    Ok(Success::Complete)
}

fn export(file: PathBuf, is_json: bool, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let result = session.run(JobRequest::ExportVerdicts { to: file })?;
    let JobResult::ExportVerdicts(report) = result else {
        return Err(WrongAnswer.into());
    };
    let answer = Exported {
        file: output::shown(&report.path),
        copies: report.n_copies,
        others: report.n_others,
        missing: report.n_missing,
    };
    if is_json {
        output.json(&answer)?;
        return Ok(Success::Complete);
    }
    output.line(&format!(
        "{} copies and {} pairs that are none: {}",
        answer.copies, answer.others, answer.file
    ))?;
    if answer.missing > 0 {
        output.note(&format!(
            "{} pairs are left out, a picture of theirs is no longer there",
            answer.missing
        ));
    }
    Ok(Success::Complete)
}

fn import(file: &std::path::Path, is_json: bool, output: &Output) -> anyhow::Result<Success> {
    let pairs = Pairs::read(file)?;
    let path = Home::find()?.verdicts();
    let mut verdicts = verdicts::load(&path)?;
    let mut records = Vec::with_capacity(pairs.len());
    let seen = |path: &PathBuf| -> anyhow::Result<Seen> {
        let path = std::path::absolute(path)?;
        Ok(Seen {
            hash: data::content_hash(&path)
                .with_context(|| format!("Cannot read the picture: {}", path.display()))?,
            path: Some(path),
        })
    };
    let mut imported = Imported {
        copies: 0,
        others: 0,
    };
    for ([a, b], is_copy) in pairs.iter() {
        let judgement = if is_copy {
            imported.copies += 1;
            Judgement::Copy
        } else {
            imported.others += 1;
            Judgement::NotACopy
        };
        records.push(verdicts.judge(seen(a)?, seen(b)?, Some(judgement)));
    }
    verdicts::update(&path, records)?;
    if is_json {
        output.json(&imported)?;
    } else {
        output.line(&format!(
            "Took over {} copies and {} pairs that are none",
            imported.copies, imported.others
        ))?;
    }
    Ok(Success::Complete)
}

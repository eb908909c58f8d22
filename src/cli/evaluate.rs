//! `copylens evaluate`

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::eval::protocols;
use crate::eval::protocols::PROTOCOLS;
use crate::eval::protocols::ProtocolSpec;
use crate::eval::report;
use crate::eval::report::Comparison;
use crate::eval::report::KeptReport;
use crate::eval::report::Report;
use crate::persist;
use crate::worker::DatasetCheck;
use crate::worker::EvaluateOrder;
use crate::worker::JobRequest;
use crate::worker::JobResult;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to measure; without it the folder is looked at, and what fits it is listed.
    #[arg(value_name = "PROTOCOL")]
    protocol: Option<String>,
    /// Folder or archive of a data set.
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    data: Option<PathBuf>,
    /// Model to measure; named twice or more, the others are compared with the first.
    #[arg(long, value_name = "ID")]
    model: Vec<String>,
    /// Device to compute on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// An option of the protocol; see --list.
    #[arg(long, value_name = "ID=VALUE", value_parser = chosen)]
    option: Vec<(String, String)>,
    /// Folder for the files of the Image Similarity Challenge.
    #[arg(long, value_name = "DIR")]
    submission: Option<PathBuf>,
    /// Write a report, by its ending: .html, .csv, .json or .png.
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// List the protocols, what each fits and its options.
    #[arg(long)]
    list: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn chosen(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let (id, value) = parts.ok_or_else(|| "write it as ID=VALUE".to_owned())?;
    Ok((id.trim().to_owned(), value.trim().to_owned()))
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    match (&args.protocol, args.data.clone()) {
        (Some(protocol), Some(data)) => {
            // A wrong name is said before anything is loaded.
            let spec = protocols::get(protocol)?;
            for file in &args.report {
                report::check_ending(file)?;
            }
            measure(&args, spec, &data, output)
        }
        (_, Some(data)) if !args.list => look(&args, data, output),
        (protocol, _) => list(protocol.as_deref(), args.json, output),
    }
}

/// One line of JSON for each model, as the contract of the command line has them.
#[derive(Serialize)]
struct Line<'a> {
    protocol: &'a str,
    data: String,
    layout: &'a str,
    model: &'a str,
    device: &'a str,
    /// By id.
    figures: BTreeMap<&'a str, f64>,
    /// The figures of DISC21 under the names they had first.
    #[serde(flatten)]
    disc21: Option<Disc21<'a>>,
    parts: BTreeMap<&'a str, usize>,
    per_edit: BTreeMap<&'a str, f32>,
    options: &'a BTreeMap<String, String>,
    unreadable: usize,
    embedded: usize,
    cached: usize,
    pictures_per_second: Option<f64>,
    seconds: f64,
    notes: &'a [String],
    /// Where it is kept.
    report: String,
    published: Vec<Published<'a>>,
}

#[derive(Serialize)]
struct Disc21<'a> {
    micro_ap: Option<f64>,
    recall_at_p90: Option<f64>,
    /// With score normalization; null without background pictures.
    micro_ap_sn: Option<f64>,
    recall_at_p90_sn: Option<f64>,
    queries: Option<&'a usize>,
    references: Option<&'a usize>,
}

#[derive(Serialize)]
struct Published<'a> {
    figure: &'a str,
    what: &'a str,
    value: f64,
    source: &'a str,
}

fn measure(
    args: &Args,
    spec: &'static ProtocolSpec,
    data: &Path,
    output: &Output,
) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let models: Vec<Option<String>> = match args.model.as_slice() {
        [] => vec![None],
        named => named.iter().cloned().map(Some).collect(),
    };
    let mut kept: Vec<KeptReport> = Vec::new();
    for model in models {
        let order = EvaluateOrder {
            protocol: spec.id.to_owned(),
            data: data.to_owned(),
            model,
            device: args.device.clone(),
            options: args.option.iter().cloned().collect(),
            submission: args.submission.clone(),
        };
        let JobResult::Evaluate(report) = session.run(JobRequest::Evaluate(Box::new(order)))?
        else {
            return Err(WrongAnswer.into());
        };
        for picture in &report.report.findings.unreadable {
            let path = output::shown(&picture.path);
            output.note(&format!("Cannot be read: {}: {path}", picture.reason));
        }
        if args.json {
            output.json(&line(spec, &report))?;
        } else {
            print(spec, &report, output)?;
        }
        kept.push(*report);
    }
    let reports: Vec<&Report> = kept.iter().map(|kept| &kept.report).collect();
    if let Some((first, others)) = reports.split_first() {
        for other in others {
            let comparison = report::compare(first, other);
            if args.json {
                output.json(&Compared {
                    first: &first.model.id,
                    second: &other.model.id,
                    comparison,
                })?;
            } else {
                print_comparison(first, other, &comparison, output)?;
            }
        }
    }
    for file in &args.report {
        persist::save(file, &report::export(&reports, file)?)?;
        output.note(&format!("Report: {}", file.display()));
    }
    Ok(Success::Complete)
}

#[derive(Serialize)]
struct Compared<'a> {
    first: &'a str,
    second: &'a str,
    comparison: Comparison,
}

fn line<'a>(spec: &'static ProtocolSpec, kept: &'a KeptReport) -> Line<'a> {
    let report = &kept.report;
    let parts: BTreeMap<&str, usize> = report
        .data
        .parts
        .iter()
        .map(|(name, n)| (name.as_str(), *n))
        .collect();
    let part = |start: &str| {
        let mut parts = report.data.parts.iter();
        parts
            .find(|(name, _)| name.starts_with(start))
            .map(|(_, n)| n)
    };
    let disc21 = report.figure("micro-ap").map(|micro_ap| Disc21 {
        micro_ap: Some(micro_ap),
        recall_at_p90: report.figure("recall-at-p90"),
        micro_ap_sn: report.figure("micro-ap-sn"),
        recall_at_p90_sn: report.figure("recall-at-p90-sn"),
        queries: part("queries"),
        references: part("originals"),
    });
    let figures = report.findings.figures.iter();
    let edits = report.findings.per_edit.iter();
    let published = spec.published.iter().map(|published| Published {
        figure: published.figure,
        what: published.what,
        value: published.value,
        source: published.source,
    });
    Line {
        protocol: &report.protocol,
        data: output::shown(&report.data.path),
        layout: &report.data.layout,
        model: &report.model.id,
        device: &report.computing.device,
        figures: figures.map(|f| (f.id.as_str(), f.value)).collect(),
        disc21,
        parts,
        per_edit: edits.map(|e| (e.name.as_str(), e.found)).collect(),
        options: &report.options,
        unreadable: report.findings.unreadable.len(),
        embedded: report.computing.n_embedded,
        cached: report.computing.n_cached,
        pictures_per_second: report.computing.pictures_per_second,
        seconds: report.computing.seconds,
        notes: &report.findings.notes,
        report: output::shown(&kept.path),
        published: published.collect(),
    }
}

fn print(spec: &'static ProtocolSpec, kept: &KeptReport, output: &Output) -> anyhow::Result<()> {
    let report = &kept.report;
    output.line(&format!("{} with {}", spec.label, report.model.name))?;
    let parts: Vec<String> = report
        .data
        .parts
        .iter()
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    output.line(&format!(
        "{}, {:.1} s",
        parts.join("; "),
        report.computing.seconds
    ))?;
    for figure in &report.findings.figures {
        output.line(&format!("  {:<44} {:.4}", figure.label, figure.value))?;
    }
    for edit in &report.findings.per_edit {
        output.line(&format!(
            "  {:<44} {:.3} of {} found first",
            edit.name, edit.found, edit.n_copies
        ))?;
    }
    for note in &report.findings.notes {
        output.line(note)?;
    }
    let published: Vec<_> = spec.published.iter().collect();
    if !published.is_empty() {
        output.line("Figures of others, on the full data sets:")?;
    }
    for other in published {
        output.line(&format!(
            "  {:.3} {}: {} ({})",
            other.value, other.figure, other.what, other.source
        ))?;
    }
    output.note(&format!("Kept as {}", kept.path.display()));
    Ok(())
}

fn print_comparison(
    first: &Report,
    second: &Report,
    comparison: &Comparison,
    output: &Output,
) -> anyhow::Result<()> {
    output.line(&format!(
        "{} against {}",
        second.model.name, first.model.name
    ))?;
    for change in &comparison.figures {
        let difference = change.second - change.first;
        output.line(&format!(
            "  {:<44} {:.4} and {:.4}, {difference:+.4}",
            change.label, change.first, change.second
        ))?;
    }
    output.line(&format!(
        "  Originals further up {}, further down {}, in the same place {}",
        comparison.n_better, comparison.n_worse, comparison.n_equal
    ))?;
    if let Some(speed) = comparison.speed {
        output.line(&format!(
            "  {speed:.2} times as fast, {:.2} times as large",
            comparison.size
        ))?;
    }
    for (id, a, b) in &comparison.options {
        output.line(&format!("  The option {id} differs: {a} and {b}"))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Look<'a> {
    layout: &'a str,
    label: &'a str,
    problem: Option<&'a str>,
    origin: &'a str,
    parts: Vec<LookPart<'a>>,
    protocols: &'a [&'static str],
}

#[derive(Serialize)]
struct LookPart<'a> {
    what: &'a str,
    names: Vec<&'a str>,
    found: Option<&'a str>,
    needed: bool,
    pictures: Option<u64>,
    pictures_published: Option<u32>,
}

fn look(args: &Args, data: PathBuf, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let request = JobRequest::CheckDataset { path: data };
    let JobResult::CheckDataset(check) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    let success = match check.problem {
        None => Success::Complete,
        Some(_) => Success::Partial,
    };
    if args.json {
        let part = |part: &crate::worker::DatasetPart| LookPart {
            what: part.what,
            names: part.names.split('|').collect(),
            found: part.found,
            needed: part.is_needed,
            pictures: part.n_pictures,
            pictures_published: part.n_expected,
        };
        output.json(&Look {
            layout: check.layout,
            label: check.label,
            problem: check.problem.as_deref(),
            origin: check.origin,
            parts: check.parts.iter().map(part).collect(),
            protocols: &check.protocols,
        })?;
        return Ok(success);
    }
    print_look(&check, output)?;
    Ok(success)
}

fn print_look(check: &DatasetCheck, output: &Output) -> anyhow::Result<()> {
    output.line(&format!("{}: {}", check.label, check.help))?;
    for part in &check.parts {
        let counted = match (part.n_pictures, part.n_expected) {
            (Some(n), Some(all)) => format!(", {n} pictures, {all} in the published set"),
            (Some(n), None) => format!(", {n} pictures"),
            (None, _) => String::new(),
        };
        let state = match part.found {
            Some(name) => format!("there: {name}{counted}"),
            None if part.is_needed => format!("missing: {}", part.names.replace('|', " or ")),
            None => format!("not there, optional: {}", part.names.replace('|', " or ")),
        };
        output.line(&format!("  {:<40} {state}", part.what))?;
    }
    if let Some(problem) = &check.problem {
        output.line(&format!("It cannot be used as it is: {problem}."))?;
    }
    output.line(&format!("Where it comes from: {}", check.origin))?;
    match check.protocols.as_slice() {
        [] => output.line("No protocol fits it."),
        fitting => output.line(&format!("Protocols that fit: {}", fitting.join(", "))),
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    label: &'a str,
    help: &'a str,
    layouts: &'a [&'static str],
    options: Vec<ListedOption<'a>>,
}

#[derive(Serialize)]
struct ListedOption<'a> {
    id: &'a str,
    help: &'a str,
    default: String,
    values: String,
}

/// All protocols, or one of them.
fn list(protocol: Option<&str>, json: bool, output: &Output) -> anyhow::Result<Success> {
    let only = protocol.map(protocols::get).transpose()?;
    let shown = PROTOCOLS.iter();
    for spec in shown.filter(|spec| only.is_none_or(|only| only.id == spec.id)) {
        let options = spec.options.iter().map(|option| ListedOption {
            id: option.id,
            help: option.help,
            default: option.default_value(),
            values: option.values(),
        });
        let listed = Listed {
            id: spec.id,
            label: spec.label,
            help: spec.help,
            layouts: spec.layouts,
            options: options.collect(),
        };
        if json {
            output.json(&listed)?;
            continue;
        }
        output.line(&format!("{}: {}. {}", listed.id, listed.label, listed.help))?;
        output.line(&format!("  fits {}", listed.layouts.join(", ")))?;
        for option in &listed.options {
            let ListedOption {
                id,
                help,
                default,
                values,
            } = option;
            output.line(&format!(
                "  --option {id}={default}: {help} It is {values}."
            ))?;
        }
    }
    Ok(Success::Complete)
}

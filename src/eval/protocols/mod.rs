//! The protocols of the sources: which data sets they fit, what can be chosen, what they report.
//!
//! - Owns: the table [`PROTOCOLS`], [`run`], and what the runs share ([`Session`]).
//! - Invariant: search is exact, pictures that cannot be read are counted and stay in the truth.
//! - Invariant: every deviation from a source is a note of the report or stands in the file of its run.
//! - Not here: the metrics (`metrics`), layouts of data sets (`data::datasets`), networks (`models`).
//! - To add one: a file with a `SPEC` and its row in [`PROTOCOLS`].

mod classes;
mod copies;
mod copydays;
mod edits;
mod metric_learning;
mod options;
mod postprocess;
mod retrieval;
mod session;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use super::DescriptorCache;
use super::DescriptorSource;
use super::error::EvalError;
use super::report::Computing;
use super::report::DataFacts;
use super::report::Findings;
use super::report::ModelFacts;
use super::report::Report;
use crate::data::datasets;
use crate::data::datasets::Dataset;
use crate::data::datasets::Role;
use crate::monitor::Monitor;

pub use options::OptionKind;
pub use options::OptionSpec;
pub use options::Options;
pub use options::switch_text;
pub use session::Session;
pub use session::Tally;

/// One row of [`PROTOCOLS`].
pub struct ProtocolSpec {
    /// The name on the command line and in reports; never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// What it measures, for someone who has never read a paper.
    pub help: &'static str,
    /// Rows of the table of layouts that it fits.
    pub layouts: &'static [&'static str],
    pub options: &'static [OptionSpec],
    /// Figures of others.
    pub published: &'static [Published],
    pub(super) run: fn(&mut Session<'_>) -> Result<(), EvalError>,
}

/// A figure that somebody else reports.
pub struct Published {
    /// Id of the figure.
    pub figure: &'static str,
    /// Which model, on what.
    pub what: &'static str,
    pub value: f64,
    /// Where it stands.
    pub source: &'static str,
}

/// One row of reference figures.
const fn published(
    figure: &'static str,
    what: &'static str,
    value: f64,
    source: &'static str,
) -> Published {
    Published {
        figure,
        what,
        value,
        source,
    }
}

/// Every protocol, in the order of the window.
pub const PROTOCOLS: &[ProtocolSpec] = &[
    copies::DISC21,
    copies::NDEC,
    copydays::SPEC,
    classes::KNN,
    classes::LINEAR,
    retrieval::SPEC,
    metric_learning::SPEC,
];

/// The protocol called `id`.
pub fn find(id: &str) -> Option<&'static ProtocolSpec> {
    PROTOCOLS.iter().find(|spec| spec.id == id)
}

/// The same, or an error that names those there are.
pub fn get(id: &str) -> Result<&'static ProtocolSpec, EvalError> {
    find(id).ok_or_else(|| EvalError::UnknownProtocol {
        id: id.to_owned(),
        known: names(PROTOCOLS.iter()),
    })
}

/// The protocols that fit a layout.
pub fn fitting(layout: &str) -> impl Iterator<Item = &'static ProtocolSpec> {
    let fits = move |spec: &&ProtocolSpec| spec.layouts.contains(&layout);
    PROTOCOLS.iter().filter(fits)
}

fn names<'a>(specs: impl Iterator<Item = &'a ProtocolSpec>) -> String {
    let ids: Vec<&str> = specs.map(|spec| spec.id).collect();
    ids.join(", ")
}

/// What an evaluation is made with.
pub struct Request<'a> {
    pub spec: &'static ProtocolSpec,
    /// Folder or archive.
    pub path: &'a Path,
    /// Options that are not as usual.
    pub chosen: &'a BTreeMap<String, String>,
    /// Keeps descriptors for the next time.
    pub cache: Option<&'a DescriptorCache>,
    /// Where files for the challenge are written, if they are wanted.
    pub submission: Option<&'a Path>,
    pub model: ModelFacts,
    pub device: String,
    pub engine: String,
}

/// Measures a network by a protocol.
pub fn run(
    request: Request<'_>,
    source: &mut dyn DescriptorSource,
    monitor: &Monitor,
) -> Result<Report, EvalError> {
    let started = Instant::now();
    let Request {
        spec,
        path,
        chosen,
        cache,
        submission,
        model,
        device,
        engine,
    } = request;
    let options = Options::new(spec.options, chosen)?;
    let data = open(spec, path, monitor)?;
    let used = options.all();
    let mut session = Session {
        data: &data,
        source,
        cache,
        monitor,
        options,
        submission,
        findings: Findings::default(),
        tally: Tally::default(),
    };
    (spec.run)(&mut session)?;
    let Session {
        mut findings,
        tally,
        ..
    } = session;
    forget_doubles(&mut findings);
    let rate = tally.n_embedded as f64 / tally.embed_seconds.max(1e-9);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(Report {
        protocol: spec.id.to_owned(),
        data: facts(&data),
        model,
        computing: Computing {
            device,
            engine,
            n_embedded: tally.n_embedded,
            n_cached: tally.n_cached,
            pictures_per_second: (tally.n_embedded > 0).then_some(rate),
            seconds: started.elapsed().as_secs_f64(),
        },
        options: used,
        findings,
        made: now.map_or(0, |age| age.as_secs()),
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Opens the data set, if the protocol fits it.
fn open(spec: &'static ProtocolSpec, path: &Path, monitor: &Monitor) -> Result<Dataset, EvalError> {
    let (layout, source) = datasets::recognize(path)?;
    if spec.layouts.contains(&layout.id) {
        return Ok(datasets::open_as(layout, &source, monitor)?);
    }
    let mut fitting = names(fitting(layout.id));
    if fitting.is_empty() {
        "none".clone_into(&mut fitting);
    }
    Err(EvalError::DoesNotFit {
        protocol: spec.id,
        layout: layout.label.to_owned(),
        fitting,
        path: path.to_owned(),
    })
}

fn facts(data: &Dataset) -> DataFacts {
    let part = |split: &datasets::Split| {
        let role = role_name(split.role);
        let name = match split.name.as_str() {
            "" => role.to_owned(),
            name => format!("{role}, {name}"),
        };
        (name, split.entries.len())
    };
    DataFacts {
        layout: data.layout.to_owned(),
        label: datasets::layout(data.layout)
            .map_or("", |spec| spec.label)
            .to_owned(),
        path: data.path(),
        parts: data.splits.iter().map(part).collect(),
    }
}

/// What a part of a data set is for, in a word or two.
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Train => "training",
        Role::HeldOut => "held out",
        Role::Queries => "queries",
        Role::References => "originals",
        Role::Distractors => "distractors",
        Role::Background => "background",
        Role::Whitening => "whitening",
    }
}

/// A picture with two roles, such as an original that is also a query, is unreadable once.
fn forget_doubles(findings: &mut Findings) {
    let mut seen = std::collections::BTreeSet::new();
    findings
        .unreadable
        .retain(|picture| seen.insert(picture.path.clone()));
}

/// The same metrics as figures of a report.
fn add_metrics<F>(
    findings: &mut Findings,
    table: &[super::metrics::MetricSpec<F>],
    ids: &[&str],
    found: &F,
) {
    for id in ids {
        if let Some(spec) = table.iter().find(|spec| spec.id == *id) {
            let value = (spec.compute)(found);
            findings.figure(spec.id, spec.label, spec.help, f64::from(value));
        }
    }
}

#[cfg(test)]
pub(super) mod tests;

//! Decides what each tensor of a file is for, before any number is read.

use std::collections::BTreeSet;

use crate::models::catalog::PublishedModel;
use crate::weights::WeightsError;

use super::Ignored;
use super::ImportReport;
use super::head;
use super::head::Head;
use super::recognize;
use super::recognize::Closest;
use super::recognize::Entries;
use super::recognize::Found;
use super::recognize::Source;
use super::report;
use super::styles::Made;

/// Less of a network than this is chance.
const MIN_SHARE: f32 = 0.3;

/// A network that is in the file completely, its head, and the rest of the file.
pub(super) struct Plan {
    pub(super) network: Found,
    pub(super) head: Head,
    pub(super) report: ImportReport,
}

/// Why there is no plan.
pub(super) enum Problem {
    /// No network is even close.
    Nothing,
    Close(Closest),
}

/// What to read; `only` is the id of the only network to look for.
pub(super) fn plan(entries: &Entries, only: Option<&str>) -> Result<Plan, Problem> {
    let (network, others) = networks(entries, only)?;
    let has_token = network
        .sources
        .iter()
        .any(|source| source.ours == "cls_token");
    let head = head::find(entries, &network.prefix, network.spec, has_token);
    finish(entries, network, head, &others)
}

/// What to read of a file that was published as a row of the catalog.
///
/// # Errors
///
/// What the file is instead, in words.
pub(super) fn published(entries: &Entries, row: &PublishedModel) -> Result<Plan, String> {
    let described = |problem| match (problem, plan(entries, None)) {
        (_, Ok(other)) => format!("it holds {}", other.network.spec.label),
        (Problem::Nothing, Err(_)) => "no network was recognized in it".to_owned(),
        (Problem::Close(closest), Err(_)) => closest.problem.to_string(),
    };
    let (network, others) = networks(entries, Some(row.architecture)).map_err(described)?;
    let head = head::published(entries, &network.prefix, network.spec, row)?;
    finish(entries, network, head, &others).map_err(described)
}

/// The networks that a person may choose from, the one to take first, by the ids of their rows.
pub(super) fn choices(entries: &Entries) -> Result<Vec<&'static str>, Problem> {
    let found = recognize::networks(entries, None).map_err(close)?;
    let mut ids: Vec<&'static str> = Vec::new();
    for network in &found {
        for id in recognize::same_network(network.spec) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

fn close(closest: Option<Closest>) -> Problem {
    let closest = closest.filter(|closest| closest.share > MIN_SHARE);
    closest.map_or(Problem::Nothing, Problem::Close)
}

/// The network to take, and what stands before the other ones of the file.
fn networks(entries: &Entries, only: Option<&str>) -> Result<(Found, Vec<String>), Problem> {
    let mut found = recognize::networks(entries, only).map_err(close)?;
    let network = found.remove(0);
    let mut others: Vec<String> = found.into_iter().map(|other| other.prefix).collect();
    if only.is_some() {
        // The other networks of the file are others still.
        let all = recognize::networks(entries, None).unwrap_or_default();
        others = all.into_iter().map(|other| other.prefix).collect();
        others.retain(|prefix| *prefix != network.prefix);
    }
    Ok((network, others))
}

/// Says of every tensor what becomes of it.
fn finish(
    entries: &Entries,
    network: Found,
    head: Head,
    others: &[String],
) -> Result<Plan, Problem> {
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let mut report = leftovers(entries, &network, &head, &others).map_err(|problem| {
        Problem::Close(Closest {
            label: network.spec.label,
            share: 1.0,
            problem,
        })
    })?;
    report.reshaped = reshaped_lines(entries, &network, &head);
    Ok(Plan {
        network,
        head,
        report,
    })
}

/// A line about each tensor that is stored in another shape, or not at all.
pub(super) fn reshaped_lines(entries: &Entries, network: &Found, head: &Head) -> Vec<String> {
    let sources = network.sources.iter().chain(&head.sources);
    sources
        .filter_map(|source| reshaped(entries, source))
        .collect()
}

fn reshaped(entries: &Entries, source: &Source) -> Option<String> {
    if let Some(made) = source.made {
        if matches!(made, Made::Folded(_)) {
            return None;
        }
        let ours = &source.ours;
        return Some(format!("{ours}: not in the file, put in without effect"));
    }
    let names: Vec<&str> = source.names.iter().map(String::as_str).collect();
    let found = recognize::stacked_shape(&names, entries);
    let is_changed = found != source.shape || names.len() > 1;
    is_changed.then(|| format!("{}: {found:?} as {:?}", names.join(" + "), source.shape))
}

/// Sorts what the model does not use into ignored and unused.
///
/// # Errors
///
/// A tensor beside those of the network that nobody knows: it is another network, larger or changed.
fn leftovers(
    entries: &Entries,
    network: &Found,
    head: &Head,
    others: &[&str],
) -> Result<ImportReport, WeightsError> {
    let sources = network.sources.iter().chain(&head.sources);
    let used: BTreeSet<&str> = sources.flat_map(|s| &s.names).map(String::as_str).collect();
    let trunk_names = network.sources.iter().flat_map(|s| &s.names);
    let words: BTreeSet<&str> = trunk_names
        .filter_map(|name| name.strip_prefix(network.prefix.as_str()))
        .map(first_word)
        .collect();
    let outer = head::outer(&network.prefix).unwrap_or_default();
    let mut report = ImportReport {
        mapped: used.len(),
        ..ImportReport::default()
    };
    let mut strangers = Vec::new();
    for (name, entry) in entries {
        if used.contains(name.as_str()) {
            continue;
        }
        let inside = name.strip_prefix(network.prefix.as_str());
        let beside = name.strip_prefix(outer).unwrap_or(name);
        let copy = others.iter().find(|other| is_beside(name, other));
        let ignored = if let Some(other) = copy.filter(|_| inside.is_none()) {
            Some(Ignored {
                name: format!("{}*", with_head(other)),
                reason: "another network in the same file",
            })
        } else {
            // A classifier may be known by its original name only.
            let original = inside.and_then(network.style.original);
            let short = original.map_or_else(
                || inside.unwrap_or(beside).to_owned(),
                |original| original.key,
            );
            report::ignored(name, &short, entry.number.is_float())
        };
        match (ignored, inside) {
            (Some(ignored), _) => report.ignored.push(ignored),
            (None, Some(inside)) if words.contains(first_word(inside)) => {
                strangers.push(name.clone());
            }
            (None, _) => report.unused.push(name.clone()),
        }
    }
    if let Some(first) = strangers.first() {
        return Err(WeightsError::Unused {
            n_unused: strangers.len(),
            first: first.clone(),
        });
    }
    report.ignored = report::grouped(report.ignored);
    Ok(report)
}

fn first_word(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// Whether a tensor belongs to another network of the file, its own head included.
fn is_beside(name: &str, prefix: &str) -> bool {
    !prefix.is_empty() && name.starts_with(with_head(prefix))
}

/// What stands before a network and its head.
fn with_head(prefix: &str) -> &str {
    let outer = head::outer(prefix).filter(|outer| !outer.is_empty());
    outer.unwrap_or(prefix)
}

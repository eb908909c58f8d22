//! Finds the network of a file: the one all of whose tensors are there, with the same shapes.

use std::collections::BTreeMap;
use std::ops::Bound;

use burn::tensor::Device;

use crate::models::state;
use crate::models::trunk::ARCHITECTURES;
use crate::models::trunk::ArchitectureSpec;
use crate::weights::TensorEntry;
use crate::weights::WeightsError;

use super::styles::Made;
use super::styles::STYLES;
use super::styles::Style;
use super::unwrap;

/// Most things that are tried before the names of a network; files of training programs have some
/// twenty.
const MAX_PREFIXES: usize = 500;

/// The tensors of a file by name.
pub(super) type Entries = BTreeMap<String, TensorEntry>;

/// One tensor of a model, and the tensors of the file that are stacked to make it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// Our name.
    pub(super) ours: String,
    pub(super) shape: Vec<usize>,
    /// Names in the file.
    pub(super) names: Vec<String>,
    /// What stands in for a tensor that the file leaves out.
    pub(super) made: Option<Made>,
}

/// A network that is in the file completely.
pub(super) struct Found {
    pub(super) spec: &'static ArchitectureSpec,
    pub(super) style: &'static Style,
    /// What stands before its names.
    pub(super) prefix: String,
    pub(super) sources: Vec<Source>,
}

/// The closest network to a file that has none completely.
pub(super) struct Closest {
    pub(super) label: &'static str,
    /// How much of it is there, 0 to 1.
    pub(super) share: f32,
    pub(super) problem: WeightsError,
}

/// The parameters of a row of the table.
struct Template {
    spec: &'static ArchitectureSpec,
    /// Ours, the original name, the shape.
    tensors: Vec<(String, String, Vec<usize>)>,
}

impl Template {
    fn new(spec: &'static ArchitectureSpec) -> Self {
        let shapes = state::read_shapes(&(spec.build)(&Device::flex()));
        let tensors = shapes.into_iter().map(|(ours, shape)| {
            let original = (spec.original_key)(&ours);
            (ours, original, shape)
        });
        Self {
            spec,
            tensors: tensors.collect(),
        }
    }
}

/// Every network that is in a file completely, the one to take first; `only` is the id of a row.
///
/// # Errors
///
/// The closest one when there is none.
pub(super) fn networks(
    entries: &Entries,
    only: Option<&str>,
) -> Result<Vec<Found>, Option<Closest>> {
    let rows = ARCHITECTURES.iter();
    let rows = rows.filter(|spec| only.is_none_or(|id| id == spec.id));
    let templates: Vec<Template> = rows.map(Template::new).collect();
    let smallest = templates.iter().map(|template| template.tensors.len());
    let smallest = smallest.min().unwrap_or(0);
    let mut found = Vec::new();
    let mut closest = None;
    // Half of a network is enough to say what is missing of it.
    let prefixes = unwrap::prefixes(entries.keys(), smallest / 2);
    for prefix in prefixes.into_iter().take(MAX_PREFIXES) {
        found.extend(largest(entries, &prefix, &templates, &mut closest));
    }
    if found.is_empty() {
        return Err(closest);
    }
    sort(&mut found);
    Ok(found)
}

/// The rows whose networks have the same parameters, the given one first: they differ in their heads.
pub(super) fn same_network(spec: &'static ArchitectureSpec) -> impl Iterator<Item = &'static str> {
    let is_same = move |other: &&ArchitectureSpec| {
        let sizes = |row: &ArchitectureSpec| (row.parameters, row.channels, row.multiple);
        other.id != spec.id && sizes(other) == sizes(spec)
    };
    let others = ARCHITECTURES.iter().filter(is_same).map(|other| other.id);
    std::iter::once(spec.id).chain(others)
}

/// The largest network with this before its names: a small one may be a part of a large one of its
/// family.
fn largest(
    entries: &Entries,
    prefix: &str,
    templates: &[Template],
    closest: &mut Option<Closest>,
) -> Option<Found> {
    let mut here: Option<Found> = None;
    for style in STYLES {
        let originals = originals(entries, prefix, style);
        for template in templates {
            let n_before = here.as_ref().map_or(0, |found| found.sources.len());
            match compare(template, style, &originals, entries) {
                Ok(sources) if sources.len() > n_before => {
                    here = Some(Found {
                        spec: template.spec,
                        style,
                        prefix: prefix.to_owned(),
                        sources,
                    });
                }
                Ok(_) => {}
                Err(other) => {
                    if closest.as_ref().is_none_or(|best| best.share < other.share) {
                        *closest = Some(other);
                    }
                }
            }
        }
    }
    here
}

/// The deployed network first.
fn sort(found: &mut [Found]) {
    let ids = |word: &str, found: &[Found]| -> Vec<&'static str> {
        let with_word = found.iter().filter(|f| unwrap::has_word(&f.prefix, word));
        with_word.map(|f| f.spec.id).collect()
    };
    let (teachers, students) = (ids("teacher", found), ids("student", found));
    // A teacher that is another network is not the average of the student, but what it learned
    // from (SEED).
    let has_own_student = !students.is_empty() && !students.iter().any(|id| teachers.contains(id));
    found.sort_by_key(|f| {
        let is_foreign_teacher = has_own_student && unwrap::has_word(&f.prefix, "teacher");
        let rank = unwrap::rank(&f.prefix) + if is_foreign_teacher { 10 } else { 0 };
        (rank, f.prefix.len())
    });
}

/// The names after `prefix` as the original has them; several where tensors are stacked.
fn originals<'a>(
    entries: &'a Entries,
    prefix: &str,
    style: &Style,
) -> BTreeMap<String, Vec<Option<&'a str>>> {
    let mut originals: BTreeMap<String, Vec<Option<&str>>> = BTreeMap::new();
    let from_prefix = (Bound::Included(prefix), Bound::Unbounded);
    for (name, entry) in entries.range::<str, _>(from_prefix) {
        let Some(inner) = name.strip_prefix(prefix) else {
            break;
        };
        let original = entry.number.is_float().then(|| (style.original)(inner));
        let Some(original) = original.flatten() else {
            continue;
        };
        let parts = originals.entry(original.key).or_default();
        parts.resize(original.n_parts, None);
        parts[original.part] = Some(name);
    }
    originals
}

fn compare(
    template: &Template,
    style: &Style,
    originals: &BTreeMap<String, Vec<Option<&str>>>,
    entries: &Entries,
) -> Result<Vec<Source>, Closest> {
    let mut sources = Vec::with_capacity(template.tensors.len());
    let mut missing = Vec::new();
    let mut misshaped = None;
    for (ours, original, shape) in &template.tensors {
        let made = (style.made)(ours);
        if made.is_some() && !originals.contains_key(original) {
            sources.push(Source {
                ours: ours.clone(),
                shape: shape.clone(),
                names: Vec::new(),
                made,
            });
            continue;
        }
        let parts = originals.get(original);
        let names = parts.and_then(|parts| parts.iter().copied().collect::<Option<Vec<&str>>>());
        let Some(names) = names else {
            missing.push(original.clone());
            continue;
        };
        let found = stacked_shape(&names, entries);
        if !is_same_but_for_ones(&found, shape) {
            misshaped.get_or_insert_with(|| WeightsError::Shape {
                name: names[0].to_owned(),
                found,
                expected: shape.clone(),
            });
            continue;
        }
        sources.push(Source {
            ours: ours.clone(),
            shape: shape.clone(),
            names: names.into_iter().map(str::to_owned).collect(),
            made: None,
        });
    }
    let n_expected = template.tensors.len();
    let problem = match (missing.first(), misshaped) {
        (None, None) => return Ok(sources),
        (_, Some(misshaped)) => misshaped,
        (Some(first), None) => WeightsError::Missing {
            n_missing: missing.len(),
            n_expected,
            first: first.clone(),
        },
    };
    Err(Closest {
        label: template.spec.label,
        share: sources.len() as f32 / n_expected.max(1) as f32,
        problem,
    })
}

/// The shape of tensors on top of each other; that of the first where they do not fit.
pub(super) fn stacked_shape(names: &[&str], entries: &Entries) -> Vec<usize> {
    let shapes: Vec<&[usize]> = names
        .iter()
        .filter_map(|name| entries.get(*name))
        .map(|entry| entry.shape.as_slice())
        .collect();
    let Some((first, rest)) = shapes.split_first() else {
        return Vec::new();
    };
    let mut shape = first.to_vec();
    for other in rest {
        if let ([side, inner @ ..], [more, others @ ..]) = (shape.as_mut_slice(), other)
            && inner == others
        {
            *side = side.saturating_add(*more);
        }
    }
    shape
}

/// Whether two shapes differ only in axes of length 1 (`[384]` and `[1, 1, 384]`).
fn is_same_but_for_ones(a: &[usize], b: &[usize]) -> bool {
    let sides = |shape: &[usize]| -> Vec<usize> {
        shape.iter().copied().filter(|side| *side != 1).collect()
    };
    sides(a) == sides(b)
}

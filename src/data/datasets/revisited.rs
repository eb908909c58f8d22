//! Revisited Oxford and Paris (arXiv 1803.11285): retrieval of buildings in three difficulties.
//!
//! `gnd_*.pkl` is a dict of `imlist` (the database, without extensions), `qimlist` and `gnd`: for each
//! query `easy`, `hard`, `junk` (numbers in `imlist`) and `bbx` (left, upper, right, lower).

use super::LayoutSpec;
use super::checklist::has_needed;
use super::checklist::needed;
use super::checklist::optional;
use super::dataset::Dataset;
use super::dataset::GradedQuery;
use super::dataset::Role;
use super::dataset::Split;
use super::dataset::Truth;
use super::entries::Entries;
use super::error::DatasetError;
use super::numpy::NumpyPickle;
use super::source::Depth;
use super::source::Source;
use crate::monitor::Monitor;
use crate::pickle::ValueId;

const HELP: &str = "70 queries that show a part of a building, graded easy, hard and junk. Queries \
                    are cut to their box before they are described.";
const ORIGIN: &str = "The pictures come from the pages of Oxford's VGG (oxbuild_images, paris_1 and \
                      paris_2), the ground truth from cmp.felk.cvut.cz/revisitop.";
/// Up to a million pictures without any of the buildings.
const DISTRACTORS: &str = "revisitop1m/jpg";

pub(super) const OXFORD: LayoutSpec = LayoutSpec {
    id: "revisited-oxford",
    label: "Revisited Oxford",
    help: HELP,
    origin: ORIGIN,
    parts: &[
        needed("jpg", "the pictures"),
        needed("gnd_roxford5k.pkl", "the ground truth").telling(),
    ],
    recognize: |source| has_needed(OXFORD.parts, source),
    list: |source, monitor| list(source, "gnd_roxford5k.pkl", monitor),
};

pub(super) const PARIS: LayoutSpec = LayoutSpec {
    id: "revisited-paris",
    label: "Revisited Paris",
    help: HELP,
    origin: ORIGIN,
    parts: &[
        needed("jpg", "the pictures"),
        needed("gnd_rparis6k.pkl", "the ground truth").telling(),
        optional(DISTRACTORS, "other pictures to search among").counting(1_001_001),
    ],
    recognize: |source| has_needed(PARIS.parts, source),
    list: |source, monitor| list(source, "gnd_rparis6k.pkl", monitor),
};

fn list(source: &Source, truth: &str, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let damaged = |problem: String| DatasetError::Damaged {
        problem,
        path: source.shown(truth),
    };
    let pickle = NumpyPickle::open(source, truth)?;
    let names = |key: &str| {
        let names = pickle.entry(pickle.root, key);
        let names = names.and_then(|names| pickle.words(names));
        names.ok_or_else(|| damaged(format!("it has no list of names called {key}")))
    };
    let references = found(source, truth, &names("imlist")?)?;
    let queries = found(source, truth, &names("qimlist")?)?;
    let graded = pickle.entry(pickle.root, "gnd");
    let graded = graded.and_then(|graded| pickle.arena.list(graded));
    let graded = graded.ok_or_else(|| damaged("it has no list called gnd".to_owned()))?;
    if graded.len() != queries.len() {
        let (n_graded, n_queries) = (graded.len(), queries.len());
        return Err(damaged(format!(
            "it grades {n_graded} queries and names {n_queries}"
        )));
    }
    let graded: Result<Vec<GradedQuery>, DatasetError> = graded
        .iter()
        .enumerate()
        .map(|(query, id)| {
            graded_query(&pickle, *id, references.len())
                .map_err(|problem| damaged(format!("query {query}: {problem}")))
        })
        .collect();
    let queries = Split {
        truth: Truth::Graded(graded?),
        ..Split::new(Role::Queries, "", queries)
    };
    let mut splits = vec![queries, Split::new(Role::References, "", references)];
    if source.has_folder(DISTRACTORS) {
        let listing = source.pictures(DISTRACTORS, Depth::Deep, monitor)?;
        let distractors = Entries {
            names: listing.names,
            n_unreadable: listing.n_unreadable,
            ..Entries::default()
        };
        splits.push(Split::new(Role::Distractors, "", distractors));
    }
    Ok(Dataset::new(source, splits, Vec::new()))
}

fn found(source: &Source, truth: &str, names: &[String]) -> Result<Entries, DatasetError> {
    let mut entries = Entries::default();
    for (idx, name) in names.iter().enumerate() {
        let path = format!("jpg/{name}.jpg");
        if !source.has_file(&path) {
            return Err(DatasetError::Damaged {
                problem: format!("it names {path:?} in place {idx}, which is not there"),
                path: source.shown(truth),
            });
        }
        entries.names.push(&path);
    }
    Ok(entries)
}

fn graded_query(
    pickle: &NumpyPickle,
    id: ValueId,
    n_references: usize,
) -> Result<GradedQuery, String> {
    let grade = |key: &str| -> Result<Vec<u32>, String> {
        let rows = pickle.entry(id, key);
        let rows = rows.and_then(|rows| pickle.integers(rows));
        let rows = rows.ok_or_else(|| format!("there is no list of numbers called {key}"))?;
        let inside = |row: &i64| {
            u32::try_from(*row)
                .ok()
                .filter(|row| (*row as usize) < n_references)
        };
        let rows: Option<Vec<u32>> = rows.iter().map(inside).collect();
        rows.ok_or_else(|| format!("{key} names a picture that is not in the list"))
    };
    let bounds = pickle
        .entry(id, "bbx")
        .and_then(|bounds| pickle.floats(bounds));
    let bounds_px = bounds.and_then(|bounds| {
        let [left, upper, right, lower] = bounds.as_slice() else {
            return None;
        };
        Some([*left as f32, *upper as f32, *right as f32, *lower as f32])
    });
    Ok(GradedQuery {
        easy: grade("easy")?,
        hard: grade("hard")?,
        junk: grade("junk")?,
        bounds_px,
    })
}

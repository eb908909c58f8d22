//! Copydays: originals and their copies in up to 20 blocks (INRIA, 2008).
//!
//! The first four characters of a name say which original it belongs to. In the blocks of crops and
//! JPEG qualities that is the same as the order of the files, and it survives a missing file.

use super::LayoutSpec;
use super::checklist::has_needed;
use super::checklist::needed;
use super::checklist::optional;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::dataset::Truth;
use super::dataset::file_name;
use super::disc21::pictures;
use super::entries::Entries;
use super::error::DatasetError;
use super::names::IdIndex;
use super::names::Names;
use super::source::Source;
use crate::monitor::Monitor;

/// Letters of a name that identify the original.
const ID_LETTERS: usize = 4;
/// Folders with one folder for each strength.
const GRADED_BLOCKS: &[&str] = &["jpegqual", "crops"];

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "copydays",
    label: "Copydays",
    help: "157 holiday photos and 3,055 copies of them: strong edits, crops, JPEG compression. \
           Strong edits alone are enough.",
    origin: "INRIA's page is gone; vissl mirrors copydays_original and copydays_strong on \
             dl.fbaipublicfiles.com, the other two archives are only in web archives.",
    parts: &[
        needed("original", "the originals").counting(157),
        needed("strong", "strong edits").counting(229),
        optional("jpegqual", "JPEG compression, nine qualities").counting(1413),
        optional("crops", "crops, nine strengths").counting(1413),
        optional("distractors", "other pictures to search among").counting(10_000),
        optional("whitening", "other pictures to fit a whitening on").counting(20_000),
    ],
    recognize: |source| has_needed(SPEC.parts, source),
    list,
};

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let originals = pictures(source, "original", monitor)?;
    let index = originals_by_id(source, &originals)?;
    let mut blocks = vec!["original".to_owned(), "strong".to_owned()];
    for folder in GRADED_BLOCKS.iter().filter(|name| source.has_folder(name)) {
        let mut strengths = source.folders(folder)?;
        strengths.sort_by_key(|strength| strength.parse().unwrap_or(u32::MAX));
        blocks.extend(strengths.iter().map(|name| format!("{folder}/{name}")));
    }
    let mut splits = Vec::new();
    for block in &blocks {
        let queries = pictures(source, block, monitor)?;
        let mut pairs = Vec::with_capacity(queries.len());
        for (query, name) in queries.names.iter().enumerate() {
            let original = original_id(name).and_then(|id| index.find(id));
            let Some(original) = original else {
                return Err(DatasetError::Damaged {
                    problem: "no original has a name that begins like this one".to_owned(),
                    path: source.shown(name),
                });
            };
            pairs.push((query as u32, original));
        }
        splits.push(Split {
            truth: Truth::Pairs(pairs),
            ..Split::new(Role::Queries, block, queries)
        });
    }
    splits.push(Split::new(Role::References, "", originals));
    for (folder, role) in [
        ("distractors", Role::Distractors),
        ("whitening", Role::Whitening),
    ] {
        if source.has_folder(folder) {
            splits.push(Split::new(role, "", pictures(source, folder, monitor)?));
        }
    }
    Ok(Dataset::new(source, splits, Vec::new()))
}

fn original_id(name: &str) -> Option<&str> {
    file_name(name).get(..ID_LETTERS)
}

fn originals_by_id(source: &Source, originals: &Entries) -> Result<IdIndex, DatasetError> {
    let ids: Names = originals
        .names
        .iter()
        .map(|name| original_id(name).unwrap_or(name))
        .collect();
    IdIndex::new(ids).map_err(|idx| {
        let name = originals.names.get(idx);
        DatasetError::DuplicateId {
            id: original_id(name).unwrap_or(name).to_owned(),
            path: source.shown(name),
        }
    })
}

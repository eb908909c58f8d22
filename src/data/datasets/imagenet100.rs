//! ImageNet-100 as Kaggle's ambityga/imagenet100 has it: training in four parts.
//!
//! Other lists of 100 classes go by the same name; the class list is part of every result.

use std::collections::BTreeMap;

use super::LayoutSpec;
use super::checklist::has_needed;
use super::checklist::needed;
use super::checklist::optional;
use super::class_folders::add_class;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::entries::Entries;
use super::error::DatasetError;
use super::imagenet::of_known_classes;
use super::source::Source;
use crate::monitor::Monitor;

const TRAIN: [&str; 4] = ["train.X1", "train.X2", "train.X3", "train.X4"];
const HELD_OUT: &str = "val.X";
const LABELS: &str = "Labels.json";

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "imagenet-100",
    label: "ImageNet-100",
    help: "100 classes of ImageNet, some 130,000 pictures, 5,000 of them to measure on.",
    origin: "Kaggle, ambityga/imagenet100.",
    parts: &[
        needed(TRAIN[0], "the first part of the training classes").telling(),
        needed(TRAIN[1], "the second part of the training classes").telling(),
        needed(TRAIN[2], "the third part of the training classes").telling(),
        needed(TRAIN[3], "the fourth part of the training classes").telling(),
        needed(HELD_OUT, "the pictures to measure on")
            .telling()
            .counting(5000),
        optional(LABELS, "the names of the classes"),
    ],
    recognize: |source| has_needed(SPEC.parts, source),
    list,
};

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let mut folders = BTreeMap::new();
    for part in TRAIN {
        for class in source.folders(part)? {
            if folders.insert(class.clone(), part).is_some() {
                let path = source.shown(part);
                return Err(DatasetError::DuplicateId { id: class, path });
            }
        }
    }
    let classes: Vec<String> = folders.keys().cloned().collect();
    let mut train = Entries::default();
    for (label, (class, part)) in folders.iter().enumerate() {
        add_class(source, part, class, label as u32, &mut train, monitor)?;
    }
    let held_out = of_known_classes(source, HELD_OUT, &classes, monitor)?;
    let splits = vec![
        Split::new(Role::Train, "", train),
        Split::new(Role::HeldOut, "val", held_out),
    ];
    let names = class_names(source)?;
    let named = classes.iter().map(|id| match names.get(id) {
        Some(name) => format!("{id} {name}"),
        None => id.clone(),
    });
    Ok(Dataset::new(source, splits, named.collect()))
}

/// The names of the WordNet ids.
fn class_names(source: &Source) -> Result<BTreeMap<String, String>, DatasetError> {
    if !source.has_file(LABELS) {
        return Ok(BTreeMap::new());
    }
    let bytes = source.read(LABELS)?;
    serde_json::from_slice(&bytes).map_err(|err| DatasetError::Damaged {
        problem: err.to_string(),
        path: source.shown(LABELS),
    })
}

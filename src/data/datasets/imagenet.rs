//! ImageNet-1k (ILSVRC 2012): one folder per WordNet id, and Kaggle's flat `val` with its table.

use super::LayoutSpec;
use super::checklist::needed;
use super::checklist::optional;
use super::class_folders::add_class;
use super::class_folders::of_classes;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::dataset::file_name;
use super::entries::Entries;
use super::error::DatasetError;
use super::names::IdIndex;
use super::names::Names;
use super::source::Depth;
use super::source::Source;
use super::source::joined;
use super::table::Separator;
use super::table::Table;
use crate::monitor::Monitor;

/// Kaggle's table; it lies beside the folder `ILSVRC`, people also put it beside `val`.
const SOLUTION: &str = "LOC_val_solution.csv";

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "imagenet",
    label: "ImageNet",
    help: "1,281,167 pictures of 1,000 classes named by WordNet ids, 50,000 to measure on. Any \
           selection of its classes is read too.",
    origin: "image-net.org after registration, or Kaggle's \"ImageNet Object Localization \
             Challenge\".",
    parts: &[
        needed("train", "the training classes").counting(1_281_167),
        optional("val", "the pictures to measure on").counting(50_000),
        optional(SOLUTION, "the classes of a flat val, from Kaggle"),
    ],
    recognize: |source| source.has_folder("train") && is_wordnet(source, "train"),
    list,
};

/// `n` and eight digits.
pub(super) fn is_wordnet_id(name: &str) -> bool {
    let digits = name.strip_prefix('n').unwrap_or_default();
    digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether all folders in a folder are named by WordNet ids.
pub(super) fn is_wordnet(source: &Source, folder: &str) -> bool {
    let classes = source.folders(folder).unwrap_or_default();
    !classes.is_empty() && classes.iter().all(|class| is_wordnet_id(class))
}

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let classes = source.folders("train")?;
    let train = of_classes(source, "train", &classes, monitor)?;
    let mut splits = vec![Split::new(Role::Train, "", train)];
    if source.has_folder("val") {
        let held_out = if is_wordnet(source, "val") {
            of_known_classes(source, "val", &classes, monitor)?
        } else {
            of_table(source, &classes, monitor)?
        };
        splits.push(Split::new(Role::HeldOut, "val", held_out));
    }
    Ok(Dataset::new(source, splits, classes))
}

/// The pictures of those folders that are classes; a selection of classes may keep all of `val`.
pub(super) fn of_known_classes(
    source: &Source,
    folder: &str,
    classes: &[String],
    monitor: &Monitor,
) -> Result<Entries, DatasetError> {
    let mut entries = Entries::default();
    for (label, class) in classes.iter().enumerate() {
        if source.has_folder(&joined(folder, class)) {
            add_class(source, folder, class, label as u32, &mut entries, monitor)?;
        }
    }
    Ok(entries)
}

/// Kaggle's flat `val`: `ImageId,PredictionString`, the class is the first word of the second.
fn of_table(
    source: &Source,
    classes: &[String],
    monitor: &Monitor,
) -> Result<Entries, DatasetError> {
    if !source.has_file(SOLUTION) {
        return Err(DatasetError::Incomplete {
            layout: SPEC.label,
            missing: format!("the table with the classes of val ({SOLUTION})"),
            origin: "Put Kaggle's table beside the folder val, or sort val into folders.",
            path: source.shown(""),
        });
    }
    let listing = source.pictures("val", Depth::Flat, monitor)?;
    let stem = |name: &str| {
        let name = file_name(name);
        name.rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_owned()
    };
    let mut stems = Names::default();
    listing
        .names
        .iter()
        .for_each(|name| stems.push(&stem(name)));
    let index = IdIndex::new(stems).map_err(|idx| DatasetError::DuplicateId {
        id: stem(listing.names.get(idx)),
        path: source.shown(listing.names.get(idx)),
    })?;
    let table = Table::read(source, SOLUTION, Separator::Comma)?;
    let mut entries = Entries::default();
    for row in table.below_header(&["ImageId", "PredictionString"])? {
        let [picture, answer] = table.fields(row)?;
        let class = answer.split_whitespace().next().unwrap_or_default();
        let Ok(label) = classes.binary_search_by(|known| known.as_str().cmp(class)) else {
            return Err(table.refuse(row.line, format!("there is no class {class:?}")));
        };
        let Some(idx) = index.find(picture) else {
            return Err(table.refuse(row.line, format!("there is no picture {picture:?}")));
        };
        entries.names.push(listing.names.get(idx as usize));
        entries.labels.push(label as u32);
    }
    Ok(entries)
}

//! Tiny ImageNet (Stanford CS231n): 200 classes of 64 x 64 pixels.

use std::collections::BTreeMap;

use super::LayoutSpec;
use super::checklist::has_needed;
use super::checklist::needed;
use super::checklist::optional;
use super::class_folders::of_classes;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::entries::Entries;
use super::error::DatasetError;
use super::source::Source;
use super::table::Separator;
use super::table::Table;
use crate::monitor::Monitor;

const ANSWERS: &str = "val/val_annotations.txt";

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "tiny-imagenet",
    label: "Tiny ImageNet",
    help: "100,000 pictures of 64 x 64 pixels in 200 classes, 10,000 to measure on.",
    origin: "cs231n.stanford.edu/tiny-imagenet-200.zip, 237 MB.",
    parts: &[
        needed("wnids.txt", "the list of classes").telling(),
        needed("train", "the training classes").counting(100_000),
        needed("val/images", "the pictures to measure on").counting(10_000),
        needed(ANSWERS, "the classes of the pictures to measure on").telling(),
        optional("words.txt", "the names of the classes"),
    ],
    recognize: |source| has_needed(SPEC.parts, source),
    list,
};

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let classes = source.folders("train")?;
    let train = of_classes(source, "train", &classes, monitor)?;
    let table = Table::read(source, ANSWERS, Separator::Tab)?;
    let mut held_out = Entries::default();
    for row in &table.rows {
        // The file, its class and four sides of a box.
        let [file, class, ..] = row.fields.as_slice() else {
            return Err(table.refuse(row.line, "there is no class".to_owned()));
        };
        let Ok(label) = classes.binary_search(class) else {
            return Err(table.refuse(row.line, format!("there is no class {class:?}")));
        };
        let name = format!("val/images/{file}");
        if !source.has_file(&name) {
            return Err(table.refuse(row.line, format!("there is no picture {file:?}")));
        }
        held_out.names.push(&name);
        held_out.labels.push(label as u32);
    }
    let splits = vec![
        Split::new(Role::Train, "", train),
        Split::new(Role::HeldOut, "val", held_out),
    ];
    let words = words(source)?;
    let named = classes.iter().map(|id| match words.get(id) {
        Some(word) => format!("{id} {word}"),
        None => id.clone(),
    });
    Ok(Dataset::new(source, splits, named.collect()))
}

fn words(source: &Source) -> Result<BTreeMap<String, String>, DatasetError> {
    if !source.has_file("words.txt") {
        return Ok(BTreeMap::new());
    }
    let table = Table::read(source, "words.txt", Separator::Tab)?;
    let pair = |row: &super::table::Row| {
        let [id, word, ..] = row.fields.as_slice() else {
            return None;
        };
        Some((id.clone(), word.clone()))
    };
    Ok(table.rows.iter().filter_map(pair).collect())
}

//! One folder per class, as torchvision's `ImageFolder` reads it: classes by sorted name, pictures
//! at any depth, a class without pictures is an error.

use super::LayoutSpec;
use super::checklist::has_needed;
use super::checklist::needed;
use super::checklist::optional;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::entries::Entries;
use super::error::DatasetError;
use super::plain::has_pictures;
use super::source::Depth;
use super::source::Source;
use super::source::joined;
use crate::monitor::Monitor;

/// Names of the part to measure on.
const HELD_OUT: &str = "val|valid|validation|test";

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "class-folders",
    label: "A folder per class",
    help: "Each folder is a class and all pictures in it belong to it.",
    origin: "Any pictures you like, sorted into folders.",
    parts: &[],
    recognize: |source| is_classes(source, ""),
    list: |source, monitor| {
        let classes = source.folders("")?;
        let entries = of_classes(source, "", &classes, monitor)?;
        let splits = vec![Split::new(Role::Train, "", entries)];
        Ok(Dataset::new(source, splits, classes))
    },
};

pub(super) const SPLIT: LayoutSpec = LayoutSpec {
    id: "split-class-folders",
    label: "A folder per class, for training and for measuring",
    help: "train/ and val/ or test/, each with one folder per class of the same name.",
    origin: "Any pictures you like, sorted into folders.",
    parts: &[
        needed("train", "the training classes"),
        optional(HELD_OUT, "the same classes to measure on"),
    ],
    recognize: |source| has_needed(SPLIT.parts, source) && is_classes(source, "train"),
    list: list_split,
};

/// Whether a folder holds folders of pictures and no pictures itself.
fn is_classes(source: &Source, folder: &str) -> bool {
    let classes = source.folders(folder).unwrap_or_default();
    classes.len() >= 2
        && !has_pictures(source, folder, 0)
        && classes
            .iter()
            .take(8)
            .all(|class| has_pictures(source, &joined(folder, class), 2))
}

fn list_split(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let classes = source.folders("train")?;
    let train = of_classes(source, "train", &classes, monitor)?;
    let mut splits = vec![Split::new(Role::Train, "", train)];
    for folder in HELD_OUT.split('|') {
        if source.has_folder(folder) && is_classes(source, folder) {
            refuse_new_classes(source, folder, &classes)?;
            let present: Vec<String> = classes
                .iter()
                .filter(|class| source.has_folder(&joined(folder, class)))
                .cloned()
                .collect();
            let mut entries = Entries::default();
            for class in &present {
                let label = classes.binary_search(class).unwrap_or(0) as u32;
                add_class(source, folder, class, label, &mut entries, monitor)?;
            }
            splits.push(Split::new(Role::HeldOut, folder, entries));
        }
    }
    Ok(Dataset::new(source, splits, classes))
}

fn refuse_new_classes(
    source: &Source,
    folder: &str,
    classes: &[String],
) -> Result<(), DatasetError> {
    let new = source.folders(folder)?;
    match new
        .iter()
        .find(|class| classes.binary_search(class).is_err())
    {
        None => Ok(()),
        Some(class) => Err(DatasetError::Damaged {
            problem: "the training part has no class of this name".to_owned(),
            path: source.shown(&joined(folder, class)),
        }),
    }
}

/// The pictures of `classes`, which are folders in `folder`, numbered from 0.
pub(super) fn of_classes(
    source: &Source,
    folder: &str,
    classes: &[String],
    monitor: &Monitor,
) -> Result<Entries, DatasetError> {
    let mut entries = Entries::default();
    for (label, class) in classes.iter().enumerate() {
        add_class(source, folder, class, label as u32, &mut entries, monitor)?;
    }
    Ok(entries)
}

/// Adds the pictures of one class.
pub(super) fn add_class(
    source: &Source,
    folder: &str,
    class: &str,
    label: u32,
    entries: &mut Entries,
    monitor: &Monitor,
) -> Result<(), DatasetError> {
    let folder = joined(folder, class);
    let listing = source.pictures(&folder, Depth::Deep, monitor)?;
    if listing.names.is_empty() {
        return Err(DatasetError::NoPictures {
            path: source.shown(&folder),
        });
    }
    let added = Entries {
        names: listing.names,
        n_unreadable: listing.n_unreadable,
        ..Entries::default()
    };
    entries.extend(&added, Some(label));
    Ok(())
}

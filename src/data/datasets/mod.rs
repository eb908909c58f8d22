//! Data sets as people have them on disk: recognized from a folder or an archive, listed once.
//!
//! - Owns: the table [`LAYOUTS`], [`open`], and [`Dataset`] with its parts, classes and true pairs.
//! - Invariant: a list of pictures is kept once, in a few pieces of memory; nothing is unpacked.
//! - Invariant: a picture that cannot be read costs itself only; a table that contradicts the
//!   pictures is an error that names its line.
//! - Not here: what is measured on a data set (`eval`).
//! - To add a layout: one file with a `SPEC`, and its row in [`LAYOUTS`].

mod archive;
mod cars196;
mod checklist;
mod cifar10;
mod class_folders;
mod copydays;
mod cub200;
mod dataset;
mod disc21;
mod entries;
mod error;
mod ground_truth;
mod imagenet;
mod imagenet100;
mod imagenet_tsv;
mod names;
mod ndec;
mod numpy;
mod plain;
mod revisited;
mod source;
mod stanford_products;
mod table;
mod tiny_imagenet;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::monitor::Monitor;

pub use checklist::Part;
pub use checklist::PartSpec;
pub use checklist::checklist;
pub use dataset::Dataset;
pub use dataset::GradedQuery;
pub use dataset::Role;
pub use dataset::Split;
pub use dataset::Truth;
pub use disc21::SPEC as DISC21;
pub use entries::Entries;
pub use error::DatasetError;
pub use ground_truth::canonical_id;
pub use names::IdIndex;
pub use names::Names;
pub use source::Source;
pub(crate) use table::Separator;
pub(crate) use table::Table;

/// One row of [`LAYOUTS`].
pub struct LayoutSpec {
    /// The name in saved files. Once released it is never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// What it is and how it is split, one or two sentences.
    pub help: &'static str,
    /// Where to get it.
    pub origin: &'static str,
    pub parts: &'static [PartSpec],
    pub(super) recognize: fn(&Source) -> bool,
    pub(super) list: fn(&Source, &Monitor) -> Result<Dataset, DatasetError>,
}

/// Every layout, in the order they are tried: the most particular first.
pub const LAYOUTS: &[LayoutSpec] = &[
    ndec::SPEC,
    disc21::SPEC,
    copydays::SPEC,
    revisited::OXFORD,
    revisited::PARIS,
    cifar10::PYTHON,
    cifar10::BINARY,
    cub200::SPEC,
    cars196::SPEC,
    stanford_products::SPEC,
    tiny_imagenet::SPEC,
    imagenet_tsv::SPEC,
    imagenet100::SPEC,
    imagenet::SPEC,
    class_folders::SPLIT,
    class_folders::SPEC,
    plain::SPEC,
];

/// Folders that archives put around a data set.
const WRAPPERS: &[&str] = &[
    "cifar-10-batches-py",
    "cifar-10-batches-bin",
    "CUB_200_2011",
    "Stanford_Online_Products",
    "tiny-imagenet-200",
    "ILSVRC/Data/CLS-LOC",
];

/// Most places that are looked at.
const MAX_PLACES: usize = 6;

/// The layout called `id`.
pub fn layout(id: &str) -> Option<&'static LayoutSpec> {
    LAYOUTS.iter().find(|spec| spec.id == id)
}

/// Where in a folder or archive a data set may begin: at its top, in a folder that archives put
/// around it, or in the only folder there is.
fn places(path: &Path) -> Result<Vec<Source>, DatasetError> {
    let mut places = Vec::new();
    let mut next = Some(Source::open(path)?);
    while let Some(place) = next.filter(|_| places.len() < MAX_PLACES) {
        let wrappers = WRAPPERS.iter().filter(|name| place.has_folder(name));
        let wrapped: Vec<Source> = wrappers.map(|name| place.within(name)).collect();
        next = match (&place.folders("")?[..], &place.files("")?[..]) {
            ([only], []) => Some(place.within(only)),
            _ => None,
        };
        places.push(place);
        places.extend(wrapped);
    }
    Ok(places)
}

/// What a folder or archive is, and where in it the data set begins.
pub fn recognize(path: &Path) -> Result<(&'static LayoutSpec, Source), DatasetError> {
    let places = places(path)?;
    // A particular layout further down is more than a plain folder at the top.
    for spec in LAYOUTS {
        if let Some(place) = places.iter().find(|place| (spec.recognize)(place)) {
            checklist::refuse_other_if_telling(spec, &places)?;
            return Ok((spec, place.clone()));
        }
    }
    checklist::refuse_incomplete(&places)?;
    let path = path.to_owned();
    Err(DatasetError::UnknownLayout { path })
}

/// Recognizes a data set and lists its pictures.
pub fn open(path: &Path, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let (spec, source) = recognize(path)?;
    open_as(spec, &source, monitor)
}

/// Opens a data set of which the layout is known but not where in the folder it begins.
pub fn open_with(
    spec: &LayoutSpec,
    path: &Path,
    monitor: &Monitor,
) -> Result<Dataset, DatasetError> {
    let places = places(path)?;
    match places.iter().find(|place| (spec.recognize)(place)) {
        Some(place) => open_as(spec, place, monitor),
        None => Err(DatasetError::UnknownLayout {
            path: path.to_owned(),
        }),
    }
}

/// Lists the pictures of a data set whose layout is known.
pub fn open_as(
    spec: &LayoutSpec,
    source: &Source,
    monitor: &Monitor,
) -> Result<Dataset, DatasetError> {
    let mut dataset = (spec.list)(source, monitor)?;
    dataset.layout = spec.id;
    Ok(dataset)
}

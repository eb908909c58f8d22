//! Any folder with pictures somewhere in it.

use super::LayoutSpec;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::entries::Entries;
use super::error::DatasetError;
use super::source::Depth;
use super::source::Source;
use crate::monitor::Monitor;

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "pictures",
    label: "Pictures",
    help: "A folder with pictures in it or below it. They have no classes and no known copies.",
    origin: "Any pictures you like.",
    parts: &[],
    recognize: |source| has_pictures(source, "", 3),
    list,
};

/// Whether there is a picture in a folder or some levels below, without listing everything.
pub(super) fn has_pictures(source: &Source, folder: &str, levels: u32) -> bool {
    let is_picture = |name: &String| crate::data::is_picture_name(std::path::Path::new(name));
    let files = source.files(folder).unwrap_or_default();
    files.iter().any(is_picture)
        || levels > 0
            && source
                .folders(folder)
                .unwrap_or_default()
                .iter()
                .any(|name| has_pictures(source, &super::source::joined(folder, name), levels - 1))
}

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let listing = source.pictures("", Depth::Deep, monitor)?;
    if listing.names.is_empty() {
        return Err(DatasetError::NoPictures {
            path: source.shown(""),
        });
    }
    let entries = Entries {
        names: listing.names,
        n_unreadable: listing.n_unreadable,
        ..Entries::default()
    };
    let splits = vec![Split::new(Role::Train, "", entries)];
    Ok(Dataset::new(source, splits, Vec::new()))
}

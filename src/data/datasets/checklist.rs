//! What of a data set is there, what is missing, and where the rest comes from.

use super::LAYOUTS;
use super::LayoutSpec;
use super::error::DatasetError;
use super::source::Depth;
use super::source::Source;
use crate::monitor::Monitor;

/// One part of a layout.
pub struct PartSpec {
    /// A file or folder; `a|b` when either does.
    pub path: &'static str,
    /// What it is, for the list.
    pub what: &'static str,
    /// Whether the data set is of no use without it.
    pub is_needed: bool,
    /// Whether no other layout has it, so that it alone says what this was going to be.
    pub is_telling: bool,
    /// Pictures in the published set, where it is a folder.
    pub n_pictures: Option<u32>,
}

/// A part that something cannot do without.
pub(super) const fn needed(path: &'static str, what: &'static str) -> PartSpec {
    PartSpec {
        path,
        what,
        is_needed: true,
        is_telling: false,
        n_pictures: None,
    }
}

/// A part that may be missing.
pub(super) const fn optional(path: &'static str, what: &'static str) -> PartSpec {
    PartSpec {
        is_needed: false,
        ..needed(path, what)
    }
}

impl PartSpec {
    pub(super) const fn telling(self) -> Self {
        Self {
            is_telling: true,
            ..self
        }
    }

    pub(super) const fn counting(self, n_pictures: u32) -> Self {
        Self {
            n_pictures: Some(n_pictures),
            ..self
        }
    }

    /// The first of its names that exists.
    pub(super) fn find(&self, source: &Source) -> Option<&'static str> {
        let mut names = self.path.split('|');
        names.find(|name| source.has_folder(name) || source.has_file(name))
    }
}

/// A part and whether it is there.
pub struct Part {
    pub spec: &'static PartSpec,
    /// Its name in this data set.
    pub found: Option<&'static str>,
    /// How many pictures it holds, where it is a folder.
    pub n_pictures: Option<u64>,
}

impl Part {
    /// Whether it is there with all its pictures.
    pub fn is_complete(&self) -> bool {
        let expected = self.spec.n_pictures.map(u64::from);
        self.found.is_some() && (expected.is_none() || self.n_pictures >= expected)
    }
}

/// The parts of a layout, looked for in a source. Counts pictures, so it may take a while.
pub fn checklist(
    spec: &'static LayoutSpec,
    source: &Source,
    monitor: &Monitor,
) -> Result<Vec<Part>, DatasetError> {
    let part = |spec: &'static PartSpec| {
        let found = spec.find(source);
        let folder = found.filter(|name| source.has_folder(name));
        let n_pictures = match folder {
            Some(folder) => {
                let listing = source.pictures(folder, Depth::Deep, monitor)?;
                Some(listing.names.len() as u64)
            }
            None => None,
        };
        Ok(Part {
            spec,
            found,
            n_pictures,
        })
    };
    spec.parts.iter().map(part).collect()
}

/// Whether all needed parts are there.
pub(super) fn has_needed(parts: &[PartSpec], source: &Source) -> bool {
    parts
        .iter()
        .filter(|part| part.is_needed)
        .all(|part| part.find(source).is_some())
}

/// A general layout must not hide that a particular one was only half unpacked.
pub(super) fn refuse_other_if_telling(
    spec: &LayoutSpec,
    places: &[Source],
) -> Result<(), DatasetError> {
    if spec.parts.iter().any(|part| part.is_telling) {
        return Ok(());
    }
    refuse_incomplete(places)
}

/// Says which part of a half-unpacked data set is missing.
pub(super) fn refuse_incomplete(places: &[Source]) -> Result<(), DatasetError> {
    for (spec, place) in LAYOUTS
        .iter()
        .flat_map(|spec| places.iter().map(move |place| (spec, place)))
    {
        let mut telling = spec.parts.iter().filter(|part| part.is_telling);
        if !telling.any(|part| part.find(place).is_some()) {
            continue;
        }
        let mut needed = spec.parts.iter().filter(|part| part.is_needed);
        if let Some(missing) = needed.find(|part| part.find(place).is_none()) {
            let name = missing.path.replace('|', " or ");
            return Err(DatasetError::Incomplete {
                layout: spec.label,
                missing: format!("{} ({name})", missing.what),
                origin: spec.origin,
                path: place.shown(""),
            });
        }
    }
    Ok(())
}

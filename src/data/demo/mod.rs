//! The demo library: pictures that Copylens draws itself, and edited copies of some of them.
//!
//! - Owns: [`draw_demo_library`], the scenes, the edits, and the small drawing kit they share.
//! - Invariant: the same version draws the same pictures, run after run.
//! - Invariant: a folder with its marker file is complete; without it everything is drawn again.
//! - Not here: making the library searchable (`index`, `worker`).
//! - To change a picture or add one (`scenes`, `edits`): raise [`DRAWING_VERSION`], so that
//!   libraries drawn before are drawn anew.

mod canvas;
mod edits;
mod ink;
mod lettering;
mod noise;
mod outline;
mod scenes;

use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use serde::Serialize;

use crate::data::Picture;
use crate::data::encode_jpeg;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;
use crate::persist;
use crate::persist::PersistError;

use edits::COPIES;
use edits::EDITS;
use edits::Edit;
use scenes::SCENES;

/// Raised whenever a picture changes.
const DRAWING_VERSION: u32 = 1;

/// The file that says that the library is complete.
const MARKER: &str = "demo-library.json";
const MARKER_KIND: &str = "demo library";

const ORIGINAL_QUALITY: u8 = 90;

/// Pictures drawn between two looks at the monitor.
const BATCH: usize = 8;

/// Why the demo library could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("Cannot save a picture of the demo library")]
    Save(#[from] PersistError),
    #[error("Drawing stopped")]
    Cancelled(#[from] Cancelled),
}

impl DemoError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Save(err) => err.advice(),
            Self::Cancelled(_) => "Open the demo library again to draw the rest.",
        }
    }
}

/// What the marker file holds.
#[derive(Serialize, Deserialize)]
struct Marker {
    /// Paths below the folder, with forward slashes.
    files: Vec<String>,
}

/// Draws `originals/` and `copies/` below `folder`, unless they are there already.
pub fn draw_demo_library(monitor: &Monitor, folder: &Path) -> Result<(), DemoError> {
    let marker = folder.join(MARKER);
    let drawn = persist::load_json::<Marker>(&marker, MARKER_KIND, DRAWING_VERSION).ok();
    let is_complete = drawn.is_some_and(|(version, marker)| {
        let is_there = |file: &String| folder.join(file).is_file();
        version == DRAWING_VERSION && marker.files.iter().all(is_there)
    });
    if is_complete {
        return Ok(());
    }

    let mut progress = Progress {
        stage: "Drawing the demo pictures",
        n_done: 0,
        n_total: Some((SCENES.len() + copies().count()) as u64),
    };
    let mut originals = Vec::with_capacity(SCENES.len());
    for scenes in SCENES.chunks(BATCH) {
        monitor.check()?;
        monitor.report(progress.clone());
        let drawn: Result<Vec<Picture>, PersistError> = scenes
            .par_iter()
            .map(|scene| {
                let picture = scene.draw();
                let bytes = encode_jpeg(&picture, ORIGINAL_QUALITY);
                persist::save(&folder.join(original_file(scene.name)), &bytes)?;
                Ok(picture)
            })
            .collect();
        originals.extend(drawn?);
        progress.n_done += scenes.len() as u64;
    }

    let copies: Vec<_> = copies().collect();
    for batch in copies.chunks(BATCH) {
        monitor.check()?;
        monitor.report(progress.clone());
        batch.par_iter().try_for_each(|copy| {
            let beside = copy.beside.map(|idx| &originals[idx]);
            let picture = (copy.edit.apply)(&originals[copy.original], beside);
            let bytes = encode_jpeg(&picture, copy.edit.quality);
            persist::save(&folder.join(copy.file()), &bytes)
        })?;
        progress.n_done += batch.len() as u64;
    }

    monitor.check()?;
    let originals = SCENES.iter().map(|scene| original_file(scene.name));
    let files = originals
        .chain(copies.iter().map(PlannedCopy::file))
        .collect();
    persist::save_json(&marker, MARKER_KIND, DRAWING_VERSION, &Marker { files })?;
    monitor.report(progress);
    Ok(())
}

/// One copy to make.
struct PlannedCopy {
    /// Its place in [`SCENES`].
    original: usize,
    edit: &'static Edit,
    /// Places in [`SCENES`] of the pictures a collage puts beside it.
    beside: [usize; 3],
}

impl PlannedCopy {
    fn file(&self) -> String {
        let (name, label) = (SCENES[self.original].name, self.edit.label);
        format!("copies/{name} ({label}).jpg")
    }
}

fn original_file(name: &str) -> String {
    format!("originals/{name}.jpg")
}

fn copies() -> impl Iterator<Item = PlannedCopy> {
    COPIES.iter().flat_map(|(name, labels)| {
        let original = SCENES.iter().position(|scene| scene.name == *name);
        labels.iter().filter_map(move |label| {
            let original = original?;
            let edit = EDITS.iter().find(|edit| edit.label == *label)?;
            // Far apart in the table, so that a collage mixes subjects.
            let beside = [17, 31, 47].map(|step| (original + step) % SCENES.len());
            Some(PlannedCopy {
                original,
                edit,
                beside,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::data;

    use super::*;

    #[test]
    fn names_are_plain_and_unique_and_copies_have_originals() {
        let names: BTreeSet<&str> = SCENES.iter().map(|scene| scene.name).collect();
        assert!(SCENES.len() >= 60 && names.len() == SCENES.len());
        let is_plain = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(names.iter().all(is_plain));
        let n_listed: usize = COPIES.iter().map(|(_, edits)| edits.len()).sum();
        assert_eq!(copies().count(), n_listed);
        assert!(COPIES.len() >= 12);
    }

    #[test]
    fn pictures_differ_from_each_other_and_are_not_flat() {
        let small: Vec<Picture> = SCENES
            .par_iter()
            .map(|scene| data::resize(&scene.draw(), 12, 12))
            .collect();
        let distance = |a: &Picture, b: &Picture| {
            let pairs = std::iter::zip(&a.rgb, &b.rgb);
            pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>() / a.rgb.len() as u32
        };
        for (idx, a) in small.iter().enumerate() {
            let flat = Picture::filled(12, 12, a.pixel(6, 6));
            assert!(distance(a, &flat) > 2, "{} is flat", SCENES[idx].name);
            for (other, b) in small.iter().enumerate().skip(idx + 1) {
                let names = (SCENES[idx].name, SCENES[other].name);
                assert!(distance(a, b) > 8, "{names:?} look alike");
            }
        }
    }

    #[test]
    fn a_library_is_drawn_once_and_completed_when_a_picture_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let monitor = Monitor::silent();
        draw_demo_library(&monitor, folder.path()).unwrap();
        let scan = data::scan(&monitor, &[folder.path().to_owned()]).unwrap();
        assert_eq!(scan.files.len(), SCENES.len() + copies().count());
        for file in &scan.files {
            assert!(data::decode(&file.path).is_ok(), "{:?}", file.path);
        }

        let lost = folder.path().join("originals/pizza.jpg");
        let before = std::fs::read(&lost).unwrap();
        draw_demo_library(&monitor, folder.path()).unwrap();
        assert_eq!(
            data::scan(&monitor, &[folder.path().to_owned()])
                .unwrap()
                .files,
            scan.files
        );
        std::fs::remove_file(&lost).unwrap();
        draw_demo_library(&monitor, folder.path()).unwrap();
        assert_eq!(std::fs::read(&lost).unwrap(), before, "not the same twice");
    }

    #[test]
    fn a_stop_leaves_no_marker() {
        let folder = tempfile::tempdir().unwrap();
        let monitor = Monitor::silent();
        monitor.request_stop();
        let result = draw_demo_library(&monitor, folder.path());
        assert!(matches!(result, Err(DemoError::Cancelled(_))));
        assert!(!folder.path().join(MARKER).exists());
    }
}

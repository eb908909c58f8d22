//! Copies made with a known transform are found exactly; pictures that are not copies never are.
//!
//! The grids come from plain gradients, so no trained network is needed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod edits;
mod gradients;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

use copylens::data;
use copylens::data::Picture;
use copylens::matching;
use copylens::matching::Affine;
use copylens::matching::Comparison;
use copylens::matching::Verdict;
use edits::Copy;
use edits::EDITS;

/// Longer edge of the originals; accuracy is stated at this size.
const SIDE: u32 = 512;
/// The corners of a copy are found this exactly, in pixels.
const MAX_CORNER_ERROR: f64 = 3.0;

/// Every `step`-th photo, or none where the photos are not there.
fn photos(test: &str, step: usize, side: u32) -> Vec<Picture> {
    let Some(folder) = support::data_folder("photos/demo", test) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .collect();
    paths.sort();
    paths
        .iter()
        .step_by(step)
        .map(|path| data::fit_within(&data::decode(path).unwrap(), side))
        .collect()
}

fn compare(a: &Picture, b: &Picture) -> Comparison {
    matching::compare(a, b, 0.5, &mut gradients::features)
}

/// Largest distance between where a corner of the copied part lies and where it was found.
fn corner_error(copy: &Copy, found: &Affine) -> f64 {
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
        .into_iter()
        .map(|[x, y]| {
            let place = [
                copy.corner[0] + x * copy.size[0],
                copy.corner[1] + y * copy.size[1],
            ];
            let (truth, found) = (copy.a_from_b.apply(place), found.apply(place));
            (truth[0] - found[0]).hypot(truth[1] - found[1])
        })
        .fold(0.0, f64::max)
}

#[test]
fn copies_are_found_where_they_lie() {
    let photos = photos("copies_are_found_where_they_lie", 11, SIDE);
    for edit in EDITS {
        for (i, original) in photos.iter().enumerate() {
            let copy = (edit.make)(original, &photos[(i + 1) % photos.len()]);
            let found = compare(original, &copy.picture);
            let name = format!("{} of photo {i}", edit.name);
            let transform = found
                .transform
                .unwrap_or_else(|| panic!("{name}: not found"));
            let error = corner_error(&copy, &transform);
            assert!(error <= MAX_CORNER_ERROR, "{name}: {error:.1} px off");
            assert!(
                matches!(found.verdict, Verdict::Edited | Verdict::Same),
                "{name}"
            );
            let truly_mirrored = copy.a_from_b.determinant() < 0.0;
            assert_eq!(found.mirrored, truly_mirrored, "{name}");
            assert!(
                !found.sentence.is_empty() && found.advice.is_none(),
                "{name}"
            );
        }
    }
}

#[test]
fn links_of_a_copy_agree_with_its_place() {
    for original in photos("links_of_a_copy_agree_with_its_place", 16, SIDE) {
        let copy = (EDITS[0].make)(&original, &original);
        let found = compare(&original, &copy.picture);
        assert!(found.inliers >= 20, "only {} links", found.inliers);
        let cell = f64::from(SIDE) / gradients::GRID as f64;
        for pair in found.correspondences.iter().filter(|pair| pair.inlier) {
            let place = copy.a_from_b.apply(pair.b.map(f64::from));
            let off = (place[0] - f64::from(pair.a[0])).hypot(place[1] - f64::from(pair.a[1]));
            assert!(off <= 2.0 * cell, "{off:.0} px off");
        }
        let sheet = matching::side_by_side_png(&original, &copy.picture, &found);
        assert!(sheet.width > original.width + copy.picture.width);
    }
}

#[test]
fn unrelated_pictures_are_never_called_copies() {
    let photos = photos("unrelated_pictures_are_never_called_copies", 2, 320);
    let mut n_pairs = 0;
    for apart in 1..=7 {
        for (i, other) in photos.iter().skip(apart).enumerate() {
            let found = compare(&photos[i], other);
            assert_eq!(
                found.transform,
                None,
                "{i} and {}: {}",
                i + apart,
                found.sentence
            );
            assert_eq!(found.verdict, Verdict::Maybe);
            assert_eq!(found.inliers, 0);
            assert!(found.advice.is_some());
            n_pairs += 1;
        }
    }
    assert!(photos.is_empty() || n_pairs >= 80, "only {n_pairs} pairs");
}

#[test]
fn identical_pictures_lie_on_each_other_exactly() {
    for original in photos("identical_pictures_lie_on_each_other_exactly", 16, SIDE) {
        let found = compare(&original, &original.clone());
        assert_eq!(found.transform, Some(Affine::IDENTITY));
        assert_eq!(found.verdict, Verdict::Same);
        assert_eq!((found.overlap_a, found.overlap_b), (1.0, 1.0));
        assert!(!found.mirrored);
    }
}

#[test]
fn one_pixel_and_one_tone_are_no_trouble() {
    let flat = Picture::filled(64, 48, [120, 80, 40]);
    let dot = Picture::filled(1, 1, [3, 2, 1]);
    let line = Picture::filled(300, 1, [9, 9, 9]);
    for (a, b) in [(&flat, &dot), (&dot, &flat), (&line, &flat), (&dot, &line)] {
        let found = compare(a, b);
        assert_eq!(found.transform, None);
        assert!(found.sentence.contains("flat"), "{}", found.sentence);
    }
    assert_eq!(compare(&dot, &dot.clone()).verdict, Verdict::Same);
}

//! A descriptor that needs no network gives the figures that are known for it on mini-disc21 and
//! mini-copydays, so layouts, search, score normalization and metrics are right together.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::path::PathBuf;

use copylens::data;
use copylens::data::Picture;
use copylens::data::datasets;
use copylens::data::datasets::Dataset;
use copylens::data::datasets::Role;
use copylens::data::datasets::Split;
use copylens::data::datasets::Truth;
use copylens::eval::Descriptors;
use copylens::eval::disc21::evaluate;
use copylens::eval::metrics;
use copylens::eval::metrics::Ranking;
use copylens::eval::nearest;
use copylens::monitor::Monitor;

/// 256-bit difference hash as a unit vector: the cosine is `1 - 2 * Hamming / 256`.
fn difference_hash(path: &Path) -> Option<Vec<f32>> {
    let mut picture: Picture = data::decode(path).ok()?;
    for pixel in picture.rgb.chunks_exact_mut(3) {
        // The luma of ITU-R 601 in 16 bits, as Pillow computes it.
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        let luma = (r * 19_595 + g * 38_470 + b * 7_471 + 0x8000) >> 16;
        pixel.fill(luma as u8);
    }
    let small = data::resize(&picture, 17, 16);
    let grey: Vec<u8> = small.rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
    let rows = grey.chunks_exact(17).flat_map(|row| row.windows(2));
    Some(
        rows.map(|pair| if pair[1] > pair[0] { 1.0 } else { -1.0 } / 16.0)
            .collect(),
    )
}

#[track_caller]
fn close(found: f32, known: f32) {
    // The resize differs from Pillow's by up to 2 of 255, which turns a few of the 256 bits.
    assert!((found - known).abs() < 0.02, "{found}, known {known}");
}

#[test]
fn the_difference_hash_scores_what_it_is_known_to_score() {
    let Some(folder) = support::data_folder("mini-disc21", "the DISC21 baseline") else {
        return;
    };
    let mut embed = |paths: &[PathBuf]| paths.iter().map(|path| difference_hash(path)).collect();
    let report = evaluate(&folder, &mut embed, &Monitor::silent()).unwrap();
    assert_eq!(
        (report.queries, report.references, report.copies),
        (1000, 1000, 500)
    );
    assert_eq!(report.unreadable, Vec::<PathBuf>::new());
    // The row "256-bit dHash" of the README of the data set; its threshold is `1 - Hamming / 256`.
    close(report.recall_at_1, 0.384);
    close(report.micro_ap, 0.322);
    close(report.recall_at_p90, 0.282);
    close(report.threshold_at_p90.unwrap(), 2.0 * 0.824 - 1.0);
    close(report.micro_ap_sn.unwrap(), 0.352);
    close(report.recall_at_p90_sn.unwrap(), 0.312);
    // Edits a hash of the whole picture must and cannot see through.
    let recall = |edit: &str| {
        let found = report.per_edit.iter().find(|(name, _)| name == edit);
        found.unwrap().1
    };
    assert!(recall("grayscale") > 0.5);
    assert!(recall("rotate") < 0.2);
}

fn described(data: &Dataset, split: &Split, into: &mut Descriptors) {
    for idx in 0..split.entries.len() {
        let path = data.file(&split.entries, idx).unwrap();
        into.push(&difference_hash(&path).unwrap());
    }
}

#[test]
fn the_difference_hash_scores_on_copydays_what_it_is_known_to_score() {
    let Some(folder) = support::data_folder("mini-copydays", "the Copydays baseline") else {
        return;
    };
    let data = datasets::open(&folder, &Monitor::silent()).unwrap();
    assert_eq!(data.layout, "copydays");
    let mut database = Descriptors::new(256);
    for role in [Role::References, Role::Distractors] {
        described(&data, data.split(role).unwrap(), &mut database);
    }
    assert_eq!(database.len(), 240);
    let reference_ids: Vec<u32> = (0..240).collect();
    let map = |name: &str| {
        let split = data.split_named(Role::Queries, name).unwrap();
        let mut queries = Descriptors::new(256);
        described(&data, split, &mut queries);
        let found = nearest(&queries, &database, 20, &Monitor::silent()).unwrap();
        let Truth::Pairs(pairs) = &split.truth else {
            panic!("{name}");
        };
        let query_ids: Vec<u32> = (0..queries.len() as u32).collect();
        let truth = pairs.iter().copied().collect();
        let ranking = Ranking::from_neighbors(&found, &query_ids, &reference_ids, truth).unwrap();
        metrics::value("copydays-map", &ranking).unwrap()
    };
    // The row "256-bit dHash" of the README of the data set.
    close(map("strong"), 0.215);
    close(map("jpegqual/3"), 1.0);
    close(map("crops/10"), 1.0);
    close(map("crops/50"), 0.271);
    close(map("crops/80"), 0.028);
}

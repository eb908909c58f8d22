//! A descriptor that needs no network gives the figures that are known for it on mini-disc21, so
//! layout, search, score normalization and metrics are right together.

mod support;

use std::path::Path;
use std::path::PathBuf;

use copylens::data;
use copylens::data::Picture;
use copylens::eval::disc21::evaluate;
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

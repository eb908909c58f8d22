//! A descriptor that needs no network gives the figures that are known for it on mini-disc21 and
//! mini-copydays, so layouts, search, score normalization and metrics are right together.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use copylens::data;
use copylens::data::Picture;
use copylens::data::Preprocessing;
use copylens::eval::DescriptorSource;
use copylens::eval::Form;
use copylens::eval::protocols;
use copylens::eval::protocols::Request;
use copylens::eval::report::ModelFacts;
use copylens::eval::report::Report;
use copylens::monitor::Monitor;

/// 256-bit difference hash as a unit vector: the cosine is `1 - 2 * Hamming / 256`.
struct DifferenceHash;

impl DescriptorSource for DifferenceHash {
    fn fingerprint(&self) -> String {
        "difference hash".to_owned()
    }

    /// Pictures as they are, 0 to 1.
    fn preprocessing(&self) -> Preprocessing {
        Preprocessing {
            size: 0,
            mean: [0.0; 3],
            std: [1.0; 3],
        }
    }

    fn multiple(&self) -> u32 {
        1
    }

    fn has(&self, form: Form) -> bool {
        form == Form::Deployed
    }

    fn embed(&mut self, planes: &[Vec<f32>], size: [usize; 2], _: Form) -> Vec<Vec<f32>> {
        planes.iter().map(|planes| hash(planes, size)).collect()
    }
}

fn hash(planes: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
    let n_pixels = height * width;
    let value =
        |channel: usize, at: usize| (planes[channel * n_pixels + at] * 255.0).round() as u32;
    let luma = |at: usize| {
        // The luma of ITU-R 601 in 16 bits, as Pillow computes it.
        let [r, g, b] = [0, 1, 2].map(|channel| value(channel, at));
        [((r * 19_595 + g * 38_470 + b * 7_471 + 0x8000) >> 16) as u8; 3]
    };
    let grey = Picture::new(
        width as u32,
        height as u32,
        (0..n_pixels).flat_map(luma).collect(),
    );
    let small = data::resize(&grey, 17, 16);
    let grey: Vec<u8> = small.rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
    let rows = grey.chunks_exact(17).flat_map(|row| row.windows(2));
    rows.map(|pair| if pair[1] > pair[0] { 1.0 } else { -1.0 } / 16.0)
        .collect()
}

fn measure(protocol: &str, path: &Path) -> Report {
    // No picture is larger, so each is hashed in its own size.
    let chosen = BTreeMap::from([("input".to_owned(), "within:2048".to_owned())]);
    let request = Request {
        spec: protocols::get(protocol).unwrap(),
        path,
        chosen: &chosen,
        cache: None,
        submission: None,
        model: ModelFacts::default(),
        device: String::new(),
        engine: String::new(),
    };
    protocols::run(request, &mut DifferenceHash, &Monitor::silent()).unwrap()
}

#[track_caller]
fn close(report: &Report, id: &str, known: f64) {
    let found = report.figure(id).unwrap();
    // The resize differs from Pillow's by up to 2 of 255, which turns a few of the 256 bits.
    assert!((found - known).abs() < 0.02, "{id}: {found}, known {known}");
}

#[test]
fn the_difference_hash_scores_what_it_is_known_to_score() {
    let Some(folder) = support::data_folder("mini-disc21", "the DISC21 baseline") else {
        return;
    };
    let report = measure("disc21", &folder);
    let parts: Vec<usize> = report.data.parts.iter().map(|(_, n)| *n).collect();
    assert_eq!(parts, [1000, 1000, 500]);
    assert_eq!(report.findings.ranks.len(), 500);
    assert!(report.findings.unreadable.is_empty());
    // The row "256-bit dHash" of the README of the data set; its threshold is `1 - Hamming / 256`.
    close(&report, "recall-at-1", 0.384);
    close(&report, "micro-ap", 0.322);
    close(&report, "recall-at-p90", 0.282);
    close(&report, "threshold-at-p90", 2.0 * 0.824 - 1.0);
    close(&report, "micro-ap-sn", 0.352);
    close(&report, "recall-at-p90-sn", 0.312);
    // Edits a hash of the whole picture must and cannot see through.
    let recall = |name: &str| {
        let mut edits = report.findings.per_edit.iter();
        edits.find(|edit| edit.name == name).unwrap().found
    };
    assert!(recall("grayscale") > 0.5);
    assert!(recall("rotate") < 0.2);
}

#[test]
fn the_difference_hash_scores_on_copydays_what_it_is_known_to_score() {
    let Some(folder) = support::data_folder("mini-copydays", "the Copydays baseline") else {
        return;
    };
    let report = measure("copydays", &folder);
    assert_eq!(report.data.layout, "copydays");
    // The row "256-bit dHash" of the README of the data set.
    close(&report, "strong-map", 0.215);
    close(&report, "jpeg-map", 1.0);
    close(&report, "map-jpegqual-3", 1.0);
    close(&report, "crops-map", 0.526);
    close(&report, "map-crops-10", 1.0);
    close(&report, "map-crops-50", 0.271);
    close(&report, "map-crops-80", 0.028);
}

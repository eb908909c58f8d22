//! The Compare sheet.

use std::sync::Arc;

use copylens::data::Picture;
use copylens::matching::Affine;
use copylens::matching::Comparison;
use copylens::matching::Correspondence;
use copylens::matching::HeatMap;
use copylens::matching::Verdict;
use copylens::render::OVERLAYS;
use copylens::worker::CompareReport;
use copylens::worker::JobRequest;
use copylens::worker::JobResult;
use copylens::worker::Source;
use eframe::egui;

use crate::support::Window;

fn heat() -> HeatMap {
    HeatMap {
        rows: 2,
        cols: 2,
        values: vec![0.1, 0.4, 0.7, 1.0],
    }
}

fn report() -> CompareReport {
    CompareReport {
        a: Arc::new(Picture::filled(80, 60, [200, 90, 30])),
        b: Arc::new(Picture::filled(40, 30, [200, 90, 30])),
        comparison: Comparison {
            similarity: 0.87,
            verdict: Verdict::Edited,
            transform: Some(Affine {
                m: [1.0, 0.0, 20.0, 0.0, 1.0, 15.0],
            }),
            mirrored: false,
            inliers: 1,
            correspondences: vec![Correspondence {
                a: [40.0, 30.0],
                b: [20.0, 15.0],
                similarity: 0.9,
                inlier: true,
            }],
            heat_a: heat(),
            heat_b: heat(),
            overlap_a: 0.25,
            overlap_b: 1.0,
            sentence: "The middle quarter of the original".into(),
            advice: None,
        },
    }
}

/// A window with a finished comparison of the first of three results.
fn compared() -> Window {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&[0.9, 0.8, 0.7], 60);
    window.harness.key_press(egui::Key::Enter);
    window.run();
    answer(&mut window);
    window
}

fn answer(window: &mut Window) {
    let (id, request) = window.script.borrow().submitted.last().unwrap().clone();
    assert!(matches!(request, JobRequest::Compare { .. }));
    let result = JobResult::Compare(Box::new(report()));
    window.script.borrow_mut().answer(id, result);
    window.run();
}

fn overlay(window: &Window) -> &'static str {
    let compare = window.harness.state().state.compare.as_ref();
    compare.unwrap().overlay
}

#[test]
fn the_sheet_says_in_words_what_was_found() {
    let mut window = compared();
    assert!(window.says("The middle quarter of the original"));
    assert!(!window.says("Similarity 0.870"));
    window.click("Details");
    assert!(window.says("Similarity 0.870"));
}

#[test]
fn number_keys_go_through_the_ways_of_looking() {
    let mut window = compared();
    let keys = [
        egui::Key::Num1,
        egui::Key::Num2,
        egui::Key::Num3,
        egui::Key::Num4,
        egui::Key::Num5,
        egui::Key::Num6,
        egui::Key::Num7,
    ];
    assert_eq!(keys.len(), OVERLAYS.len());
    for (key, expected) in keys.into_iter().zip(OVERLAYS) {
        window.harness.key_press(key);
        window.run();
        assert_eq!(overlay(&window), expected.id);
        assert!(window.says(expected.label));
    }
}

#[test]
fn a_switches_the_alignment() {
    let mut window = compared();
    let is_aligned = |window: &Window| {
        let compare = window.harness.state().state.compare.as_ref();
        compare.unwrap().is_aligned
    };
    assert!(is_aligned(&window));
    window.harness.key_press(egui::Key::A);
    window.run();
    assert!(!is_aligned(&window));
}

#[test]
fn the_next_result_keeps_the_mode() {
    let mut window = compared();
    window.click("Links");
    window.click("Next result");
    answer(&mut window);
    assert_eq!(overlay(&window), "links");
    assert!(window.says("2 of 3"));
}

#[test]
fn a_query_that_is_a_part_of_the_match_is_laid_onto_it() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(std::slice::from_ref(&picture));
    window.found(&[0.9], 60);
    window.harness.key_press(egui::Key::Enter);
    window.run();
    let (id, _) = window.script.borrow().submitted.last().unwrap().clone();
    let mut part = report();
    std::mem::swap(
        &mut part.comparison.overlap_a,
        &mut part.comparison.overlap_b,
    );
    let result = JobResult::Compare(Box::new(part));
    window.script.borrow_mut().answer(id, result);
    window.run();
    let (_, request) = window.script.borrow().submitted.last().unwrap().clone();
    let JobRequest::Compare { b, .. } = request else {
        panic!("not compared again: {request:?}");
    };
    assert!(matches!(b, Source::File(path) if path == picture));
    answer(&mut window);
    assert!(window.says("The middle quarter of the original"));
}

#[test]
fn both_sides_are_saved_as_a_png() {
    let mut window = compared();
    let path = window.home.path().join("both.png");
    *window.desktop.save_path.lock() = Some(path.clone());
    window.click("Save as PNG…");
    assert!(window.says("Saved"));
    let sheet = copylens::data::decode(&path).unwrap();
    assert!(sheet.width > 120, "{sheet:?}");
}

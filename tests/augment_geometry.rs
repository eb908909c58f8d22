//! Every view knows where its pixels come from: each pixel of the source carries its own place in
//! its color, and is found again where the trace says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use copylens::data::Picture;
use copylens::data::augment;
use copylens::data::augment::Pipeline;
use copylens::data::augment::Span;
use copylens::data::augment::Step;
use copylens::data::augment::View;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

const WIDTH: u32 = 120;
const HEIGHT: u32 = 84;

/// Blue of the source; no other picture has it.
const OWN_BLUE: u8 = 200;

/// Steps that move pixels, with parameters that let nothing shine through.
const OPAQUE: &[(&str, Span)] = &[("opacity", Span::new(1.0, 1.0))];
const MOVING: &[(&str, &[(&str, Span)])] = &[
    ("random-resized-crop", &[]),
    ("bicubic-crop", &[]),
    ("horizontal-flip", &[]),
    ("vertical-flip", &[]),
    ("right-angle-rotation", &[]),
    ("free-rotation", &[]),
    ("inscribed-rotation", &[]),
    ("stretch", &[]),
    ("perspective", &[]),
    ("random-perspective", &[]),
    ("pad", &[]),
    ("pad-square", &[]),
    ("picture-overlay", OPAQUE),
    ("other-on-top", OPAQUE),
    ("overlay-either-way", OPAQUE),
    ("screenshot", &[]),
    ("caption", &[]),
    ("square-crop", &[]),
    ("squash", &[]),
    ("erasing", &[]),
];

/// Twice its place as red and three times as green.
fn source() -> Picture {
    let places = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    let rgb = places.flat_map(|(x, y)| [2 * x as u8, 3 * y as u8, OWN_BLUE]);
    Picture::new(WIDTH, HEIGHT, rgb.collect())
}

fn views(ids: &[(&str, &[(&str, Span)])], seeds: u64) -> Vec<View> {
    let steps = ids
        .iter()
        .map(|(id, parameters)| Step::new(augment::find(id).unwrap(), 1.0, parameters).unwrap());
    let pipeline = Pipeline::new(96, steps.collect());
    let other = Arc::new(Picture::filled(70, 90, [10, 10, 10]));
    (0..seeds)
        .map(|seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            pipeline.trace(&source(), &|_| Some(other.clone()), &mut rng)
        })
        .collect()
}

/// Compares each pixel with its place in the source, and says which share of the pixels of the
/// view is the source and how far the two differ in the mean, in pixels of the source.
fn check(view: &View, name: &str) -> f64 {
    let (mut n_seen, mut error, mut n_lost) = (0, 0.0, 0);
    for (x, y) in (0..96).flat_map(|y| (0..96).map(move |x| (x, y))) {
        let center = [f64::from(x) + 0.5, f64::from(y) + 0.5];
        let [red, green, blue] = view.picture.pixel(x, y);
        let is_own = blue.abs_diff(OWN_BLUE) <= 1;
        match view.trace.source_of(center) {
            // Edges are mixed with what lies beside them.
            Some([from_x, from_y]) if is_own => {
                n_seen += 1;
                let shown = [f64::from(red) / 2.0 + 0.5, f64::from(green) / 3.0 + 0.5];
                error += (shown[0] - from_x).abs() + (shown[1] - from_y).abs();
            }
            Some(_) | None => n_lost += u32::from(is_own),
        }
    }
    assert!(
        n_lost < 450,
        "{name}: {n_lost} pixels of the source without a place"
    );
    assert!(
        error <= 1.3 * f64::from(n_seen),
        "{name}: {error} over {n_seen} pixels"
    );
    f64::from(n_seen) / (96.0 * 96.0)
}

#[test]
fn every_step_that_moves_pixels_says_where_they_come_from() {
    for step in MOVING {
        let shares: Vec<f64> = views(&[*step], 12)
            .iter()
            .map(|view| check(view, step.0))
            .collect();
        let mean = shares.iter().sum::<f64>() / 12.0;
        assert!(mean > 0.1, "{}: {mean} seen", step.0);
    }
}

#[test]
fn places_survive_a_chain_of_steps() {
    let chains: [&[usize]; 4] = [&[2, 6, 0], &[9, 0, 2, 3], &[0, 10, 12, 5], &[16, 7, 8, 13]];
    for chain in chains {
        let steps: Vec<_> = chain.iter().map(|idx| MOVING[*idx]).collect();
        let names: Vec<&str> = steps.iter().map(|step| step.0).collect();
        for view in views(&steps, 12) {
            check(&view, &names.join(", "));
        }
    }
}

#[test]
fn what_only_changes_colors_leaves_every_place_alone() {
    let moving: Vec<&str> = MOVING.iter().map(|step| step.0).collect();
    for spec in augment::AUGMENTATIONS {
        if !moving.contains(&spec.id) {
            let parameters: &[(&str, Span)] = &[];
            for view in views(&[(spec.id, parameters)], 3) {
                let middle = view.trace.source_of([48.0, 48.0]);
                assert_eq!(middle, Some([60.0, 42.0]), "{}", spec.id);
                assert!(view.trace.hidden.is_empty(), "{}", spec.id);
            }
        }
    }
}

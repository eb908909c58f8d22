//! Augmentations give what Pillow and torchvision give (`tests/reference/augment.py`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use copylens::data;
use copylens::data::Picture;
use copylens::data::augment;
use copylens::data::augment::Pipeline;
use copylens::data::augment::Span;
use copylens::data::augment::Step;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

const SIDE: u32 = 40;

/// Step, parameters, and the largest difference allowed in levels: 0 where the arithmetic is the
/// same, 255 where only the mean counts: a coefficient of JPEG half way between two steps may fall
/// to the other one. The blur means its radius at an input of 224.
struct Case(&'static str, &'static [(&'static str, f32)], u8);

/// The largest mean difference in levels.
const MAX_MEAN: f64 = 1.0;

const BLUR_SCALE: f32 = 224.0 / 40.0;

const CASES: &[Case] = &[
    Case("posterize", &[("bits", 3.0)], 0),
    Case("solarize", &[("threshold", 128.0)], 0),
    Case("sharpness", &[("factor", 0.25)], 0),
    Case("sharpness", &[("factor", 2.5)], 0),
    Case("edge-enhance", &[], 0),
    Case("edge-enhance", &[], 0),
    Case("gaussian-blur", &[("sigma", 0.5 * BLUR_SCALE)], 0),
    Case("gaussian-blur", &[("sigma", BLUR_SCALE)], 0),
    Case("gaussian-blur", &[("sigma", 2.0 * BLUR_SCALE)], 0),
    Case("gaussian-blur", &[("sigma", 3.5 * BLUR_SCALE)], 0),
    Case("color-jitter", &[("hue", 0.1)], 0),
    Case("color-jitter", &[("hue", -0.4)], 0),
    Case("color-jitter", &[("saturation", 1.5)], 0),
    Case("color-jitter", &[("brightness", 0.4)], 0),
    Case("color-jitter", &[("contrast", 1.6)], 0),
    Case("grayscale", &[], 0),
    Case("free-rotation", &[("degrees", 30.0)], 1),
    Case("pixelization", &[("ratio", 0.3)], 2),
    Case("jpeg", &[("quality", 20.0)], 255),
];

/// The tile, and what became of it in each case.
fn golden() -> Vec<Picture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/golden");
    let sheet = data::decode(&folder.join("augment.png")).unwrap();
    let tiles = sheet.rgb.chunks_exact((SIDE * SIDE * 3) as usize);
    tiles
        .map(|rgb| Picture::new(SIDE, SIDE, rgb.to_vec()))
        .collect()
}

fn apply(case: &Case, picture: &Picture, seed: u64) -> Picture {
    let spec = augment::find(case.0).unwrap();
    let mut parameters: Vec<(&str, Span)> = case
        .1
        .iter()
        .map(|(id, value)| (*id, Span::new(*value, *value)))
        .collect();
    if case.0 == "color-jitter" {
        // The other three changes do nothing.
        let neutral = [
            ("brightness", 1.0),
            ("contrast", 1.0),
            ("saturation", 1.0),
            ("hue", 0.0),
        ];
        for (id, value) in neutral {
            if case.1[0].0 != id {
                parameters.push((id, Span::new(value, value)));
            }
        }
    }
    let step = Step::new(spec, 1.0, &parameters).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Pipeline::new(SIDE, vec![step]).apply(picture, &mut rng)
}

fn worst(a: &Picture, b: &Picture) -> u8 {
    let pairs = a.rgb.iter().zip(&b.rgb);
    pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

fn mean(a: &Picture, b: &Picture) -> f64 {
    let pairs = a.rgb.iter().zip(&b.rgb);
    let sum: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(sum) / a.rgb.len() as f64
}

#[test]
fn every_change_equals_the_one_of_pillow() {
    let golden = golden();
    assert_eq!(golden.len(), CASES.len() + 1);
    for (case, expected) in CASES.iter().zip(&golden[1..]) {
        // A step that chooses between two kernels shows both within a few seeds.
        let errors = (0..8).map(|seed| worst(&apply(case, &golden[0], seed), expected));
        let error = errors.min().unwrap();
        assert!(error <= case.2, "{} {:?}: {error} levels", case.0, case.1);
        let means = (0..8).map(|seed| mean(&apply(case, &golden[0], seed), expected));
        let mean = means.fold(f64::MAX, f64::min);
        assert!(
            mean <= MAX_MEAN,
            "{} {:?}: {mean} levels in the mean",
            case.0,
            case.1
        );
        assert!(
            worst(&golden[0], expected) > 8,
            "{} changes something",
            case.0
        );
    }
}

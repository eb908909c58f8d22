//! The pipelines of OBD-SD (`datasets/basic_dataset_scaffold.py` of its code).
//!
//! | pipeline | crop | mirror | more |
//! |---|---|---|---|
//! | base (its "big" is the same at 256 pixels) | area 0.08 to 1 | 0.5 | |
//! | advanced | area 0.08 to 1 | 0.5 | colors 0.2 four times, gray 0.2 |
//! | random crop ("red") | shorter side 256 of 224, then 224 x 224 | 0.5 | |

use super::Preset;
use super::Span;
use super::around_one;
use super::step;
use super::step_with;

pub(super) const BASE: Preset = Preset {
    id: "obd-base",
    label: "Crops and mirrors only",
    help: "A random part, half of the time mirrored, as for learning classes.",
    stages: &[
        step("random-resized-crop", 1.0),
        step("horizontal-flip", 0.5),
    ],
};

pub(super) const ADVANCED: Preset = Preset {
    id: "obd-advanced",
    label: "Crops, gray and weak colors",
    help: "A random part with slightly changed colors, sometimes gray.",
    stages: &[
        step("random-resized-crop", 1.0),
        step("grayscale", 0.2),
        step_with(
            "color-jitter",
            1.0,
            &[
                ("brightness", around_one(0.2)),
                ("contrast", around_one(0.2)),
                ("saturation", around_one(0.2)),
                ("hue", Span::new(-0.2, 0.2)),
            ],
        ),
        step("horizontal-flip", 0.5),
    ],
};

pub(super) const RANDOM_CROP: Preset = Preset {
    id: "obd-random-crop",
    label: "Squares of one scale",
    help: "A random square of nearly the shorter side, half of the time mirrored.",
    stages: &[step("square-crop", 1.0), step("horizontal-flip", 0.5)],
};

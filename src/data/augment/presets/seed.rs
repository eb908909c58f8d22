//! The pipelines of SEED (Fang et al., ICLR 2021,
//! [arXiv:2101.04731](https://arxiv.org/abs/2101.04731)), as `tools/utils.py` of its code builds
//! them: one per kind of teacher.
//!
//! | pipeline | area of the crop | colors | gray | blur |
//! |---|---|---|---|---|
//! | SwAV | 0.14 to 1 | 0.4, 0.4, 0.4, hue 0.1 at 0.8 | 0.2 | 0.1 to 2 at 0.5 |
//! | SwAV, small patch (96 of 224) | 0.05 to 0.14 | same | same | same |
//! | MoCo v2 | 0.2 to 1 | same | same | same |
//! | MoCo v1 and SimCLR | 0.2 to 1 | 0.4, 0.4, 0.4, hue 0.4 always, after gray | 0.2 | none |
//!
//! All mirror with 0.5 at the end.

use super::Preset;
use super::PresetStage;
use super::Span;
use super::around_one;
use super::step;
use super::step_with;

const COLORS: &[(&str, Span)] = &[
    ("brightness", around_one(0.4)),
    ("contrast", around_one(0.4)),
    ("saturation", around_one(0.4)),
    ("hue", Span::new(-0.1, 0.1)),
];

const STRONG_COLORS: &[(&str, Span)] = &[
    ("brightness", around_one(0.4)),
    ("contrast", around_one(0.4)),
    ("saturation", around_one(0.4)),
    ("hue", Span::new(-0.4, 0.4)),
];

const fn crop(low: f32, high: f32) -> [(&'static str, Span); 1] {
    [("area", Span::new(low, high))]
}

const SWAV_CROP: &[(&str, Span)] = &crop(0.14, 1.0);
const SMALL_CROP: &[(&str, Span)] = &crop(0.05, 0.14);
const MOCO_CROP: &[(&str, Span)] = &crop(0.2, 1.0);

const BLUR: &[(&str, Span)] = &[("sigma", Span::new(0.1, 2.0))];

/// The radius is the same number of pixels on a patch of 96 as on a view of 224.
const SMALL_BLUR: Span = Span::new(0.1 * 224.0 / 96.0, 2.0 * 224.0 / 96.0);

const fn stages(crop: &'static [(&'static str, Span)]) -> [PresetStage; 5] {
    [
        step_with("random-resized-crop", 1.0, crop),
        step_with("color-jitter", 0.8, COLORS),
        step("grayscale", 0.2),
        step_with("gaussian-blur", 0.5, BLUR),
        step("horizontal-flip", 0.5),
    ]
}

pub(super) const SWAV: Preset = Preset {
    id: "seed-swav",
    label: "SEED, SwAV teacher",
    help: "The large view of SEED for a teacher taught by SwAV.",
    stages: &stages(SWAV_CROP),
};

pub(super) const SWAV_SMALL: Preset = Preset {
    id: "seed-swav-small",
    label: "SEED, small patch",
    help: "The small patches of SEED: a twentieth to a seventh of the picture.",
    stages: &[
        step_with("random-resized-crop", 1.0, SMALL_CROP),
        step_with("color-jitter", 0.8, COLORS),
        step("grayscale", 0.2),
        step_with("gaussian-blur", 0.5, &[("sigma", SMALL_BLUR)]),
        step("horizontal-flip", 0.5),
    ],
};

pub(super) const MOCO_V2: Preset = Preset {
    id: "moco-v2",
    label: "SEED, MoCo v2 teacher",
    help: "Crops, colors and a light blur, as MoCo v2 does it.",
    stages: &stages(MOCO_CROP),
};

pub(super) const MOCO_V1: Preset = Preset {
    id: "moco-v1",
    label: "SEED, MoCo v1 teacher",
    help: "Crops and strong changes of color, as MoCo v1 does it.",
    stages: &[
        step_with("random-resized-crop", 1.0, MOCO_CROP),
        step("grayscale", 0.2),
        step_with("color-jitter", 1.0, STRONG_COLORS),
        step("horizontal-flip", 0.5),
    ],
};

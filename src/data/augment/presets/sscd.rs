//! The pipelines of SSCD (Pizzi et al., CVPR 2022,
//! [arXiv:2202.10261](https://arxiv.org/abs/2202.10261)), in the order, with the probabilities and
//! ranges of the authors' code (`sscd/transforms/settings.py`). ICD and RDCD use "advanced".
//!
//! | step | chance | range |
//! |---|---|---|
//! | crop | 1 | area 0.08 to 1, aspect 3/4 to 4/3 (torchvision's default) |
//! | mirror | 0.5 | |
//! | colors | 0.8 | factors 0.2 to 1.8, hue -0.2 to 0.2 |
//! | gray | 0.2 | |
//! | blur | 0.5 | light 0.1 to 2, strong and advanced 1 to 5 pixels |
//! | right angle | 0.05 | 90, 180 or 270 degrees |
//! | text | 0.1 | size 0.1 to 0.3, opacity 0.1 to 1 |
//! | emoji | 0.2 | size 0.1 to 0.5, opacity 0.7 to 1 |
//! | turn | 0.05 | 0 to 359 degrees |
//! | JPEG | 0.2 | quality 0 to 100 |

use super::Preset;
use super::Span;
use super::step;
use super::step_with;

/// The BASE transform of ICD.
pub(super) const NONE: Preset = Preset {
    id: "none",
    label: "No changes",
    help: "Every picture is only brought to the input size.",
    stages: &[],
};

/// SIMCLR of `settings.py`.
pub(super) const SIMCLR: Preset = Preset {
    id: "simclr",
    label: "Light",
    help: "Crops, colors and a light blur, as SimCLR does it.",
    stages: &[
        step("random-resized-crop", 1.0),
        step("horizontal-flip", 0.5),
        step("color-jitter", 0.8),
        step("grayscale", 0.2),
        step_with("gaussian-blur", 0.5, &[("sigma", Span::new(0.1, 2.0))]),
    ],
};

/// STRONG_BLUR of `settings.py`.
pub(super) const STRONG_BLUR: Preset = Preset {
    id: "strong-blur",
    label: "Strong blur",
    help: "Crops, colors and a strong blur, the first step of SSCD.",
    stages: &[
        step("random-resized-crop", 1.0),
        step("horizontal-flip", 0.5),
        step("color-jitter", 0.8),
        step("grayscale", 0.2),
        step("gaussian-blur", 0.5),
    ],
};

/// ADVANCED of `settings.py`, also the one of ICD and RDCD.
pub(super) const ADVANCED: Preset = Preset {
    id: "advanced",
    label: "Advanced",
    help: "Rotations, text, emoji, crops, colors, blur and JPEG, as SSCD is trained.",
    stages: &[
        step("horizontal-flip", 0.5),
        step("right-angle-rotation", 0.05),
        step("text-overlay", 0.1),
        step("emoji-overlay", 0.2),
        step("free-rotation", 0.05),
        step("random-resized-crop", 1.0),
        step("color-jitter", 0.8),
        step("grayscale", 0.2),
        step("gaussian-blur", 0.5),
        step("jpeg", 0.2),
    ],
};

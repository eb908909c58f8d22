//! The views of DINO (Caron et al., ICCV 2021,
//! [arXiv:2104.14294](https://arxiv.org/abs/2104.14294), `main_dino.py`) and of Patch-Wise DINO
//! ([arXiv:2310.18651](https://arxiv.org/abs/2310.18651)), which squashes pictures to 256 x 256
//! first.
//!
//! | step | global 1 | global 2 | local |
//! |---|---|---|---|
//! | crop (bicubic, aspect 3/4 to 4/3), area | 0.4 to 1 | 0.4 to 1 | 0.05 to 0.4 |
//! | mirror | 0.5 | 0.5 | 0.5 |
//! | colors 0.4, 0.4, 0.2, hue 0.1 | 0.8 | 0.8 | 0.8 |
//! | gray | 0.2 | 0.2 | 0.2 |
//! | blur 0.1 to 2 pixels | 1 | 0.1 | 0.5 |
//! | solarize from 128 | - | 0.2 | - |
//!
//! The last version of the Patch-Wise paper changes the colors of each patch but publishes no
//! numbers; the two `patch-colors` pipelines are our own reading (see `patch_colors.rs`).

use super::Preset;
use super::PresetStage;
use super::Span;
use super::around_one;
use super::step;
use super::step_with;

const GLOBAL_CROP: &[(&str, Span)] = &[("area", Span::new(0.4, 1.0))];
const LOCAL_CROP: &[(&str, Span)] = &[("area", Span::new(0.05, 0.4))];

const GLOBAL_BLUR: &[(&str, Span)] = &[("sigma", Span::new(0.1, 2.0))];

/// The radius is the same number of pixels on a local view of 96 as on a global one of 224.
const LOCAL_BLUR: &[(&str, Span)] = &[("sigma", Span::new(0.1 * 224.0 / 96.0, 2.0 * 224.0 / 96.0))];

const COLORS: PresetStage = step_with(
    "color-jitter",
    0.8,
    &[
        ("brightness", around_one(0.4)),
        ("contrast", around_one(0.4)),
        ("saturation", around_one(0.2)),
        ("hue", Span::new(-0.1, 0.1)),
    ],
);

pub(super) const GLOBAL_1: Preset = Preset {
    id: "dino-global-1",
    label: "DINO, first global view",
    help: "A large part, always a little blurred.",
    stages: &[
        step_with("bicubic-crop", 1.0, GLOBAL_CROP),
        step("horizontal-flip", 0.5),
        COLORS,
        step("grayscale", 0.2),
        step_with("gaussian-blur", 1.0, GLOBAL_BLUR),
    ],
};

pub(super) const GLOBAL_2: Preset = Preset {
    id: "dino-global-2",
    label: "DINO, second global view",
    help: "A large part, seldom blurred, sometimes solarized.",
    stages: &[
        step_with("bicubic-crop", 1.0, GLOBAL_CROP),
        step("horizontal-flip", 0.5),
        COLORS,
        step("grayscale", 0.2),
        step_with("gaussian-blur", 0.1, GLOBAL_BLUR),
        step("solarize", 0.2),
    ],
};

pub(super) const LOCAL: Preset = Preset {
    id: "dino-local",
    label: "DINO, local view",
    help: "A small part of the picture, meant for a smaller input.",
    stages: &[
        step_with("bicubic-crop", 1.0, LOCAL_CROP),
        step("horizontal-flip", 0.5),
        COLORS,
        step("grayscale", 0.2),
        step_with("gaussian-blur", 0.5, LOCAL_BLUR),
    ],
};

pub(super) const PATCHWISE_GLOBAL_1: Preset = Preset {
    id: "patchwise-global-1",
    label: "Patch-Wise DINO, first global view",
    help: "The first global view of DINO from a squashed picture.",
    stages: &[
        step("squash", 1.0),
        step_with("bicubic-crop", 1.0, GLOBAL_CROP),
        step("horizontal-flip", 0.5),
        COLORS,
        step("grayscale", 0.2),
        step_with("gaussian-blur", 1.0, GLOBAL_BLUR),
    ],
};

pub(super) const PATCHWISE_GLOBAL_2: Preset = Preset {
    id: "patchwise-global-2",
    label: "Patch-Wise DINO, second global view",
    help: "The second global view of DINO from a squashed picture.",
    stages: &[
        step("squash", 1.0),
        step_with("bicubic-crop", 1.0, GLOBAL_CROP),
        step("horizontal-flip", 0.5),
        COLORS,
        step("grayscale", 0.2),
        step_with("gaussian-blur", 0.1, GLOBAL_BLUR),
        step("solarize", 0.2),
    ],
};

pub(super) const PATCHWISE_LOCAL: Preset = Preset {
    id: "patchwise-local",
    label: "Patch-Wise DINO, local view",
    help: "The local view of DINO from a squashed picture.",
    stages: &[
        step("squash", 1.0),
        step_with("bicubic-crop", 1.0, LOCAL_CROP),
        step("horizontal-flip", 0.5),
        COLORS,
        step("grayscale", 0.2),
        step_with("gaussian-blur", 0.5, LOCAL_BLUR),
    ],
};

pub(super) const PATCH_COLORS_GLOBAL: Preset = Preset {
    id: "patch-colors-global",
    label: "Colors of each patch, global view",
    help: "A large part of the picture whose patches change color by themselves.",
    stages: &[
        step_with("bicubic-crop", 1.0, GLOBAL_CROP),
        step("horizontal-flip", 0.5),
        step("patch-colors", 1.0),
        step_with("gaussian-blur", 0.5, GLOBAL_BLUR),
    ],
};

pub(super) const PATCH_COLORS_LOCAL: Preset = Preset {
    id: "patch-colors-local",
    label: "Colors of each patch, local view",
    help: "A small part of the picture whose patches change color by themselves.",
    stages: &[
        step_with("bicubic-crop", 1.0, LOCAL_CROP),
        step("horizontal-flip", 0.5),
        step("patch-colors", 1.0),
        step_with("gaussian-blur", 0.5, LOCAL_BLUR),
    ],
};

//! The views of the winner of the Image Similarity Challenge 2021, descriptor track (Yokoo,
//! [arXiv:2112.04323](https://arxiv.org/abs/2112.04323); `exp/v83.py`, `v86.py`, `v98.py`).
//!
//! Every picture gives a moderate view (area 0.7 to 1, mirrored with 0.5) and a hard one. The hard
//! one in three stages, its twelve edits in random order; the fourth stage changes nothing:
//!
//! | step | range | stage 1 (256) | 2 (384) | 3 (512) |
//! |---|---|---|---|---|
//! | turn and cut | 0 to 180 degrees | 0.25 | 0.30 | 0.35 |
//! | overlay, then crop of 0.7 to 1 | | 0.05 | 0.075 | 0.10 |
//! | - height, opacity from | | 0.4 to 0.6, 0.6 | 0.3 to 0.7, 0.5 | 0.2 to 0.8, 0.4 |
//! | else crop | area 0.15 to 1 | 0.95 | 0.925 | 0.90 |
//! | colors | hue 0.2; the others | 0.7 | 0.75 | 0.8 |
//! | coarse | ratio 0.1 to 1 | 0.25 | 0.25 | 0.25 |
//! | shuffle pixels | a tenth | 0.25 | 0.25 | 0.25 |
//! | JPEG | quality 10, 20, 30 or 50 | 0.25 | 0.30 | 0.35 |
//! | gray | | 0.25 | 0.25 | 0.25 |
//! | blur | 0 to 10 pixels | 0.25 | 0.25 | 0.25 |
//! | tilt | distortion 0.5 | 0.25 | 0.30 | 0.35 |
//! | mirror; upside down | | 0.5; 0.1 | 0.5; 0.1 | 0.5; 0.1 |
//! | text | 1 or 2 lines, size 0.1 to 0.3 | 0.25 | 0.30 | 0.35 |
//! | emoji | size 0.1 to 0.3 | 0.25 | 0.30 | 0.35 |
//! | edges | normal or more | 0.25 | 0.30 | 0.30 |
//! | erase, after all | area 0.02 to 0.33 | 0.25 | 0.25 | 0.25 |
//!
//! Deviations: the radius of the blur is 10 pixels at an input of 256 and grows with the input,
//! where the code keeps it, so that the first stage is the same and later ones are as strong;
//! emoji are drawn from all symbols, not from smileys only.

use super::Preset;
use super::PresetStage;
use super::Span;
use super::around_one;
use super::step;
use super::step_with;

const MODERATE_CROP: &[(&str, Span)] = &[("area", Span::new(0.7, 1.0))];
const HARD_CROP: &[(&str, Span)] = &[("area", Span::new(0.15, 1.0))];

/// 10 pixels at an input of 256.
const BLUR: &[(&str, Span)] = &[("sigma", Span::new(0.0, 10.0 * 224.0 / 256.0))];

const fn jpeg(quality: &'static [(&'static str, Span)]) -> [PresetStage; 1] {
    [step_with("jpeg", 1.0, quality)]
}

const JPEG: PresetStage = PresetStage::OneOf(&[
    (0.25, &jpeg(&[("quality", Span::new(10.0, 10.0))])),
    (0.25, &jpeg(&[("quality", Span::new(20.0, 20.0))])),
    (0.25, &jpeg(&[("quality", Span::new(30.0, 30.0))])),
    (0.25, &jpeg(&[("quality", Span::new(50.0, 50.0))])),
]);

pub(super) const MODERATE: Preset = Preset {
    id: "isc21-moderate",
    label: "ISC21, moderate view",
    help: "Most of the picture, half of the time mirrored.",
    stages: &[
        step_with("random-resized-crop", 1.0, MODERATE_CROP),
        step("horizontal-flip", 0.5),
    ],
};

pub(super) const HARD_1: Preset = Preset {
    id: "isc21-hard-1",
    label: "ISC21, hard view of stage 1",
    help: "Twelve edits in random order, each now and then.",
    stages: &[
        step("inscribed-rotation", 0.25),
        PresetStage::OneOf(&[
            (
                0.05,
                &[
                    step_with(
                        "overlay-either-way",
                        1.0,
                        &[
                            ("height", Span::new(0.4, 0.6)),
                            ("opacity", Span::new(0.6, 1.0)),
                        ],
                    ),
                    step_with("random-resized-crop", 1.0, MODERATE_CROP),
                ],
            ),
            (
                1.0 - 0.05,
                &[step_with("random-resized-crop", 1.0, HARD_CROP)],
            ),
        ]),
        PresetStage::Shuffled(&[
            step_with(
                "color-jitter",
                1.0,
                &[
                    ("brightness", around_one(0.7)),
                    ("contrast", around_one(0.7)),
                    ("saturation", around_one(0.7)),
                ],
            ),
            step("pixelization", 0.25),
            step("shuffle-pixels", 0.25),
            PresetStage::OneOf(&[(0.25, &[JPEG]), (1.0 - 0.25, &[])]),
            step("grayscale", 0.25),
            step_with("gaussian-blur", 0.25, BLUR),
            step("random-perspective", 0.25),
            step("horizontal-flip", 0.5),
            step("vertical-flip", 0.1),
            step("text-lines", 0.25),
            step("emoji-anywhere", 0.25),
            step("edge-enhance", 0.25),
        ]),
        step("erasing", 0.25),
    ],
};

pub(super) const HARD_2: Preset = Preset {
    id: "isc21-hard-2",
    label: "ISC21, hard view of stage 2",
    help: "Twelve edits in random order, each a little more often.",
    stages: &[
        step("inscribed-rotation", 0.3),
        PresetStage::OneOf(&[
            (
                0.075,
                &[
                    step_with(
                        "overlay-either-way",
                        1.0,
                        &[
                            ("height", Span::new(0.3, 0.7)),
                            ("opacity", Span::new(0.5, 1.0)),
                        ],
                    ),
                    step_with("random-resized-crop", 1.0, MODERATE_CROP),
                ],
            ),
            (
                1.0 - 0.075,
                &[step_with("random-resized-crop", 1.0, HARD_CROP)],
            ),
        ]),
        PresetStage::Shuffled(&[
            step_with(
                "color-jitter",
                1.0,
                &[
                    ("brightness", around_one(0.75)),
                    ("contrast", around_one(0.75)),
                    ("saturation", around_one(0.75)),
                ],
            ),
            step("pixelization", 0.25),
            step("shuffle-pixels", 0.25),
            PresetStage::OneOf(&[(0.3, &[JPEG]), (1.0 - 0.3, &[])]),
            step("grayscale", 0.25),
            step_with("gaussian-blur", 0.25, BLUR),
            step("random-perspective", 0.3),
            step("horizontal-flip", 0.5),
            step("vertical-flip", 0.1),
            step("text-lines", 0.3),
            step("emoji-anywhere", 0.3),
            step("edge-enhance", 0.3),
        ]),
        step("erasing", 0.25),
    ],
};

pub(super) const HARD_3: Preset = Preset {
    id: "isc21-hard-3",
    label: "ISC21, hard view of stage 3",
    help: "Twelve edits in random order, each up to every third time.",
    stages: &[
        step("inscribed-rotation", 0.35),
        PresetStage::OneOf(&[
            (
                0.1,
                &[
                    step_with(
                        "overlay-either-way",
                        1.0,
                        &[
                            ("height", Span::new(0.2, 0.8)),
                            ("opacity", Span::new(0.4, 1.0)),
                        ],
                    ),
                    step_with("random-resized-crop", 1.0, MODERATE_CROP),
                ],
            ),
            (
                1.0 - 0.1,
                &[step_with("random-resized-crop", 1.0, HARD_CROP)],
            ),
        ]),
        PresetStage::Shuffled(&[
            step_with(
                "color-jitter",
                1.0,
                &[
                    ("brightness", around_one(0.8)),
                    ("contrast", around_one(0.8)),
                    ("saturation", around_one(0.8)),
                ],
            ),
            step("pixelization", 0.25),
            step("shuffle-pixels", 0.25),
            PresetStage::OneOf(&[(0.35, &[JPEG]), (1.0 - 0.35, &[])]),
            step("grayscale", 0.25),
            step_with("gaussian-blur", 0.25, BLUR),
            step("random-perspective", 0.35),
            step("horizontal-flip", 0.5),
            step("vertical-flip", 0.1),
            step("text-lines", 0.35),
            step("emoji-anywhere", 0.35),
            step("edge-enhance", 0.3),
        ]),
        step("erasing", 0.25),
    ],
};

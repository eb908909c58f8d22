//! The ready-made pipelines.

use super::Span;

/// A named list of steps.
pub struct Preset {
    /// Appears in recipes; never renamed.
    pub id: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub(super) steps: &'static [PresetStep],
}

/// One step: what, how often, and the parameters that differ from the default.
pub(super) struct PresetStep {
    pub id: &'static str,
    pub probability: f32,
    pub parameters: &'static [(&'static str, Span)],
}

/// A step with the parameters of the table.
const fn step(id: &'static str, probability: f32) -> PresetStep {
    PresetStep {
        id,
        probability,
        parameters: &[],
    }
}

/// A step with parameters of its own.
const fn step_with(
    id: &'static str,
    probability: f32,
    parameters: &'static [(&'static str, Span)],
) -> PresetStep {
    PresetStep {
        id,
        probability,
        parameters,
    }
}

/// The pipelines of SSCD (Pizzi et al., CVPR 2022, [arXiv:2202.10261](https://arxiv.org/abs/2202.10261)),
/// in the order, with the probabilities and ranges of the authors' code, and one beyond them.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "none",
        label: "No changes",
        help: "Every picture is only brought to the input size.",
        steps: &[],
    },
    Preset {
        id: "simclr",
        label: "Light",
        help: "Crops, colors and a light blur, as SimCLR does it.",
        steps: &[
            step("random-resized-crop", 1.0),
            step("horizontal-flip", 0.5),
            step("color-jitter", 0.8),
            step("grayscale", 0.2),
            step_with("gaussian-blur", 0.5, &[("sigma", Span::new(0.1, 2.0))]),
        ],
    },
    Preset {
        id: "strong-blur",
        label: "Strong blur",
        help: "Crops, colors and a strong blur, the first step of SSCD.",
        steps: &[
            step("random-resized-crop", 1.0),
            step("horizontal-flip", 0.5),
            step("color-jitter", 0.8),
            step("grayscale", 0.2),
            step("gaussian-blur", 0.5),
        ],
    },
    Preset {
        id: "advanced",
        label: "Advanced",
        help: "Rotations, text, emoji, crops, colors, blur and JPEG, as SSCD is trained.",
        steps: &[
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
    },
    // Ours, not of any paper: the order of "advanced" with the edits of the DISC21 challenge that
    // SSCD leaves out. What frames a picture comes after the crop, so that the frame is seen and
    // the picture in it is never cropped away.
    Preset {
        id: "copies",
        label: "All edits",
        help: "Everything people do to copies: also frames, captions, collages and distortions.",
        steps: &[
            step("horizontal-flip", 0.5),
            step("vertical-flip", 0.05),
            step("right-angle-rotation", 0.05),
            step("stretch", 0.1),
            step("pad-square", 0.05),
            step("text-overlay", 0.1),
            step("emoji-overlay", 0.2),
            step("free-rotation", 0.05),
            step_with("random-resized-crop", 1.0, &[("area", Span::new(0.2, 1.0))]),
            step("perspective", 0.08),
            step("color-jitter", 0.8),
            step("brightness-contrast", 0.1),
            step("grayscale", 0.2),
            step("gaussian-blur", 0.5),
            step("noise", 0.08),
            step("pixelate", 0.06),
            step("scale-down", 0.1),
            step("caption", 0.1),
            step("picture-overlay", 0.15),
            step("pad", 0.08),
            step("screenshot", 0.1),
            step_with("jpeg", 0.1, &[("quality", Span::new(2.0, 20.0))]),
            step("jpeg", 0.2),
        ],
    },
];

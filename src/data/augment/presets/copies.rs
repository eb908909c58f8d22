//! The hardest pipeline: every edit that people do to copies.

use super::Preset;
use super::Span;
use super::step;
use super::step_with;

/// Ours, not of any paper: the order of "advanced" with the edits of the DISC21 challenge that
/// SSCD leaves out. What frames a picture comes after the crop, so that the frame is seen and
/// the picture in it is never cropped away.
pub(super) const COPIES: Preset = Preset {
    id: "copies",
    label: "All edits",
    help: "Everything people do to copies: also frames, captions, collages and distortions.",
    stages: &[
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
};

//! Brightness and contrast changed together, hue and saturation kept, as phone editors do it.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::color_jitter;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "brightness-contrast",
    label: "Brightness and contrast",
    help: "Makes the picture brighter or darker, and softer or harder.",
    probability: 0.1,
    parameters: &[
        ParameterSpec {
            id: "brightness",
            label: "Brightness factor",
            limits: Span::new(0.0, 3.0),
            default: Span::new(0.5, 1.8),
        },
        ParameterSpec {
            id: "contrast",
            label: "Contrast factor",
            limits: Span::new(0.0, 3.0),
            default: Span::new(0.4, 2.0),
        },
    ],
    build: |spans| {
        Box::new(BrightnessContrast {
            brightness: spans[0],
            contrast: spans[1],
        })
    },
};

struct BrightnessContrast {
    brightness: Span,
    contrast: Span,
}

impl Augmentation for BrightnessContrast {
    fn apply(&self, mut picture: Picture, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) -> Picture {
        color_jitter::change_brightness(&mut picture, self.brightness.draw(rng));
        color_jitter::change_contrast(&mut picture, self.contrast.draw(rng));
        picture
    }
}

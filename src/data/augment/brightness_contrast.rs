//! Brightness and contrast changed together, hue and saturation kept, as phone editors do it.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::color_jitter;

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
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        color_jitter::change_brightness(view.picture.to_mut(), self.brightness.draw(rng));
        color_jitter::change_contrast(view.picture.to_mut(), self.contrast.draw(rng));
    }
}

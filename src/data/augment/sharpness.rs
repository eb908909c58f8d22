//! Sharper or softer edges, as Pillow's `ImageEnhance.Sharpness` makes them.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::color_jitter;
use super::kernel;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "sharpness",
    label: "Change sharpness",
    help: "Makes edges sharper or softer.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "factor",
        label: "Sharpness factor, 1 keeps the picture",
        limits: Span::new(0.0, 10.0),
        default: Span::new(0.0, 3.0),
    }],
    build: |spans| Box::new(Sharpness { factor: spans[0] }),
};

struct Sharpness {
    factor: Span,
}

impl Augmentation for Sharpness {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let factor = self.factor.draw(rng);
        let smooth = kernel::convolve(&view.picture, kernel::smooth);
        // From the smooth picture through the picture itself and beyond.
        for (value, smooth) in view.picture.to_mut().rgb.iter_mut().zip(smooth.rgb) {
            *value = color_jitter::blend(smooth, *value, factor);
        }
    }
}

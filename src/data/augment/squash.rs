//! Brought to a square of fixed size before anything else, the aspect ratio given up.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "squash",
    label: "Squash",
    help: "Brings the picture to a square of a fixed size before it is cropped.",
    probability: 1.0,
    parameters: &[ParameterSpec {
        id: "side",
        label: "Side in pixels",
        limits: Span::new(16.0, 1024.0),
        default: Span::new(256.0, 256.0),
    }],
    build: |spans| Box::new(Squash { side: spans[0] }),
};

struct Squash {
    side: Span,
}

impl Augmentation for Squash {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let side = self.side.draw_whole(rng);
        view.resize(side, side);
    }
}

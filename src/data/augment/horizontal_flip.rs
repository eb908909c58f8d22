//! Left and right exchanged.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::Surroundings;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "horizontal-flip",
    label: "Mirror",
    help: "Exchanges left and right.",
    probability: 0.5,
    parameters: &[],
    build: |_| Box::new(HorizontalFlip),
};

struct HorizontalFlip;

impl Augmentation for HorizontalFlip {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, _: &mut ChaCha8Rng) {
        view.mirror();
    }
}

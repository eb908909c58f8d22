//! Edges drawn harder, as Pillow's `EDGE_ENHANCE` and `EDGE_ENHANCE_MORE` do it.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::Surroundings;
use super::draws;
use super::kernel;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "edge-enhance",
    label: "Enhance edges",
    help: "Draws all edges harder, as an overdone sharpening does.",
    probability: 0.1,
    parameters: &[],
    build: |_| Box::new(EdgeEnhance),
};

struct EdgeEnhance;

impl Augmentation for EdgeEnhance {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let enhanced = if draws::chance(rng, 0.5) {
            kernel::convolve(&view.picture, kernel::edge_enhance_more)
        } else {
            kernel::convolve(&view.picture, kernel::edge_enhance)
        };
        view.repaint(enhanced);
    }
}

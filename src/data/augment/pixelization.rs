//! Made small and large again with a sharp filter (AugLy's `pixelization`).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::canvas::Area;
use super::canvas::Filter;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "pixelization",
    label: "Make coarse",
    help: "Makes the picture very small and large again with a sharp filter.",
    probability: 0.25,
    parameters: &[ParameterSpec {
        id: "ratio",
        label: "Size of the small copy as share of the side",
        limits: Span::new(0.01, 1.0),
        default: Span::new(0.1, 1.0),
    }],
    build: |spans| Box::new(Pixelization { ratio: spans[0] }),
};

struct Pixelization {
    ratio: Span,
}

impl Augmentation for Pixelization {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let ratio = self.ratio.draw(rng);
        let picture = &view.picture;
        let size = (picture.width, picture.height);
        let small_side = |side: u32| ((side as f32 * ratio) as u32).max(1);
        let small_size = (small_side(size.0), small_side(size.1));
        let small = canvas::resize_area(picture, Area::of(picture), small_size, Filter::Bicubic);
        let coarse = canvas::resize_area(&small, Area::of(&small), size, Filter::Bicubic);
        view.repaint(coarse);
    }
}

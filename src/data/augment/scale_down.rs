//! Detail lost by a small copy that was enlarged again.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "scale-down",
    label: "Make small",
    help: "Makes the picture small and large again, so that detail is lost.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "scale",
        label: "Size of the small copy as share of the side",
        limits: Span::new(0.02, 1.0),
        default: Span::new(0.2, 0.7),
    }],
    build: |spans| Box::new(ScaleDown { scale: spans[0] }),
};

struct ScaleDown {
    scale: Span,
}

impl Augmentation for ScaleDown {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = &view.picture;
        let scale = self.scale.draw(rng);
        let small_side = |side: u32| (side as f32 * scale).round() as u32;
        let small = canvas::resize(
            picture,
            small_side(picture.width),
            small_side(picture.height),
        );
        view.repaint(canvas::resize(&small, picture.width, picture.height));
    }
}

//! Another aspect ratio.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "stretch",
    label: "Stretch",
    help: "Makes the picture wider or taller than it was.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "factor",
        label: "Change of width divided by height",
        limits: Span::new(0.2, 5.0),
        default: Span::new(0.5, 2.0),
    }],
    build: |spans| Box::new(Stretch { factor: spans[0] }),
};

struct Stretch {
    factor: Span,
}

impl Augmentation for Stretch {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        // Half of the change goes to each side, so that the number of pixels stays.
        let factor = self.factor.draw_log(rng).sqrt();
        let width = (view.picture.width as f32 * factor).round() as u32;
        let height = (view.picture.height as f32 / factor).round() as u32;
        view.resize(width.max(1), height.max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;
    use crate::data::Picture;

    #[test]
    fn the_aspect_changes_and_the_number_of_pixels_stays() {
        let picture = Picture::filled(100, 100, [9; 3]);
        let aspects: Vec<f32> = (0..100)
            .map(|seed| {
                let stretched = apply_alone(&SPEC, &picture, seed);
                let n_pixels = stretched.width * stretched.height;
                assert!((9_800..10_200).contains(&n_pixels), "{n_pixels}");
                stretched.width as f32 / stretched.height as f32
            })
            .collect();
        assert!(aspects.iter().all(|aspect| (0.48..2.1).contains(aspect)));
        assert!(aspects.iter().any(|aspect| *aspect < 0.6));
        assert!(aspects.iter().any(|aspect| *aspect > 1.6));
    }
}

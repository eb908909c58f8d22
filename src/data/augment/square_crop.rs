//! A random square of a picture brought to one size by its shorter side (torchvision's `Resize` and
//! `RandomCrop`).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas::Area;
use super::canvas::Filter;
use super::draws;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "square-crop",
    label: "Cut out a square",
    help: "Cuts out a square at random, a little smaller than the shorter side.",
    probability: 1.0,
    parameters: &[ParameterSpec {
        id: "shorter-side",
        label: "Shorter side as multiple of the input size",
        limits: Span::new(1.0, 4.0),
        default: Span::new(256.0 / 224.0, 256.0 / 224.0),
    }],
    build: |spans| {
        Box::new(SquareCrop {
            shorter_side: spans[0],
        })
    },
};

struct SquareCrop {
    shorter_side: Span,
}

impl Augmentation for SquareCrop {
    fn apply(&self, view: &mut Draft<'_>, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let size = surroundings.size;
        let shorter = (self.shorter_side.draw(rng) * size as f32).round();
        let [width, height] = view.trace.view_size;
        let scale = shorter / width.min(height) as f32;
        // A ribbon would become endless; beyond this nothing new is seen.
        let side = |side: u32| ((side as f32 * scale) as u32).clamp(size, 16 * size);
        view.resize(side(width), side(height));
        let [width, height] = view.trace.view_size;
        let area = Area {
            left: draws::below(rng, width - size + 1),
            top: draws::below(rng, height - size + 1),
            width: size,
            height: size,
        };
        view.crop(area, size, size, Filter::Bilinear);
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::SIZE;
    use super::*;
    use crate::data::Picture;
    use crate::data::augment::Pipeline;
    use crate::data::augment::Step;
    use rand_chacha::rand_core::SeedableRng as _;

    #[test]
    fn the_square_is_as_large_as_the_shorter_side_allows() {
        let pipeline = Pipeline::new(SIZE, vec![Step::new(&SPEC, 1.0, &[]).unwrap()]);
        let picture = Picture::filled(300, 200, [1; 3]);
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let view = pipeline.trace(&picture, &|_| None, &mut rng);
        let shown = view.trace.crop_box().unwrap();
        // 224 / 256 of 200 pixels.
        assert!((174..=176).contains(&shown.height), "{shown:?}");
        assert!((174..=176).contains(&shown.width), "{shown:?}");
    }
}

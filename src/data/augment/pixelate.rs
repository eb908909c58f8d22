//! Coarse squares instead of pixels.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "pixelate",
    label: "Pixelate",
    help: "Replaces the pixels by coarse squares.",
    probability: 0.06,
    parameters: &[ParameterSpec {
        id: "share",
        label: "Squares per pixel along a side",
        limits: Span::new(0.01, 1.0),
        default: Span::new(0.15, 0.6),
    }],
    build: |spans| Box::new(Pixelate { share: spans[0] }),
};

struct Pixelate {
    share: Span,
}

impl Augmentation for Pixelate {
    fn apply(&self, picture: Picture, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) -> Picture {
        let share = self.share.draw(rng);
        let n_squares = |side: u32| ((side as f32 * share).round() as u32).clamp(1, side);
        let (n_columns, n_rows) = (n_squares(picture.width), n_squares(picture.height));
        let small = canvas::resize(&picture, n_columns, n_rows);
        let mut coarse = picture;
        for y in 0..coarse.height {
            for x in 0..coarse.width {
                let color = small.pixel(x * n_columns / coarse.width, y * n_rows / coarse.height);
                coarse.put(x, y, color);
            }
        }
        coarse
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::super::pipeline::testing::gradient;
    use super::*;

    #[test]
    fn a_pixelated_picture_repeats_most_of_its_pixels() {
        let coarse = apply_alone(&SPEC, &gradient(60, 60), 1);
        let pixels: Vec<&[u8]> = coarse.rgb.chunks_exact(3).collect();
        let n_repeated = pixels.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert!(n_repeated > 60 * 60 / 3, "{n_repeated}");
    }
}

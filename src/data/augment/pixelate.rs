//! Coarse squares instead of pixels.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;

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
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = view.picture.to_mut();
        let share = self.share.draw(rng);
        let n_squares = |side: u32| ((side as f32 * share).round() as u32).clamp(1, side);
        let (n_columns, n_rows) = (n_squares(picture.width), n_squares(picture.height));
        let small = canvas::resize(picture, n_columns, n_rows);
        let columns: Vec<usize> = (0..picture.width)
            .map(|x| (x * n_columns / picture.width) as usize * 3)
            .collect();
        let row_bytes = picture.width as usize * 3;
        let height = picture.height;
        let mut drawn: Option<(u32, usize)> = None;
        for y in 0..height {
            let (square, start) = (y * n_rows / height, y as usize * row_bytes);
            match drawn {
                Some((known, from)) if known == square => {
                    picture.rgb.copy_within(from..from + row_bytes, start);
                }
                Some(_) | None => {
                    let colors = &small.rgb[square as usize * n_columns as usize * 3..];
                    let row = &mut picture.rgb[start..start + row_bytes];
                    for (pixel, from) in row.chunks_exact_mut(3).zip(&columns) {
                        pixel.copy_from_slice(&colors[*from..*from + 3]);
                    }
                    drawn = Some((square, start));
                }
            }
        }
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

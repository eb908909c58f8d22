//! The losses of JPEG, without the file.
//!
//! What a JPEG file loses, it loses in color conversion, 4:2:0 subsampling and quantization. The
//! entropy coding after that is lossless and is left out: the pixels come out as after saving and
//! opening the file with Pillow's default settings (libjpeg, the smooth upsampling included), but
//! for coefficients that lie half way between two steps: on a photo the mean difference to Pillow
//! is below half a level at every quality.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::jpeg_blocks;
use super::jpeg_color;
use super::jpeg_tables;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "jpeg",
    label: "Save as JPEG",
    help: "Adds the blocks and smears of a JPEG file of low quality.",
    probability: 0.2,
    parameters: &[ParameterSpec {
        id: "quality",
        label: "JPEG quality",
        limits: Span::new(0.0, 100.0),
        default: Span::new(0.0, 100.0),
    }],
    build: |spans| Box::new(Jpeg { quality: spans[0] }),
};

struct Jpeg {
    quality: Span,
}

impl Augmentation for Jpeg {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        view.repaint(round_trip(&view.picture, self.quality.draw_whole(rng)));
    }
}

/// The picture after saving and opening it as a JPEG of this quality.
fn round_trip(picture: &Picture, quality: u32) -> Picture {
    let luma_table = jpeg_tables::scaled(&jpeg_tables::LUMA, quality);
    let chroma_table = jpeg_tables::scaled(&jpeg_tables::CHROMA, quality);
    let [mut luma, mut blue, mut red] = jpeg_color::split(picture);
    jpeg_blocks::quantize(&mut luma.values, luma.width, &luma_table);
    jpeg_blocks::quantize(&mut blue.values, blue.width, &chroma_table);
    jpeg_blocks::quantize(&mut red.values, red.width, &chroma_table);
    jpeg_color::merge((picture.width, picture.height), &luma, &blue, &red)
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::gradient;
    use super::*;

    fn mean_error(a: &Picture, b: &Picture) -> f32 {
        let sum: u32 = a
            .rgb
            .iter()
            .zip(&b.rgb)
            .map(|(a, b)| u32::from(a.abs_diff(*b)))
            .sum();
        sum as f32 / a.rgb.len() as f32
    }

    #[test]
    fn a_flat_gray_picture_keeps_its_value_where_the_step_allows_it() {
        // The constant coefficient of a flat block is 8 * (value - 128). At quality 1 the step is
        // 255: 8 * 72 = 576 rounds to 2 * 255 = 510, so 200 comes back as 128 + 510 / 8 = 191.75.
        let flat = Picture::filled(20, 20, [200; 3]);
        assert_eq!(round_trip(&flat, 1).pixel(10, 10), [192; 3]);
        assert_eq!(round_trip(&flat, 100), flat);
    }

    #[test]
    fn less_quality_loses_more_and_the_size_stays() {
        let picture = gradient(37, 21);
        let errors = [95, 50, 10, 0].map(|quality| {
            let saved = round_trip(&picture, quality);
            assert_eq!((saved.width, saved.height), (37, 21));
            mean_error(&picture, &saved)
        });
        assert!(errors.is_sorted(), "{errors:?}");
        assert!(errors[0] < 2.0 && errors[3] > 8.0, "{errors:?}");
    }

    #[test]
    fn a_one_pixel_picture_survives() {
        let dot = Picture::filled(1, 1, [10, 200, 90]);
        let saved = round_trip(&dot, 100);
        assert!(mean_error(&dot, &saved) < 2.0, "{:?}", saved.rgb);
    }
}

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
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::View;
use super::jpeg_blocks;
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
    fn apply(&self, view: &mut View, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        view.picture = round_trip(&view.picture, self.quality.draw_whole(rng));
    }
}

/// One color channel at its own resolution.
struct Plane {
    width: usize,
    height: usize,
    values: Vec<u8>,
}

impl Plane {
    fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            values: vec![0; width * height],
        }
    }
}

/// The picture after saving and opening it as a JPEG of this quality.
fn round_trip(picture: &Picture, quality: u32) -> Picture {
    let luma_table = jpeg_tables::scaled(&jpeg_tables::LUMA, quality);
    let chroma_table = jpeg_tables::scaled(&jpeg_tables::CHROMA, quality);
    let [mut luma, blue, red] = planes(picture);
    let (mut blue, mut red) = (halved(&blue), halved(&red));
    jpeg_blocks::quantize(&mut luma.values, luma.width, &luma_table);
    jpeg_blocks::quantize(&mut blue.values, blue.width, &chroma_table);
    jpeg_blocks::quantize(&mut red.values, red.width, &chroma_table);
    let n_columns = (picture.width as usize).div_ceil(2);
    let n_rows = (picture.height as usize).div_ceil(2);
    let blue = doubled(&blue, n_columns, n_rows);
    let red = doubled(&red, n_columns, n_rows);
    merge(picture, &luma, &blue, &red)
}

/// Y, Cb and Cr, padded to whole macro blocks of 16 pixels by repeating the edge.
fn planes(picture: &Picture) -> [Plane; 3] {
    let n_columns = picture.width as usize;
    let width = n_columns.next_multiple_of(16);
    let height = (picture.height as usize).next_multiple_of(16);
    let mut planes = [(); 3].map(|()| Plane::new(width, height));
    let [luma, blue, red] = &mut planes;
    for y in 0..height {
        let start = y.min(picture.height as usize - 1) * n_columns * 3;
        let pixels = picture.rgb[start..start + n_columns * 3].chunks_exact(3);
        let row = y * width..(y + 1) * width;
        let lumas = &mut luma.values[row.clone()];
        let blues = &mut blue.values[row.clone()];
        let reds = &mut red.values[row];
        let targets = lumas.iter_mut().zip(blues.iter_mut()).zip(reds.iter_mut());
        for (((luma, blue), red), pixel) in targets.zip(pixels) {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            *luma = ((19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16) as u8;
            let offset = (128 << 16) + 32_767;
            *blue = ((-11_059 * r - 21_709 * g + 32_768 * b + offset) >> 16) as u8;
            *red = ((32_768 * r - 27_439 * g - 5_329 * b + offset) >> 16) as u8;
        }
        for values in [lumas, blues, reds] {
            let last = values[n_columns - 1];
            values[n_columns..].fill(last);
        }
    }
    planes
}

/// Half the resolution; the rounding alternates as in libjpeg, so that it adds no tint.
fn halved(plane: &Plane) -> Plane {
    let mut half = Plane::new(plane.width / 2, plane.height / 2);
    let rows = plane.values.chunks_exact(plane.width * 2);
    for (rows, target) in rows.zip(half.values.chunks_exact_mut(plane.width / 2)) {
        let (upper, lower) = rows.split_at(plane.width);
        // Two columns at a time, since the rounding differs between even and odd ones.
        let fours = upper.chunks_exact(4).zip(lower.chunks_exact(4));
        for ((above, below), two) in fours.zip(target.chunks_exact_mut(2)) {
            let sum = |at: usize| {
                u16::from(above[at])
                    + u16::from(above[at + 1])
                    + u16::from(below[at])
                    + u16::from(below[at + 1])
            };
            two[0] = ((sum(0) + 1) >> 2) as u8;
            two[1] = ((sum(2) + 2) >> 2) as u8;
        }
    }
    half
}

/// Twice the resolution by libjpeg's smooth ("fancy") upsampling: 9, 3, 3 and 1 sixteenths of the
/// four nearest values. Only `n_columns x n_rows` values are part of the picture.
fn doubled(plane: &Plane, n_columns: usize, n_rows: usize) -> Plane {
    let mut double = Plane::new(n_columns * 2, n_rows * 2);
    let row = |y: usize| &plane.values[y * plane.width..y * plane.width + n_columns];
    // One more at either end, where the edge repeats.
    let mut sums = vec![0_u16; n_columns + 2];
    for (y, target) in double.values.chunks_exact_mut(n_columns * 2).enumerate() {
        let near = y / 2;
        let far = if y % 2 == 0 {
            near.saturating_sub(1)
        } else {
            (near + 1).min(n_rows - 1)
        };
        for (sum, (a, b)) in sums[1..].iter_mut().zip(row(near).iter().zip(row(far))) {
            *sum = 3 * u16::from(*a) + u16::from(*b);
        }
        (sums[0], sums[n_columns + 1]) = (sums[1], sums[n_columns]);
        for (two, three) in target.chunks_exact_mut(2).zip(sums.windows(3)) {
            two[0] = ((3 * three[1] + three[0] + 8) >> 4) as u8;
            two[1] = ((3 * three[1] + three[2] + 7) >> 4) as u8;
        }
    }
    double
}

/// Back to RGB at the size of `picture`.
fn merge(picture: &Picture, luma: &Plane, blue: &Plane, red: &Plane) -> Picture {
    let width = picture.width as usize;
    let mut rgb = vec![0; picture.rgb.len()];
    for (y, row) in rgb.chunks_exact_mut(width * 3).enumerate() {
        let lumas = &luma.values[y * luma.width..y * luma.width + width];
        let blues = &blue.values[y * blue.width..y * blue.width + width];
        let reds = &red.values[y * red.width..y * red.width + width];
        let colors = lumas.iter().zip(blues).zip(reds);
        for (pixel, ((y, cb), cr)) in row.chunks_exact_mut(3).zip(colors) {
            let y = i32::from(*y);
            let (cb, cr) = (i32::from(*cb) - 128, i32::from(*cr) - 128);
            let r = y + ((91_881 * cr + 32_768) >> 16);
            let g = y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16);
            let b = y + ((116_130 * cb + 32_768) >> 16);
            pixel.copy_from_slice(&[r, g, b].map(|value| value.clamp(0, 255) as u8));
        }
    }
    Picture::new(picture.width, picture.height, rgb)
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

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
use super::jpeg_tables;
use super::jpeg_tables::COSINES;
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
    fn apply(&self, picture: Picture, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) -> Picture {
        round_trip(&picture, self.quality.draw_whole(rng))
    }
}

/// One color channel at its own resolution.
struct Plane {
    width: usize,
    height: usize,
    values: Vec<u8>,
}

/// The picture after saving and opening it as a JPEG of this quality.
fn round_trip(picture: &Picture, quality: u32) -> Picture {
    let luma_table = jpeg_tables::scaled(&jpeg_tables::LUMA, quality);
    let chroma_table = jpeg_tables::scaled(&jpeg_tables::CHROMA, quality);
    let [mut luma, blue, red] = planes(picture);
    let (mut blue, mut red) = (halved(&blue), halved(&red));
    quantize(&mut luma, &luma_table);
    quantize(&mut blue, &chroma_table);
    quantize(&mut red, &chroma_table);
    let n_columns = (picture.width as usize).div_ceil(2);
    let n_rows = (picture.height as usize).div_ceil(2);
    let blue = doubled(&blue, n_columns, n_rows);
    let red = doubled(&red, n_columns, n_rows);
    merge(picture, &luma, &blue, &red)
}

/// Y, Cb and Cr, padded to whole macro blocks of 16 pixels by repeating the edge.
fn planes(picture: &Picture) -> [Plane; 3] {
    let width = (picture.width as usize).next_multiple_of(16);
    let height = (picture.height as usize).next_multiple_of(16);
    let mut values = [(); 3].map(|()| Vec::with_capacity(width * height));
    for y in 0..height {
        let row_start = y.min(picture.height as usize - 1) * picture.width as usize * 3;
        let row = &picture.rgb[row_start..row_start + picture.width as usize * 3];
        for pixel in row.chunks_exact(3) {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
            values[0].push(((19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16) as u8);
            let offset = (128 << 16) + 32_767;
            values[1].push(((-11_059 * r - 21_709 * g + 32_768 * b + offset) >> 16) as u8);
            values[2].push(((32_768 * r - 27_439 * g - 5_329 * b + offset) >> 16) as u8);
        }
        for channel in &mut values {
            let last = channel[channel.len() - 1];
            channel.resize((y + 1) * width, last);
        }
    }
    values.map(|values| Plane {
        width,
        height,
        values,
    })
}

/// Half the resolution; the rounding alternates as in libjpeg, so that it adds no tint.
fn halved(plane: &Plane) -> Plane {
    let (width, height) = (plane.width / 2, plane.height / 2);
    let mut values = Vec::with_capacity(width * height);
    for rows in plane.values.chunks_exact(plane.width * 2) {
        let (upper, lower) = rows.split_at(plane.width);
        for (x, (above, below)) in upper.chunks_exact(2).zip(lower.chunks_exact(2)).enumerate() {
            let sum: u32 = [above[0], above[1], below[0], below[1]]
                .map(u32::from)
                .iter()
                .sum();
            values.push(((sum + 1 + (x as u32 & 1)) >> 2) as u8);
        }
    }
    Plane {
        width,
        height,
        values,
    }
}

/// Transforms each 8 x 8 block, rounds its coefficients to multiples of the table, and goes back.
fn quantize(plane: &mut Plane, table: &[f32; 64]) {
    let width = plane.width;
    for top in (0..plane.height).step_by(8) {
        for left in (0..width).step_by(8) {
            let mut block = [[0.0_f32; 8]; 8];
            for (y, row) in block.iter_mut().enumerate() {
                let start = (top + y) * width + left;
                for (value, byte) in row.iter_mut().zip(&plane.values[start..start + 8]) {
                    *value = f32::from(*byte) - 128.0;
                }
            }
            let mut coefficients = forward(&block);
            for (value, step) in coefficients.as_flattened_mut().iter_mut().zip(table) {
                *value = round(*value / step) * step;
            }
            for (y, row) in inverse(&coefficients).iter().enumerate() {
                let start = (top + y) * width + left;
                for (byte, value) in plane.values[start..start + 8].iter_mut().zip(row) {
                    *byte = (value + 128.5) as u8;
                }
            }
        }
    }
}

/// To the nearest whole number, halves away from zero; `f32::round` is a slow call without SSE 4.
fn round(value: f32) -> f32 {
    (value + 0.5_f32.copysign(value)) as i32 as f32
}

/// `C * block * C^T`, the two-dimensional cosine transform.
fn forward(block: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    let mut columns = [[0.0; 8]; 8];
    for (u, row) in columns.iter_mut().enumerate() {
        for (source, weight) in block.iter().zip(&COSINES[u]) {
            add_scaled(row, source, *weight);
        }
    }
    let mut result = [[0.0; 8]; 8];
    for (target, source) in result.iter_mut().zip(&columns) {
        for x in 0..8 {
            let cosines = [0, 1, 2, 3, 4, 5, 6, 7].map(|u: usize| COSINES[u][x]);
            add_scaled(target, &cosines, source[x]);
        }
    }
    result
}

/// `C^T * block * C`, back from [`forward`].
fn inverse(block: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    let mut columns = [[0.0; 8]; 8];
    for (source, cosines) in block.iter().zip(&COSINES) {
        for (row, weight) in columns.iter_mut().zip(cosines) {
            add_scaled(row, source, *weight);
        }
    }
    let mut result = [[0.0; 8]; 8];
    for (target, source) in result.iter_mut().zip(&columns) {
        for (cosines, weight) in COSINES.iter().zip(source) {
            add_scaled(target, cosines, *weight);
        }
    }
    result
}

fn add_scaled(target: &mut [f32; 8], source: &[f32; 8], weight: f32) {
    for (sum, value) in target.iter_mut().zip(source) {
        *sum += weight * value;
    }
}

/// Twice the resolution by libjpeg's smooth ("fancy") upsampling: 9, 3, 3 and 1 sixteenths of the
/// four nearest values. Only `n_columns x n_rows` values are part of the picture.
fn doubled(plane: &Plane, n_columns: usize, n_rows: usize) -> Plane {
    let (width, height) = (n_columns * 2, n_rows * 2);
    let mut values = Vec::with_capacity(width * height);
    let row = |y: usize| &plane.values[y * plane.width..y * plane.width + n_columns];
    let mut sums = vec![0_u32; n_columns];
    for y in 0..height {
        let near = y / 2;
        let far = if y % 2 == 0 {
            near.saturating_sub(1)
        } else {
            (near + 1).min(n_rows - 1)
        };
        for (sum, (a, b)) in sums.iter_mut().zip(row(near).iter().zip(row(far))) {
            *sum = 3 * u32::from(*a) + u32::from(*b);
        }
        for x in 0..n_columns {
            let left = sums[x.saturating_sub(1)];
            let right = sums[(x + 1).min(n_columns - 1)];
            values.push(((3 * sums[x] + left + 8) >> 4) as u8);
            values.push(((3 * sums[x] + right + 7) >> 4) as u8);
        }
    }
    Plane {
        width,
        height,
        values,
    }
}

/// Back to RGB at the size of `picture`.
fn merge(picture: &Picture, luma: &Plane, blue: &Plane, red: &Plane) -> Picture {
    let mut rgb = Vec::with_capacity(picture.rgb.len());
    let width = picture.width as usize;
    for y in 0..picture.height as usize {
        let lumas = &luma.values[y * luma.width..y * luma.width + width];
        let blues = &blue.values[y * blue.width..y * blue.width + width];
        let reds = &red.values[y * red.width..y * red.width + width];
        for ((y, cb), cr) in lumas.iter().zip(blues).zip(reds) {
            let y = i32::from(*y);
            let (cb, cr) = (i32::from(*cb) - 128, i32::from(*cr) - 128);
            let r = y + ((91_881 * cr + 32_768) >> 16);
            let g = y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16);
            let b = y + ((116_130 * cb + 32_768) >> 16);
            rgb.extend([r, g, b].map(|value| value.clamp(0, 255) as u8));
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

//! Samples of any kind to 8-bit RGB, in place where the result is not larger.

use image::ColorType;

/// Converts what a decoder of the `image` crate wrote (native byte order) to RGB.
pub(super) fn into_rgb(bytes: Vec<u8>, color: ColorType) -> Vec<u8> {
    match color {
        ColorType::Rgb8 => bytes,
        ColorType::L8 => rgb_from_gray(&bytes),
        ColorType::La8 => rgb_from_gray_alpha(&bytes),
        ColorType::Rgba8 => rgb_from_rgba(bytes),
        ColorType::L16 => rgb_from_gray(&from_16_bits(bytes)),
        ColorType::La16 => rgb_from_gray_alpha(&from_16_bits(bytes)),
        ColorType::Rgb16 => from_16_bits(bytes),
        ColorType::Rgba16 => rgb_from_rgba(from_16_bits(bytes)),
        ColorType::Rgb32F => from_floats(bytes),
        ColorType::Rgba32F => rgb_from_rgba(from_floats(bytes)),
        // The list is open; these are all there are.
        other => unreachable!("the image crate has no color type {other:?}"),
    }
}

pub(super) fn rgb_from_gray(gray: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(gray.len() * 3);
    rgb.extend(gray.iter().flat_map(|&value| [value, value, value]));
    rgb
}

fn rgb_from_gray_alpha(samples: &[u8]) -> Vec<u8> {
    let has_alpha = samples.chunks_exact(2).any(|pixel| pixel[1] != 0);
    let mut rgb = Vec::with_capacity(samples.len() / 2 * 3);
    for pixel in samples.chunks_exact(2) {
        let alpha = if has_alpha { pixel[1] } else { 255 };
        rgb.extend_from_slice(&[over_white(pixel[0], alpha); 3]);
    }
    rgb
}

/// Blends over white. A channel that is zero everywhere was left empty and is ignored.
fn rgb_from_rgba(mut samples: Vec<u8>) -> Vec<u8> {
    let has_alpha = samples.chunks_exact(4).any(|pixel| pixel[3] != 0);
    let n_pixels = samples.len() / 4;
    for idx in 0..n_pixels {
        let [r, g, b, alpha] = [0, 1, 2, 3].map(|channel| samples[idx * 4 + channel]);
        let alpha = if has_alpha { alpha } else { 255 };
        let blended = [r, g, b].map(|value| over_white(value, alpha));
        samples[idx * 3..idx * 3 + 3].copy_from_slice(&blended);
    }
    samples.truncate(n_pixels * 3);
    samples.shrink_to_fit();
    samples
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Rounds 0..65535 to 0..255.
fn from_16_bits(mut bytes: Vec<u8>) -> Vec<u8> {
    let n_samples = bytes.len() / 2;
    for idx in 0..n_samples {
        let value = u16::from_ne_bytes([bytes[idx * 2], bytes[idx * 2 + 1]]);
        bytes[idx] = ((u32::from(value) * 255 + 32_767) / 65_535) as u8;
    }
    bytes.truncate(n_samples);
    bytes.shrink_to_fit();
    bytes
}

/// Floats are taken as 0..1; what lies outside, and what is no number, is cut off.
fn from_floats(mut bytes: Vec<u8>) -> Vec<u8> {
    let n_samples = bytes.len() / 4;
    for idx in 0..n_samples {
        let value = f32::from_ne_bytes([0, 1, 2, 3].map(|byte| bytes[idx * 4 + byte]));
        // Casting cuts off at 0 and 255 and turns NaN into 0.
        bytes[idx] = (value * 255.0).round() as u8;
    }
    bytes.truncate(n_samples);
    bytes.shrink_to_fit();
    bytes
}

/// Turns YCCK samples of a JPEG into inverted CMYK ones, as Adobe stores them.
///
/// The first three are ordinary YCbCr of the *plain* inks' complement, so the inverted ink is
/// 255 minus the decoded color; black is stored inverted already.
pub(super) fn inverted_inks_from_ycck(samples: &mut [u8]) {
    for pixel in samples.chunks_exact_mut(4) {
        let y = f32::from(pixel[0]);
        let (cb, cr) = (f32::from(pixel[1]) - 128.0, f32::from(pixel[2]) - 128.0);
        let rgb = [
            y + 1.402 * cr,
            y - 0.344_136 * cb - 0.714_136 * cr,
            y + 1.772 * cb,
        ];
        for (ink, value) in pixel.iter_mut().zip(rgb) {
            *ink = 255 - value.round() as u8;
        }
    }
}

/// Mixes inverted inks to RGB without a profile: each color is what ink and black let through.
pub(super) fn rgb_from_inverted_cmyk(mut samples: Vec<u8>) -> Vec<u8> {
    let n_pixels = samples.len() / 4;
    for idx in 0..n_pixels {
        let [c, m, y, k] = [0, 1, 2, 3].map(|channel| u32::from(samples[idx * 4 + channel]));
        let mixed = [c, m, y].map(|ink| ((ink * k + 127) / 255) as u8);
        samples[idx * 3..idx * 3 + 3].copy_from_slice(&mixed);
    }
    samples.truncate(n_pixels * 3);
    samples.shrink_to_fit();
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_transparent_black_is_gray_on_white() {
        assert_eq!(
            into_rgb(vec![0, 0, 0, 128, 9, 9, 9, 255], ColorType::Rgba8),
            [127, 127, 127, 9, 9, 9]
        );
    }

    #[test]
    fn an_empty_alpha_channel_is_ignored() {
        assert_eq!(
            into_rgb(vec![10, 20, 30, 0], ColorType::Rgba8),
            [10, 20, 30]
        );
        assert_eq!(into_rgb(vec![10, 0], ColorType::La8), [10, 10, 10]);
    }

    #[test]
    fn sixteen_bits_keep_black_white_and_the_middle() {
        let bytes: Vec<u8> = [0_u16, 65_535, 32_896]
            .iter()
            .flat_map(|value| value.to_ne_bytes())
            .collect();
        assert_eq!(into_rgb(bytes, ColorType::Rgb16), [0, 255, 128]);
    }

    #[test]
    fn floats_outside_the_range_are_cut_off() {
        let bytes: Vec<u8> = [-1.0_f32, 0.5, f32::INFINITY]
            .iter()
            .flat_map(|value| value.to_ne_bytes())
            .collect();
        assert_eq!(into_rgb(bytes, ColorType::Rgb32F), [0, 128, 255]);
    }
}

//! Brightness, contrast, saturation and hue changed in random order (torchvision's `ColorJitter`
//! on Pillow pictures).
//!
//! The arithmetic is Pillow's, rounding included: `blend` cuts fractions off, and the hue makes a
//! round trip through 8-bit HSV, which alone moves channels by a few levels.

use macerator::Simd;
use macerator::WithSimd;
use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::draws;
use super::hue::shift_hue;
use super::vectors;
use super::vectors::BLOCK_BYTES;
use super::vectors::Block;
use super::vectors::ChangeBlock;
use super::vectors::LANES;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "color-jitter",
    label: "Change colors",
    help: "Changes brightness, contrast, saturation and hue.",
    probability: 0.8,
    parameters: &[
        factor("brightness", "Brightness factor"),
        factor("contrast", "Contrast factor"),
        factor("saturation", "Saturation factor"),
        ParameterSpec {
            id: "hue",
            label: "Hue shift in turns",
            limits: Span::new(-0.5, 0.5),
            default: Span::new(-0.2, 0.2),
        },
    ],
    build: |spans| {
        Box::new(ColorJitter {
            spans: [spans[0], spans[1], spans[2], spans[3]],
        })
    },
};

const fn factor(id: &'static str, label: &'static str) -> ParameterSpec {
    ParameterSpec {
        id,
        label,
        limits: Span::new(0.0, 3.0),
        default: Span::new(0.2, 1.8),
    }
}

struct ColorJitter {
    /// Of brightness, contrast, saturation and hue.
    spans: [Span; 4],
}

impl Augmentation for ColorJitter {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        jitter(view.picture.to_mut(), self.spans, rng);
    }
}

/// Changes brightness, contrast, saturation and hue, in random order.
pub(super) fn jitter(picture: &mut Picture, spans: [Span; 4], rng: &mut ChaCha8Rng) {
    let mut order = [0, 1, 2, 3];
    draws::shuffle(rng, &mut order);
    let amounts = spans.map(|span| span.draw(rng));
    for change in order {
        let amount = amounts[change];
        match change {
            0 => change_brightness(picture, amount),
            1 => change_contrast(picture, amount),
            2 => change_saturation(picture, amount),
            // torchvision leaves out a hue that never moves; shifted by nothing it would still
            // show the rounding of its way through eight bits.
            _ if spans[3] == Span::new(0.0, 0.0) => {}
            _ => shift_hue(picture, amount),
        }
    }
}

/// Pillow's `ImageEnhance.Brightness`: toward black, or away from it.
pub(super) fn change_brightness(picture: &mut Picture, factor: f32) {
    blend_with_gray(picture, 0, factor);
}

/// Pillow's `ImageEnhance.Contrast`: toward the mean luma, or away from it.
pub(super) fn change_contrast(picture: &mut Picture, factor: f32) {
    let n_pixels = (picture.rgb.len() / 3).max(1) as f64;
    let sum = vectors::with_widest(SumOfLumas(&picture.rgb));
    blend_with_gray(picture, (sum as f64 / n_pixels + 0.5) as u8, factor);
}

struct SumOfLumas<'a>(&'a [u8]);

impl WithSimd for SumOfLumas<'_> {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: Simd>(self) -> u64 {
        let mut total = 0;
        for chunk in self.0.chunks(BLOCK_BYTES) {
            // Black, which fills the last one up, has no luma.
            let mut pixels = [0; BLOCK_BYTES];
            pixels[..chunk.len()].copy_from_slice(chunk);
            let [r, g, b] = vectors::parted(&pixels);
            let mut sum = 0;
            for lane in 0..LANES {
                sum += u32::from(canvas::luma([r[lane], g[lane], b[lane]]));
            }
            total += u64::from(sum);
        }
        total
    }
}

/// Pillow's `ImageEnhance.Color`: toward the gray of the pixel, or away from it.
fn change_saturation(picture: &mut Picture, factor: f32) {
    vectors::change_blocks(&mut picture.rgb, Saturate(factor));
}

struct Saturate(f32);

impl ChangeBlock for Saturate {
    #[inline(always)]
    fn change(&self, [r, g, b]: &mut Block) {
        for lane in 0..LANES {
            let gray = canvas::luma([r[lane], g[lane], b[lane]]);
            r[lane] = blend(gray, r[lane], self.0);
            g[lane] = blend(gray, g[lane], self.0);
            b[lane] = blend(gray, b[lane], self.0);
        }
    }
}

fn blend_with_gray(picture: &mut Picture, gray: u8, factor: f32) {
    let values = &mut picture.rgb;
    vectors::with_widest(Blend {
        values,
        gray,
        factor,
    });
}

struct Blend<'a> {
    values: &'a mut [u8],
    gray: u8,
    factor: f32,
}

impl WithSimd for Blend<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        for value in self.values {
            *value = blend(self.gray, *value, self.factor);
        }
    }
}

/// `gray + factor * (value - gray)`, fraction cut off, held within a byte.
#[inline(always)]
pub(super) fn blend(gray: u8, value: u8, factor: f32) -> u8 {
    let blended = f32::from(gray) + factor * (f32::from(value) - f32::from(gray));
    vectors::byte(vectors::whole(blended.clamp(0.0, 255.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(pixels: &[u8], change: impl Fn(&mut Picture)) -> Vec<u8> {
        let mut picture = Picture::new(pixels.len() as u32 / 3, 1, pixels.to_vec());
        change(&mut picture);
        picture.rgb
    }

    #[test]
    fn brightness_multiplies_and_cuts_off() {
        // 101 * 1.5 = 151.5, 3 * 1.5 = 4.5, 200 * 1.5 = 300.
        let brighter = changed(&[101, 3, 200], |p| change_brightness(p, 1.5));
        assert_eq!(brighter, [151, 4, 255]);
    }

    #[test]
    fn contrast_turns_around_the_rounded_mean_luma() {
        // Lumas 0 and 255 have the mean 127.5, rounded 128: 128 - 64 = 64, 128 + 63.5 = 191.5.
        let softer = changed(&[0, 0, 0, 255, 255, 255], |p| change_contrast(p, 0.5));
        assert_eq!(softer, [64, 64, 64, 191, 191, 191]);
    }

    #[test]
    fn saturation_turns_around_the_luma_of_the_pixel() {
        // Luma of pure red is 76: 76 + 0.5 * 179 = 165.5 and 76 - 0.5 * 76 = 38.
        let paler = changed(&[255, 0, 0], |p| change_saturation(p, 0.5));
        assert_eq!(paler, [165, 38, 38]);
        let gray = changed(&[255, 0, 0], |p| change_saturation(p, 0.0));
        assert_eq!(gray, [76, 76, 76]);
    }
}

//! Brightness, contrast, saturation and hue changed in random order (torchvision's `ColorJitter`
//! on Pillow pictures).
//!
//! The arithmetic is Pillow's, rounding included: `blend` cuts fractions off, and the hue makes a
//! round trip through 8-bit HSV, which alone moves channels by a few levels.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::View;
use super::canvas;
use super::draws;
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
    fn apply(&self, view: &mut View, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        jitter(&mut view.picture, self.spans, rng);
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
    let pixels = picture.rgb.chunks_exact(3);
    let n_pixels = pixels.len().max(1) as f64;
    let sum: u64 = pixels
        .map(|pixel| u64::from(canvas::luma([pixel[0], pixel[1], pixel[2]])))
        .sum();
    blend_with_gray(picture, (sum as f64 / n_pixels + 0.5) as u8, factor);
}

/// Pillow's `ImageEnhance.Color`: toward the gray of the pixel, or away from it.
fn change_saturation(picture: &mut Picture, factor: f32) {
    for pixel in picture.rgb.chunks_exact_mut(3) {
        let gray = canvas::luma([pixel[0], pixel[1], pixel[2]]);
        for value in pixel {
            *value = blend(gray, *value, factor);
        }
    }
}

fn blend_with_gray(picture: &mut Picture, gray: u8, factor: f32) {
    let mut table = [0; 256];
    for (value, blended) in (0..=255).zip(&mut table) {
        *blended = blend(gray, value, factor);
    }
    for value in &mut picture.rgb {
        *value = table[usize::from(*value)];
    }
}

/// `gray + factor * (value - gray)`, fraction cut off, held within a byte.
pub(super) fn blend(gray: u8, value: u8, factor: f32) -> u8 {
    // A cast from float to integer cuts off and holds at both ends, as Pillow does by hand.
    (f32::from(gray) + factor * (f32::from(value) - f32::from(gray))) as u8
}

/// torchvision's `adjust_hue`: `turns` becomes a byte that is added to the hue byte, wrapping.
fn shift_hue(picture: &mut Picture, turns: f32) {
    let shift = (turns * 255.0) as i32 as u8;
    for pixel in picture.rgb.chunks_exact_mut(3) {
        let [hue, saturation, value] = hsv_from_rgb([pixel[0], pixel[1], pixel[2]]);
        pixel.copy_from_slice(&rgb_from_hsv([hue.wrapping_add(shift), saturation, value]));
    }
}

/// Pillow's `rgb2hsv`, all three results in bytes.
fn hsv_from_rgb([r, g, b]: [u8; 3]) -> [u8; 3] {
    let (largest, smallest) = (r.max(g).max(b), r.min(g).min(b));
    if largest == smallest {
        return [0, 0, largest];
    }
    let range = f32::from(largest - smallest);
    let saturation = range / f32::from(largest);
    let distance = |value: u8| f32::from(largest - value) / range;
    let sixths = if r == largest {
        distance(b) - distance(g)
    } else if g == largest {
        2.0 + distance(r) - distance(b)
    } else {
        4.0 + distance(g) - distance(r)
    };
    let turns = sixths / 6.0;
    let turns = if turns < 0.0 { turns + 1.0 } else { turns };
    [(turns * 255.0) as u8, (saturation * 255.0) as u8, largest]
}

/// Pillow's `hsv2rgb`.
fn rgb_from_hsv([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    if saturation == 0 {
        return [value; 3];
    }
    let sixths = f32::from(hue) * 6.0 / 255.0;
    let fraction = sixths - sixths.floor();
    let saturation = f32::from(saturation) / 255.0;
    let full = f32::from(value);
    let least = (full * (1.0 - saturation) + 0.5) as u8;
    let falling = (full * (1.0 - saturation * fraction) + 0.5) as u8;
    let rising = (full * (1.0 - saturation * (1.0 - fraction)) + 0.5) as u8;
    match sixths as u32 % 6 {
        0 => [value, rising, least],
        1 => [falling, value, least],
        2 => [least, value, rising],
        3 => [least, falling, value],
        4 => [rising, least, value],
        _ => [value, least, falling],
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::checkered;
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

    #[test]
    fn a_third_of_a_turn_makes_red_green() {
        // 85 / 255 is exactly one third.
        let green = changed(&[255, 0, 0], |p| shift_hue(p, 1.0 / 3.0));
        assert_eq!(green, [0, 255, 0]);
        // -0.2 * 255 = -51 wraps to 205: sixths = 4.8235, fraction 0.8235, rising = 210.
        let magenta = changed(&[255, 0, 0], |p| shift_hue(p, -0.2));
        assert_eq!(magenta, [210, 0, 255]);
    }

    #[test]
    fn a_hue_shift_of_zero_only_shows_the_rounding_of_eight_bit_hsv() {
        let mut picture = checkered(64, 64);
        let original = picture.rgb.clone();
        shift_hue(&mut picture, 0.0);
        let largest = original
            .iter()
            .zip(&picture.rgb)
            .map(|(before, after)| before.abs_diff(*after))
            .max();
        assert!(largest <= Some(7), "{largest:?}");
        assert_eq!(changed(&[9, 9, 9], |p| shift_hue(p, 0.0)), [9, 9, 9]);
        assert_eq!(changed(&[255, 0, 0], |p| shift_hue(p, 0.0)), [255, 0, 0]);
    }
}

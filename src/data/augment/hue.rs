//! The hue turned, with the arithmetic of Pillow, many pixels at a time.
//!
//! Everything is computed in `f32` without branches, so that the compiler makes vectors of it;
//! Pillow computes the same numbers one by one.

use crate::data::Picture;

/// Pixels at a time.
const LANES: usize = 64;

type Lanes = [f32; LANES];

/// Beyond this number the steps of `f32` are 1, so adding it rounds.
const ROUNDER: f32 = 8_388_608.0;

/// torchvision's `adjust_hue`: `turns` becomes a byte that is added to the hue byte, wrapping.
pub(super) fn shift_hue(picture: &mut Picture, turns: f32) {
    let shift = f32::from((turns * 255.0) as i32 as u8);
    let mut blocks = picture.rgb.chunks_exact_mut(LANES * 3);
    for block in &mut blocks {
        shift_block(block, shift);
    }
    let rest = blocks.into_remainder();
    let mut block = [0; LANES * 3];
    block[..rest.len()].copy_from_slice(rest);
    shift_block(&mut block, shift);
    rest.copy_from_slice(&block[..rest.len()]);
}

fn shift_block(pixels: &mut [u8], shift: f32) {
    let (mut r, mut g, mut b) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for (lane, pixel) in pixels.chunks_exact(3).enumerate() {
        r[lane] = f32::from(pixel[0]);
        g[lane] = f32::from(pixel[1]);
        b[lane] = f32::from(pixel[2]);
    }
    shift_lanes(&mut r, &mut g, &mut b, shift);
    for (lane, pixel) in pixels.chunks_exact_mut(3).enumerate() {
        // Whole numbers of a byte: the lowest bits of the sum.
        pixel[0] = (r[lane] + ROUNDER).to_bits() as u8;
        pixel[1] = (g[lane] + ROUNDER).to_bits() as u8;
        pixel[2] = (b[lane] + ROUNDER).to_bits() as u8;
    }
}

/// In three loops, since one would be too long for the compiler to make vectors of.
fn shift_lanes(r: &mut Lanes, g: &mut Lanes, b: &mut Lanes, shift: f32) {
    let (mut hue, mut saturation, mut value) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for lane in 0..LANES {
        [hue[lane], saturation[lane], value[lane]] = hsv_from_rgb([r[lane], g[lane], b[lane]]);
    }
    for hue in &mut hue {
        let turned = *hue + shift;
        *hue = if turned >= 256.0 {
            turned - 256.0
        } else {
            turned
        };
    }
    for lane in 0..LANES {
        [r[lane], g[lane], b[lane]] = rgb_from_hsv([hue[lane], saturation[lane], value[lane]]);
    }
}

/// The whole part of a number from 0 to 2^22.
#[expect(
    clippy::inline_always,
    reason = "three times slower where the compiler decides against it"
)]
#[inline(always)]
fn whole(value: f32) -> f32 {
    let nearest = value + ROUNDER - ROUNDER;
    if nearest > value {
        nearest - 1.0
    } else {
        nearest
    }
}

/// Pillow's `rgb2hsv`; all numbers are whole and below 256.
#[expect(
    clippy::inline_always,
    reason = "three times slower where the compiler decides against it"
)]
#[inline(always)]
fn hsv_from_rgb([r, g, b]: [f32; 3]) -> [f32; 3] {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let smaller = |a: f32, b: f32| if a < b { a } else { b };
    let largest = larger(larger(r, g), b);
    let range = largest - smaller(smaller(r, g), b);
    // Gray and black divide by 1 instead of 0; their saturation is 0 either way.
    let saturation = range / larger(largest, 1.0);
    let divisor = larger(range, 1.0);
    let [from_r, from_g, from_b] = [r, g, b].map(|value| (largest - value) / divisor);
    let near_red = from_b - from_g;
    let near_green = 2.0 + from_r - from_b;
    let near_blue = 4.0 + from_g - from_r;
    let not_red = if g == largest { near_green } else { near_blue };
    let sixths = if r == largest { near_red } else { not_red };
    let turns = sixths / 6.0;
    let turns = if turns < 0.0 { turns + 1.0 } else { turns };
    [whole(turns * 255.0), whole(saturation * 255.0), largest]
}

/// Pillow's `hsv2rgb`.
#[expect(
    clippy::inline_always,
    reason = "three times slower where the compiler decides against it"
)]
#[inline(always)]
fn rgb_from_hsv([hue, saturation, value]: [f32; 3]) -> [f32; 3] {
    let sixths = hue * 6.0 / 255.0;
    let sector = whole(sixths);
    let fraction = sixths - sector;
    let saturation = saturation / 255.0;
    let least = whole(value * (1.0 - saturation) + 0.5);
    let falling = whole(value * (1.0 - saturation * fraction) + 0.5);
    let rising = whole(value * (1.0 - saturation * (1.0 - fraction)) + 0.5);
    // A full turn is sector 6, the same as 0. Each color is at its peak for two sectors, falls,
    // is at its least for two, and rises.
    let red = pick(sector, [value, falling, least, least, rising, value]);
    let green = pick(sector, [rising, value, value, falling, least, least]);
    let blue = pick(sector, [least, least, rising, value, value, falling]);
    [red, green, blue]
}

#[expect(
    clippy::inline_always,
    reason = "three times slower where the compiler decides against it"
)]
#[inline(always)]
fn pick(sector: f32, [zero, one, two, three, four, five]: [f32; 6]) -> f32 {
    let mut picked = zero;
    picked = if sector == 1.0 { one } else { picked };
    picked = if sector == 2.0 { two } else { picked };
    picked = if sector == 3.0 { three } else { picked };
    picked = if sector == 4.0 { four } else { picked };
    if sector == 5.0 { five } else { picked }
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

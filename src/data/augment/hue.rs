//! The hue turned, with the arithmetic of Pillow, many pixels at a time.
//!
//! Everything is computed in `f32` without branches, so that the compiler makes vectors of it;
//! Pillow computes the same numbers one by one.

use super::vectors;
use super::vectors::Block;
use super::vectors::ChangeBlock;
use super::vectors::LANES;
use super::vectors::byte;
use super::vectors::whole;
use crate::data::Picture;

/// torchvision's `adjust_hue`: `turns` becomes a byte that is added to the hue byte, wrapping.
pub(super) fn shift_hue(picture: &mut Picture, turns: f32) {
    let shift = f32::from((turns * 255.0) as i32 as u8);
    vectors::change_blocks(&mut picture.rgb, Turn(shift));
}

/// Steps of 255 along the circle of hues.
struct Turn(f32);

impl ChangeBlock for Turn {
    #[inline(always)]
    fn change(&self, [r, g, b]: &mut Block) {
        for lane in 0..LANES {
            let colors = [f32::from(r[lane]), f32::from(g[lane]), f32::from(b[lane])];
            let [hue, saturation, value] = hsv_from_rgb(colors);
            let turned = hue + self.0;
            let hue = if turned >= 256.0 {
                turned - 256.0
            } else {
                turned
            };
            let [red, green, blue] = rgb_from_hsv([hue, saturation, value]);
            r[lane] = byte(red);
            g[lane] = byte(green);
            b[lane] = byte(blue);
        }
    }
}

/// Pillow's `rgb2hsv`; all numbers are whole and below 256.
#[inline(always)]
fn hsv_from_rgb([r, g, b]: [f32; 3]) -> [f32; 3] {
    let largest = larger(larger(r, g), b);
    let range = largest - smaller(smaller(r, g), b);
    // Gray and black divide by 1 instead of 0; their saturation is 0 either way.
    let saturation = range / larger(largest, 1.0);
    let divisor = larger(range, 1.0);
    let from_r = (largest - r) / divisor;
    let from_g = (largest - g) / divisor;
    let from_b = (largest - b) / divisor;
    let near_red = from_b - from_g;
    let near_green = 2.0 + from_r - from_b;
    let near_blue = 4.0 + from_g - from_r;
    let not_red = if g == largest { near_green } else { near_blue };
    let sixths = if r == largest { near_red } else { not_red };
    let turns = sixths / 6.0;
    let turns = if turns < 0.0 { turns + 1.0 } else { turns };
    [whole(turns * 255.0), whole(saturation * 255.0), largest]
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Pillow's `hsv2rgb`.
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

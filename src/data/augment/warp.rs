//! Turning and tilting: every pixel of the result looks up where it comes from.

use super::homography::Homography;
use super::trace::Point;
use crate::data::Picture;

/// What a pixel takes from the place it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sampling {
    /// The pixel under its center.
    Nearest,
    /// The four pixels around its center, the outermost half pixel repeated as in Pillow.
    Bilinear,
}

/// Steps of a pixel that bilinear weights are rounded to.
const STEPS: i64 = 1 << 11;

/// Fraction bits of a position.
const FRACTION_BITS: u32 = 32;

/// A picture of `size` (width, height) whose pixel `p` shows `source_from_target(p)`; `background`
/// where that lies outside the edges.
pub(super) fn warp(
    picture: &Picture,
    size: (u32, u32),
    source_from_target: &Homography,
    background: [u8; 3],
    sampling: Sampling,
) -> Picture {
    let mut target = Picture::filled(size.0, size.1, background);
    let row_bytes = size.0 as usize * 3;
    for (y, row) in target.rgb.chunks_exact_mut(row_bytes.max(3)).enumerate() {
        let y = y as f64 + 0.5;
        if source_from_target.is_affine() {
            affine_row(picture, row, source_from_target, y, sampling);
        } else {
            projective_row(picture, row, source_from_target, y, sampling);
        }
    }
    target
}

/// Along a row of an affine map the position moves by the same step, so the part of the row that
/// lies inside is known beforehand.
fn affine_row(
    picture: &Picture,
    row: &mut [u8],
    source_from_target: &Homography,
    y: f64,
    sampling: Sampling,
) {
    let [[a, _, _], [d, _, _], _] = source_from_target.rows();
    let start = source_from_target.map([0.5, y]);
    let n_pixels = row.len() / 3;
    let sides = [picture.width, picture.height].map(f64::from);
    let position = |x: usize| [start[0] + a * x as f64, start[1] + d * x as f64];
    let (mut first, mut last) = (0.0_f64, n_pixels as f64);
    for (begin, (step, side)) in start.into_iter().zip([a, d].into_iter().zip(sides)) {
        if step.abs() > 1e-12 {
            let ends = [-begin / step, (side - begin) / step];
            first = first.max(ends[0].min(ends[1]).ceil());
            last = last.min(ends[0].max(ends[1]).floor() + 1.0);
        }
    }
    let (mut first, mut last) = (first as usize, last.max(0.0) as usize);
    // The ends were found by a division; the comparison decides.
    while first < last && !is_inside(picture, position(first)) {
        first += 1;
    }
    while first < last && !is_inside(picture, position(last - 1)) {
        last -= 1;
    }
    if first >= last {
        return;
    }
    let mut at = position(first).map(fixed);
    let steps = [fixed(a), fixed(d)];
    for pixel in row[first * 3..last * 3].chunks_exact_mut(3) {
        write(picture, pixel, at, sampling);
        at = [at[0] + steps[0], at[1] + steps[1]];
    }
}

/// Numerators and denominator move by the same step each.
fn projective_row(
    picture: &Picture,
    row: &mut [u8],
    source_from_target: &Homography,
    y: f64,
    sampling: Sampling,
) {
    let rows = source_from_target.rows();
    let starts = rows.map(|entries| entries[0] * 0.5 + entries[1] * y + entries[2]);
    for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
        let value = |axis: usize| starts[axis] + rows[axis][0] * x as f64;
        let scale = 1.0 / value(2);
        let at = [value(0) * scale, value(1) * scale];
        if is_inside(picture, at) {
            write(picture, pixel, at.map(fixed), sampling);
        }
    }
}

fn is_inside(picture: &Picture, [x, y]: Point) -> bool {
    (0.0..f64::from(picture.width)).contains(&x) && (0.0..f64::from(picture.height)).contains(&y)
}

fn fixed(value: f64) -> i64 {
    (value * (1_u64 << FRACTION_BITS) as f64) as i64
}

fn write(picture: &Picture, pixel: &mut [u8], at: [i64; 2], sampling: Sampling) {
    match sampling {
        Sampling::Nearest => {
            let [x, y] = at.map(|value| value >> FRACTION_BITS);
            pixel.copy_from_slice(source_pixel(picture, x, y));
        }
        Sampling::Bilinear => blend(picture, pixel, at),
    }
}

/// The pixel at whole numbers, the edge repeated.
fn source_pixel(picture: &Picture, x: i64, y: i64) -> &[u8] {
    let x = x.clamp(0, i64::from(picture.width) - 1) as usize;
    let y = y.clamp(0, i64::from(picture.height) - 1) as usize;
    let start = (y * picture.width as usize + x) * 3;
    &picture.rgb[start..start + 3]
}

fn blend(picture: &Picture, pixel: &mut [u8], at: [i64; 2]) {
    let [x, y] = at.map(|value| value - (1 << (FRACTION_BITS - 1)));
    let share = |value: i64| ((value >> (FRACTION_BITS - STEPS.ilog2())) & (STEPS - 1)) as u32;
    let (dx, dy) = (share(x), share(y));
    let (x, y) = (x >> FRACTION_BITS, y >> FRACTION_BITS);
    let is_between = (0..i64::from(picture.width) - 1).contains(&x)
        && (0..i64::from(picture.height) - 1).contains(&y);
    if is_between {
        let row_bytes = picture.width as usize * 3;
        let start = y as usize * row_bytes + x as usize * 3;
        let upper = &picture.rgb[start..start + 6];
        let lower = &picture.rgb[start + row_bytes..start + row_bytes + 6];
        mix_four(pixel, upper, lower, (dx, dy));
    } else {
        let pair = |y| {
            let (left, right) = (source_pixel(picture, x, y), source_pixel(picture, x + 1, y));
            [left[0], left[1], left[2], right[0], right[1], right[2]]
        };
        mix_four(pixel, &pair(y), &pair(y + 1), (dx, dy));
    }
}

/// Two neighbors of the row above and two of the row below, weighted.
fn mix_four(pixel: &mut [u8], upper: &[u8], lower: &[u8], (dx, dy): (u32, u32)) {
    let full = STEPS as u32;
    let along = |pair: &[u8], channel: usize| {
        u32::from(pair[channel]) * (full - dx) + u32::from(pair[channel + 3]) * dx
    };
    for (channel, value) in pixel.iter_mut().enumerate().take(3) {
        let sum = along(upper, channel) * (full - dy) + along(lower, channel) * dy;
        // Pillow cuts the fraction off.
        *value = (sum >> (2 * STEPS.ilog2())) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::gradient;
    use super::*;

    fn shifted(picture: &Picture, x: f64, sampling: Sampling) -> Picture {
        let source_from_target = Homography::scale_and_shift([1.0, 1.0], [x, 0.0]);
        warp(picture, (2, 1), &source_from_target, [9; 3], sampling)
    }

    #[test]
    fn half_way_between_two_pixels_is_their_mean_and_outside_is_background() {
        let picture = Picture::new(2, 1, vec![10, 20, 30, 110, 120, 130]);
        let half = shifted(&picture, 0.5, Sampling::Bilinear);
        assert_eq!(half.rgb, [60, 70, 80, 9, 9, 9]);
        let edge = shifted(&picture, 0.4, Sampling::Bilinear);
        assert_eq!(edge.rgb[3..], [110, 120, 130], "the edge repeats");
        let beyond = shifted(&picture, 1.0, Sampling::Bilinear);
        assert_eq!(beyond.rgb, [110, 120, 130, 9, 9, 9]);
        let nearest = shifted(&picture, 0.4, Sampling::Nearest);
        assert_eq!(nearest.rgb, picture.rgb);
        let before = shifted(&picture, -0.6, Sampling::Nearest);
        assert_eq!(before.rgb, [9, 9, 9, 10, 20, 30]);
    }

    #[test]
    fn a_projective_map_that_is_nearly_affine_gives_nearly_the_same() {
        let picture = gradient(40, 30);
        let affine = Homography::new([[0.8, 0.3, 2.0], [-0.2, 0.9, 6.0], [0.0, 0.0, 1.0]]);
        let mut rows = affine.rows();
        rows[2][0] = 1e-12;
        let bent = Homography::new(rows);
        let [one, other] =
            [affine, bent].map(|map| warp(&picture, (40, 30), &map, [0; 3], Sampling::Bilinear));
        let worst = one.rgb.iter().zip(&other.rgb).map(|(a, b)| a.abs_diff(*b));
        assert!(worst.max() <= Some(1));
    }
}

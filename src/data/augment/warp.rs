//! Turning and tilting: every pixel of the result looks up where it comes from.

use macerator::Simd;
use macerator::WithSimd;

use super::homography::Homography;
use super::trace::Point;
use super::vectors;
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
    vectors::with_widest(Run {
        picture,
        row: &mut row[first * 3..last * 3],
        path: Straight {
            start: position(first).map(fixed),
            steps: [fixed(a), fixed(d)],
        },
        sampling,
    });
}

/// Positions that move by the same step.
struct Straight {
    start: [i64; 2],
    steps: [i64; 2],
}

impl Path for Straight {
    #[inline(always)]
    fn positions(&self, first: usize) -> Positions {
        let mut positions = [[0; LANES]; 2];
        for axis in 0..2 {
            for lane in 0..LANES {
                let n_steps = (first + lane) as i64;
                positions[axis][lane] = self.start[axis] + n_steps * self.steps[axis];
            }
        }
        positions
    }

    fn is_inside(&self, _: &Picture, _: usize) -> bool {
        true
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
    vectors::with_widest(Run {
        picture,
        row,
        path: Bent {
            starts,
            steps: rows.map(|entries| entries[0]),
        },
        sampling,
    });
}

struct Bent {
    /// Numerators of both axes and denominator.
    starts: [f64; 3],
    steps: [f64; 3],
}

impl Path for Bent {
    #[inline(always)]
    fn positions(&self, first: usize) -> Positions {
        let mut positions = [[0; LANES]; 2];
        for lane in 0..LANES {
            let x = (first + lane) as f64;
            let scale = 1.0 / (self.starts[2] + self.steps[2] * x);
            for axis in 0..2 {
                let at = (self.starts[axis] + self.steps[axis] * x) * scale;
                positions[axis][lane] = held_fixed(at);
            }
        }
        positions
    }

    fn is_inside(&self, picture: &Picture, at: usize) -> bool {
        let value = |axis: usize| self.starts[axis] + self.steps[axis] * at as f64;
        let scale = 1.0 / value(2);
        is_inside(picture, [value(0) * scale, value(1) * scale])
    }
}

/// Pixels of a row that are worked out together.
const LANES: usize = 16;

/// Where those pixels come from, first all x, then all y.
type Positions = [[i64; LANES]; 2];

/// Where the pixels of a row come from.
trait Path {
    /// From pixel `first` on; `#[inline(always)]`.
    fn positions(&self, first: usize) -> Positions;

    /// Whether pixel `at` comes from inside the edges.
    fn is_inside(&self, picture: &Picture, at: usize) -> bool;
}

/// A row or a part of one.
struct Run<'a, P> {
    picture: &'a Picture,
    row: &'a mut [u8],
    path: P,
    sampling: Sampling,
}

impl<P: Path> WithSimd for Run<'_, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        for (idx, pixels) in self.row.chunks_mut(LANES * 3).enumerate() {
            let first = idx * LANES;
            let positions = self.path.positions(first);
            let n_pixels = pixels.len() / 3;
            if n_pixels == LANES && is_deep_inside(self.picture, &positions) {
                match self.sampling {
                    Sampling::Nearest => take(self.picture, &positions, pixels),
                    Sampling::Bilinear => blend_all(self.picture, &positions, pixels),
                }
                continue;
            }
            for (lane, pixel) in pixels.chunks_exact_mut(3).enumerate() {
                if self.path.is_inside(self.picture, first + lane) {
                    let at = [positions[0][lane], positions[1][lane]];
                    write(self.picture, pixel, at, self.sampling);
                }
            }
        }
    }
}

/// Whether no pixel needs anything beyond the edges, nor the two bytes after its neighbors.
#[inline(always)]
fn is_deep_inside(picture: &Picture, positions: &Positions) -> bool {
    let half = 1 << (FRACTION_BITS - 1);
    let mut is_inside = true;
    for (positions, side) in positions.iter().zip([picture.width, picture.height]) {
        let limit = (i64::from(side) - 2) << FRACTION_BITS;
        for lane in 0..LANES {
            let at = positions[lane].wrapping_sub(half);
            is_inside &= (0..limit).contains(&at);
        }
    }
    is_inside
}

/// Nearest pixels, all inside.
#[inline(always)]
fn take(picture: &Picture, positions: &Positions, pixels: &mut [u8]) {
    let row_bytes = picture.width as usize * 3;
    // A byte more, since four are written at a time.
    let mut taken = [0; LANES * 3 + 1];
    for lane in 0..LANES {
        let [x, y] = [positions[0][lane], positions[1][lane]];
        let start = (y >> FRACTION_BITS) as usize * row_bytes + (x >> FRACTION_BITS) as usize * 3;
        taken[lane * 3..lane * 3 + 4].copy_from_slice(&picture.rgb[start..start + 4]);
    }
    pixels.copy_from_slice(&taken[..LANES * 3]);
}

/// [`blend`] of pixels whose neighbors are all inside.
#[inline(always)]
fn blend_all(picture: &Picture, positions: &Positions, pixels: &mut [u8]) {
    let row_bytes = picture.width as usize * 3;
    let (mut shares, mut whole) = ([[0; LANES]; 2], [[0; LANES]; 2]);
    for axis in 0..2 {
        for lane in 0..LANES {
            let at = positions[axis][lane] - (1 << (FRACTION_BITS - 1));
            shares[axis][lane] = ((at >> (FRACTION_BITS - STEPS.ilog2())) & (STEPS - 1)) as u32;
            whole[axis][lane] = (at >> FRACTION_BITS) as u32;
        }
    }
    // Two neighbors each: six of eight bytes.
    let (mut upper, mut lower) = ([0; LANES], [0; LANES]);
    for lane in 0..LANES {
        let start = whole[1][lane] as usize * row_bytes + whole[0][lane] as usize * 3;
        upper[lane] = word(&picture.rgb, start);
        lower[lane] = word(&picture.rgb, start + row_bytes);
    }
    let full = STEPS as u32;
    let mut blended = [0; LANES * 3];
    for channel in 0..3 {
        for lane in 0..LANES {
            let (dx, dy) = (shares[0][lane], shares[1][lane]);
            let left = 8 * channel;
            let above = ((upper[lane] >> left) as u32 & 255) * (full - dx)
                + ((upper[lane] >> (left + 24)) as u32 & 255) * dx;
            let below = ((lower[lane] >> left) as u32 & 255) * (full - dx)
                + ((lower[lane] >> (left + 24)) as u32 & 255) * dx;
            let sum = above * (full - dy) + below * dy;
            // Pillow cuts the fraction off.
            blended[lane * 3 + channel] = (sum >> (2 * STEPS.ilog2())) as u8;
        }
    }
    pixels.copy_from_slice(&blended);
}

#[inline(always)]
fn word(bytes: &[u8], start: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[start..start + 8]);
    u64::from_le_bytes(word)
}

fn is_inside(picture: &Picture, [x, y]: Point) -> bool {
    (0.0..f64::from(picture.width)).contains(&x) && (0.0..f64::from(picture.height)).contains(&y)
}

/// The same to the nearest step, held where no picture reaches: a sum whose lowest bits are the
/// number, since a cast would not become a vector.
#[inline(always)]
fn held_fixed(value: f64) -> i64 {
    const FARTHEST: f64 = 500_000.0;
    // The steps of numbers around this one are those of fixed positions.
    const ANCHOR: f64 = 1.5 * (1_u64 << (52 - FRACTION_BITS)) as f64;
    let held = if value > -FARTHEST { value } else { -FARTHEST };
    let held = if held < FARTHEST { held } else { FARTHEST };
    (held + ANCHOR).to_bits() as i64 - ANCHOR.to_bits() as i64
}

#[inline(always)]
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

//! What the surroundings of a corner look like, whatever its turn.
//!
//! Histograms of gradient directions over 4 x 4 fields, as in Lowe, "Distinctive image features
//! from scale-invariant keypoints" (2004), sections 5 and 6.

use std::f32::consts::TAU;

use super::super::grey::View;
use super::corners::blurred;

const FIELDS: usize = 4;
const DIRECTIONS: usize = 8;
/// Numbers in one descriptor.
pub const LENGTH: usize = FIELDS * FIELDS * DIRECTIONS;

/// Samples along each edge of the patch, and their distance in pixels.
const SAMPLES: usize = 16;
const SPACING: f32 = 1.2;
/// Nothing counts more than this share of the whole, so that one edge does not drown the rest.
const MAX_SHARE: f32 = 0.2;

const ANGLE_BINS: usize = 36;
const ANGLE_REACH: isize = 8;
/// A direction this close to the strongest one is tried too.
const SECOND_ANGLE: f32 = 0.85;

/// The gradient at every pixel of a slightly smoothed picture.
pub struct Slopes {
    pub width: usize,
    pub height: usize,
    pub values: Vec<[f32; 2]>,
}

impl Slopes {
    pub fn new(view: &View) -> Self {
        let smooth = View {
            width: view.width,
            height: view.height,
            levels: blurred(&view.levels, view.width, view.height),
            inside: Vec::new(),
        };
        let values = (0..view.width * view.height)
            .map(|i| smooth.gradient(i % view.width, i / view.width))
            .collect();
        Self {
            width: view.width,
            height: view.height,
            values,
        }
    }

    /// The one or two strongest directions around a corner, in radians.
    pub fn angles(&self, [x, y]: [usize; 2]) -> Vec<f32> {
        let mut bins = [0.0_f32; ANGLE_BINS];
        for dy in -ANGLE_REACH..=ANGLE_REACH {
            for dx in -ANGLE_REACH..=ANGLE_REACH {
                let squared = (dx * dx + dy * dy) as f32;
                let [slope_x, slope_y] = self.at(x as isize + dx, y as isize + dy);
                let weight = (-squared / 32.0).exp() * slope_x.hypot(slope_y);
                let turn = slope_y.atan2(slope_x).rem_euclid(TAU) / TAU;
                bins[(turn * ANGLE_BINS as f32) as usize % ANGLE_BINS] += weight;
            }
        }
        let around = |i: usize| {
            let [before, after] = [i + ANGLE_BINS - 1, i + 1].map(|i| bins[i % ANGLE_BINS]);
            [before, bins[i], after]
        };
        let smooth: Vec<f32> = (0..ANGLE_BINS).map(|i| around(i).iter().sum()).collect();
        let most = smooth.iter().copied().fold(0.0, f32::max);
        let mut peaks: Vec<(f32, f32)> = (0..ANGLE_BINS)
            .filter_map(|i| {
                let before = smooth[(i + ANGLE_BINS - 1) % ANGLE_BINS];
                let after = smooth[(i + 1) % ANGLE_BINS];
                let is_peak = smooth[i] > before && smooth[i] >= after;
                let bend = before - 2.0 * smooth[i] + after;
                let shift = if bend < -1e-6 {
                    0.5 * (before - after) / bend
                } else {
                    0.0
                };
                let angle = (i as f32 + 0.5 + shift) / ANGLE_BINS as f32 * TAU;
                (is_peak && smooth[i] >= SECOND_ANGLE * most).then_some((smooth[i], angle))
            })
            .collect();
        peaks.sort_by(|p, q| q.0.total_cmp(&p.0));
        peaks.into_iter().take(2).map(|(_, angle)| angle).collect()
    }

    /// The surroundings of a corner, turned so that `angle` points right.
    pub fn describe(&self, [x, y]: [usize; 2], angle: f32) -> [f32; LENGTH] {
        let (sin, cos) = angle.sin_cos();
        let mut descriptor = [0.0; LENGTH];
        let middle = SAMPLES as f32 / 2.0;
        for row in 0..SAMPLES {
            for column in 0..SAMPLES {
                let u = column as f32 + 0.5 - middle;
                let v = row as f32 + 0.5 - middle;
                let dx = SPACING * (cos * u - sin * v);
                let dy = SPACING * (sin * u + cos * v);
                let [slope_x, slope_y] = self.at(
                    x as isize + dx.round() as isize,
                    y as isize + dy.round() as isize,
                );
                let size = slope_x.hypot(slope_y) * (-(u * u + v * v) / (2.0 * 64.0)).exp();
                let turn = (slope_y.atan2(slope_x) - angle).rem_euclid(TAU) / TAU;
                let field = |place: f32| (place + middle) / 4.0 - 0.5;
                spread(&mut descriptor, [field(u), field(v)], turn, size);
            }
        }
        normalize(&mut descriptor);
        for value in &mut descriptor {
            *value = value.min(MAX_SHARE);
        }
        normalize(&mut descriptor);
        descriptor
    }

    /// The border is repeated outward.
    fn at(&self, x: isize, y: isize) -> [f32; 2] {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.values[y * self.width + x]
    }
}

/// Shares one gradient out among the neighbouring fields and directions.
fn spread(descriptor: &mut [f32; LENGTH], field: [f32; 2], turn: f32, size: f32) {
    let direction = turn * DIRECTIONS as f32;
    let split = |place: f32| (place.floor() as isize, place - place.floor());
    let ((left, share_x), (top, share_y)) = (split(field[0]), split(field[1]));
    let (first, share_d) = split(direction);
    for (row, weight_y) in [(top, 1.0 - share_y), (top + 1, share_y)] {
        for (column, weight_x) in [(left, 1.0 - share_x), (left + 1, share_x)] {
            let fields = 0..FIELDS as isize;
            if !fields.contains(&row) || !fields.contains(&column) {
                continue;
            }
            let start = (row as usize * FIELDS + column as usize) * DIRECTIONS;
            for (bin, weight_d) in [(first, 1.0 - share_d), (first + 1, share_d)] {
                let bin = bin.rem_euclid(DIRECTIONS as isize) as usize;
                descriptor[start + bin] += size * weight_y * weight_x * weight_d;
            }
        }
    }
}

fn normalize(descriptor: &mut [f32; LENGTH]) {
    let length = descriptor.iter().map(|v| v * v).sum::<f32>().sqrt();
    for value in descriptor {
        *value /= length.max(1e-6);
    }
}

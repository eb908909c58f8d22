//! Aligns two pictures to a fraction of a pixel, starting from half a cell off.
//!
//! Gauss-Newton on the grey levels with brightness and contrast as extra unknowns, from coarse to
//! fine. The gradient is the mean of both pictures' (efficient second-order minimization), and
//! what lies over one of the pictures is weighted away, pixel by pixel (Tukey's biweight) and block
//! by block: under a caption some pixels happen to have the right level.

use super::agreement;
use super::frame::Frame;
use super::grey::Pyramid;
use super::grey::View;
use super::linear::Normal;
use super::types::Affine;

/// Samples along the longer edge of the shared region, coarse to fine.
const SIDES: [f64; 4] = [32.0, 64.0, 128.0, 256.0];
const MAX_STEPS: usize = 14;
/// A step whose corners move less (in samples) is the last one.
const SMALL_STEP: f64 = 0.02;
/// After this many sizes, correlation below [`HOPELESS`] ends the attempt.
const SIZES_TO_SHOW_PROMISE: usize = 2;
const HOPELESS: f32 = 0.3;
/// Share of the shared region's longer edge that the corners may wander in total.
const MAX_WANDER: f64 = 0.2;
/// Edge of the blocks that are believed or not, in samples.
const BLOCK: usize = 8;
const N_TONE_ROUNDS: usize = 2;
/// Fewer samples than this, weights summed, show nothing.
const MIN_SHARED: f64 = 32.0;

/// A better map of pixels of B onto A, or `None` when it does not settle.
pub fn refine(a: &Pyramid, b: &Pyramid, a_from_b: &Affine) -> Option<Affine> {
    let mut current = *a_from_b;
    for (idx, side) in SIDES.into_iter().enumerate() {
        if idx == SIZES_TO_SHOW_PROMISE && correlation(a, b, &current, side)? < HOPELESS {
            return None;
        }
        let frame = Frame::new(a.size(), b.size(), &current, side)?;
        current = align_in_frame(a, b, &frame, &current)?;
        if frame.width.max(frame.height) < side as usize {
            break; // there are no more pixels than that
        }
    }
    let [width, height] = b.size();
    let reach = current.scale() * width.max(height);
    let wandered = current.corner_distance(a_from_b, width, height);
    (wandered <= MAX_WANDER * reach).then_some(current)
}

fn correlation(a: &Pyramid, b: &Pyramid, a_from_b: &Affine, side: f64) -> Option<f32> {
    let frame = Frame::new(a.size(), b.size(), a_from_b, side)?;
    let (view_a, view_b) = frame.views(a, b, a_from_b)?;
    Some(agreement::correlation(&view_a, &view_b))
}

fn align_in_frame(a: &Pyramid, b: &Pyramid, frame: &Frame, a_from_b: &Affine) -> Option<Affine> {
    let view_a = a.view(&frame.a_from_raster, frame.width, frame.height);
    let mut b_from_raster = a_from_b.inverse()? * frame.a_from_raster;
    for _ in 0..MAX_STEPS {
        let view_b = b.view(&b_from_raster, frame.width, frame.height);
        let step = step(&view_a, &view_b)?;
        b_from_raster = b_from_raster * step;
        let (width, height) = (frame.width as f64, frame.height as f64);
        if step.corner_distance(&Affine::IDENTITY, width, height) < SMALL_STEP {
            break;
        }
    }
    Some(frame.a_from_raster * b_from_raster.inverse()?)
}

/// The map of the raster into itself that moves B closer to A.
fn step(a: &View, b: &View) -> Option<Affine> {
    let both: Vec<bool> = a
        .inside
        .iter()
        .zip(&b.inside)
        .map(|(p, q)| *p && *q)
        .collect();
    let Fit {
        gain,
        offset,
        weights,
    } = robust_tone(a, b, &both)?;
    let residual = |i: usize| a.levels[i] - (gain * b.levels[i] + offset);

    let (half_width, half_height) = (a.width as f64 / 2.0, a.height as f64 / 2.0);
    let mut normal = Normal::<8>::new();
    for row in 0..a.height {
        let v = (row as f64 + 0.5 - half_height) / half_height;
        for col in 0..a.width {
            let i = row * a.width + col;
            if weights[i] <= 0.0 {
                continue;
            }
            let u = (col as f64 + 0.5 - half_width) / half_width;
            let (slope_a, slope_b) = (a.gradient(col, row), b.gradient(col, row));
            let dx = f64::from(0.5 * (slope_a[0] + gain * slope_b[0]));
            let dy = f64::from(0.5 * (slope_a[1] + gain * slope_b[1]));
            let level = f64::from(b.levels[i]) / 128.0 - 1.0;
            let equation = [dx * u, dx * v, dx, dy * u, dy * v, dy, level, 1.0];
            normal.add(&equation, f64::from(residual(i)), f64::from(weights[i]));
        }
    }
    let p = normal.solve(1e-3)?;
    // Undo the centred, unit-sized coordinates of the equations.
    let (ax, ay) = (p[0] / half_width, p[1] / half_height);
    let (bx, by) = (p[3] / half_width, p[4] / half_height);
    let step = Affine {
        m: [
            1.0 + ax,
            ay,
            p[2] - ax * half_width - ay * half_height,
            bx,
            1.0 + by,
            p[5] - bx * half_width - by * half_height,
        ],
    };
    step.m.iter().all(|value| value.is_finite()).then_some(step)
}

/// How B has to be toned to look like A, and how far each pixel is believed, 0 to 1.
struct Fit {
    gain: f32,
    offset: f32,
    weights: Vec<f32>,
}

/// Tone and weights in turns: what is not shared must not decide the tone either.
fn robust_tone(a: &View, b: &View, both: &[bool]) -> Option<Fit> {
    let inside = |is_inside: &bool| f32::from(u8::from(*is_inside));
    let mut weights: Vec<f32> = both.iter().map(inside).collect();
    let mut fit = tone(a, b, &weights)?;
    for _ in 0..N_TONE_ROUNDS {
        weights = believe(a, b, both, fit)?;
        fit = tone(a, b, &weights)?;
    }
    let (gain, offset) = fit;
    Some(Fit {
        gain,
        offset,
        weights,
    })
}

/// Tukey's weight of every pixel, times the squared mean weight of the block it lies in.
fn believe(a: &View, b: &View, both: &[bool], (gain, offset): (f32, f32)) -> Option<Vec<f32>> {
    let residual = |i: usize| a.levels[i] - (gain * b.levels[i] + offset);
    let shared = (0..both.len()).filter(|&i| both[i]);
    let mut sizes: Vec<f32> = shared.map(|i| residual(i).abs()).collect();
    if sizes.len() < 64 {
        return None;
    }
    let middle = sizes.len() / 2;
    let median = *sizes.select_nth_unstable_by(middle, f32::total_cmp).1;
    let cutoff = 4.685 * (1.4826 * median).max(1.0);
    let tukey = |i: usize| {
        let ratio = residual(i) / cutoff;
        if both[i] && ratio.abs() < 1.0 {
            (1.0 - ratio * ratio).powi(2)
        } else {
            0.0
        }
    };
    let mut weights: Vec<f32> = (0..both.len()).map(tukey).collect();
    let n_across = a.width.div_ceil(BLOCK);
    let block_of = |i: usize| i / a.width / BLOCK * n_across + i % a.width / BLOCK;
    let mut blocks = vec![(0.0_f32, 0.0_f32); n_across * a.height.div_ceil(BLOCK)];
    for i in (0..both.len()).filter(|&i| both[i]) {
        let block = &mut blocks[block_of(i)];
        *block = (block.0 + weights[i], block.1 + 1.0);
    }
    for (i, weight) in weights.iter_mut().enumerate() {
        let (sum, n) = blocks[block_of(i)];
        *weight *= (sum / n.max(1.0)).powi(2);
    }
    Some(weights)
}

/// Contrast and brightness that make B look like A.
fn tone(a: &View, b: &View, weights: &[f32]) -> Option<(f32, f32)> {
    let (mut n, mut sum_a, mut sum_b, mut squares, mut products) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, weight) in weights.iter().enumerate() {
        let (p, q) = (f64::from(a.levels[i]), f64::from(b.levels[i]));
        let weight = f64::from(*weight);
        n += weight;
        sum_a += weight * p;
        sum_b += weight * q;
        squares += weight * q * q;
        products += weight * p * q;
    }
    let variance = squares / n - (sum_b / n) * (sum_b / n);
    if n < MIN_SHARED || variance < 1.0 {
        return None;
    }
    let gain = (products / n - sum_a / n * (sum_b / n)) / variance;
    let gain = gain.clamp(0.1, 10.0);
    Some((gain as f32, ((sum_a - gain * sum_b) / n) as f32))
}

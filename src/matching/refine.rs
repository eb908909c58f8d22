//! Aligns two pictures to a fraction of a pixel, starting from half a cell off.
//!
//! Gauss-Newton on the grey levels with brightness and contrast as extra unknowns, from coarse to
//! fine. The gradient is the mean of both pictures' (efficient second-order minimization), and
//! what lies over one of the pictures is weighted away (Tukey's biweight).

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
    let (gain, offset) = tone(a, b, &both)?;
    let residual = |i: usize| a.levels[i] - (gain * b.levels[i] + offset);
    let mut sizes: Vec<f32> = (0..both.len())
        .filter(|&i| both[i])
        .map(|i| residual(i).abs())
        .collect();
    if sizes.len() < 64 {
        return None;
    }
    let middle = sizes.len() / 2;
    let median = *sizes.select_nth_unstable_by(middle, f32::total_cmp).1;
    let cutoff = 4.685 * (1.4826 * median).max(1.0);

    let (half_width, half_height) = (a.width as f64 / 2.0, a.height as f64 / 2.0);
    let mut normal = Normal::<8>::new();
    for row in 0..a.height {
        let v = (row as f64 + 0.5 - half_height) / half_height;
        for col in 0..a.width {
            let i = row * a.width + col;
            let error = residual(i);
            if !both[i] || error.abs() >= cutoff {
                continue;
            }
            let u = (col as f64 + 0.5 - half_width) / half_width;
            let (slope_a, slope_b) = (a.gradient(col, row), b.gradient(col, row));
            let dx = f64::from(0.5 * (slope_a[0] + gain * slope_b[0]));
            let dy = f64::from(0.5 * (slope_a[1] + gain * slope_b[1]));
            let level = f64::from(b.levels[i]) / 128.0 - 1.0;
            let equation = [dx * u, dx * v, dx, dy * u, dy * v, dy, level, 1.0];
            let weight = f64::from((1.0 - (error / cutoff).powi(2)).powi(2));
            normal.add(&equation, f64::from(error), weight);
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

/// Contrast and brightness that make B look like A.
fn tone(a: &View, b: &View, both: &[bool]) -> Option<(f32, f32)> {
    let (mut n, mut sum_a, mut sum_b, mut squares, mut products) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, _) in both.iter().enumerate().filter(|(_, inside)| **inside) {
        let (p, q) = (f64::from(a.levels[i]), f64::from(b.levels[i]));
        n += 1.0;
        sum_a += p;
        sum_b += q;
        squares += q * q;
        products += p * q;
    }
    let variance = squares / n - (sum_b / n) * (sum_b / n);
    if n < 64.0 || variance < 1.0 {
        return None;
    }
    let gain = (products / n - sum_a / n * (sum_b / n)) / variance;
    let gain = gain.clamp(0.1, 10.0);
    Some((gain as f32, ((sum_a - gain * sum_b) / n) as f32))
}

//! The quick probe: softmax regression to its optimum by L-BFGS (Nocedal and Wright, algorithm 7.4).
//!
//! Minimizes `C sum_i CE_i + |W|^2 / 2`, biases free, as scikit-learn's `LogisticRegression` does; both
//! are divided by `C n` here, which moves no minimum.

use std::collections::VecDeque;

use rayon::prelude::*;

use super::BLOCK;
use super::Labeled;
use super::LinearProbe;
use super::loss_and_gradient;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Steps remembered.
const HISTORY: usize = 10;
/// Most steps; descriptors of a thousand numbers need some hundred.
const MAX_STEPS: usize = 500;
/// The largest entry of the gradient at which the optimum counts as reached.
const TOLERANCE: f32 = 1e-5;
/// Armijo's condition: the share of the expected progress that a step must make.
const SUFFICIENT: f64 = 1e-4;
const MAX_HALVINGS: usize = 30;

/// The best probe; a larger `c` trusts the data more.
pub fn fit(data: Labeled<'_>, c: f32, monitor: &Monitor) -> Result<LinearProbe, Cancelled> {
    let d = data.rows.dimensions();
    let mut probe = LinearProbe::zeros(d, data.n_classes);
    if data.rows.is_empty() || data.n_classes == 0 {
        return Ok(probe);
    }
    let (mut loss, mut gradient) = objective(&probe, data, c);
    let mut history: VecDeque<Pair> = VecDeque::new();
    for step in 0..MAX_STEPS {
        monitor.check()?;
        monitor.report(Progress {
            stage: "Fitting a linear classifier",
            n_done: step as u64,
            n_total: None,
        });
        if gradient.iter().all(|value| value.abs() < TOLERANCE) {
            break;
        }
        let direction = direction(&gradient, &history);
        let Some(next) = line_search(&probe, data, c, loss, &gradient, &direction, step == 0)
        else {
            break;
        };
        let pair = Pair::new(&probe.values, &next.probe.values, &gradient, &next.gradient);
        // Only steps along which the loss curves upward keep the model positive definite.
        if pair.curvature > 0.0 {
            history.push_back(pair);
        }
        if history.len() > HISTORY {
            history.pop_front();
        }
        (probe, loss, gradient) = (next.probe, next.loss, next.gradient);
    }
    Ok(probe)
}

/// A step and the change of the gradient along it.
struct Pair {
    step: Vec<f32>,
    change: Vec<f32>,
    curvature: f64,
}

impl Pair {
    fn new(from: &[f32], to: &[f32], before: &[f32], after: &[f32]) -> Self {
        let difference = |a: &[f32], b: &[f32]| b.iter().zip(a).map(|(b, a)| b - a).collect();
        let (step, change): (Vec<f32>, Vec<f32>) =
            (difference(from, to), difference(before, after));
        let curvature = dot(&step, &change);
        Self {
            step,
            change,
            curvature,
        }
    }
}

struct Point {
    probe: LinearProbe,
    loss: f64,
    gradient: Vec<f32>,
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum()
}

fn add(target: &mut [f32], other: &[f32], weight: f64) {
    for (value, other) in target.iter_mut().zip(other) {
        *value += weight as f32 * other;
    }
}

/// The two loops that multiply the negative gradient with the inverse curvature.
fn direction(gradient: &[f32], history: &VecDeque<Pair>) -> Vec<f32> {
    let mut direction: Vec<f32> = gradient.iter().map(|value| -value).collect();
    let mut weights = Vec::with_capacity(history.len());
    for pair in history.iter().rev() {
        let weight = dot(&pair.step, &direction) / pair.curvature;
        add(&mut direction, &pair.change, -weight);
        weights.push(weight);
    }
    if let Some(last) = history.back() {
        let scale = (last.curvature / dot(&last.change, &last.change)) as f32;
        for value in &mut direction {
            *value *= scale;
        }
    }
    for (pair, weight) in history.iter().zip(weights.into_iter().rev()) {
        let back = dot(&pair.change, &direction) / pair.curvature;
        add(&mut direction, &pair.step, weight - back);
    }
    direction
}

/// Halves the step until it makes enough progress; `None` when rounding leaves none to make.
fn line_search(
    probe: &LinearProbe,
    data: Labeled<'_>,
    c: f32,
    loss: f64,
    gradient: &[f32],
    direction: &[f32],
    is_first: bool,
) -> Option<Point> {
    let slope = dot(gradient, direction);
    if slope >= 0.0 {
        return None;
    }
    // Nothing is known about the scale of the first step.
    let length = dot(direction, direction).sqrt();
    let mut size = if is_first {
        1.0_f64.min(1.0 / length)
    } else {
        1.0
    };
    for _ in 0..MAX_HALVINGS {
        let mut next = probe.clone();
        add(&mut next.values, direction, size);
        let (next_loss, next_gradient) = objective(&next, data, c);
        if next_loss <= loss + SUFFICIENT * size * slope {
            return Some(Point {
                probe: next,
                loss: next_loss,
                gradient: next_gradient,
            });
        }
        size /= 2.0;
    }
    None
}

fn objective(probe: &LinearProbe, data: Labeled<'_>, c: f32) -> (f64, Vec<f32>) {
    let Labeled { rows, labels, .. } = data;
    let d = rows.dimensions();
    let starts: Vec<usize> = (0..rows.len()).step_by(BLOCK).collect();
    let step = rayon::current_num_threads().max(1);
    let mut loss = 0.0;
    let mut sums = vec![0.0_f64; probe.values.len()];
    // A group of blocks at a time: memory for a few gradients, and sums in one order.
    for group in starts.chunks(step) {
        let parts: Vec<(f64, Vec<f32>)> = group
            .par_iter()
            .map(|&start| {
                let end = rows.len().min(start + BLOCK);
                loss_and_gradient(probe, rows.rows(start, end), &labels[start..end], d)
            })
            .collect();
        for (part_loss, part) in parts {
            loss += part_loss;
            sums.iter_mut()
                .zip(part)
                .for_each(|(sum, value)| *sum += f64::from(value));
        }
    }
    let n = rows.len() as f64;
    let decay = 1.0 / (f64::from(c) * n);
    loss = loss / n + decay * dot(probe.weights(), probe.weights()) / 2.0;
    let n_weights = probe.weights().len();
    let gradient = sums.iter().enumerate().map(|(idx, sum)| {
        let weight = if idx < n_weights {
            f64::from(probe.values[idx])
        } else {
            0.0
        };
        (sum / n + decay * weight) as f32
    });
    (loss, gradient.collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::search::Descriptors;
    use super::*;

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let rows = Descriptors::from_rows([
            [1.0_f32, 0.5].as_slice(),
            [-0.3, 0.8].as_slice(),
            [0.2, -0.9].as_slice(),
        ]);
        let data = Labeled {
            rows: &rows,
            labels: &[0, 2, 1],
            n_classes: 3,
        };
        let mut probe = LinearProbe::zeros(2, 3);
        for (idx, value) in probe.values.iter_mut().enumerate() {
            *value = idx as f32 * 0.1 - 0.4;
        }
        let (_, gradient) = objective(&probe, data, 2.0);
        for (idx, expected) in gradient.iter().enumerate() {
            let at = |shift: f32| {
                let mut moved = probe.clone();
                moved.values[idx] += shift;
                objective(&moved, data, 2.0).0
            };
            let slope = (at(0.01) - at(-0.01)) / 0.02;
            assert!((slope - f64::from(*expected)).abs() < 1e-4, "{idx}");
        }
    }
}

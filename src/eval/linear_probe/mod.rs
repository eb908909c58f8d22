//! Linear probe: how well one linear layer on frozen descriptors tells classes apart.
//!
//! - Owns: [`LinearProbe`], the quick fit ([`fit`]) and the schedules of the sources ([`train`]).
//! - Invariant: the same rows, labels and seed give the same probe.
//! - Not here: descriptors (`models`), augmented training pictures: the sources show new crops in each
//!   epoch, so a figure on fixed descriptors is lower than theirs and says so.

mod lbfgs;
mod schedule;

use rayon::prelude::*;

use super::metrics::Classified;
use super::products::inner_products;
use super::products::transposed_product;
use super::search::Descriptors;

pub use lbfgs::fit;
pub use schedule::Decay;
pub use schedule::Schedule;
pub use schedule::train;

/// Rows multiplied at once.
const BLOCK: usize = 512;

/// Labeled descriptors; labels are below `n_classes`.
#[derive(Clone, Copy, Debug)]
pub struct Labeled<'a> {
    pub rows: &'a Descriptors,
    pub labels: &'a [u32],
    pub n_classes: usize,
}

/// `logits = W x + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearProbe {
    /// `[n_classes, d]`, row after row, then the `n_classes` biases.
    pub values: Vec<f32>,
    pub n_classes: usize,
}

impl LinearProbe {
    fn zeros(dimensions: usize, n_classes: usize) -> Self {
        Self {
            values: vec![0.0; (dimensions + 1) * n_classes],
            n_classes,
        }
    }

    fn weights(&self) -> &[f32] {
        &self.values[..self.values.len() - self.n_classes]
    }

    pub fn biases(&self) -> &[f32] {
        &self.values[self.values.len() - self.n_classes..]
    }

    /// `[n, n_classes]`
    fn logits(&self, rows: &[f32], dimensions: usize) -> Vec<f32> {
        let n_rows = rows.len() / dimensions.max(1);
        let mut logits = vec![0.0; n_rows * self.n_classes];
        inner_products(rows, self.weights(), dimensions, &mut logits);
        for row in logits.chunks_exact_mut(self.n_classes.max(1)) {
            for (logit, bias) in row.iter_mut().zip(self.biases()) {
                *logit += bias;
            }
        }
        logits
    }

    /// The classes of each row, the likeliest five first.
    pub fn classify(&self, data: Labeled<'_>) -> Classified {
        let Labeled { rows, labels, .. } = data;
        let starts: Vec<usize> = (0..rows.len()).step_by(BLOCK).collect();
        let blocks: Vec<Vec<Vec<u32>>> = starts
            .par_iter()
            .map(|&start| {
                let end = rows.len().min(start + BLOCK);
                let logits = self.logits(rows.rows(start, end), rows.dimensions());
                logits.chunks_exact(self.n_classes).map(best_five).collect()
            })
            .collect();
        Classified {
            ranked: blocks.concat(),
            labels: labels.to_vec(),
        }
    }
}

fn best_five(logits: &[f32]) -> Vec<u32> {
    let mut classes: Vec<u32> = (0..logits.len() as u32).collect();
    let order = |a: &u32, b: &u32| {
        let by_logit = logits[*b as usize].total_cmp(&logits[*a as usize]);
        by_logit.then(a.cmp(b))
    };
    if classes.len() > 5 {
        classes.select_nth_unstable_by(5, order);
        classes.truncate(5);
    }
    classes.sort_by(order);
    classes
}

/// The summed cross entropy of some rows, and its gradient in the shape of [`LinearProbe::values`].
fn loss_and_gradient(
    probe: &LinearProbe,
    rows: &[f32],
    labels: &[u32],
    dimensions: usize,
) -> (f64, Vec<f32>) {
    let n_classes = probe.n_classes;
    let mut errors = probe.logits(rows, dimensions);
    let mut loss = 0.0;
    for (row, label) in errors.chunks_exact_mut(n_classes).zip(labels) {
        loss += softmax_error(row, *label as usize);
    }
    let mut gradient = vec![0.0; (dimensions + 1) * n_classes];
    let (weights, biases) = gradient.split_at_mut(dimensions * n_classes);
    transposed_product(&errors, rows, (n_classes, dimensions), weights);
    for row in errors.chunks_exact(n_classes) {
        for (sum, error) in biases.iter_mut().zip(row) {
            *sum += error;
        }
    }
    (loss, gradient)
}

/// Turns logits into the gradient of the cross entropy, softmax minus truth, and returns the latter.
fn softmax_error(logits: &mut [f32], label: usize) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let right = f64::from(logits[label] - largest);
    let mut sum = 0.0_f64;
    for logit in logits.iter_mut() {
        *logit = (*logit - largest).exp();
        sum += f64::from(*logit);
    }
    let factor = (1.0 / sum) as f32;
    for value in logits.iter_mut() {
        *value *= factor;
    }
    logits[label] -= 1.0;
    sum.ln() - right
}

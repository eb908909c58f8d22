//! Centering, PCA and whitening of descriptors, fitted on pictures that are neither queries nor
//! references.
//!
//! `x' = S V^T (x - mu)`, then length 1; `V` are the directions of largest variance, `S` is 1 (PCA) or
//! `lambda^(-1/2)` (whitening). FAISS calls them `PCA{d},L2norm` and `PCAW{d},L2norm`, as SSCD's runs
//! do. DINO's Copydays script differs in two ways that are kept in [`Fit::Dino`]: its covariance is
//! taken around zero and not around the mean, and small eigenvalues are raised to 1e-5 of the largest.

use nalgebra::DMatrix;
use nalgebra::SymmetricEigen;
use rayon::prelude::*;

use super::negative_embeddings::normalize;
use super::products::inner_products;
use super::products::transposed_product;
use super::search::Descriptors;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

/// Rows multiplied at once while fitting and applying.
const BLOCK: usize = 1024;
/// DINO: eval_copy_detection.py, relative to the largest eigenvalue.
const DINO_FLOOR: f64 = 1e-5;

/// What is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Center and turn only; with all dimensions only the centering matters.
    Pca,
    /// Also give every direction the same variance.
    Whitened,
    /// Whitening as in DINO's Copydays script.
    Dino,
}

/// Why there is no whitening.
#[derive(Debug, thiserror::Error)]
pub enum WhiteningError {
    #[error(
        "{n_rows} pictures are too few to whiten descriptors of {dimensions} numbers; some \
         directions have no variance"
    )]
    TooFew { n_rows: usize, dimensions: usize },
    #[error("Fitting the whitening was stopped")]
    Cancelled(#[from] Cancelled),
}

/// A fitted transformation from `mean.len()` to `dimensions` numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Whitening {
    pub mean: Vec<f32>,
    /// Row after row, one for each number of the result.
    pub directions: Vec<f32>,
    pub dimensions: usize,
    /// Variance along each direction, falling.
    pub variances: Vec<f32>,
}

impl Whitening {
    /// Fits on `rows`, which need no length of 1; keeps the first `dimensions` directions.
    pub fn fit(
        rows: &Descriptors,
        fit: Fit,
        dimensions: usize,
        monitor: &Monitor,
    ) -> Result<Self, WhiteningError> {
        let d = rows.dimensions();
        let dimensions = dimensions.min(d);
        let mean = mean(rows);
        let center = match fit {
            Fit::Dino => vec![0.0; d],
            Fit::Pca | Fit::Whitened => mean.clone(),
        };
        let covariance = covariance(rows, &center, monitor)?;
        monitor.check()?;
        let eigen = SymmetricEigen::new(DMatrix::from_vec(d, d, covariance));
        let mut order: Vec<usize> = (0..d).collect();
        order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
        order.truncate(dimensions);
        let largest = order.first().map_or(0.0, |first| eigen.eigenvalues[*first]);
        let (mut directions, mut variances) = (Vec::with_capacity(dimensions * d), Vec::new());
        for &column in &order {
            let variance = match fit {
                Fit::Dino => eigen.eigenvalues[column].max(DINO_FLOOR * largest),
                Fit::Pca | Fit::Whitened => eigen.eigenvalues[column],
            };
            let scale = match fit {
                Fit::Pca => 1.0,
                // What rounding leaves of a direction without variance would be blown up.
                Fit::Whitened | Fit::Dino if variance > largest * 1e-12 => 1.0 / variance.sqrt(),
                Fit::Whitened | Fit::Dino => {
                    return Err(WhiteningError::TooFew {
                        n_rows: rows.len(),
                        dimensions: d,
                    });
                }
            };
            let direction = eigen.eigenvectors.column(column);
            directions.extend(direction.iter().map(|value| (value * scale) as f32));
            variances.push(variance as f32);
        }
        Ok(Self {
            mean,
            directions,
            dimensions,
            variances,
        })
    }

    /// The rows transformed, of length 1.
    pub fn apply(&self, rows: &Descriptors) -> Descriptors {
        let d = self.mean.len();
        let mut result = Descriptors::zeros(rows.len(), self.dimensions);
        result
            .rows_mut()
            .chunks(BLOCK)
            .enumerate()
            .for_each(|(block, mut targets)| {
                let start = block * BLOCK;
                let centered = centered(rows, start, start + targets.len(), &self.mean);
                let mut products = vec![0.0; targets.len() * self.dimensions];
                inner_products(&centered, &self.directions, d, &mut products);
                for (target, row) in targets.iter_mut().zip(products.chunks(self.dimensions)) {
                    target.copy_from_slice(row);
                    normalize(target);
                }
            });
        result
    }
}

fn mean(rows: &Descriptors) -> Vec<f32> {
    let mut sums = vec![0.0_f64; rows.dimensions()];
    for row in 0..rows.len() {
        for (sum, value) in sums.iter_mut().zip(rows.row(row)) {
            *sum += f64::from(*value);
        }
    }
    let n = rows.len().max(1) as f64;
    sums.into_iter().map(|sum| (sum / n) as f32).collect()
}

fn centered(rows: &Descriptors, start: usize, end: usize, center: &[f32]) -> Vec<f32> {
    let values = rows.rows(start, end).chunks_exact(center.len().max(1));
    let centered = values.flat_map(|row| row.iter().zip(center).map(|(value, c)| value - c));
    centered.collect()
}

/// `(1/n) sum (x - center)(x - center)^T`, sums over blocks in f64.
fn covariance(
    rows: &Descriptors,
    center: &[f32],
    monitor: &Monitor,
) -> Result<Vec<f64>, Cancelled> {
    let d = rows.dimensions();
    let mut sums = vec![0.0_f64; d * d];
    let step = BLOCK * rayon::current_num_threads();
    for first in (0..rows.len()).step_by(step) {
        monitor.check()?;
        let last = rows.len().min(first + step);
        let starts: Vec<usize> = (first..last).step_by(BLOCK).collect();
        let parts: Vec<Vec<f32>> = starts
            .par_iter()
            .map(|&start| {
                let part = centered(rows, start, last.min(start + BLOCK), center);
                let mut product = vec![0.0; d * d];
                transposed_product(&part, &part, (d, d), &mut product);
                product
            })
            .collect();
        for part in parts {
            for (sum, value) in sums.iter_mut().zip(part) {
                *sum += f64::from(value);
            }
        }
    }
    let n = rows.len().max(1) as f64;
    for sum in &mut sums {
        *sum /= n;
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::super::search::tests::pseudo_random;
    use super::*;

    #[test]
    fn whitened_rows_have_the_same_variance_in_every_direction() {
        let rows = pseudo_random(3000, 6, 5);
        let whitening = Whitening::fit(&rows, Fit::Whitened, 6, &Monitor::silent()).unwrap();
        // Before they get length 1.
        let center = centered(&rows, 0, rows.len(), &whitening.mean);
        let mut values = vec![0.0; rows.len() * 6];
        inner_products(&center, &whitening.directions, 6, &mut values);
        let whitened = Descriptors::from_rows(values.chunks(6));
        let covariance = covariance(&whitened, &[0.0; 6], &Monitor::silent()).unwrap();
        for (idx, value) in covariance.iter().enumerate() {
            let expected = if idx % 7 == 0 { 1.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-4, "{idx}: {value}");
        }
        let applied = whitening.apply(&rows);
        let length: f32 = applied.row(17).iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }

    #[test]
    fn too_few_rows_are_refused_and_dino_floors_them() {
        let rows = pseudo_random(4, 8, 5);
        let monitor = Monitor::silent();
        let error = Whitening::fit(&rows, Fit::Whitened, 8, &monitor).unwrap_err();
        assert!(
            error.to_string().starts_with("4 pictures are too few"),
            "{error}"
        );
        let floored = Whitening::fit(&rows, Fit::Dino, 8, &monitor).unwrap();
        assert!((floored.variances[7] / floored.variances[0] - 1e-5).abs() < 1e-9);
        assert!(
            floored
                .apply(&rows)
                .row(0)
                .iter()
                .all(|value| value.is_finite())
        );
    }
}

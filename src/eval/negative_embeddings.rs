//! Negative embedding subtraction: descriptors move away from what they share with pictures that
//! cannot be their copies (Yokoo, arXiv 2112.04323; `lyakaap/ISC21-Descriptor-Track-1st:
//! scripts/postprocess.py`).
//!
//! The background is smoothed once, `b_i' = normalize(sum_{j in 10 nearest} cos(b_i, b_j)^3 b_j)` (the
//! picture itself is among its nearest); then every query and every reference becomes
//! `x' = normalize(x - 0.35 mean_{10 nearest b'} b')`. Unit vectors come out, so search and index do not
//! change. One iteration, as in the submitted run; the function's own default there is three.

use rayon::prelude::*;

use super::search::Descriptors;
use super::search::nearest;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

/// How many neighbors and how strongly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeEmbeddings {
    pub n_nearest: usize,
    /// Weight of the subtracted mean.
    pub beta: f32,
    /// Power of the cosines that weight the smoothing.
    pub alpha: i32,
}

impl NegativeEmbeddings {
    /// As submitted to the challenge.
    pub const ISC21: Self = Self {
        n_nearest: 10,
        beta: 0.35,
        alpha: 3,
    };

    /// The smoothed background. It must hold neither queries nor references.
    pub fn smooth(
        &self,
        background: &Descriptors,
        monitor: &Monitor,
    ) -> Result<Descriptors, Cancelled> {
        let near = nearest(background, background, self.n_nearest, monitor)?;
        let mut smoothed = background.clone();
        smoothed.rows_mut().zip(&near).for_each(|(row, near)| {
            row.fill(0.0);
            for neighbor in near {
                let weight = neighbor.similarity.powi(self.alpha);
                add(row, background.row(neighbor.row as usize), weight);
            }
            normalize(row);
        });
        Ok(smoothed)
    }

    /// The rows without what they share with the smoothed background.
    pub fn subtract(
        &self,
        rows: &Descriptors,
        smoothed: &Descriptors,
        monitor: &Monitor,
    ) -> Result<Descriptors, Cancelled> {
        let near = nearest(rows, smoothed, self.n_nearest, monitor)?;
        let mut moved = rows.clone();
        moved.rows_mut().zip(&near).for_each(|(row, near)| {
            let weight = -self.beta / near.len().max(1) as f32;
            for neighbor in near {
                add(row, smoothed.row(neighbor.row as usize), weight);
            }
            normalize(row);
        });
        Ok(moved)
    }
}

fn add(row: &mut [f32], other: &[f32], weight: f32) {
    for (value, other) in row.iter_mut().zip(other) {
        *value += weight * other;
    }
}

/// To length 1; a row of zeros stays.
pub(super) fn normalize(row: &mut [f32]) {
    let squares: f64 = row.iter().map(|value| f64::from(value * value)).sum();
    if squares > 0.0 {
        let factor = (1.0 / squares.sqrt()) as f32;
        for value in row.iter_mut() {
            *value *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_vectors_worked_out_by_hand() {
        // One background vector (0, 1): smoothed it is itself. (0.6, 0.8) - 0.35 (0, 1) =
        // (0.6, 0.45), length 0.75: (0.8, 0.6).
        let background = Descriptors::from_rows([[0.0_f32, 1.0].as_slice()]);
        let rows = Descriptors::from_rows([[0.6_f32, 0.8].as_slice()]);
        let monitor = Monitor::silent();
        let method = NegativeEmbeddings::ISC21;
        let smoothed = method.smooth(&background, &monitor).unwrap();
        assert_eq!(smoothed, background);
        let moved = method.subtract(&rows, &smoothed, &monitor).unwrap();
        assert!((moved.row(0)[0] - 0.8).abs() < 1e-6 && (moved.row(0)[1] - 0.6).abs() < 1e-6);
    }

    #[test]
    fn smoothing_weights_by_the_third_power() {
        // (1, 0) and (0.6, 0.8): cosine 0.6, 0.6^3 = 0.216. (1, 0) + 0.216 (0.6, 0.8) =
        // (1.1296, 0.1728), length 1.14274.
        let background = Descriptors::from_rows([[1.0_f32, 0.0].as_slice(), [0.6, 0.8].as_slice()]);
        let smoothed = NegativeEmbeddings::ISC21
            .smooth(&background, &Monitor::silent())
            .unwrap();
        assert!((smoothed.row(0)[0] - 0.988_50).abs() < 1e-4);
        assert!((smoothed.row(0)[1] - 0.151_22).abs() < 1e-4);
    }
}

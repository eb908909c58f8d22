//! Score normalization: a query that resembles everything is trusted less.
//!
//! From the similarities of a query its mean cosine to the nearest pictures of a background set
//! (pictures that are neither queries nor references) is subtracted:
//! `s'(q, r) = cos(q, r) - beta * mean_{j=first..last} cos(q, b_j)`. SSCD has beta = 1 and neighbors 1
//! to 3 (arXiv 2202.10261, section 5.1; `1.0[0,2]` in its code), Multigrain and HOW in the baselines of
//! ISC2021 beta = 2 and the 10th neighbor alone. The ranking of one query does not change, thresholds
//! over all queries get better. A background of fewer pictures uses what there is.

use super::search::Descriptors;
use super::search::Neighbor;
use super::search::nearest;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

/// Which neighbors count, and how much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreNormalization {
    /// Weight of the subtracted mean.
    pub beta: f32,
    /// The nearest neighbor that counts, from 1.
    pub first: usize,
    /// The last one.
    pub last: usize,
}

impl ScoreNormalization {
    /// As SSCD and RDCD report it.
    pub const SSCD: Self = Self {
        beta: 1.0,
        first: 1,
        last: 3,
    };

    /// As the baselines of ISC2021.
    pub const ISC_BASELINE: Self = Self {
        beta: 2.0,
        first: 10,
        last: 10,
    };

    /// What is subtracted from all similarities of each query. `background` must not be empty.
    pub fn biases(
        &self,
        queries: &Descriptors,
        background: &Descriptors,
        monitor: &Monitor,
    ) -> Result<Vec<f32>, Cancelled> {
        let backgrounds = nearest(queries, background, self.last, monitor)?;
        let bias = |near: &Vec<Neighbor>| {
            let first = self.first.saturating_sub(1).min(near.len() - 1);
            let near = &near[first..];
            let sum: f32 = near.iter().map(|neighbor| neighbor.similarity).sum();
            self.beta * sum / near.len() as f32
        };
        Ok(backgrounds.iter().map(bias).collect())
    }

    /// The same neighbors with normalized similarities. `background` must not be empty.
    pub fn apply(
        &self,
        queries: &Descriptors,
        neighbors: &[Vec<Neighbor>],
        background: &Descriptors,
        monitor: &Monitor,
    ) -> Result<Vec<Vec<Neighbor>>, Cancelled> {
        let biases = self.biases(queries, background, monitor)?;
        let normalized = neighbors.iter().zip(&biases).map(|(found, bias)| {
            let shifted = found.iter().map(|neighbor| Neighbor {
                similarity: neighbor.similarity - bias,
                ..*neighbor
            });
            shifted.collect()
        });
        Ok(normalized.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One query with cosines 0.8, 0.6, 0.1 and 0 to the background.
    fn example() -> (Descriptors, Descriptors) {
        let query = Descriptors::from_rows([[1.0_f32, 0.0].as_slice()]);
        let background = Descriptors::from_rows([
            [0.0_f32, 1.0].as_slice(),
            [0.6, 0.8].as_slice(),
            [0.1, 0.995].as_slice(),
            [0.8, 0.6].as_slice(),
        ]);
        (query, background)
    }

    #[test]
    fn subtracts_the_mean_of_the_three_nearest() {
        // The mean of the best three is 0.5.
        let (query, background) = example();
        let found = vec![vec![Neighbor {
            row: 7,
            similarity: 0.9,
        }]];
        let normalized = ScoreNormalization::SSCD
            .apply(&query, &found, &background, &Monitor::silent())
            .unwrap();
        assert_eq!(normalized[0][0].row, 7);
        assert!((normalized[0][0].similarity - 0.4).abs() < 1e-6);
    }

    #[test]
    fn a_single_neighbor_may_count_with_another_weight() {
        let (query, background) = example();
        let second = ScoreNormalization {
            beta: 2.0,
            first: 2,
            last: 2,
        };
        let biases = second.biases(&query, &background, &Monitor::silent());
        assert!((biases.unwrap()[0] - 1.2).abs() < 1e-6);
        // The tenth of four is the last.
        let biases =
            ScoreNormalization::ISC_BASELINE.biases(&query, &background, &Monitor::silent());
        assert_eq!(biases.unwrap()[0], 0.0);
    }
}

//! Score normalization: a query that resembles everything is trusted less.
//!
//! From the similarities of a query its mean cosine to the [`N_NEAREST`] nearest pictures of a
//! background set (pictures that are neither queries nor references) is subtracted:
//! `s'(q, r) = cos(q, r) - beta * mean_{j=1..3} cos(q, b_j)`, with beta = 1 and 3 neighbors as in
//! SSCD (arXiv 2202.10261, section 5.1; `1.0[0,2]` in its code). The ranking of one query does not
//! change, thresholds over all queries get better. A background of fewer than 3 pictures uses what
//! there is.

use super::search::Descriptors;
use super::search::Neighbor;
use super::search::nearest;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

/// Weight of the subtracted mean.
const BETA: f32 = 1.0;
/// How many background pictures are averaged.
const N_NEAREST: usize = 3;

/// The same neighbors with normalized similarities. `background` must not be empty.
pub fn normalize_similarities(
    queries: &Descriptors,
    neighbors: &[Vec<Neighbor>],
    background: &Descriptors,
    monitor: &Monitor,
) -> Result<Vec<Vec<Neighbor>>, Cancelled> {
    let backgrounds = nearest(queries, background, N_NEAREST, monitor)?;
    let normalized = neighbors.iter().zip(&backgrounds).map(|(found, near)| {
        let mean = near.iter().map(|n| n.similarity).sum::<f32>() / near.len() as f32;
        let shifted = found.iter().map(|neighbor| Neighbor {
            similarity: neighbor.similarity - BETA * mean,
            ..*neighbor
        });
        shifted.collect()
    });
    Ok(normalized.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtracts_the_mean_of_the_three_nearest() {
        // Cosines to the background are 0.8, 0.6, 0.1 and 0: the mean of the best three is 0.5.
        let query = Descriptors::from_rows([[1.0_f32, 0.0].as_slice()]);
        let background = Descriptors::from_rows([
            [0.0_f32, 1.0].as_slice(),
            [0.6, 0.8].as_slice(),
            [0.1, 0.995].as_slice(),
            [0.8, 0.6].as_slice(),
        ]);
        let found = vec![vec![Neighbor {
            row: 7,
            similarity: 0.9,
        }]];
        let normalized =
            normalize_similarities(&query, &found, &background, &Monitor::silent()).unwrap();
        assert_eq!(normalized[0][0].row, 7);
        assert!((normalized[0][0].similarity - 0.4).abs() < 1e-6);
    }
}

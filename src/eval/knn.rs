//! Classification by the nearest training pictures (DINO: eval_knn.py).
//!
//! Each of the k nearest votes for its class with `exp(cosine / T)`. k = 20 and T = 0.07 are the usual
//! figures; DINOv2 normalizes the same weights, which changes no order. Classes without any vote are
//! left out of the result, where the source lists them in no particular order.

use std::collections::BTreeMap;

use super::metrics::Classified;
use super::search::Descriptors;
use super::search::nearest;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

/// The numbers of neighbors that DINO reports.
pub const DINO_NEIGHBORS: [usize; 4] = [10, 20, 100, 200];
pub const DINO_TEMPERATURE: f64 = 0.07;

/// The votes of neighbors, `(class, cosine)`, for each class, the strongest first.
pub fn votes(neighbors: impl IntoIterator<Item = (u32, f32)>, temperature: f64) -> Vec<(u32, f64)> {
    let mut votes: BTreeMap<u32, f64> = BTreeMap::new();
    for (class, cosine) in neighbors {
        *votes.entry(class).or_default() += (f64::from(cosine) / temperature).exp();
    }
    let mut votes: Vec<(u32, f64)> = votes.into_iter().collect();
    votes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    votes
}

/// Classifies `queries` by unit descriptors with classes, once for each number of neighbors. One
/// search serves all of them.
pub fn classify(
    train: (&Descriptors, &[u32]),
    queries: (&Descriptors, &[u32]),
    n_neighbors: &[usize],
    temperature: f64,
    monitor: &Monitor,
) -> Result<Vec<Classified>, Cancelled> {
    let (train, train_labels) = train;
    let (queries, labels) = queries;
    let most = n_neighbors.iter().copied().max().unwrap_or(0);
    let found = nearest(queries, train, most, monitor)?;
    let with = |k: &usize| {
        let ranked = found.iter().map(|near| {
            let near = near.iter().take(*k);
            let near = near.map(|n| (train_labels[n.row as usize], n.similarity));
            let votes = votes(near, temperature);
            votes.into_iter().map(|(class, _)| class).collect()
        });
        Classified {
            ranked: ranked.collect(),
            labels: labels.to_vec(),
        }
    };
    Ok(n_neighbors.iter().map(with).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_golden_votes_of_the_toy() {
        // patchwise-dino-and-evaluations, section 8.7.
        let near = [(0, 0.9), (1, 0.8), (1, 0.75), (0, 0.7), (2, 0.2)];
        let votes = votes(near, DINO_TEMPERATURE);
        let expected = [(0, 405_544.858), (1, 136_904.638), (2, 17.4117)];
        for ((class, vote), (expected_class, expected)) in votes.into_iter().zip(expected) {
            assert_eq!(class, expected_class);
            // The golden values are of f64 cosines, ours are rounded to f32.
            assert!((vote / expected - 1.0).abs() < 1e-5, "{class}: {vote}");
        }
    }

    #[test]
    fn more_neighbors_may_change_the_class() {
        let train = Descriptors::from_rows([
            [1.0_f32, 0.0].as_slice(),
            [0.99, 0.141].as_slice(),
            [0.99, -0.141].as_slice(),
        ]);
        let query = Descriptors::from_rows([[1.0_f32, 0.0].as_slice()]);
        let both = classify(
            (&train, &[4, 7, 7]),
            (&query, &[7]),
            &[1, 3],
            DINO_TEMPERATURE,
            &Monitor::silent(),
        )
        .unwrap();
        assert_eq!(both[0].ranked, [[4]]);
        assert_eq!(both[1].ranked, [[7, 4]]);
        assert_eq!(
            (both[0].top(1), both[1].top(1), both[0].top(5)),
            (0.0, 1.0, 0.0)
        );
    }
}

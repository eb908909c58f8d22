//! The two figures of Copydays, both by trapezoids ([`super::average_precision`]).
//!
//! `copydays-map`: mean over the queries that have an original of the average precision of their own
//! list (the "strong mAP"; DINO: eval_copy_detection.py). `copydays-micro-ap`: all results of all
//! queries in one list (SSCD: sscd/datasets/copydays.py, called "macro AP" there; it counts the
//! originals as queries too). 0 to 1, best 1. Deviation: equal similarities count wrong results first,
//! where the sources leave their order to the sort.

use std::collections::BTreeMap;

use super::MetricSpec;
use super::Ranking;
use super::average_precision::rectangle;
use super::average_precision::trapezoid;

pub(super) const MAP: MetricSpec = MetricSpec {
    id: "copydays-map",
    label: "Mean average precision (trapezoids)",
    help: "How high the originals stand in the list of each query, averaged over the queries.",
    compute: |ranking| mean_over_queries(ranking, trapezoid),
};

pub(super) const MICRO_AP: MetricSpec = MetricSpec {
    id: "copydays-micro-ap",
    label: "Micro average precision (trapezoids)",
    help: "How well one threshold for all pictures separates copies from everything else, as SSCD \
           reports it on Copydays.",
    compute: |ranking| {
        let right = ranking.judged().enumerate();
        let ranks = right.filter(|(_, (_, is_right))| *is_right);
        trapezoid(ranks.map(|(rank, _)| rank), ranking.n_pairs()) as f32
    },
};

pub(super) const MEAN_AP: MetricSpec = MetricSpec {
    id: "mean-ap",
    label: "Mean average precision",
    help: "The mean precision at each right result of a query, averaged over the queries.",
    compute: |ranking| mean_over_queries(ranking, rectangle),
};

/// The mean of `figure` over the queries that should find something.
fn mean_over_queries(ranking: &Ranking, figure: fn(Vec<usize>, usize) -> f64) -> f32 {
    // For each query its results so far, the ranks of the right ones, and how many there should be.
    let mut queries: BTreeMap<u32, (usize, Vec<usize>, usize)> = BTreeMap::new();
    for (query, _) in ranking.truth() {
        queries.entry(*query).or_default().2 += 1;
    }
    for (prediction, is_right) in ranking.judged() {
        if let Some((n_seen, ranks, _)) = queries.get_mut(&prediction.query) {
            if is_right {
                ranks.push(*n_seen);
            }
            *n_seen += 1;
        }
    }
    let n_queries = queries.len().max(1) as f64;
    let figures = queries
        .into_values()
        .map(|(_, ranks, n_positives)| figure(ranks, n_positives));
    (figures.sum::<f64>() / n_queries) as f32
}

#[cfg(test)]
mod tests {
    use super::super::tests::ranking;
    use super::*;

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // Query 0 first: 1. Query 1 second: (0/1 + 1/2) / 2 = 0.25. Query 2 finds nothing: 0.
        // Query 8 has no copy and does not count.
        let list = [
            (0, 0, 0.9),
            (1, 4, 0.8),
            (1, 0, 0.7),
            (2, 9, 0.6),
            (8, 0, 0.95),
        ];
        let ranking = ranking(3, &list);
        assert!(((MAP.compute)(&ranking) - 1.25 / 3.0).abs() < 1e-6);
        assert!(((MEAN_AP.compute)(&ranking) - 0.5).abs() < 1e-6);
        // Pooled: right at ranks 1 and 3: ((0/1 + 1/2) + (1/3 + 2/4)) / (2 * 3) = 0.222222.
        assert!(((MICRO_AP.compute)(&ranking) - 0.222_222_2).abs() < 1e-6);
    }
}

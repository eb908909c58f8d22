//! Recall at 10: the share of true pairs whose reference is among the ten best results of its query.
//!
//! 0 to 1, best 1; ties count against. Source: `facebookresearch/isc2021: isc/metrics.py`, per pair.

use std::collections::BTreeMap;

use super::MetricSpec;
use super::Ranking;

pub(super) const SPEC: MetricSpec = MetricSpec {
    id: "recall-at-10",
    label: "Among the first ten",
    help: "The share of copies whose original is among the first ten results.",
    compute: |ranking| recall_at(ranking, 10),
};

/// The share of true pairs among the first `k` results of their query.
pub fn recall_at(ranking: &Ranking, k: usize) -> f32 {
    let mut n_seen: BTreeMap<u32, usize> = BTreeMap::new();
    let mut n_right = 0_u32;
    for (prediction, is_right) in ranking.judged() {
        let rank = n_seen.entry(prediction.query).or_default();
        n_right += u32::from(is_right && *rank < k);
        *rank += 1;
    }
    n_right as f32 / ranking.n_pairs().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::super::tests::ranking;
    use super::*;

    #[test]
    fn the_eleventh_place_is_too_late() {
        // Query 0: nine wrong ones, then the right one. Query 1: a tie for the tenth place, wrong ones
        // first. Query 2: nothing.
        let mut list: Vec<(u32, u32, f32)> = (1..10).map(|r| (0, r, 0.9)).collect();
        list.push((0, 0, 0.8));
        list.extend((1..11).map(|r| (1, r, 0.7)));
        list.push((1, 0, 0.7));
        let ranking = ranking(3, &list);
        assert!((recall_at(&ranking, 10) - 1.0 / 3.0).abs() < 1e-6);
        assert!((recall_at(&ranking, 11) - 2.0 / 3.0).abs() < 1e-6);
    }
}

//! Recall at 1: the share of true pairs whose reference is that query's best result.
//!
//! 0 to 1, best 1; a tie for the first place counts against. Source:
//! `facebookresearch/sscd-copy-detection: sscd/datasets/isc/metrics.py` (`Acc@1`). No deviation.

use std::collections::BTreeMap;

use super::MetricSpec;
use super::Ranking;

pub(super) const SPEC: MetricSpec = MetricSpec {
    id: "recall-at-1",
    label: "First result is right",
    help: "The share of copies whose original is the very first result.",
    compute: recall_at_1,
};

fn recall_at_1(ranking: &Ranking) -> f32 {
    // Wrong predictions come first among equal ones, so the first prediction of a query that is
    // right is strictly better than every wrong one.
    let mut first: BTreeMap<u32, bool> = BTreeMap::new();
    for (prediction, is_correct) in ranking.judged() {
        first.entry(prediction.query).or_insert(is_correct);
    }
    let n_right = first.values().filter(|is_correct| **is_correct).count();
    n_right as f32 / ranking.n_pairs().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::super::tests::ranking;
    use super::*;

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // Query 0 is right at once, query 1 in second place, query 2 ties, query 3 finds nothing,
        // query 9 has no copy: 1 of 4.
        let list = [
            (0, 0, 0.9),
            (0, 1, 0.8),
            (1, 5, 0.9),
            (1, 0, 0.8),
            (2, 0, 0.7),
            (2, 3, 0.7),
            (9, 0, 1.0),
        ];
        assert_eq!(recall_at_1(&ranking(4, &list)), 0.25);
    }
}

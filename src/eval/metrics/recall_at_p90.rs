//! Recall at 90 % precision, and the threshold that gives it.
//!
//! The largest recall among the points of the curve with `precision_i >= 0.9`, and the similarity at
//! that point; recall 0 and no threshold where there is none. 0 to 1, best 1. Source:
//! `facebookresearch/isc2021: isc/metrics.py`. No deviation.

use super::MetricSpec;
use super::Ranking;

/// The share of claims that must be right.
const PRECISION: f64 = 0.9;

pub(super) const SPEC: MetricSpec = MetricSpec {
    id: "recall-at-p90",
    label: "Recall at 90 % precision",
    help: "The share of copies found when at most one claim in ten may be wrong.",
    compute: |ranking| operating_point_at_p90(ranking).map_or(0.0, |point| point.recall),
};

/// Where to put the threshold, and what it finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// Share of the true pairs at or above the threshold.
    pub recall: f32,
    /// The lowest similarity that counts as a copy.
    pub threshold: f32,
}

/// The threshold with the largest recall at 90 % precision.
pub fn operating_point_at_p90(ranking: &Ranking) -> Option<OperatingPoint> {
    let precise = ranking.curve().filter(|point| point.precision >= PRECISION);
    // Recall never falls along the curve. Of points with equal recall the first has the highest
    // threshold, as in the reference.
    let best = precise.fold(None, |best: Option<super::CurvePoint>, point| {
        let is_better = best.as_ref().is_none_or(|best| point.recall > best.recall);
        if is_better { Some(point) } else { best }
    })?;
    (best.recall > 0.0).then_some(OperatingPoint {
        recall: best.recall as f32,
        threshold: best.similarity,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::ranking;
    use super::*;

    /// Ten right ones, one wrong, one right, two wrong, one right; 20 pairs.
    fn long_list() -> Vec<(u32, u32, f32)> {
        let is_right = [
            [true; 5].as_slice(),
            &[true; 5],
            &[false, true, false, false, true],
        ]
        .concat();
        let similarity = |idx: usize| 1.0 - idx as f32 / 16.0;
        is_right
            .iter()
            .enumerate()
            .map(|(idx, &is_right)| (idx as u32, u32::from(!is_right), similarity(idx)))
            .collect()
    }

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // Precision after 12 predictions is 11 / 12 = 0.917, after 13 it is 11 / 13 = 0.846, after
        // 15 it is 12 / 15 = 0.8. So recall is 11 / 20, at the similarity of the twelfth: 1 - 11/16.
        let point = operating_point_at_p90(&ranking(20, &long_list())).unwrap();
        assert_eq!(point.recall, 0.55);
        assert_eq!(point.threshold, 0.3125);
    }

    #[test]
    fn exactly_nine_in_ten_is_enough() {
        let mut list = vec![(50, 1, 0.99)];
        list.extend((0..9).map(|query| (query, 0, 0.5)));
        let point = operating_point_at_p90(&ranking(9, &list)).unwrap();
        assert_eq!((point.recall, point.threshold), (1.0, 0.5));
    }

    #[test]
    fn unreachable_precision_gives_no_threshold() {
        let list = [(50, 1, 0.99), (0, 0, 0.9), (1, 0, 0.8)];
        assert_eq!(operating_point_at_p90(&ranking(2, &list)), None);
    }
}

//! Micro average precision, the main figure of the Image Similarity Challenge 2021.
//!
//! `sum_i (recall_i - recall_{i-1}) * precision_i` over all predictions of all queries in one list,
//! rectangles, `recall_0 = 0`; 0 to 1, best 1. Source: DISC21 (arXiv 2106.09672, section 4),
//! `facebookresearch/isc2021: isc/metrics.py`. No deviation.

use super::MetricSpec;
use super::Ranking;

pub(super) const SPEC: MetricSpec = MetricSpec {
    id: "micro-ap",
    label: "Micro average precision",
    help: "How well one threshold for all pictures separates copies from everything else.",
    compute: micro_ap,
};

fn micro_ap(ranking: &Ranking) -> f32 {
    // Recall grows by 1 / n_pairs at each correct prediction and nowhere else.
    let correct = ranking.curve().filter(|point| point.is_correct);
    let sum: f64 = correct.map(|point| point.precision).sum();
    (sum / ranking.n_pairs().max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::super::tests::ranking;
    use super::*;

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // Right at ranks 1, 3 and 4 of 5, four pairs: (1/1 + 2/3 + 3/4) / 4 = 0.604167.
        let ranking = ranking(
            4,
            &[
                (0, 0, 0.9),
                (7, 2, 0.8),
                (1, 0, 0.7),
                (2, 0, 0.6),
                (3, 9, 0.5),
            ],
        );
        assert!((micro_ap(&ranking) - 0.604_166_7).abs() < 1e-6);
    }

    #[test]
    fn a_single_copy_in_second_place_is_worth_a_half() {
        // Rectangles; the trapezoids of Copydays would give 0.25.
        let ranking = ranking(1, &[(0, 4, 0.9), (0, 0, 0.8)]);
        assert_eq!(micro_ap(&ranking), 0.5);
    }

    #[test]
    fn a_tie_with_a_wrong_one_counts_as_second_place() {
        let ranking = ranking(1, &[(0, 0, 0.8), (0, 4, 0.8)]);
        assert_eq!(micro_ap(&ranking), 0.5);
    }

    #[test]
    fn a_query_without_a_copy_costs_only_where_it_ranks_high() {
        let low = ranking(1, &[(0, 0, 0.8), (5, 1, 0.7)]);
        let high = ranking(1, &[(0, 0, 0.8), (5, 1, 0.9)]);
        assert_eq!(micro_ap(&low), 1.0);
        assert_eq!(micro_ap(&high), 0.5);
    }
}

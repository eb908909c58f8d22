//! Average precision of one list by trapezoids, the formula of Oxford buildings, Copydays and of
//! revisited Oxford and Paris.
//!
//! `AP = sum_j (p0_j + p1_j) / (2 n)` over the right results, the j-th (from 0) at rank `r_j` (from
//! 0): `p1_j = (j + 1) / (r_j + 1)`, `p0_j = j / r_j`, 1 where `r_j = 0`. `n` counts all that should be
//! found. Source: `filipradenovic/revisitop: python/evaluate.py`. 0 to 1, best 1. One right result in
//! second place is worth 0.25 here and 0.5 by the rectangles of DISC21.

/// `ranks` are those of the right results, rising, from 0.
pub fn trapezoid(ranks: impl IntoIterator<Item = usize>, n_positives: usize) -> f64 {
    let sum: f64 = ranks
        .into_iter()
        .enumerate()
        .map(|(n_before, rank)| {
            let (found, rank) = (n_before as f64, rank as f64);
            let before = if rank == 0.0 { 1.0 } else { found / rank };
            f64::midpoint(before, (found + 1.0) / (rank + 1.0))
        })
        .sum();
    sum / n_positives.max(1) as f64
}

/// The same by rectangles: the mean precision at the right results.
pub fn rectangle(ranks: impl IntoIterator<Item = usize>, n_positives: usize) -> f64 {
    let precisions = ranks
        .into_iter()
        .enumerate()
        .map(|(n_before, rank)| (n_before + 1) as f64 / (rank + 1) as f64);
    precisions.sum::<f64>() / n_positives.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_golden_values_of_copydays() {
        // patchwise-dino-and-evaluations, section 8.7.
        for (ranks, n_positives, expected) in [
            (vec![0], 1, 1.0),
            (vec![1], 1, 0.25),
            (vec![4], 1, 0.1),
            (vec![19], 1, 0.025),
            (vec![], 1, 0.0),
            (vec![0, 2], 2, 0.791_667),
        ] {
            let found = trapezoid(ranks.iter().copied(), n_positives);
            assert!((found - expected).abs() < 1e-6, "{ranks:?}: {found}");
        }
    }

    #[test]
    fn rectangles_give_a_second_place_a_half() {
        assert_eq!(rectangle([1], 1), 0.5);
    }
}

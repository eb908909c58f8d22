//! The figures of revisited Oxford and Paris (arXiv 1803.11285; `filipradenovic/revisitop:
//! python/evaluate.py`).
//!
//! | setup | should be found | taken out of the list |
//! |---|---|---|
//! | easy | easy | junk, hard |
//! | medium | easy, hard | junk |
//! | hard | hard | junk, easy |
//!
//! mAP: [`trapezoid`] over the ranks that remain, queries with nothing to find left out of the mean.
//! mP@k: `#{ right among the first kq } / kq` with `kq = min(rank of the last right one, k)`, so that a
//! query with few right ones is not punished. 0 to 1, best 1. No deviation; the source takes full
//! rankings, a shorter one loses what it does not have.

use std::collections::BTreeSet;

use super::MetricSpec;
use super::average_precision::trapezoid;
use crate::data::datasets::GradedQuery;

/// Full rankings of the database and what is right in them.
#[derive(Clone, Debug, Default)]
pub struct Graded {
    /// Rows of the database for each query, most similar first.
    pub rankings: Vec<Vec<u32>>,
    pub truth: Vec<GradedQuery>,
}

/// Which pictures count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difficulty {
    Easy,
    Medium,
    Hard,
}

impl Graded {
    /// For each query with something to find: the ranks of the right ones, and how many there are.
    fn ranks(&self, difficulty: Difficulty) -> impl Iterator<Item = (Vec<usize>, usize)> {
        let both = self.rankings.iter().zip(&self.truth);
        both.filter_map(move |(ranking, truth)| {
            let GradedQuery {
                easy, hard, junk, ..
            } = truth;
            let (right, out): (Vec<&[u32]>, Vec<&[u32]>) = match difficulty {
                Difficulty::Easy => (vec![easy], vec![junk, hard]),
                Difficulty::Medium => (vec![easy, hard], vec![junk]),
                Difficulty::Hard => (vec![hard], vec![junk, easy]),
            };
            let right: BTreeSet<u32> = right.concat().into_iter().collect();
            let out: BTreeSet<u32> = out.concat().into_iter().collect();
            let remaining = ranking.iter().filter(|row| !out.contains(*row));
            let ranks = remaining
                .enumerate()
                .filter(|(_, row)| right.contains(*row))
                .map(|(rank, _)| rank);
            (!right.is_empty()).then(|| (ranks.collect(), right.len()))
        })
    }

    /// Mean average precision.
    pub fn mean_ap(&self, difficulty: Difficulty) -> f32 {
        mean(
            self.ranks(difficulty)
                .map(|(ranks, n_positives)| trapezoid(ranks, n_positives)),
        )
    }

    /// Mean precision at `k`.
    pub fn mean_precision_at(&self, difficulty: Difficulty, k: usize) -> f32 {
        mean(self.ranks(difficulty).map(|(ranks, _)| {
            let Some(last) = ranks.last() else {
                return 0.0;
            };
            let k = k.min(last + 1);
            let n_right = ranks.iter().filter(|rank| **rank < k).count();
            n_right as f64 / k as f64
        }))
    }
}

fn mean(figures: impl Iterator<Item = f64>) -> f32 {
    let (sum, n) = figures.fold((0.0, 0_u32), |(sum, n), figure| (sum + figure, n + 1));
    (sum / f64::from(n.max(1))) as f32
}

const fn row(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    compute: fn(&Graded) -> f32,
) -> MetricSpec<Graded> {
    MetricSpec {
        id,
        label,
        help,
        compute,
    }
}

const MAP_HELP: &str = "How high the pictures of the same building stand in the list.";
const PRECISION_HELP: &str = "The share of right pictures among the first ones.";

/// The rows of the table, by difficulty.
pub(super) const ROWS: &[MetricSpec<Graded>] = &[
    row("map-easy", "mAP, easy", MAP_HELP, |g| {
        g.mean_ap(Difficulty::Easy)
    }),
    row("map-medium", "mAP, medium", MAP_HELP, |g| {
        g.mean_ap(Difficulty::Medium)
    }),
    row("map-hard", "mAP, hard", MAP_HELP, |g| {
        g.mean_ap(Difficulty::Hard)
    }),
    row("mp-at-1-easy", "mP@1, easy", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Easy, 1)
    }),
    row("mp-at-5-easy", "mP@5, easy", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Easy, 5)
    }),
    row("mp-at-10-easy", "mP@10, easy", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Easy, 10)
    }),
    row("mp-at-1-medium", "mP@1, medium", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Medium, 1)
    }),
    row("mp-at-5-medium", "mP@5, medium", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Medium, 5)
    }),
    row("mp-at-10-medium", "mP@10, medium", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Medium, 10)
    }),
    row("mp-at-1-hard", "mP@1, hard", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Hard, 1)
    }),
    row("mp-at-5-hard", "mP@5, hard", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Hard, 5)
    }),
    row("mp-at-10-hard", "mP@10, hard", PRECISION_HELP, |g| {
        g.mean_precision_at(Difficulty::Hard, 10)
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_golden_values_of_the_toy() {
        // patchwise-dino-and-evaluations, section 8.7.
        let graded = Graded {
            rankings: vec![vec![3, 7, 1, 0, 9, 2, 4, 5, 6, 8], (0..10).collect()],
            truth: vec![
                GradedQuery {
                    easy: vec![3, 1],
                    hard: vec![2, 8],
                    junk: vec![7, 9],
                    bounds_px: None,
                },
                GradedQuery {
                    easy: vec![],
                    hard: vec![5],
                    junk: vec![0],
                    bounds_px: None,
                },
            ],
        };
        for (difficulty, map, precisions) in [
            (Difficulty::Easy, 1.0, [1.0, 1.0, 1.0]),
            (Difficulty::Medium, 0.446_577, [0.5, 0.4, 0.35]),
            (Difficulty::Hard, 0.179_167, [0.0, 0.2, 0.266_667]),
        ] {
            assert!(
                (graded.mean_ap(difficulty) - map).abs() < 1e-6,
                "{difficulty:?}"
            );
            for (k, expected) in [1, 5, 10].into_iter().zip(precisions) {
                let found = graded.mean_precision_at(difficulty, k);
                assert!(
                    (found - expected).abs() < 1e-6,
                    "{difficulty:?} {k}: {found}"
                );
            }
        }
    }
}

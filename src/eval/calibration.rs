//! What a similarity means among a person's own pictures: how many false matches to expect.
//!
//! Of pairs of different pictures of a library the share `p(t)` with a similarity of at least `t` is
//! counted; a search among 1,000 pictures then has `1000 p(t)` false matches to expect. A library holds
//! copies of its own pictures, and they are the most similar pairs of all, so counting ends where the
//! hundredth part of all pairs begins (`u`). Beyond it the tail is taken to fall exponentially,
//! `p(t) = p(u) exp(-(t - u) / s)` (peaks over threshold; Pickands 1975 with shape 0), its scale from
//! the median of what lies above, `s = median(t - u) / ln 2`, which copies hardly move.
//!
//! Measured with the bundled model on 1,000 photos, many of one kind: expected for a search among them
//! at 0.5, 0.6 and 0.7 are 0.60, 0.14 and 0.03 false matches; 500 photos that are no copies had 0.45,
//! 0.11 and 0.02.

use rayon::prelude::*;

use super::search::Descriptors;
use super::search::QUERY_BLOCK;
use super::search::report;
use super::search::visit_products;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

/// Pictures that are compared with all others; more change nothing that can be seen.
const MAX_QUERIES: usize = 2048;
/// Fewer pictures say nothing about rare matches.
pub const MIN_PICTURES: usize = 50;
/// Where the tail begins: this share of all pairs lies above.
const TAIL: f64 = 0.01;
/// Similarities are counted in steps of a five-thousandth.
const N_BINS: usize = 10_000;

/// How often unrelated pictures are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Pairs at or above the lower end of each bin, bins from -1 to 1.
    above: Vec<u64>,
    n_pairs: u64,
    /// Bin where the tail begins.
    tail: usize,
    /// Scale of its fall.
    scale: f64,
}

impl Calibration {
    /// Counts pairs of unit rows. `None` for a library of fewer than [`MIN_PICTURES`].
    pub fn fit(rows: &Descriptors, monitor: &Monitor) -> Result<Option<Self>, Cancelled> {
        if rows.len() < MIN_PICTURES {
            return Ok(None);
        }
        let step = rows.len().div_ceil(MAX_QUERIES);
        let chosen: Vec<usize> = (0..rows.len()).step_by(step).collect();
        let queries = Descriptors::from_rows(chosen.iter().map(|row| rows.row(*row)));
        let starts: Vec<usize> = (0..queries.len()).step_by(QUERY_BLOCK).collect();
        let mut counts = vec![0_u64; N_BINS];
        for together in starts.chunks(rayon::current_num_threads()) {
            report(together[0], queries.len(), monitor)?;
            let parts: Vec<Vec<u64>> = together
                .par_iter()
                .map(|&start| {
                    let range = (start, queries.len().min(start + QUERY_BLOCK));
                    let mut counts = vec![0_u64; N_BINS];
                    visit_products(&queries, range, rows, |query, first, similarities| {
                        let own = chosen[start + query];
                        for (idx, similarity) in similarities.iter().enumerate() {
                            if first + idx != own {
                                counts[bin(*similarity)] += 1;
                            }
                        }
                    });
                    counts
                })
                .collect();
            for part in parts {
                for (sum, count) in counts.iter_mut().zip(part) {
                    *sum += count;
                }
            }
        }
        Ok(Some(Self::of_counts(&counts)))
    }

    fn of_counts(counts: &[u64]) -> Self {
        let mut above = counts.to_vec();
        for idx in (0..above.len() - 1).rev() {
            above[idx] += above[idx + 1];
        }
        let n_pairs = above[0].max(1);
        let reached = |share: f64| {
            let wanted = (n_pairs as f64 * share).ceil() as u64;
            // The last bin that still has so many pairs at or above it.
            above
                .partition_point(|count| *count >= wanted)
                .saturating_sub(1)
        };
        let (tail, middle) = (reached(TAIL), reached(TAIL / 2.0));
        let median = (middle.max(tail + 1) - tail) as f64 * 2.0 / N_BINS as f64;
        Self {
            above,
            n_pairs,
            tail,
            scale: median / std::f64::consts::LN_2,
        }
    }

    /// False matches to expect when one picture is looked for among 1,000, at this similarity.
    pub fn false_matches_per_1000(&self, similarity: f32) -> f64 {
        let bin = bin(similarity);
        let share = |bin: usize| self.above[bin] as f64 / self.n_pairs as f64;
        if bin <= self.tail {
            return 1000.0 * share(bin);
        }
        let start = -1.0 + 2.0 * self.tail as f64 / N_BINS as f64;
        let beyond = f64::from(similarity) - start;
        1000.0 * share(self.tail) * (-beyond / self.scale).exp()
    }
}

fn bin(similarity: f32) -> usize {
    let share = f64::midpoint(f64::from(similarity), 1.0);
    ((share * N_BINS as f64).max(0.0) as usize).min(N_BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::super::search::tests::pseudo_random;
    use super::*;

    fn unit(rows: &Descriptors) -> Descriptors {
        let mut result = Descriptors::new(rows.dimensions());
        for idx in 0..rows.len() {
            let row = rows.row(idx);
            let length = row.iter().map(|v| v * v).sum::<f32>().sqrt();
            result.push(&row.iter().map(|v| v / length).collect::<Vec<f32>>());
        }
        result
    }

    fn fit(rows: &Descriptors) -> Calibration {
        Calibration::fit(rows, &Monitor::silent()).unwrap().unwrap()
    }

    /// Pairs of different rows with at least this similarity, of a thousand.
    fn counted(rows: &Descriptors, similarity: f32) -> f64 {
        let mut n_pairs = 0_u32;
        let mut n_above = 0_u32;
        for a in 0..rows.len() {
            for b in (0..rows.len()).filter(|b| *b != a) {
                let cosine: f32 = rows
                    .row(a)
                    .iter()
                    .zip(rows.row(b))
                    .map(|(a, b)| a * b)
                    .sum();
                n_pairs += 1;
                n_above += u32::from(cosine >= similarity);
            }
        }
        1000.0 * f64::from(n_above) / f64::from(n_pairs)
    }

    #[test]
    fn unrelated_pictures_are_counted_as_they_are() {
        let rows = unit(&pseudo_random(600, 16, 3));
        let calibration = fit(&rows);
        for similarity in [-0.2, 0.0, 0.3] {
            let (found, expected) = (
                calibration.false_matches_per_1000(similarity),
                counted(&rows, similarity),
            );
            assert!(
                (found / expected - 1.0).abs() < 0.05,
                "{similarity}: {found} {expected}"
            );
        }
        // Beyond the hundredth part: within a factor of two of what is counted.
        let (found, expected) = (
            calibration.false_matches_per_1000(0.65),
            counted(&rows, 0.65),
        );
        assert!(
            found / expected < 2.0 && expected / found < 2.0,
            "{found} {expected}"
        );
    }

    #[test]
    fn a_higher_similarity_never_has_more_false_matches() {
        let calibration = fit(&unit(&pseudo_random(200, 8, 5)));
        let mut last = f64::INFINITY;
        for step in 0..=200 {
            let found = calibration.false_matches_per_1000(-1.0 + step as f32 / 100.0);
            assert!(found <= last + 1e-9 && found.is_finite(), "{step}: {found}");
            last = found;
        }
    }

    #[test]
    fn copies_in_a_library_do_not_count_as_false_matches() {
        let plain = unit(&pseudo_random(400, 16, 7));
        let mut copied = plain.clone();
        for row in 0..100 {
            copied.push(plain.row(row));
        }
        let (plain, copied) = (fit(&plain), fit(&copied));
        let ratio = copied.false_matches_per_1000(0.8) / plain.false_matches_per_1000(0.8);
        assert!((0.5..2.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn few_pictures_say_nothing() {
        let rows = unit(&pseudo_random(MIN_PICTURES - 1, 8, 1));
        assert_eq!(Calibration::fit(&rows, &Monitor::silent()), Ok(None));
        // Equal pictures only: everything is always alike, and nothing divides by zero.
        let rows = Descriptors::from_rows([[1.0_f32, 0.0].as_slice(); 60]);
        assert!(fit(&rows).false_matches_per_1000(0.9).is_finite());
    }
}

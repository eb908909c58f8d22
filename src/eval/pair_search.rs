//! The best pairs of all queries together: the rule of the Image Similarity Challenge.
//!
//! Not 10 candidates per query but the best 500,000 pairs over all queries are ranked
//! (`facebookresearch/isc2021: isc/metrics.py, docs`), so a query may have many or none. Memory: twice
//! the pairs for each thread and one block of products, whatever the number of queries and references.

use std::cmp::Ordering;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use super::metrics::Prediction;
use super::search::Descriptors;
use super::search::QUERY_BLOCK;
use super::search::any_reaches;
use super::search::dot;
use super::search::report;
use super::search::visit_products;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

/// The cap of the challenge for 50,000 queries.
pub const CHALLENGE_PAIRS: usize = 500_000;

/// The `n_pairs` most similar (query, reference) rows, best first. `biases` are subtracted, one for
/// each query; empty for none.
pub fn nearest_pairs(
    queries: &Descriptors,
    references: &Descriptors,
    n_pairs: usize,
    biases: &[f32],
    monitor: &Monitor,
) -> Result<Vec<Prediction>, Cancelled> {
    let n_queries = queries.len();
    let n_threads = rayon::current_num_threads();
    let threshold = Threshold::new();
    let mut pools: Vec<Pool> = (0..n_threads).map(|_| Pool::new(n_pairs)).collect();
    let step = QUERY_BLOCK * n_threads;
    for start in (0..n_queries).step_by(step) {
        report(start, n_queries, monitor)?;
        let end = n_queries.min(start + step);
        let next = AtomicUsize::new(start);
        pools.par_iter_mut().for_each(|pool| {
            loop {
                let start = next.fetch_add(QUERY_BLOCK, Relaxed);
                if start >= end {
                    break;
                }
                let range = (start, end.min(start + QUERY_BLOCK));
                visit_products(queries, range, references, |query, first, similarities| {
                    let query = start + query;
                    let bias = biases.get(query).copied().unwrap_or(0.0);
                    pool.take(query, first, similarities, bias, &threshold);
                });
            }
        });
    }
    let mut all: Vec<Prediction> = pools.into_iter().flat_map(|pool| pool.pairs).collect();
    all.par_iter_mut().for_each(|pair| {
        let query = queries.row(pair.query as usize);
        let bias = biases.get(pair.query as usize).copied().unwrap_or(0.0);
        pair.similarity = dot(query, references.row(pair.reference as usize)) - bias;
    });
    all.par_sort_unstable_by(best_first);
    all.truncate(n_pairs);
    Ok(all)
}

fn best_first(a: &Prediction, b: &Prediction) -> Ordering {
    let by_similarity = b.similarity.total_cmp(&a.similarity);
    by_similarity.then((a.query, a.reference).cmp(&(b.query, b.reference)))
}

/// What a pair must reach, known to all threads. Every thread may raise it to the worst pair of its
/// own full pool, because that many pairs are at least as good.
struct Threshold(AtomicI32);

impl Threshold {
    fn new() -> Self {
        Self(AtomicI32::new(ordered(f32::NEG_INFINITY.to_bits() as i32)))
    }

    fn get(&self) -> f32 {
        f32::from_bits(ordered(self.0.load(Relaxed)) as u32)
    }

    fn raise(&self, similarity: f32) {
        self.0
            .fetch_max(ordered(similarity.to_bits() as i32), Relaxed);
    }
}

/// The bits of a float as a whole number of the same order, and back.
fn ordered(bits: i32) -> i32 {
    bits ^ (((bits >> 31) as u32) >> 1) as i32
}

/// The best pairs that one thread has seen.
struct Pool {
    pairs: Vec<Prediction>,
    n_pairs: usize,
}

impl Pool {
    fn new(n_pairs: usize) -> Self {
        Self {
            pairs: Vec::new(),
            n_pairs,
        }
    }

    fn take(
        &mut self,
        query: usize,
        first: usize,
        similarities: &[f32],
        bias: f32,
        threshold: &Threshold,
    ) {
        let mut least = threshold.get() + bias;
        for (chunk_idx, chunk) in similarities.chunks(16).enumerate() {
            if !any_reaches(chunk, least) {
                continue;
            }
            for (idx, similarity) in chunk.iter().enumerate() {
                if *similarity >= least {
                    self.pairs.push(Prediction {
                        query: query as u32,
                        reference: (first + chunk_idx * 16 + idx) as u32,
                        similarity: similarity - bias,
                    });
                }
            }
            if self.pairs.len() >= 2 * self.n_pairs + 1024 {
                self.prune(threshold);
                least = threshold.get() + bias;
            }
        }
    }

    /// Back to the best `n_pairs`.
    fn prune(&mut self, threshold: &Threshold) {
        if self.n_pairs == 0 {
            self.pairs.clear();
            return;
        }
        let worst = self.n_pairs - 1;
        self.pairs.select_nth_unstable_by(worst, best_first);
        self.pairs.truncate(self.n_pairs);
        // A little below, because products round in another order than the sums that decide.
        threshold.raise(self.pairs[worst].similarity - 1e-5);
    }
}

#[cfg(test)]
mod tests {
    use super::super::search::tests::pseudo_random;
    use super::*;

    #[test]
    fn finds_what_sorting_all_pairs_finds() {
        let queries = pseudo_random(QUERY_BLOCK + 40, 12, 1);
        let references = pseudo_random(1500, 12, 2);
        let biases: Vec<f32> = (0..queries.len()).map(|q| (q % 7) as f32 * 0.1).collect();
        for biases in [&[][..], &biases] {
            let found =
                nearest_pairs(&queries, &references, 900, biases, &Monitor::silent()).unwrap();
            let mut all: Vec<Prediction> = (0..queries.len())
                .flat_map(|q| (0..references.len()).map(move |r| (q, r)))
                .map(|(q, r)| Prediction {
                    query: q as u32,
                    reference: r as u32,
                    similarity: dot(queries.row(q), references.row(r))
                        - biases.get(q).copied().unwrap_or(0.0),
                })
                .collect();
            all.sort_by(best_first);
            assert_eq!(found[..], all[..900]);
        }
    }

    #[test]
    fn fewer_pairs_than_asked_for_are_all_returned() {
        let rows = pseudo_random(3, 8, 3);
        let found = nearest_pairs(&rows, &rows, 100, &[], &Monitor::silent()).unwrap();
        assert_eq!(found.len(), 9);
        assert!(
            nearest_pairs(&rows, &rows, 0, &[], &Monitor::silent())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn the_order_of_numbers_survives_the_threshold() {
        let threshold = Threshold::new();
        for (raised, expected) in [(-3.0, -3.0), (-5.0, -3.0), (0.0, 0.0), (0.5, 0.5)] {
            threshold.raise(raised);
            assert_eq!(threshold.get(), expected);
        }
    }
}

//! Exact nearest neighbors of many queries at once.
//!
//! Queries and references are visited in blocks that fit the caches, so that a million references
//! are read from memory once per block of queries and not once per query.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Queries one thread works on together.
const QUERY_BLOCK: usize = 16;
/// References visited before the next query of the block gets its turn.
const REFERENCE_BLOCK: usize = 512;
/// Queries between two looks at the monitor.
const QUERIES_PER_CHECK: usize = 256;
/// Sums kept side by side in a dot product, for the vector units.
const LANES: usize = 16;

/// Unit vectors of one length, stored row after row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Descriptors {
    dimensions: usize,
    values: Vec<f32>,
}

impl Descriptors {
    /// No rows yet; each will have `dimensions` values.
    pub fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            values: Vec::new(),
        }
    }

    /// Rows of equal length.
    pub fn from_rows<'a>(rows: impl IntoIterator<Item = &'a [f32]>) -> Self {
        let mut rows = rows.into_iter().peekable();
        let mut descriptors = Self::new(rows.peek().map_or(0, |row| row.len()));
        rows.for_each(|row| descriptors.push(row));
        descriptors
    }

    /// Append one row. Its length must be [`dimensions`](Self::dimensions).
    pub fn push(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.dimensions, "rows have one length");
        self.values.extend_from_slice(row);
    }

    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.dimensions).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn row(&self, idx: usize) -> &[f32] {
        &self.values[idx * self.dimensions..(idx + 1) * self.dimensions]
    }
}

/// A row of the references and its cosine to the query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbor {
    pub row: u32,
    pub similarity: f32,
}

impl Eq for Neighbor {}

/// Best first: higher similarity, then lower row, so that equal similarities have one order.
impl Ord for Neighbor {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_similarity = other.similarity.total_cmp(&self.similarity);
        by_similarity.then(self.row.cmp(&other.row))
    }
}

impl PartialOrd for Neighbor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The `top` most similar references of each query, best first.
pub fn nearest(
    queries: &Descriptors,
    references: &Descriptors,
    top: usize,
    monitor: &Monitor,
) -> Result<Vec<Vec<Neighbor>>, Cancelled> {
    let n_queries = queries.len();
    let mut found = Vec::with_capacity(n_queries);
    for start in (0..n_queries).step_by(QUERIES_PER_CHECK) {
        monitor.check()?;
        monitor.report(Progress {
            stage: "Comparing descriptors",
            n_done: start as u64,
            n_total: Some(n_queries as u64),
        });
        let rows: Vec<usize> = (start..n_queries.min(start + QUERIES_PER_CHECK)).collect();
        let blocks: Vec<Vec<Vec<Neighbor>>> = rows
            .par_chunks(QUERY_BLOCK)
            .map(|block| nearest_of_block(queries, block, references, top))
            .collect();
        found.extend(blocks.into_iter().flatten());
    }
    Ok(found)
}

fn nearest_of_block(
    queries: &Descriptors,
    rows: &[usize],
    references: &Descriptors,
    top: usize,
) -> Vec<Vec<Neighbor>> {
    // The top of each heap is the worst neighbor kept so far.
    let mut heaps = vec![BinaryHeap::with_capacity(top + 1); rows.len()];
    let n_references = references.len();
    for start in (0..n_references).step_by(REFERENCE_BLOCK) {
        let end = n_references.min(start + REFERENCE_BLOCK);
        for (heap, &row) in heaps.iter_mut().zip(rows) {
            let query = queries.row(row);
            for reference in start..end {
                let neighbor = Neighbor {
                    row: reference as u32,
                    similarity: dot(query, references.row(reference)),
                };
                keep_best(heap, neighbor, top);
            }
        }
    }
    heaps.into_iter().map(BinaryHeap::into_sorted_vec).collect()
}

fn keep_best(heap: &mut BinaryHeap<Neighbor>, neighbor: Neighbor, top: usize) {
    if heap.len() < top {
        heap.push(neighbor);
    } else if heap.peek().is_some_and(|worst| neighbor < *worst) {
        heap.pop();
        heap.push(neighbor);
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudo_random(n_rows: usize, dimensions: usize, seed: u32) -> Descriptors {
        let mut state = seed;
        let mut descriptors = Descriptors::new(dimensions);
        for _ in 0..n_rows {
            let row: Vec<f32> = (0..dimensions)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 8) as f32 / (1 << 24) as f32 - 0.5
                })
                .collect();
            descriptors.push(&row);
        }
        descriptors
    }

    #[test]
    fn blocks_find_what_sorting_everything_finds() {
        let queries = pseudo_random(QUERY_BLOCK + 3, 37, 1);
        let references = pseudo_random(REFERENCE_BLOCK + 70, 37, 2);
        let found = nearest(&queries, &references, 10, &Monitor::silent()).unwrap();
        for (query, found) in found.iter().enumerate() {
            let mut all: Vec<Neighbor> = (0..references.len())
                .map(|row| Neighbor {
                    row: row as u32,
                    similarity: dot(queries.row(query), references.row(row)),
                })
                .collect();
            all.sort();
            assert_eq!(found[..], all[..10]);
        }
    }

    #[test]
    fn a_dot_product_uses_every_value() {
        // 1 + 2 + ... + 37 = 703, each times 2; 37 is two full rounds of lanes and a rest.
        let a: Vec<f32> = (1..=37).map(|value| value as f32).collect();
        assert_eq!(dot(&a, &[2.0; 37]), 1406.0);
    }

    #[test]
    fn equal_similarities_come_in_the_order_of_their_rows() {
        let references = Descriptors::from_rows([[1.0_f32, 0.0].as_slice(); 3]);
        let query = Descriptors::from_rows([[1.0_f32, 0.0].as_slice()]);
        let found = nearest(&query, &references, 2, &Monitor::silent()).unwrap();
        let rows: Vec<u32> = found[0].iter().map(|neighbor| neighbor.row).collect();
        assert_eq!(rows, [0, 1]);
    }

    #[test]
    fn fewer_references_than_asked_for_are_all_returned() {
        let references = pseudo_random(3, 8, 3);
        let found = nearest(&references, &references, 10, &Monitor::silent()).unwrap();
        assert!(found.iter().all(|neighbors| neighbors.len() == 3));
    }

    #[test]
    fn a_stopped_search_returns_nothing() {
        let monitor = Monitor::silent();
        monitor.request_stop();
        let rows = pseudo_random(3, 8, 3);
        assert_eq!(nearest(&rows, &rows, 1, &monitor), Err(Cancelled));
    }
}

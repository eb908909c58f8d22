//! Exact nearest neighbors of many queries at once.
//!
//! Queries and references are multiplied in blocks, so that a million references are read from memory
//! once per block of queries, and memory grows with the blocks and what is kept, never with queries x
//! references. The matrix product decides who is kept; what is returned are sums in one fixed order,
//! so that equal descriptors have equal similarities on every machine.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::products::inner_products;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Queries one thread works on together.
pub(super) const QUERY_BLOCK: usize = 128;
/// References multiplied with them at once; 512 KiB of products.
pub(super) const REFERENCE_BLOCK: usize = 1024;
/// More are kept than asked for, because the products round in another order than the sums.
const SLACK: usize = 8;
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

    /// Rows of zeros.
    pub(super) fn zeros(n_rows: usize, dimensions: usize) -> Self {
        Self {
            dimensions,
            values: vec![0.0; n_rows * dimensions],
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
        self.rows(idx, idx + 1)
    }

    /// The values of some rows in one piece.
    pub(super) fn rows(&self, start: usize, end: usize) -> &[f32] {
        &self.values[start * self.dimensions..end * self.dimensions]
    }

    /// All rows, to be changed in place.
    pub(super) fn rows_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut [f32]> {
        self.values.par_chunks_exact_mut(self.dimensions.max(1))
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
    // Each thread has a block between two looks at the monitor.
    let step = QUERY_BLOCK * rayon::current_num_threads();
    for start in (0..n_queries).step_by(step) {
        report(start, n_queries, monitor)?;
        let end = n_queries.min(start + step);
        let starts: Vec<usize> = (start..end).step_by(QUERY_BLOCK).collect();
        let blocks: Vec<Vec<Vec<Neighbor>>> = starts
            .par_iter()
            .map(|&start| {
                let end = end.min(start + QUERY_BLOCK);
                nearest_of_block(queries, start, end, references, top)
            })
            .collect();
        found.extend(blocks.into_iter().flatten());
    }
    Ok(found)
}

pub(super) fn report(n_done: usize, n_total: usize, monitor: &Monitor) -> Result<(), Cancelled> {
    monitor.check()?;
    monitor.report(Progress {
        stage: "Comparing descriptors",
        n_done: n_done as u64,
        n_total: Some(n_total as u64),
    });
    Ok(())
}

/// Visits the products of queries `start..end` with all references, block by block: the number of
/// the query in the block, the first reference, and the similarities from there on.
pub(super) fn visit_products(
    queries: &Descriptors,
    (start, end): (usize, usize),
    references: &Descriptors,
    mut visit: impl FnMut(usize, usize, &[f32]),
) {
    let n_references = references.len();
    let queries_of_block = queries.rows(start, end);
    let mut products = vec![0.0; (end - start) * REFERENCE_BLOCK.min(n_references)];
    for first in (0..n_references).step_by(REFERENCE_BLOCK) {
        let last = n_references.min(first + REFERENCE_BLOCK);
        let products = &mut products[..(end - start) * (last - first)];
        let references = references.rows(first, last);
        inner_products(queries_of_block, references, queries.dimensions, products);
        for (query, row) in products.chunks_exact(last - first).enumerate() {
            visit(query, first, row);
        }
    }
}

fn nearest_of_block(
    queries: &Descriptors,
    start: usize,
    end: usize,
    references: &Descriptors,
    top: usize,
) -> Vec<Vec<Neighbor>> {
    if top == 0 {
        return vec![Vec::new(); end - start];
    }
    let kept = top + SLACK;
    // The top of each heap is the worst neighbor kept so far.
    let mut heaps = vec![BinaryHeap::with_capacity(kept + 1); end - start];
    visit_products(queries, (start, end), references, |query, first, row| {
        keep_best(&mut heaps[query], first, row, kept);
    });
    let heaps = heaps.into_iter().enumerate();
    heaps
        .map(|(query, heap)| {
            let query = queries.row(start + query);
            let exact = |neighbor: Neighbor| Neighbor {
                similarity: dot(query, references.row(neighbor.row as usize)),
                ..neighbor
            };
            let mut found: Vec<Neighbor> = heap.into_iter().map(exact).collect();
            found.sort_unstable();
            found.truncate(top);
            found
        })
        .collect()
}

/// Whether one of them is at least `bound`. Counting needs no branch, so many are compared at once.
pub(super) fn any_reaches(similarities: &[f32], bound: f32) -> bool {
    let hits = similarities.iter().map(|value| u32::from(*value >= bound));
    hits.sum::<u32>() > 0
}

/// Takes over what belongs to the best `kept`. References come by rising row, so an equal similarity
/// that comes later is never better.
fn keep_best(heap: &mut BinaryHeap<Neighbor>, first: usize, similarities: &[f32], kept: usize) {
    let worst_of = |heap: &BinaryHeap<Neighbor>| match heap.peek() {
        Some(worst) if heap.len() == kept => worst.similarity,
        _ => f32::NEG_INFINITY,
    };
    let mut worst = worst_of(heap);
    for (chunk_idx, chunk) in similarities.chunks(LANES).enumerate() {
        // Nearly always nothing is better, and this is found out for many at once.
        if heap.len() == kept && !any_reaches(chunk, worst) {
            continue;
        }
        for (idx, &similarity) in chunk.iter().enumerate() {
            if heap.len() == kept && similarity <= worst {
                continue;
            }
            if heap.len() == kept {
                heap.pop();
            }
            let row = (first + chunk_idx * LANES + idx) as u32;
            heap.push(Neighbor { row, similarity });
            worst = worst_of(heap);
        }
    }
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
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
pub(super) mod tests {
    use super::*;

    pub(in crate::eval) fn pseudo_random(
        n_rows: usize,
        dimensions: usize,
        seed: u32,
    ) -> Descriptors {
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

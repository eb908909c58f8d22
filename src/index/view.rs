//! What a search looks at: segments and the tail of newer rows, as one unchanging snapshot.

use std::sync::Arc;

use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;

use super::graph::EF_SEARCH;
use super::matrix::Best;
use super::matrix::dot;
use super::segment::RowKey;
use super::segment::Segment;
use super::types::Hit;

/// Rows of a block of the tail: few enough to copy when a reader still holds the old state.
pub(super) const BLOCK_ROWS: usize = 1024;
/// Below this many numbers one core is faster than sharing the work.
const SHARED_SCAN_NUMBERS: usize = 1 << 18;
/// The id of a row of the tail that counts no longer.
pub(super) const DEAD: u64 = u64::MAX;

/// Some newer rows.
#[derive(Clone, Default)]
pub(super) struct Block {
    pub ids: Vec<u64>,
    pub numbers: Vec<f32>,
}

/// A segment, and which of its rows count no longer.
#[derive(Clone)]
pub(super) struct LiveSegment {
    pub segment: Arc<Segment>,
    pub dead: Arc<Vec<bool>>,
    pub n_live: usize,
}

/// Everything that can be found with one model.
#[derive(Clone, Default)]
pub(super) struct View {
    pub segments: Vec<LiveSegment>,
    pub blocks: Vec<Arc<Block>>,
}

impl View {
    /// The best rows, best first; equal ones in the order of their ids.
    pub(super) fn search(&self, query: &[f32], top: usize) -> Vec<Hit> {
        if top == 0 {
            return Vec::new();
        }
        let mut best = Best::new(top);
        let blocks = self.blocks.iter().map(|block| block.stretch());
        let mut to_scan: Vec<Stretch<'_>> = blocks.collect();
        for segment in &self.segments {
            match segment.near(query, top) {
                Some(found) => best = best.merge(found),
                None => to_scan.extend(segment.stretches(query.len())),
            }
        }
        best.merge(scan(query, top, &to_scan)).into_hits()
    }

    pub(super) fn segment_numbers(&self) -> Vec<u32> {
        let segments = self.segments.iter();
        segments.map(|live| live.segment.number).collect()
    }

    /// Rows of the tail that count.
    pub(super) fn n_tail(&self) -> usize {
        let live = |block: &Arc<Block>| block.ids.iter().filter(|&&id| id != DEAD).count();
        self.blocks.iter().map(live).sum()
    }
}

impl Block {
    fn stretch(&self) -> Stretch<'_> {
        Stretch {
            ids: Ids::Block(&self.ids),
            numbers: &self.numbers,
        }
    }
}

impl LiveSegment {
    /// Rows near the query by the graph; `None` where only looking at all of them is right.
    fn near(&self, query: &[f32], top: usize) -> Option<Best> {
        if top * 2 > EF_SEARCH {
            return None;
        }
        let mut best = Best::new(top);
        let mut n_found = 0;
        for first in self.segment.graph.near(query) {
            for row in self.equal_rows(first as usize) {
                if let Some(id) = self.ids().live(row) {
                    best.offer(id, dot(query, self.segment.rows.matrix.row(row)));
                    n_found += 1;
                }
            }
        }
        (n_found >= top.min(self.n_live)).then_some(best)
    }

    /// The rows with the same numbers as `first`; only the first one is in the graph.
    fn equal_rows(&self, first: usize) -> impl Iterator<Item = usize> {
        let matrix = &self.segment.rows.matrix;
        let is_equal = move |&row: &usize| same_numbers(matrix.row(row), matrix.row(first));
        (first..self.segment.keys.len()).take_while(is_equal)
    }

    fn ids(&self) -> Ids<'_> {
        Ids::Segment {
            keys: &self.segment.keys,
            dead: &self.dead,
        }
    }

    fn stretches(&self, dims: usize) -> impl Iterator<Item = Stretch<'_>> {
        let keys = self.segment.keys.chunks(BLOCK_ROWS);
        let dead = self.dead.chunks(BLOCK_ROWS);
        let numbers = self.segment.rows.matrix.numbers();
        let numbers = numbers.chunks(BLOCK_ROWS * dims);
        let parts = keys.zip(dead).zip(numbers);
        parts.map(|((keys, dead), numbers)| Stretch {
            ids: Ids::Segment { keys, dead },
            numbers,
        })
    }
}

/// Equal to the bit: such rows lie side by side in a segment.
pub(super) fn same_numbers(a: &[f32], b: &[f32]) -> bool {
    bytemuck::cast_slice::<f32, u8>(a) == bytemuck::cast_slice::<f32, u8>(b)
}

/// Rows that one core scans in one go.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    ids: Ids<'a>,
    numbers: &'a [f32],
}

#[derive(Clone, Copy)]
enum Ids<'a> {
    Block(&'a [u64]),
    Segment {
        keys: &'a [RowKey],
        dead: &'a [bool],
    },
}

impl Ids<'_> {
    fn live(&self, row: usize) -> Option<u64> {
        match self {
            Self::Block(ids) => Some(ids[row]).filter(|&id| id != DEAD),
            Self::Segment { keys, dead } => (!dead[row]).then(|| keys[row].id),
        }
    }
}

fn scan(query: &[f32], top: usize, stretches: &[Stretch<'_>]) -> Best {
    let one = |mut best: Best, stretch: &Stretch<'_>| {
        for (row, numbers) in stretch.numbers.chunks_exact(query.len()).enumerate() {
            let similarity = dot(query, numbers);
            if best.wants(similarity)
                && let Some(id) = stretch.ids.live(row)
            {
                best.offer(id, similarity);
            }
        }
        best
    };
    let n_numbers: usize = stretches.iter().map(|stretch| stretch.numbers.len()).sum();
    if n_numbers < SHARED_SCAN_NUMBERS {
        return stretches.iter().fold(Best::new(top), one);
    }
    let shared = stretches.par_iter().fold(|| Best::new(top), one);
    shared.reduce(|| Best::new(top), Best::merge)
}

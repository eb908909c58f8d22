//! Rows of numbers in one piece of memory, and the dot product everything rests on.

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use super::types::Hit;
use super::types::PictureId;

/// The dot product of two descriptors: their similarity, as they have length 1.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        #[expect(
            unsafe_code,
            reason = "the way to wide registers in a program for any x86-64"
        )]
        // SAFETY: the processor was just asked whether it has what `wide_dot` is compiled for.
        return unsafe { wide_dot(a, b) };
    }
    dot_in_lanes::<16>(a, b, |a, b, sum| a * b + sum)
}

/// Five times as fast as without these instructions, as long as the numbers are in the cache.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn wide_dot(a: &[f32], b: &[f32]) -> f32 {
    dot_in_lanes::<32>(a, b, f32::mul_add)
}

/// Keeps `LANES` sums side by side, so that the compiler can use wide registers.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the instructions of its caller"
)]
fn dot_in_lanes<const LANES: usize>(
    a: &[f32],
    b: &[f32],
    multiply_add: impl Fn(f32, f32, f32) -> f32,
) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            sums[lane] = multiply_add(a[lane], b[lane], sums[lane]);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Descriptors one after the other, in memory or in a mapped file.
pub(super) struct Matrix {
    dims: usize,
    storage: Storage,
}

enum Storage {
    Owned(Vec<f32>),
    Mapped {
        map: Mmap,
        start: usize,
        n_bytes: usize,
    },
}

impl Matrix {
    pub(super) fn owned(dims: usize, numbers: Vec<f32>) -> Self {
        Self {
            dims,
            storage: Storage::Owned(numbers),
        }
    }

    /// The numbers at `start` of a mapped file; `start` must be a multiple of 4.
    pub(super) fn mapped(dims: usize, map: Mmap, start: usize, n_rows: usize) -> Self {
        let n_bytes = n_rows * dims * size_of::<f32>();
        Self {
            dims,
            storage: Storage::Mapped {
                map,
                start,
                n_bytes,
            },
        }
    }

    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.numbers()[row * self.dims..(row + 1) * self.dims]
    }

    pub(super) fn n_rows(&self) -> usize {
        self.numbers().len() / self.dims
    }

    pub(super) fn numbers(&self) -> &[f32] {
        match &self.storage {
            Storage::Owned(numbers) => numbers,
            Storage::Mapped {
                map,
                start,
                n_bytes,
            } => bytemuck::cast_slice(&map[*start..start + n_bytes]),
        }
    }
}

/// Maps a finished file for reading.
pub(super) fn map_file(path: &Path) -> std::io::Result<Mmap> {
    let file = File::open(path)?;
    #[expect(
        unsafe_code,
        reason = "a mapped file is the way to search more descriptors than fit in memory"
    )]
    // SAFETY: segment files are written under another name, renamed when complete and never
    // changed afterwards; replacing one makes a new file and leaves the mapped one as it is.
    unsafe {
        Mmap::map(&file)
    }
}

/// The best hits seen so far, best first; equal ones in the order of their ids.
#[derive(Clone)]
pub(super) struct Best {
    top: usize,
    hits: Vec<Hit>,
}

impl Best {
    pub(super) fn new(top: usize) -> Self {
        Self {
            top,
            hits: Vec::with_capacity(top.min(1024) + 1),
        }
    }

    /// Whether a row with this similarity could be among the best.
    pub(super) fn wants(&self, similarity: f32) -> bool {
        self.hits.len() < self.top
            || self
                .hits
                .last()
                .is_some_and(|last| similarity >= last.similarity)
    }

    pub(super) fn offer(&mut self, id: u64, similarity: f32) {
        let hit = Hit {
            id: PictureId(id),
            similarity,
        };
        if self.hits.len() >= self.top {
            match self.hits.last() {
                Some(last) if comes_before(&hit, last) => {}
                _ => return,
            }
        }
        let place = self.hits.partition_point(|known| comes_before(known, &hit));
        self.hits.insert(place, hit);
        self.hits.truncate(self.top);
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        for hit in other.hits {
            self.offer(hit.id.0, hit.similarity);
        }
        self
    }

    pub(super) fn into_hits(self) -> Vec<Hit> {
        self.hits
    }
}

fn comes_before(a: &Hit, b: &Hit) -> bool {
    let by_similarity = b.similarity.total_cmp(&a.similarity);
    by_similarity.then(a.id.cmp(&b.id)).is_lt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_product_counts_every_number() {
        for n in [0, 1, 7, 8, 15, 16, 17, 31, 256, 257] {
            let a: Vec<f32> = (0..n).map(|i| i as f32).collect();
            let b = vec![2.0; n];
            let expected = (0..n).map(|i| 2 * i).sum::<usize>() as f32;
            assert_eq!(dot(&a, &b), expected, "{n}");
            let plain = dot_in_lanes::<16>(&a, &b, |a, b, sum| a * b + sum);
            assert_eq!(plain, expected, "{n}");
        }
    }

    #[test]
    fn the_best_are_kept_in_order_and_ties_go_by_id() {
        let mut best = Best::new(3);
        for (id, similarity) in [(9, 0.5), (4, 0.9), (7, 0.5), (1, 0.1), (5, 0.5)] {
            best.offer(id, similarity);
        }
        let ids: Vec<u64> = best.into_hits().iter().map(|hit| hit.id.0).collect();
        assert_eq!(ids, [4, 5, 7]);
    }

    #[test]
    fn no_hits_are_kept_when_none_are_wanted() {
        let mut best = Best::new(0);
        best.offer(1, 1.0);
        assert!(best.into_hits().is_empty());
    }
}

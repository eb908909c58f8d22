//! The product of rows with packed weights: convolutions, linear layers and attention are made of it.

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

use super::panels::Panel;
use super::panels::Panels;
use super::simd::Floats;
use super::simd::lanes;
use super::simd::load;
use super::simd::load_some;
use super::simd::splat;
use super::simd::store;
use super::simd::store_some;

/// Steps of the depth whose weights stay in the second cache while all rows pass by.
const PART: usize = 768;

/// Rows that are multiplied with the same weights.
///
/// A row is not copied together: its numbers lie in runs of `run`, which begin at `taps` from where
/// the row begins. So a convolution reads the map where it lies (an indirect convolution, Dukhan,
/// arXiv:1907.02129).
pub(super) struct Product<'a> {
    pub(super) from: &'a [f32],
    /// Where each row begins.
    pub(super) rows: &'a [usize],
    pub(super) taps: &'a [usize],
    pub(super) run: usize,
    pub(super) panels: &'a Panels,
    /// Those of the panels that are wanted.
    pub(super) list: &'a [Panel],
    pub(super) to: &'a mut [f32],
    /// From one row of the result to the next.
    pub(super) stride: usize,
    /// Where the first column of the list goes.
    pub(super) column: usize,
    /// Whether the result is added to what is there.
    pub(super) adds: bool,
    /// Results are brought into these bounds.
    pub(super) bounds: [f32; 2],
}

/// No bounds.
pub(super) const ANY: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];

/// Computes a product.
///
/// Each number is a sum in the order of the depth that begins with the bias and what is added to,
/// however many rows there are and wherever they lie: a result does not depend on its neighbors.
pub(super) fn multiply(product: Product<'_>) {
    AutoArch::new().dispatch(product);
}

/// A part of the depth.
#[derive(Clone, Copy)]
struct Part<'a> {
    taps: &'a [usize],
    /// Where it begins in each run, and how long it is there.
    start: usize,
    run: usize,
    /// Steps of the depth before it, and before its second tap.
    step: usize,
    next: usize,
    is_first: bool,
    is_last: bool,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self) {
        let (taps, run) = (self.taps, self.run);
        let n_groups = taps.len().div_ceil((PART / run).max(1));
        let n_pieces = run.div_ceil(PART);
        for group in 0..n_groups {
            let first = taps.len() * group / n_groups;
            let end = taps.len() * (group + 1) / n_groups;
            for piece in 0..n_pieces {
                let start = run * piece / n_pieces;
                self.part::<S>(Part {
                    taps: &taps[first..end],
                    start,
                    run: run * (piece + 1) / n_pieces - start,
                    step: first * run + start,
                    next: run,
                    is_first: group + piece == 0,
                    is_last: group + 1 == n_groups && piece + 1 == n_pieces,
                });
            }
        }
    }
}

impl Product<'_> {
    /// Tiles keep all their sums in registers. With 32 registers, 6 rows of 4 vectors need 6 + 4
    /// reads for 24 products, so that the reads hide behind the products; narrower panels have
    /// more rows. On a Xeon with AVX-512 the layers of ResNet-50 and ViT-S ran at 160 to 210
    /// GFLOP/s on one core, PyTorch's products at 140 to 170; 7 x 4 and 14 x 2 were no faster.
    #[inline(always)]
    fn part<S: Simd>(&mut self, part: Part<'_>) {
        for panel in self.list {
            match panel.vectors {
                1 => self.panel::<S, 1, 12>(part, panel),
                2 if lanes::<S>() == 16 || cfg!(target_arch = "aarch64") => {
                    self.panel::<S, 2, 12>(part, panel);
                }
                2 => self.panel::<S, 2, 6>(part, panel),
                3 => self.panel::<S, 3, 8>(part, panel),
                _ => self.panel::<S, 4, 6>(part, panel),
            }
        }
    }

    /// All rows with one panel, `M` rows at a time.
    #[inline(always)]
    fn panel<S: Simd, const N: usize, const M: usize>(&mut self, part: Part<'_>, panel: &Panel) {
        let mut row = 0;
        while row + M <= self.rows.len() {
            self.tile::<S, N, M>(part, panel, row);
            row += M;
        }
        while row + 4 <= self.rows.len() {
            self.tile::<S, N, 4>(part, panel, row);
            row += 4;
        }
        while row < self.rows.len() {
            self.tile::<S, N, 1>(part, panel, row);
            row += 1;
        }
    }

    /// `M` rows of `N` vectors.
    ///
    /// The loops over `M` and `N` count up so that the compiler unrolls them and keeps `sums` in
    /// registers; `begin` and `done` are copies because they are looked up row by row.
    #[inline(always)]
    fn tile<S: Simd, const N: usize, const M: usize>(
        &mut self,
        part: Part<'_>,
        panel: &Panel,
        first: usize,
    ) {
        let width = N * lanes::<S>();
        let n_columns = width.min(self.panels.columns - panel.column);
        let column = self.column + panel.column - self.list[0].column;
        let bias = vectors::<S, N>(&self.panels.bias[panel.column..][..width]);
        let mut sums = [bias; M];
        if self.adds || !part.is_first {
            let mut begin = sums;
            for (i, sums) in begin.iter_mut().enumerate() {
                let there = &self.to[(first + i) * self.stride + column..][..n_columns];
                continue_row::<S, N>(sums, there, part.is_first);
            }
            sums = begin;
        }
        let starts = &self.rows[first..first + M];
        let weights = &self.panels.values[panel.start + part.step * width..];
        for (idx, tap) in part.taps.iter().enumerate() {
            let rows: [&[f32]; M] =
                std::array::from_fn(|i| &self.from[starts[i] + tap + part.start..][..part.run]);
            let here = &weights[idx * part.next * width..][..part.run * width];
            for (step, line) in here.chunks_exact(width).enumerate() {
                let line = vectors::<S, N>(line);
                for i in 0..M {
                    let x = splat::<S>(rows[i][step]);
                    for j in 0..N {
                        sums[i][j] = x.mul_add(line[j], sums[i][j]);
                    }
                }
            }
        }
        let done = sums;
        let bounds = if part.is_last { self.bounds } else { ANY };
        for (i, sums) in done.iter().enumerate() {
            let to = &mut self.to[(first + i) * self.stride + column..][..n_columns];
            if n_columns < width {
                finish_some::<S, N>(sums, to, bounds);
            } else {
                finish::<S, N>(sums, to, bounds);
            }
        }
    }
}

/// Everything that handles vectors is a function that is always inlined: a closure could end up
/// outside of what is compiled for the processor.
#[inline(always)]
fn vectors<S: Simd, const N: usize>(from: &[f32]) -> [Floats<S>; N] {
    let mut vectors = [splat::<S>(0.0); N];
    for (vector, from) in vectors.iter_mut().zip(from.chunks_exact(lanes::<S>())) {
        *vector = load::<S>(from);
    }
    vectors
}

/// Sums of one row that go on from what is there, or add it to the bias.
#[inline(always)]
fn continue_row<S: Simd, const N: usize>(sums: &mut [Floats<S>; N], there: &[f32], has_bias: bool) {
    for (sum, there) in sums.iter_mut().zip(there.chunks(lanes::<S>())) {
        let there = if there.len() == lanes::<S>() {
            load::<S>(there)
        } else {
            load_some::<S>(there)
        };
        *sum = if has_bias { *sum + there } else { there };
    }
}

/// Writes one row of a tile.
#[inline(always)]
fn finish<S: Simd, const N: usize>(sums: &[Floats<S>; N], to: &mut [f32], [low, high]: [f32; 2]) {
    let (low, high) = (splat::<S>(low), splat::<S>(high));
    for (sum, to) in sums.iter().zip(to.chunks_exact_mut(lanes::<S>())) {
        // In this order what is not a number stays so on x86.
        store::<S>(high.min(low.max(*sum)), to);
    }
}

/// Writes one row of a tile whose last columns are missing.
#[inline(always)]
fn finish_some<S: Simd, const N: usize>(
    sums: &[Floats<S>; N],
    to: &mut [f32],
    [low, high]: [f32; 2],
) {
    let (low, high) = (splat::<S>(low), splat::<S>(high));
    for (sum, to) in sums.iter().zip(to.chunks_mut(lanes::<S>())) {
        store_some::<S>(high.min(low.max(*sum)), to);
    }
}

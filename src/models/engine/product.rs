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
    pub(super) to: &'a mut [f32],
    /// From one row of the result to the next.
    pub(super) stride: usize,
    /// Where the first column of the result goes.
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
/// Each number is a sum in the order of the depth that begins with the bias, however many rows there
/// are and wherever they lie: a result does not depend on its neighbors.
pub(super) fn multiply(product: Product<'_>) {
    AutoArch::new().dispatch(product);
}

impl WithSimd for Product<'_> {
    type Output = ();

    /// Tiles keep all their sums in registers. With 32 registers, 6 rows of 4 vectors need 6 + 4
    /// reads for 24 products, so that the reads hide behind the products; narrower panels have
    /// more rows. On a Xeon with AVX-512 the layers of ResNet-50 and ViT-S ran at 160 to 210
    /// GFLOP/s on one core, PyTorch's products at 140 to 170; 7 x 4 and 14 x 2 were no faster.
    #[inline(always)]
    fn with_simd<S: Simd>(mut self) {
        let panels = self.panels;
        for panel in &panels.list {
            match panel.vectors {
                1 => self.panel::<S, 1, 12>(panel),
                2 if lanes::<S>() == 16 || cfg!(target_arch = "aarch64") => {
                    self.panel::<S, 2, 12>(panel);
                }
                2 => self.panel::<S, 2, 6>(panel),
                3 => self.panel::<S, 3, 8>(panel),
                _ => self.panel::<S, 4, 6>(panel),
            }
        }
    }
}

impl Product<'_> {
    /// All rows with one panel, `M` rows at a time.
    #[inline(always)]
    fn panel<S: Simd, const N: usize, const M: usize>(&mut self, panel: &Panel) {
        let mut row = 0;
        while row + M <= self.rows.len() {
            self.tile::<S, N, M>(panel, row);
            row += M;
        }
        while row + 4 <= self.rows.len() {
            self.tile::<S, N, 4>(panel, row);
            row += 4;
        }
        while row < self.rows.len() {
            self.tile::<S, N, 1>(panel, row);
            row += 1;
        }
    }

    /// `M` rows of `N` vectors.
    ///
    /// The loops over `M` and `N` count up so that the compiler unrolls them and keeps `sums` in
    /// registers; `done` is a copy because it is looked up row by row.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "see above")]
    fn tile<S: Simd, const N: usize, const M: usize>(&mut self, panel: &Panel, first: usize) {
        let width = N * lanes::<S>();
        let bias = &self.panels.bias[panel.column..][..width];
        let mut sums = [vectors::<S, N>(bias); M];
        let starts = &self.rows[first..first + M];
        let mut weights = &self.panels.values[panel.start..];
        for tap in self.taps {
            let rows: [&[f32]; M] =
                std::array::from_fn(|i| &self.from[starts[i] + tap..][..self.run]);
            let (here, rest) = weights.split_at(self.run * width);
            weights = rest;
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
        let n_columns = width.min(self.panels.columns - panel.column);
        for (i, sums) in done.iter().enumerate() {
            let start = (first + i) * self.stride + self.column + panel.column;
            let to = &mut self.to[start..start + n_columns];
            if n_columns < width {
                finish_some::<S, N>(sums, to, self.adds, self.bounds);
            } else if self.adds {
                finish::<S, N, true>(sums, to, self.bounds);
            } else {
                finish::<S, N, false>(sums, to, self.bounds);
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

/// Writes one row of a tile.
#[inline(always)]
fn finish<S: Simd, const N: usize, const ADDS: bool>(
    sums: &[Floats<S>; N],
    to: &mut [f32],
    [low, high]: [f32; 2],
) {
    let (low, high) = (splat::<S>(low), splat::<S>(high));
    for (sum, to) in sums.iter().zip(to.chunks_exact_mut(lanes::<S>())) {
        let mut value = *sum;
        if ADDS {
            value += load::<S>(to);
        }
        // In this order what is not a number stays so on x86.
        store::<S>(high.min(low.max(value)), to);
    }
}

/// Writes one row of a tile whose last columns are missing.
#[inline(always)]
fn finish_some<S: Simd, const N: usize>(
    sums: &[Floats<S>; N],
    to: &mut [f32],
    adds: bool,
    [low, high]: [f32; 2],
) {
    let (low, high) = (splat::<S>(low), splat::<S>(high));
    for (sum, to) in sums.iter().zip(to.chunks_mut(lanes::<S>())) {
        let mut value = *sum;
        if adds {
            value += load_some::<S>(to);
        }
        store_some::<S>(high.min(low.max(value)), to);
    }
}

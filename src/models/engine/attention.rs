//! Softmax attention.

use super::panels::Panels;
use super::parallel::each_chunk;
use super::product::ANY;
use super::product::Product;
use super::product::multiply;
use super::rows::RowWork;

/// Queries that are compared with all keys at a time.
const BLOCK: usize = 48;

/// Rows `[n * rows, 3 * channels]` that see the rows of their own group.
#[derive(Clone, Copy)]
pub(super) struct Attention {
    pub(super) heads: usize,
    /// Rows of a group.
    pub(super) rows: usize,
    /// Numbers of a row of the result.
    pub(super) channels: usize,
}

/// Keys and values of one head.
struct Head {
    keys: Panels,
    values: Panels,
}

impl Attention {
    pub(super) fn run(&self, from: &[f32], to: &mut [f32], n_threads: usize) {
        let n_values = self.rows * self.channels;
        let groups = from.chunks_exact(3 * n_values);
        for (from, to) in groups.zip(to.chunks_exact_mut(n_values)) {
            let heads: Vec<Head> = (0..self.heads).map(|head| self.head(from, head)).collect();
            each_chunk(to, BLOCK * self.channels, n_threads, |idx, to| {
                self.block(from, &heads, idx * BLOCK, to);
            });
        }
    }

    fn head(&self, from: &[f32], head: usize) -> Head {
        let width = self.channels / self.heads;
        let row = 3 * self.channels;
        let scale = 1.0 / (width as f32).sqrt();
        let keys = &from[self.channels + head * width..];
        let values = &from[2 * self.channels + head * width..];
        let mut head = Head {
            keys: Panels::zeros(width, self.rows),
            values: Panels::zeros(self.rows, width),
        };
        head.keys
            .fill(|step, column| keys[column * row + step] * scale);
        head.values.fill(|step, column| values[step * row + column]);
        head
    }

    /// The rows of the result from `first` on that `to` has room for.
    fn block(&self, from: &[f32], heads: &[Head], first: usize, to: &mut [f32]) {
        let n_rows = to.len() / self.channels;
        let width = self.channels / self.heads;
        // Whole vectors, so that no row ends in the middle of one.
        let stride = self.rows.next_multiple_of(16);
        let mut scores = vec![0.0; n_rows * stride];
        for (idx, head) in heads.iter().enumerate() {
            let place = |row: usize| (first + row) * 3 * self.channels + idx * width;
            multiply(Product {
                from,
                rows: &std::array::from_fn::<usize, BLOCK, _>(place)[..n_rows],
                taps: &[0],
                run: width,
                panels: &head.keys,
                list: &head.keys.list,
                to: &mut scores,
                stride,
                column: 0,
                adds: false,
                bounds: ANY,
            });
            for row in scores.chunks_exact_mut(stride) {
                RowWork::Softmax.run(&mut row[..self.rows]);
            }
            multiply(Product {
                from: &scores,
                rows: &std::array::from_fn::<usize, BLOCK, _>(|row| row * stride)[..n_rows],
                taps: &[0],
                run: self.rows,
                panels: &head.values,
                list: &head.values.list,
                to: &mut *to,
                stride: self.channels,
                column: idx * width,
                adds: false,
                bounds: ANY,
            });
        }
    }
}

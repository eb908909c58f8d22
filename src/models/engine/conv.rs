//! Convolutions and linear layers: rows are found in a map and multiplied with packed weights.

use std::sync::Arc;

use rayon::prelude::*;

use crate::models::graph::Border;
use crate::models::graph::Constant;
use crate::models::graph::Conv;
use crate::models::graph::Linear;
use crate::models::graph::Window;

use super::activate::activate;
use super::buffer::Buffer;
use super::panels::Panels;
use super::parallel::each_chunk;
use super::plan::Finish;
use super::plan::Packed;
use super::product::Product;
use super::product::multiply;

/// Rows that are multiplied at once: what is read of them at a time stays in the second cache while
/// all weights pass by.
const MAX_BLOCK: usize = 192;
/// Fewer rows are not shared among threads, but the columns: each weight is read by one thread.
const FEW_ROWS: usize = 96;

/// A convolution or a linear layer, its weights packed.
pub(super) struct Multiply {
    /// For each group of channels.
    panels: Arc<Vec<Panels>>,
    window: Window,
    /// Channels of a row of the input.
    channels: usize,
    columns: usize,
}

/// Where rows lie in a map.
struct Places {
    /// `[height, width]` of the result.
    size: [usize; 2],
    /// From one picture, line or cell to the next.
    steps: [usize; 3],
}

impl Multiply {
    pub(super) fn of_conv(conv: &Conv, packed: &mut Packed) -> Self {
        let [out, into, height, width] = conv.weight.dims();
        let bias = conv.bias.as_ref();
        Self {
            panels: pack(&conv.weight, bias, conv.groups, height * width, packed),
            window: conv.window,
            channels: into * conv.groups,
            columns: out,
        }
    }

    pub(super) fn of_linear(linear: &Linear, packed: &mut Packed) -> Self {
        let [out, into] = linear.weight.dims();
        Self {
            panels: pack(&linear.weight, linear.bias.as_ref(), 1, 1, packed),
            window: Window {
                kernel: [1, 1],
                stride: [1, 1],
                border: Border::default(),
            },
            channels: into,
            columns: out,
        }
    }

    /// `[n, h, w, channels]` to `[n, h, w, columns]`, in `n_threads` parts at least.
    pub(super) fn run(
        &self,
        from: &[f32],
        [n, height, width]: [usize; 3],
        to: &mut [f32],
        finish: &Finish,
        scratch: &mut Buffer,
        n_threads: usize,
    ) {
        let border = self.window.border;
        let size = [
            height + border.top + border.bottom,
            width + border.left + border.right,
        ];
        let from = if border == Border::default() {
            from
        } else {
            let n_values = n * size[0] * size[1] * self.channels;
            scratch.grow(n_values);
            let to = &mut scratch[..n_values];
            surround(from, [n, height, width, self.channels], border, to);
            &scratch[..n_values]
        };
        let places = self.places(size);
        let n_rows = n * places.size[0] * places.size[1];
        let to = &mut to[..n_rows * self.columns];
        if n_threads > 1 && n_rows <= FEW_ROWS && self.has_even_columns(n_threads) {
            self.columns_apart(from, &places, to, finish, n_threads);
            return;
        }
        let block = Self::block(n_rows, n_threads);
        each_chunk(to, block * self.columns, n_threads, |idx, to| {
            self.block_of_rows(from, &places, idx * block, to, finish);
        });
    }

    /// Of its packed weights.
    pub(super) fn n_bytes(&self) -> usize {
        self.panels.iter().map(Panels::n_bytes).sum()
    }

    fn places(&self, [height, width]: [usize; 2]) -> Places {
        let [down, right] = self.window.stride;
        let [kernel_height, kernel_width] = self.window.kernel;
        let line = width * self.channels;
        Places {
            size: [
                (height - kernel_height) / down + 1,
                (width - kernel_width) / right + 1,
            ],
            steps: [height * line, down * line, right * self.channels],
        }
    }

    /// Whether threads can share the columns about evenly.
    fn has_even_columns(&self, n_threads: usize) -> bool {
        let n_panels = self.panels[0].list.len();
        let is_even = n_panels.is_multiple_of(n_threads) || n_panels >= 4 * n_threads;
        self.panels.len() == 1 && is_even
    }

    /// How many rows are multiplied at a time.
    fn block(n_rows: usize, n_threads: usize) -> usize {
        let n_blocks = n_rows.div_ceil(MAX_BLOCK).next_multiple_of(n_threads);
        let block = n_rows.div_ceil(n_blocks).max(1);
        // Whole tiles, unless that leaves threads without work.
        if n_blocks < 4 * n_threads {
            block
        } else {
            block.next_multiple_of(12).min(MAX_BLOCK)
        }
    }

    /// All rows, the columns shared among threads. What becomes of a number is the same.
    fn columns_apart(
        &self,
        from: &[f32],
        places: &Places,
        to: &mut [f32],
        finish: &Finish,
        n_threads: usize,
    ) {
        let n_rows = to.len() / self.columns;
        let panels = &self.panels[0];
        let mut rows = [0; FEW_ROWS];
        places.write(0, &mut rows[..n_rows]);
        let (taps, run) = self.taps(places);
        let n_panels = panels.list.len();
        let before = &*to;
        let part = |idx: usize| {
            let list = &panels.list[n_panels * idx / n_threads..n_panels * (idx + 1) / n_threads];
            let columns = panels.columns_of(list);
            let width = columns.len();
            let mut part = vec![0.0; n_rows * width];
            if width > 0 {
                let lines = before.chunks_exact(self.columns);
                for (part, line) in part.chunks_exact_mut(width).zip(lines) {
                    part.copy_from_slice(&line[columns.clone()]);
                }
                multiply(Product {
                    from,
                    rows: &rows[..n_rows],
                    taps: &taps,
                    run,
                    panels,
                    list,
                    to: &mut part,
                    stride: width,
                    column: 0,
                    adds: finish.adds,
                    bounds: finish.bounds,
                });
            }
            if let Some(activation) = finish.activation {
                activate(activation, &mut part);
            }
            (columns, part)
        };
        let parts: Vec<_> = (0..n_threads).into_par_iter().map(part).collect();
        for (columns, part) in &parts {
            let lines = to.chunks_exact_mut(self.columns);
            for (part, line) in part.chunks_exact(columns.len().max(1)).zip(lines) {
                line[columns.clone()].copy_from_slice(part);
            }
        }
    }

    /// Where the numbers of a row lie: the beginnings of its runs, and how long they are.
    fn taps(&self, places: &Places) -> (Vec<usize>, usize) {
        let [kernel_height, kernel_width] = self.window.kernel;
        let width = places.steps[1] / self.window.stride[0];
        let channels = self.channels / self.panels.len();
        // The cells of a line of the window lie side by side, unless other groups are in between.
        if self.panels.len() == 1 {
            let taps = (0..kernel_height).map(|y| y * width);
            (taps.collect(), kernel_width * channels)
        } else {
            let cell = |tap| tap / kernel_width * width + tap % kernel_width * self.channels;
            let taps = (0..kernel_height * kernel_width).map(cell);
            (taps.collect(), channels)
        }
    }

    /// The rows of the result from `first` on that `to` has room for.
    fn block_of_rows(
        &self,
        from: &[f32],
        places: &Places,
        first: usize,
        to: &mut [f32],
        finish: &Finish,
    ) {
        let n_rows = to.len() / self.columns;
        let mut rows = [0; MAX_BLOCK];
        places.write(first, &mut rows[..n_rows]);
        let (taps, run) = self.taps(places);
        let channels = self.channels / self.panels.len();
        for (group, panels) in self.panels.iter().enumerate() {
            multiply(Product {
                from: &from[group * channels..],
                rows: &rows[..n_rows],
                taps: &taps,
                run,
                panels,
                list: &panels.list,
                to: &mut *to,
                stride: self.columns,
                column: group * panels.columns,
                adds: finish.adds,
                bounds: finish.bounds,
            });
        }
        if let Some(activation) = finish.activation {
            activate(activation, to);
        }
    }
}

impl Places {
    /// Where the rows from `first` on begin.
    fn write(&self, first: usize, rows: &mut [usize]) {
        let [height, width] = self.size;
        let [picture, line, cell] = self.steps;
        let (mut p, mut y, mut x) = (
            first / (height * width),
            first / width % height,
            first % width,
        );
        for row in rows {
            *row = p * picture + y * line + x * cell;
            x += 1;
            if x == width {
                (x, y) = (0, y + 1);
            }
            if y == height {
                (y, p) = (0, p + 1);
            }
        }
    }
}

/// The panels of each group of a weight `[out, in / groups, taps]`, or those made before.
fn pack(
    weight: &Constant,
    bias: Option<&Constant>,
    groups: usize,
    taps: usize,
    packed: &mut Packed,
) -> Arc<Vec<Panels>> {
    let make = || {
        let columns = weight.shape[0] / groups;
        let of_groups = weight.values.chunks(weight.values.len() / groups);
        let panels = of_groups.enumerate().map(|(group, weights)| {
            let panels = Panels::of_weights(weights, columns, taps);
            match bias {
                Some(bias) => panels.with_bias(&bias.values[group * columns..][..columns]),
                None => panels,
            }
        });
        Arc::new(panels.collect())
    };
    Arc::clone(packed.entry(Arc::clone(&weight.name)).or_insert_with(make))
}

/// A map `[n, h, w, c]` with zeros around.
pub(super) fn surround(
    from: &[f32],
    [n, height, width, channels]: [usize; 4],
    border: Border,
    to: &mut [f32],
) {
    let line = width * channels;
    let wide = (border.left + width + border.right) * channels;
    let high = border.top + height + border.bottom;
    for picture in 0..n {
        let from = &from[picture * height * line..][..height * line];
        let to = &mut to[picture * high * wide..][..high * wide];
        let (above, to) = to.split_at_mut(border.top * wide);
        let (inside, below) = to.split_at_mut(height * wide);
        above.fill(0.0);
        below.fill(0.0);
        for (from, to) in from.chunks_exact(line).zip(inside.chunks_exact_mut(wide)) {
            let (left, to) = to.split_at_mut(border.left * channels);
            let (inside, right) = to.split_at_mut(line);
            left.fill(0.0);
            inside.copy_from_slice(from);
            right.fill(0.0);
        }
    }
}

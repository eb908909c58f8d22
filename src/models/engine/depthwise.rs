//! Convolutions that look at one channel at a time.

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

use crate::models::graph::Border;
use crate::models::graph::Conv;
use crate::models::graph::Window;

use super::activate::activate;
use super::buffer::Buffer;
use super::conv::surround;
use super::parallel::each_chunk;
use super::plan::Finish;
use super::simd::Floats;
use super::simd::lanes;
use super::simd::load;
use super::simd::load_some;
use super::simd::splat;
use super::simd::store;
use super::simd::store_some;

/// Cells of a line of the result that share each weight that is read.
const TILE: usize = 8;
/// Maps of at most so many cells in a line get a border of zeros first, so that more cells can be
/// computed together.
const NARROW: usize = 16;

/// A convolution with a filter or more for each channel.
pub(super) struct Depthwise {
    /// `[taps, channels of the result]`
    weights: Buffer,
    bias: Buffer,
    window: Window,
    channels: usize,
    /// Filters for each channel of the input.
    multiple: usize,
}

impl Depthwise {
    /// `None` where the convolution mixes channels.
    pub(super) fn of_conv(conv: &Conv) -> Option<Self> {
        let [out, into, height, width] = conv.weight.dims();
        if into != 1 || conv.groups == 1 {
            return None;
        }
        let taps = height * width;
        let mut weights = Buffer::zeros(taps * out);
        for (idx, weight) in conv.weight.values.iter().enumerate() {
            weights[idx % taps * out + idx / taps] = *weight;
        }
        let mut buffer = Buffer::zeros(out);
        if let Some(bias) = &conv.bias {
            buffer[..out].copy_from_slice(&bias.values);
        }
        Some(Self {
            weights,
            bias: buffer,
            window: conv.window,
            channels: out,
            multiple: out / conv.groups,
        })
    }

    /// `[n, h, w, c]` to `[n, h, w, channels]`.
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
        if self.multiple > 1 {
            let n_values = n * height * width * self.channels;
            scratch.grow(n_values);
            for (from, to) in from.iter().zip(scratch.chunks_exact_mut(self.multiple)) {
                to.fill(*from);
            }
            let from = &scratch[..n_values];
            self.lines(from, [height, width], self.window, to, finish, n_threads);
        } else if width <= NARROW && border != Border::default() {
            let wide = width + border.left + border.right;
            let size = [height + border.top + border.bottom, wide];
            let n_values = n * size[0] * size[1] * self.channels;
            scratch.grow(n_values);
            let shape = [n, height, width, self.channels];
            surround(from, shape, border, &mut scratch[..n_values]);
            let window = Window {
                border: Border::default(),
                ..self.window
            };
            self.lines(&scratch[..n_values], size, window, to, finish, n_threads);
        } else {
            let from = &from[..n * height * width * self.channels];
            self.lines(from, [height, width], self.window, to, finish, n_threads);
        }
    }

    /// `[n, h, w, channels]` to `[n, h, w, channels]`, line by line.
    fn lines(
        &self,
        from: &[f32],
        [height, width]: [usize; 2],
        window: Window,
        to: &mut [f32],
        finish: &Finish,
        n_threads: usize,
    ) {
        let size = window.size([height, width]);
        let [out_height, out_width] = size.expect("the shape was worked out before");
        let picture = height * width * self.channels;
        let line = out_width * self.channels;
        let n = from.len() / picture;
        let to = &mut to[..n * out_height * line];
        each_chunk(to, line, n_threads, |idx, to| {
            let from = &from[idx / out_height * picture..][..picture];
            AutoArch::new().dispatch(Line {
                layer: self,
                window,
                from,
                size: [height, width],
                y: idx % out_height,
                to: &mut *to,
                finish,
            });
            if let Some(activation) = finish.activation {
                activate(activation, to);
            }
        });
    }
}

/// One line of the result.
struct Line<'a> {
    layer: &'a Depthwise,
    window: Window,
    from: &'a [f32],
    /// `[height, width]` of the map.
    size: [usize; 2],
    y: usize,
    to: &'a mut [f32],
    finish: &'a Finish,
}

/// Cells of the result that are computed together, and the part of the window that lies on the map.
#[derive(Clone, Copy)]
struct Span {
    /// The first cell of the result.
    x: usize,
    /// The first line and column of the map under the part.
    from: [usize; 2],
    /// The first line and column of the part, and its size.
    kernel: [usize; 2],
    count: [usize; 2],
}

impl WithSimd for Line<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self) {
        // The usual ones with loops that the compiler unrolls.
        match (self.window.kernel[1], self.window.stride[1]) {
            (3, 1) => self.run::<S, 3, 1>(),
            (3, 2) => self.run::<S, 3, 2>(),
            (5, 1) => self.run::<S, 5, 1>(),
            (5, 2) => self.run::<S, 5, 2>(),
            (7, 1) => self.run::<S, 7, 1>(),
            (_, _) => self.run::<S, 0, 0>(),
        }
    }
}

impl Line<'_> {
    /// The line, with a window `K` wide that moves by `STEP`; zeros mean any.
    #[inline(always)]
    fn run<S: Simd, const K: usize, const STEP: usize>(&mut self) {
        let window = self.window;
        let n_cells = self.to.len() / self.layer.channels;
        let whole = |x: usize| self.part(1, x).2 == window.kernel[1];
        // Cells whose window lies on the map from left to right.
        let inner = (0..n_cells).find(|x| whole(*x)).unwrap_or(n_cells);
        let end = (inner..n_cells).find(|x| !whole(*x)).unwrap_or(n_cells);
        let mut x = 0;
        while x < inner {
            self.cells::<S, 1, 0, 0>(x);
            x += 1;
        }
        while x + TILE <= end {
            self.cells::<S, TILE, K, STEP>(x);
            x += TILE;
        }
        while x + 4 <= end {
            self.cells::<S, 4, K, STEP>(x);
            x += 4;
        }
        while x + 2 <= end {
            self.cells::<S, 2, K, STEP>(x);
            x += 2;
        }
        while x < n_cells {
            self.cells::<S, 1, 0, 0>(x);
            x += 1;
        }
    }

    /// The first cell of the map under the window of cell `at` along an axis, the first of the
    /// window, and how many there are.
    #[inline(always)]
    fn part(&self, axis: usize, at: usize) -> (usize, usize, usize) {
        let Window {
            kernel,
            stride,
            border,
        } = self.window;
        let before = [border.top, border.left][axis];
        let start = at * stride[axis];
        let skipped = before.saturating_sub(start).min(kernel[axis]);
        let end = (self.size[axis] + before)
            .saturating_sub(start)
            .min(kernel[axis]);
        (
            start.saturating_sub(before),
            skipped,
            end.saturating_sub(skipped),
        )
    }

    #[inline(always)]
    fn cells<S: Simd, const X: usize, const K: usize, const STEP: usize>(&mut self, x: usize) {
        let (top, first_line, n_lines) = self.part(0, self.y);
        let (left, first, n_columns) = self.part(1, x);
        let span = Span {
            x,
            from: [top, left],
            kernel: [first_line, first],
            count: [n_lines, n_columns],
        };
        let channels = self.layer.channels;
        let whole = channels - channels % lanes::<S>();
        for channel in (0..whole).step_by(lanes::<S>()) {
            self.vectors::<S, X, K, STEP>(span, channel, lanes::<S>());
        }
        if whole < channels && whole > 0 {
            // Some channels once more, instead of a part of a vector.
            self.vectors::<S, X, K, STEP>(span, channels - lanes::<S>(), lanes::<S>());
        } else if whole < channels {
            self.vectors::<S, X, 0, 0>(span, 0, channels);
        }
    }

    /// `n` channels of `X` cells, no more than a vector has.
    #[inline(always)]
    fn vectors<S: Simd, const X: usize, const K: usize, const STEP: usize>(
        &mut self,
        span: Span,
        channel: usize,
        n: usize,
    ) {
        let layer = self.layer;
        let channels = layer.channels;
        let step = self.window.stride[1] * channels;
        let mut sums = [load_up_to::<S>(&layer.bias[channel..], n); X];
        for line in 0..span.count[0] {
            let start = (span.from[0] + line) * self.size[1] + span.from[1];
            let from = &self.from[start * channels + channel..];
            let tap = (span.kernel[0] + line) * self.window.kernel[1] + span.kernel[1];
            let weights = &layer.weights[tap * channels + channel..];
            if K > 0 {
                let from = &from[..((X - 1) * STEP + K - 1) * channels + lanes::<S>()];
                let weights = &weights[..(K - 1) * channels + lanes::<S>()];
                for column in 0..K {
                    let weight = load::<S>(&weights[column * channels..]);
                    for i in 0..X {
                        let x = load::<S>(&from[(i * STEP + column) * channels..]);
                        sums[i] = x.mul_add(weight, sums[i]);
                    }
                }
            } else {
                for column in 0..span.count[1] {
                    let weight = load_up_to::<S>(&weights[column * channels..], n);
                    let from = &from[column * channels..];
                    for i in 0..X {
                        let x = load_up_to::<S>(&from[i * step..], n);
                        sums[i] = x.mul_add(weight, sums[i]);
                    }
                }
            }
        }
        let [low, high] = self.finish.bounds;
        let (low, high) = (splat::<S>(low), splat::<S>(high));
        let done = sums;
        for (i, sum) in done.into_iter().enumerate() {
            let to = &mut self.to[(span.x + i) * channels + channel..];
            let value = high.min(low.max(sum));
            if n == lanes::<S>() {
                store::<S>(value, to);
            } else {
                store_some::<S>(value, &mut to[..n]);
            }
        }
    }
}

/// The first `n` numbers of a slice, no more than a vector has.
#[inline(always)]
fn load_up_to<S: Simd>(from: &[f32], n: usize) -> Floats<S> {
    if n == lanes::<S>() {
        load::<S>(from)
    } else {
        load_some::<S>(&from[..n])
    }
}

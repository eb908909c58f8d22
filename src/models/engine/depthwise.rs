//! Convolutions that look at one channel at a time.

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

use crate::models::graph::Conv;
use crate::models::graph::Window;

use super::activate::activate;
use super::buffer::Buffer;
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
const TILE: usize = 4;

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
        let from = if self.multiple > 1 {
            let n_values = n * height * width * self.channels;
            scratch.grow(n_values);
            for (from, to) in from.iter().zip(scratch.chunks_exact_mut(self.multiple)) {
                to.fill(*from);
            }
            &scratch[..n_values]
        } else {
            from
        };
        let size = self.window.size([height, width]);
        let [out_height, out_width] = size.expect("the shape was worked out before");
        let picture = height * width * self.channels;
        let line = out_width * self.channels;
        let to = &mut to[..n * out_height * line];
        each_chunk(to, line, n_threads, |idx, to| {
            let from = &from[idx / out_height * picture..][..picture];
            AutoArch::new().dispatch(Line {
                layer: self,
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
        let window = self.layer.window;
        let [height, width] = self.size;
        let axis = |at: usize, axis: usize, before: usize, length: usize| {
            let start = at * window.stride[axis];
            let skipped = before.saturating_sub(start).min(window.kernel[axis]);
            let end = (length + before)
                .saturating_sub(start)
                .min(window.kernel[axis]);
            (
                start.saturating_sub(before),
                skipped,
                end.saturating_sub(skipped),
            )
        };
        let (top, first_line, n_lines) = axis(self.y, 0, window.border.top, height);
        let n_cells = self.to.len() / self.layer.channels;
        let mut x = 0;
        while x < n_cells {
            let (left, first, n_columns) = axis(x, 1, window.border.left, width);
            let span = Span {
                x,
                from: [top, left],
                kernel: [first_line, first],
                count: [n_lines, n_columns],
            };
            let last = x + TILE - 1;
            let is_inside = |at| axis(at, 1, window.border.left, width).2 == window.kernel[1];
            if last < n_cells && n_columns == window.kernel[1] && is_inside(last) {
                self.cells::<S, TILE>(span);
                x += TILE;
            } else {
                self.cells::<S, 1>(span);
                x += 1;
            }
        }
    }
}

impl Line<'_> {
    #[inline(always)]
    fn cells<S: Simd, const X: usize>(&mut self, span: Span) {
        let channels = self.layer.channels;
        let whole = channels - channels % lanes::<S>();
        for channel in (0..whole).step_by(lanes::<S>()) {
            self.vectors::<S, X>(span, channel, lanes::<S>());
        }
        if whole < channels && whole > 0 {
            // Some channels once more, instead of a part of a vector.
            self.vectors::<S, X>(span, channels - lanes::<S>(), lanes::<S>());
        } else if whole < channels {
            self.vectors::<S, X>(span, 0, channels);
        }
    }

    /// `n` channels of `X` cells, no more than a vector has.
    #[inline(always)]
    fn vectors<S: Simd, const X: usize>(&mut self, span: Span, channel: usize, n: usize) {
        let layer = self.layer;
        let channels = layer.channels;
        let step = layer.window.stride[1] * channels;
        let mut sums = [load_up_to::<S>(&layer.bias[channel..], n); X];
        for line in 0..span.count[0] {
            let start = (span.from[0] + line) * self.size[1] + span.from[1];
            let from = &self.from[start * channels + channel..];
            let tap = (span.kernel[0] + line) * layer.window.kernel[1] + span.kernel[1];
            let weights = &layer.weights[tap * channels + channel..];
            for column in 0..span.count[1] {
                let weight = load_up_to::<S>(&weights[column * channels..], n);
                let from = &from[column * channels..];
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = load_up_to::<S>(&from[i * step..], n).mul_add(weight, *sum);
                }
            }
        }
        let [low, high] = self.finish.bounds;
        let (low, high) = (splat::<S>(low), splat::<S>(high));
        for (i, sum) in sums.into_iter().enumerate() {
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

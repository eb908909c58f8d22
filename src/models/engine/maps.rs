//! Operations that move the cells of a map, or look at a window of it.

use std::ops::Range;

use macerator::Simd;
use macerator::WithSimd;

use crate::models::graph::Window;

/// The largest number under a window, for line `y` of the result; the map is `[h, w, c]`.
pub(super) struct LargestOfLine<'a> {
    pub(super) from: &'a [f32],
    pub(super) size: [usize; 3],
    pub(super) window: Window,
    pub(super) y: usize,
    pub(super) to: &'a mut [f32],
}

impl WithSimd for LargestOfLine<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let [height, width, channels] = self.size;
        let Window { stride, border, .. } = self.window;
        for (x, to) in self.to.chunks_exact_mut(channels).enumerate() {
            to.fill(f32::NEG_INFINITY);
            for line in range(
                self.window.kernel[0],
                self.y * stride[0],
                border.top,
                height,
            ) {
                for column in range(self.window.kernel[1], x * stride[1], border.left, width) {
                    let cell = &self.from[(line * width + column) * channels..][..channels];
                    for (largest, x) in to.iter_mut().zip(cell) {
                        // What is not a number stays so.
                        *largest = if *largest >= *x { *largest } else { *x };
                    }
                }
            }
        }
    }
}

/// The part of a window from `start` on that lies on the map, along one axis.
#[inline(always)]
fn range(kernel: usize, start: usize, before: usize, length: usize) -> Range<usize> {
    let end = (start + kernel).saturating_sub(before);
    start.saturating_sub(before)..end.min(length)
}

/// `a` with the channels of `b` behind its own, cell by cell.
pub(super) fn join(a: &[f32], b: &[f32], channels: [usize; 2], to: &mut [f32]) {
    let cells = a.chunks_exact(channels[0]).zip(b.chunks_exact(channels[1]));
    for ((a, b), to) in cells.zip(to.chunks_exact_mut(channels[0] + channels[1])) {
        let (first, second) = to.split_at_mut(channels[0]);
        first.copy_from_slice(a);
        second.copy_from_slice(b);
    }
}

/// Cells of one picture in the order of MobileViT's tokens, or back again (`Operation::Unfold`).
pub(super) fn unfold(
    from: &[f32],
    [height, width, channels]: [usize; 3],
    patch: usize,
    is_back: bool,
    to: &mut [f32],
) {
    let (lines, columns) = (height / patch, width / patch);
    for cell in 0..height * width {
        let (line, column) = (cell / width, cell % width);
        let inside = line % patch * patch + column % patch;
        let row = (inside * lines + line / patch) * columns + column / patch;
        let (source, target) = if is_back { (row, cell) } else { (cell, row) };
        to[target * channels..][..channels].copy_from_slice(&from[source * channels..][..channels]);
    }
}

/// One picture with another number of cells, bilinear.
pub(super) fn resize(
    from: &[f32],
    [height, width, channels]: [usize; 3],
    [out_height, out_width]: [usize; 2],
    to: &mut [f32],
) {
    let axis = |at: usize, n: usize, length: usize| {
        let place = (at as f32 + 0.5) * (length as f32 / n as f32) - 0.5;
        let place = place.clamp(0.0, (length - 1) as f32);
        let first = place as usize;
        (first, (first + 1).min(length - 1), place - first as f32)
    };
    for (idx, to) in to
        .chunks_exact_mut(channels)
        .enumerate()
        .take(out_height * out_width)
    {
        let (top, bottom, down) = axis(idx / out_width, out_height, height);
        let (left, right, across) = axis(idx % out_width, out_width, width);
        let cell =
            |line: usize, column: usize| &from[(line * width + column) * channels..][..channels];
        let corners = [
            cell(top, left),
            cell(top, right),
            cell(bottom, left),
            cell(bottom, right),
        ];
        for (channel, value) in to.iter_mut().enumerate() {
            let [a, b, c, d] = corners.map(|corner| corner[channel]);
            let above = a + (b - a) * across;
            let below = c + (d - c) * across;
            *value = above + (below - above) * down;
        }
    }
}

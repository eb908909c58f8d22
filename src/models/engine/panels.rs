//! The weights of a product in the order in which the processor reads them.

use std::ops::Range;

use super::buffer::Buffer;
use super::simd;

/// A matrix `[depth, columns]`, cut into panels of a few vectors of columns. In a panel, the columns
/// of one step of the depth lie side by side; missing ones at the end are zeros.
#[derive(Clone)]
pub(super) struct Panels {
    pub(super) depth: usize,
    pub(super) columns: usize,
    pub(super) list: Vec<Panel>,
    pub(super) values: Buffer,
    /// What the sum of a column begins with.
    pub(super) bias: Buffer,
}

/// Some columns of a matrix.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    /// The first column.
    pub(super) column: usize,
    /// How many vectors wide.
    pub(super) vectors: usize,
    /// Where its numbers begin.
    pub(super) start: usize,
}

impl Panels {
    /// Panels of equal width as far as possible, filled with zeros.
    pub(super) fn zeros(depth: usize, columns: usize) -> Self {
        let (lanes, most) = simd::width();
        let n_vectors = columns.div_ceil(lanes);
        let n_panels = n_vectors.div_ceil(most);
        let mut list = Vec::with_capacity(n_panels);
        let mut first = 0;
        for panel in 0..n_panels {
            let end = n_vectors * (panel + 1) / n_panels;
            list.push(Panel {
                column: first * lanes,
                vectors: end - first,
                start: first * lanes * depth,
            });
            first = end;
        }
        Self {
            depth,
            columns,
            list,
            values: Buffer::zeros(n_vectors * lanes * depth),
            bias: Buffer::zeros(n_vectors * lanes),
        }
    }

    /// Panels of the weights of a convolution, `[columns, channels, taps]`; the depth is taps, then
    /// channels.
    pub(super) fn of_weights(weights: &[f32], columns: usize, taps: usize) -> Self {
        let depth = weights.len() / columns;
        let channels = depth / taps;
        let places: Vec<usize> = (0..depth)
            .map(|step| step % channels * taps + step / channels)
            .collect();
        let mut panels = Self::zeros(depth, columns);
        panels.fill(|step, column| weights[column * depth + places[step]]);
        panels
    }

    /// Writes the number at each step of the depth and each column.
    #[inline]
    pub(super) fn fill(&mut self, value: impl Fn(usize, usize) -> f32) {
        let (lanes, _) = simd::width();
        for panel in &self.list {
            let stride = panel.vectors * lanes;
            let n_columns = stride.min(self.columns - panel.column);
            let lines = self.values[panel.start..].chunks_exact_mut(stride);
            for (step, line) in lines.take(self.depth).enumerate() {
                for (column, place) in line[..n_columns].iter_mut().enumerate() {
                    *place = value(step, panel.column + column);
                }
            }
        }
    }

    /// The columns of neighboring panels.
    pub(super) fn columns_of(&self, list: &[Panel]) -> Range<usize> {
        let end = |panel: &Panel| panel.column + panel.vectors * simd::width().0;
        match (list.first(), list.last()) {
            (Some(first), Some(last)) => first.column..end(last).min(self.columns),
            (_, _) => 0..0,
        }
    }

    pub(super) fn n_bytes(&self) -> usize {
        self.values.len() * size_of::<f32>()
    }

    /// The same panels with what is added to each column.
    pub(super) fn with_bias(mut self, bias: &[f32]) -> Self {
        self.bias[..bias.len()].copy_from_slice(bias);
        self
    }
}

//! Memory for numbers, at addresses that suit vectors.

use std::ops::Deref;
use std::ops::DerefMut;

use bytemuck::Pod;
use bytemuck::Zeroable;

/// One line of a cache.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

/// Numbers of a line.
const LINE: usize = 16;

/// Numbers that begin at the start of a cache line: a vector read from there touches one line only.
#[derive(Clone, Default)]
pub(super) struct Buffer {
    lines: Vec<Line>,
}

impl Buffer {
    pub(super) fn zeros(n: usize) -> Self {
        Self {
            lines: vec![Line::zeroed(); n.div_ceil(LINE)],
        }
    }

    /// At least so many numbers; those that are there stay.
    pub(super) fn grow(&mut self, n: usize) {
        let n_lines = n.div_ceil(LINE);
        if self.lines.len() < n_lines {
            self.lines.resize(n_lines, Line::zeroed());
        }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        bytemuck::cast_slice(&self.lines)
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.lines)
    }
}

//! The grid of local descriptors that a network sees in one picture, as plain numbers.

/// Local descriptors on a regular grid that covers the whole picture.
///
/// Cell `(row, col)` is centred at pixel `((col + 0.5) * width / cols, (row + 0.5) * height / rows)`
/// of the upright picture.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMap {
    pub rows: usize,
    pub cols: usize,
    /// Length of one local descriptor.
    pub channels: usize,
    /// Size of the picture the grid covers, in pixels.
    pub picture_width: u32,
    pub picture_height: u32,
    /// `[rows][cols][channels]`, not normalised.
    pub data: Vec<f32>,
}

impl FeatureMap {
    /// The local descriptor of one cell.
    pub fn cell(&self, row: usize, col: usize) -> &[f32] {
        let start = (row * self.cols + col) * self.channels;
        &self.data[start..start + self.channels]
    }

    /// Centre of a cell in pixels of the picture, `[x, y]`.
    pub fn center(&self, row: usize, col: usize) -> [f32; 2] {
        [
            (col as f32 + 0.5) * self.picture_width as f32 / self.cols as f32,
            (row as f32 + 0.5) * self.picture_height as f32 / self.rows as f32,
        ]
    }
}

//! Grey pictures in several sizes, and looking at them through an affine map.

use super::types::Affine;
use crate::data::Picture;

/// Grey levels 0 to 255, `[height][width]`.
#[derive(Clone)]
pub struct Grey {
    pub width: usize,
    pub height: usize,
    pub levels: Vec<f32>,
}

impl Grey {
    /// Rec. 601 luma, as in JPEG.
    pub fn new(picture: &Picture) -> Self {
        let levels = picture
            .rgb
            .chunks_exact(3)
            .map(|p| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]))
            .collect();
        Self {
            width: picture.width as usize,
            height: picture.height as usize,
            levels,
        }
    }

    /// Half the size, averaging 2 x 2 pixels; an odd last row or column is left out.
    fn halved(&self) -> Option<Self> {
        let (width, height) = (self.width / 2, self.height / 2);
        if width < 4 || height < 4 {
            return None;
        }
        let mut levels = Vec::with_capacity(width * height);
        for y in 0..height {
            let upper = &self.levels[2 * y * self.width..][..self.width];
            let lower = &self.levels[(2 * y + 1) * self.width..][..self.width];
            levels.extend((0..width).map(|x| {
                0.25 * (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1])
            }));
        }
        Some(Self {
            width,
            height,
            levels,
        })
    }

    /// Bilinear value at a continuous position; the border is repeated outward.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let x = (x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let right = (left + 1).min(self.width - 1);
        let bottom = (top + 1).min(self.height - 1);
        let (share_x, share_y) = (x - left as f32, y - top as f32);
        let at = |column: usize, row: usize| self.levels[row * self.width + column];
        let upper = at(left, top) + share_x * (at(right, top) - at(left, top));
        let lower = at(left, bottom) + share_x * (at(right, bottom) - at(left, bottom));
        upper + share_y * (lower - upper)
    }

    /// Standard deviation of the levels under each cell of a `rows` x `cols` grid.
    pub fn cell_deviations(&self, rows: usize, cols: usize) -> Vec<f32> {
        let mut deviations = Vec::with_capacity(rows * cols);
        for row in 0..rows {
            let lines = span(row, rows, self.height);
            for col in 0..cols {
                let columns = span(col, cols, self.width);
                let (mut n, mut sum, mut squares) = (0.0_f32, 0.0_f32, 0.0_f32);
                for y in lines.clone() {
                    for level in &self.levels[y * self.width..][columns.clone()] {
                        n += 1.0;
                        sum += level;
                        squares += level * level;
                    }
                }
                let mean = sum / n;
                deviations.push((squares / n - mean * mean).max(0.0).sqrt());
            }
        }
        deviations
    }
}

/// The pixels of one cell, at least one.
fn span(cell: usize, n_cells: usize, n_pixels: usize) -> std::ops::Range<usize> {
    let start = (cell * n_pixels / n_cells).min(n_pixels - 1);
    let end = ((cell + 1) * n_pixels / n_cells).clamp(start + 1, n_pixels);
    start..end
}

/// One picture in sizes that halve from level to level.
pub struct Pyramid {
    levels: Vec<Grey>,
}

impl Pyramid {
    pub fn new(picture: &Picture) -> Self {
        Self::from_full(Grey::new(picture))
    }

    /// One color channel (0 red, 1 green, 2 blue) instead of grey.
    pub fn of_channel(picture: &Picture, channel: usize) -> Self {
        let levels = picture
            .rgb
            .chunks_exact(3)
            .map(|pixel| f32::from(pixel[channel]))
            .collect();
        Self::from_full(Grey {
            width: picture.width as usize,
            height: picture.height as usize,
            levels,
        })
    }

    fn from_full(full: Grey) -> Self {
        let mut levels = vec![full];
        while let Some(half) = levels.last().and_then(Grey::halved) {
            levels.push(half);
        }
        Self { levels }
    }

    pub fn full(&self) -> &Grey {
        &self.levels[0]
    }

    /// Width and height of the picture.
    pub fn size(&self) -> [f64; 2] {
        [self.full().width as f64, self.full().height as f64]
    }

    /// Looks at the picture through a raster; `None` where the raster leaves the picture.
    pub fn view(&self, picture_from_raster: &Affine, width: usize, height: usize) -> View {
        let coarse = (picture_from_raster.scale().max(1.0).log2() + 0.25).floor() as usize;
        let level = coarse.min(self.levels.len() - 1);
        let grey = &self.levels[level];
        let shrink = 0.5_f64.powi(level as i32);
        let [right, bottom] = self.size();
        let mut view = View {
            width,
            height,
            levels: Vec::with_capacity(width * height),
            inside: Vec::with_capacity(width * height),
        };
        for row in 0..height {
            for col in 0..width {
                let [x, y] = picture_from_raster.apply([col as f64 + 0.5, row as f64 + 0.5]);
                let inside = x >= 0.0 && y >= 0.0 && x <= right && y <= bottom;
                view.inside.push(inside);
                view.levels
                    .push(grey.sample((x * shrink) as f32, (y * shrink) as f32));
            }
        }
        view
    }
}

/// A picture seen through a raster.
pub struct View {
    pub width: usize,
    pub height: usize,
    pub levels: Vec<f32>,
    pub inside: Vec<bool>,
}

impl View {
    /// Central differences along x and y.
    pub fn gradient(&self, col: usize, row: usize) -> [f32; 2] {
        let at = |c: usize, r: usize| self.levels[r * self.width + c];
        let (left, right) = (col.saturating_sub(1), (col + 1).min(self.width - 1));
        let (top, bottom) = (row.saturating_sub(1), (row + 1).min(self.height - 1));
        [
            (at(right, row) - at(left, row)) / (right - left).max(1) as f32,
            (at(col, bottom) - at(col, top)) / (bottom - top).max(1) as f32,
        ]
    }
}

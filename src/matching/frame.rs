//! A raster laid over the region that two pictures share, so that both can be seen in it.

use super::grey::Pyramid;
use super::grey::View;
use super::overlap::Overlap;
use super::types::Affine;

/// Where the raster lies on A, and how large it is.
pub struct Frame {
    pub width: usize,
    pub height: usize,
    pub a_from_raster: Affine,
}

impl Frame {
    /// Covers the shared region with at most `side` samples along its longer edge, and no more
    /// than the less detailed picture has pixels there.
    pub fn new(a_size: [f64; 2], b_size: [f64; 2], a_from_b: &Affine, side: f64) -> Option<Self> {
        let overlap = Overlap::new(a_size, b_size, a_from_b);
        let [left, top, right, bottom] = overlap.bounds()?;
        let (width, height) = (right - left, bottom - top);
        let longer = width.max(height);
        let pixels_of_b = longer / a_from_b.scale().max(1e-9);
        let samples = side.min(longer).min(pixels_of_b).max(16.0);
        if !longer.is_finite() || longer < 2.0 || width.min(height) < 1.0 {
            return None;
        }
        let (columns, rows) = (
            (width / longer * samples).round().max(4.0),
            (height / longer * samples).round().max(4.0),
        );
        Some(Self {
            width: columns as usize,
            height: rows as usize,
            a_from_raster: Affine::translation(left, top)
                * Affine::scaling(width / columns, height / rows),
        })
    }

    /// Both pictures seen through the raster.
    pub fn views(&self, a: &Pyramid, b: &Pyramid, a_from_b: &Affine) -> Option<(View, View)> {
        let b_from_raster = a_from_b.inverse()? * self.a_from_raster;
        Some((
            a.view(&self.a_from_raster, self.width, self.height),
            b.view(&b_from_raster, self.width, self.height),
        ))
    }
}

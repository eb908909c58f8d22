//! Whether the pixels of two aligned pictures say the same.
//!
//! Geometry alone can be fooled by repeated texture and by chance; this is the second witness.

use super::frame::Frame;
use super::grey::Pyramid;
use super::grey::View;
use super::types::Affine;

/// Samples along the longer edge of the shared region.
const SIDE: f64 = 128.0;
/// Edge of one window, in samples.
const WINDOW: usize = 12;
/// Step from one window to the next.
const STEP: usize = 6;
/// Standard deviation of the grey levels from which a window has something to compare.
const TEXTURE_LEVELS: f32 = 4.0;
/// Correlation from which a window agrees.
const AGREES: f32 = 0.6;
/// Correlation up to which a window shows something else.
const FOREIGN: f32 = 0.2;

/// Normalized cross-correlation of the two pictures over small windows of the shared region.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Windows with texture in at least one picture.
    pub windows: usize,
    /// Mean correlation of those windows, -1 to 1.
    pub mean: f32,
    /// Number of those windows that agree, and their share.
    pub agreeing: usize,
    pub share: f32,
    /// Mean correlation of the windows that agree.
    pub mean_agreeing: f32,
    /// Share of those windows that have nothing to do with each other.
    pub foreign: f32,
}

impl Agreement {
    pub fn measure(a: &Pyramid, b: &Pyramid, a_from_b: &Affine) -> Self {
        Frame::new(a.size(), b.size(), a_from_b, SIDE)
            .and_then(|frame| frame.views(a, b, a_from_b))
            .map(|(view_a, view_b)| Self::of_views(&view_a, &view_b))
            .unwrap_or_default()
    }

    fn of_views(a: &View, b: &View) -> Self {
        let mut result = Self::default();
        let (mut sum, mut sum_agreeing, mut foreign) = (0.0, 0.0, 0);
        for top in (0..(a.height + 1).saturating_sub(WINDOW)).step_by(STEP) {
            for left in (0..(a.width + 1).saturating_sub(WINDOW)).step_by(STEP) {
                let window = Moments::new(a, b, [left, top], [WINDOW, WINDOW]);
                let textured = window.deviation_a().max(window.deviation_b()) >= TEXTURE_LEVELS;
                if window.n < (WINDOW * WINDOW) as f32 * 0.9 || !textured {
                    continue;
                }
                let correlation = window.correlation();
                result.windows += 1;
                sum += correlation;
                if correlation >= AGREES {
                    result.agreeing += 1;
                    sum_agreeing += correlation;
                }
                foreign += usize::from(correlation <= FOREIGN);
            }
        }
        let n_windows = result.windows.max(1) as f32;
        result.mean = sum / n_windows;
        result.share = result.agreeing as f32 / n_windows;
        result.mean_agreeing = sum_agreeing / result.agreeing.max(1) as f32;
        result.foreign = foreign as f32 / n_windows;
        result
    }
}

/// Correlation of two views, counted where both have pixels.
pub fn correlation(a: &View, b: &View) -> f32 {
    Moments::new(a, b, [0, 0], [a.width, a.height]).correlation()
}

/// Sums over one window, counted where both pictures have pixels.
struct Moments {
    n: f32,
    variance_a: f32,
    variance_b: f32,
    covariance: f32,
}

impl Moments {
    fn new(a: &View, b: &View, [left, top]: [usize; 2], [width, height]: [usize; 2]) -> Self {
        let mut sums = [0.0_f64; 6];
        for row in top..top + height {
            for i in row * a.width + left..row * a.width + left + width {
                if a.inside[i] && b.inside[i] {
                    let (p, q) = (f64::from(a.levels[i]), f64::from(b.levels[i]));
                    for (sum, value) in sums.iter_mut().zip([1.0, p, q, p * p, q * q, p * q]) {
                        *sum += value;
                    }
                }
            }
        }
        let n = sums[0].max(1.0);
        let (mean_a, mean_b) = (sums[1] / n, sums[2] / n);
        Self {
            n: sums[0] as f32,
            variance_a: (sums[3] / n - mean_a * mean_a).max(0.0) as f32,
            variance_b: (sums[4] / n - mean_b * mean_b).max(0.0) as f32,
            covariance: (sums[5] / n - mean_a * mean_b) as f32,
        }
    }

    fn deviation_a(&self) -> f32 {
        self.variance_a.sqrt()
    }

    fn deviation_b(&self) -> f32 {
        self.variance_b.sqrt()
    }

    /// The small constant keeps noise on flat ground from correlating by chance.
    fn correlation(&self) -> f32 {
        self.covariance / ((self.variance_a + 1.0) * (self.variance_b + 1.0)).sqrt()
    }
}

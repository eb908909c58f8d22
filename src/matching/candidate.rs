//! One possible alignment, sharpened and checked on the pixels.

use super::agreement::Agreement;
use super::grey::Pyramid;
use super::overlap::Overlap;
use super::refine;
use super::types::Affine;
use super::warp::shrunk;
use crate::data::Picture;

/// Longer edge of the pictures everything is worked out on.
const WORKING_SIDE: u32 = 1024;

/// Pairs that must agree, and their share of all pairs, for geometry to count.
const MIN_INLIERS: usize = 8;
const MIN_INLIER_SHARE: f32 = 0.3;

/// Windows with texture without which nothing is proven, and up to which more doubt is in place.
const MIN_WINDOWS: usize = 16;
const FEW_WINDOWS: usize = 40;
/// Ratio of the axes from which a map is suspect; real edits seldom go further.
const SQUEEZED: f64 = 1.8;
/// Share of the longer edge from which corners are still put exactly on corners.
const SNAP_REACH: f64 = 0.02;

/// One of the two pictures, small enough to work on.
pub struct Side {
    pub picture: Picture,
    pub pyramid: Pyramid,
    pub working_from_original: Affine,
    pub original_from_working: Affine,
}

impl Side {
    pub fn new(original: &Picture) -> Self {
        let picture = shrunk(original, WORKING_SIDE);
        let (x, y) = (
            f64::from(picture.width) / f64::from(original.width),
            f64::from(picture.height) / f64::from(original.height),
        );
        Self {
            pyramid: Pyramid::new(&picture),
            picture,
            working_from_original: Affine::scaling(x, y),
            original_from_working: Affine::scaling(x.recip(), y.recip()),
        }
    }

    /// Hardly any texture anywhere.
    pub fn is_flat(&self) -> bool {
        let deviations = self.pyramid.full().cell_deviations(8, 8);
        deviations.iter().filter(|levels| **levels >= 2.0).count() < 4
    }
}

/// A map of working pixels of B onto A and how well the pixels agree under it.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub a_from_b: Affine,
    pub agreement: Agreement,
    /// Corners agree on it, enough of them to count.
    pub by_corners: bool,
    /// Share of the picture that lies more inside the common region, 0 to 1.
    pub reach: f32,
}

impl Candidate {
    /// Refines `a_from_b` and keeps whichever the pixels like better.
    pub fn new(a: &Side, b: &Side, a_from_b: Affine) -> Option<Self> {
        let rough = Self::measured(a, b, a_from_b);
        let refined = refine::refine(&a.pyramid, &b.pyramid, &a_from_b)
            .map(|refined| Self::measured(a, b, refined));
        refined
            .into_iter()
            .chain([rough])
            .filter(|candidate| candidate.agreement.windows > 0)
            .max_by(|p, q| p.rank().total_cmp(&q.rank()))
    }

    /// As it is, without refinement.
    pub fn measured(a: &Side, b: &Side, a_from_b: Affine) -> Self {
        let overlap = Overlap::new(a.pyramid.size(), b.pyramid.size(), &a_from_b);
        Self {
            agreement: Agreement::measure(&a.pyramid, &b.pyramid, &a_from_b),
            a_from_b,
            by_corners: false,
            reach: overlap.share_of_a.max(overlap.share_of_b) as f32,
        }
    }

    /// Exactly edge on edge when that is as good: no half-percent crops out of noise.
    pub fn snapped(self, a: &Side, b: &Side, whole: &Affine) -> Self {
        let [width, height] = b.pyramid.size();
        let [a_width, a_height] = a.pyramid.size();
        let distance = self.a_from_b.corner_distance(whole, width, height);
        let longer = a_width.max(a_height);
        if distance > SNAP_REACH * longer {
            return self;
        }
        let snapped = Self::measured(a, b, *whole);
        let (edge, free) = (snapped.agreement, self.agreement);
        let is_as_good = if distance <= 0.75 + 0.002 * longer {
            edge.mean + 0.02 >= free.mean
        } else {
            // Farther away only when the windows that show the same agree no less: others lie
            // under a caption, and a map may have squeezed it out of the picture.
            edge.agreeing >= free.agreeing && edge.mean_agreeing + 0.005 >= free.mean_agreeing
        };
        if is_as_good {
            Self {
                by_corners: self.by_corners,
                ..snapped
            }
        } else {
            self
        }
    }

    /// Orders candidates: many agreeing windows beat a few, a whole copy beats a part of it.
    pub fn rank(&self) -> f32 {
        let windows = self.agreement.windows as f32;
        self.agreement.mean.max(0.0) * (windows / (windows + 8.0)) * self.reach
    }

    /// So good that no other way of turning can be better.
    pub fn is_beyond_doubt(&self) -> bool {
        self.agreement.windows >= 20 && self.agreement.mean >= 0.85 && self.reach >= 0.9
    }

    /// The pixels prove the alignment alone, or support what the cells or the corners say.
    ///
    /// An affine map has six unknowns: on a few windows, or squeezed enough, it can make anything
    /// look alike, so these have to agree better.
    pub fn is_verified(&self, by_cells: bool) -> bool {
        let Agreement {
            windows,
            mean,
            share,
            ..
        } = self.agreement;
        let (largest, smallest) = self.a_from_b.stretches();
        let is_suspect = windows < FEW_WINDOWS || largest > SQUEEZED * smallest;
        let needed = if is_suspect { 0.8 } else { 0.6 };
        let by_pixels = mean >= needed && share >= 0.5;
        let by_places = by_cells || self.by_corners;
        windows >= MIN_WINDOWS && (by_pixels || (by_places && mean >= needed - 0.15))
    }
}

/// Whether enough pairs agree for geometry to count.
pub fn is_enough(n_inliers: usize, n_matches: usize) -> bool {
    n_inliers >= MIN_INLIERS && n_inliers as f32 >= MIN_INLIER_SHARE * n_matches as f32
}

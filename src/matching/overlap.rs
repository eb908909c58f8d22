//! The region that two aligned pictures share.

use super::affine::corners;
use super::types::Affine;

/// The part of A that B shows, as a convex polygon in pixels of A.
#[derive(Clone, Debug)]
pub struct Overlap {
    pub polygon: Vec<[f64; 2]>,
    /// Share of A inside the polygon, 0 to 1.
    pub share_of_a: f64,
    /// Share of B inside the polygon, 0 to 1.
    pub share_of_b: f64,
}

impl Overlap {
    /// Sizes are `[width, height]`.
    pub fn new(a_size: [f64; 2], b_size: [f64; 2], a_from_b: &Affine) -> Self {
        let mut polygon: Vec<[f64; 2]> = corners(b_size[0], b_size[1])
            .into_iter()
            .map(|corner| a_from_b.apply(corner))
            .collect();
        for axis in 0..2 {
            polygon = clip(&polygon, |p| p[axis]);
            polygon = clip(&polygon, |p| a_size[axis] - p[axis]);
        }
        let area = area(&polygon);
        let share = |of: f64| (area / of.max(1e-9)).clamp(0.0, 1.0);
        Self {
            share_of_a: share(a_size[0] * a_size[1]),
            share_of_b: share(b_size[0] * b_size[1] * a_from_b.determinant().abs()),
            polygon,
        }
    }

    /// Smallest upright box around the polygon, `[left, top, right, bottom]`.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let first = self.polygon.first()?;
        let start = [first[0], first[1], first[0], first[1]];
        Some(self.polygon.iter().fold(start, |bounds, p| {
            [
                bounds[0].min(p[0]),
                bounds[1].min(p[1]),
                bounds[2].max(p[0]),
                bounds[3].max(p[1]),
            ]
        }))
    }
}

/// Keeps what has a distance of at least 0 from one edge (Sutherland-Hodgman).
fn clip(polygon: &[[f64; 2]], distance: impl Fn([f64; 2]) -> f64) -> Vec<[f64; 2]> {
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (i, &here) in polygon.iter().enumerate() {
        let next = polygon[(i + 1) % polygon.len()];
        let (from, to) = (distance(here), distance(next));
        if from >= 0.0 {
            kept.push(here);
        }
        if (from < 0.0) != (to < 0.0) {
            let share = from / (from - to);
            kept.push([
                here[0] + share * (next[0] - here[0]),
                here[1] + share * (next[1] - here[1]),
            ]);
        }
    }
    kept
}

fn area(polygon: &[[f64; 2]]) -> f64 {
    let twice: f64 = (0..polygon.len())
        .map(|i| {
            let (p, q) = (polygon[i], polygon[(i + 1) % polygon.len()]);
            p[0] * q[1] - q[0] * p[1]
        })
        .sum();
    twice.abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_b_hangs_over_the_edge_of_a() {
        // B is 40 x 20, placed so that its left 20 columns lie on the right edge of A (100 x 50).
        let overlap = Overlap::new(
            [100.0, 50.0],
            [40.0, 20.0],
            &Affine::translation(80.0, 10.0),
        );
        assert!((overlap.share_of_a - 20.0 * 20.0 / 5000.0).abs() < 1e-9);
        assert!((overlap.share_of_b - 0.5).abs() < 1e-9);
        assert_eq!(overlap.bounds(), Some([80.0, 10.0, 100.0, 30.0]));
    }

    #[test]
    fn pictures_that_do_not_meet_share_nothing() {
        let overlap = Overlap::new([10.0, 10.0], [5.0, 5.0], &Affine::translation(20.0, 0.0));
        assert_eq!(overlap.share_of_a, 0.0);
        assert_eq!(overlap.bounds(), None);
    }
}

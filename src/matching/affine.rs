//! Arithmetic of affine maps. Right to left: `a_from_b * b_from_c`.
//!
//! Positions are continuous: pixel `(0, 0)` covers the square from `(0, 0)` to `(1, 1)`, so its
//! centre is `(0.5, 0.5)` and a mirror image is `x' = width - x`.

use std::ops::Mul;

use super::types::Affine;

impl Affine {
    pub const IDENTITY: Self = Self {
        m: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    };

    /// Multiplies `x` and `y`.
    pub const fn scaling(x: f64, y: f64) -> Self {
        Self {
            m: [x, 0.0, 0.0, 0.0, y, 0.0],
        }
    }

    pub const fn translation(x: f64, y: f64) -> Self {
        Self {
            m: [1.0, 0.0, x, 0.0, 1.0, y],
        }
    }

    /// Where a position goes.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let m = &self.m;
        [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]]
    }

    /// Change of area; negative when the map mirrors.
    pub fn determinant(&self) -> f64 {
        self.m[0] * self.m[4] - self.m[1] * self.m[3]
    }

    /// Length of one step after the map, averaged over the directions.
    pub fn scale(&self) -> f64 {
        self.determinant().abs().sqrt()
    }

    /// The largest and the smallest stretch over all directions.
    pub fn stretches(&self) -> (f64, f64) {
        let [a, b, _, c, d, _] = self.m;
        let sum = a * a + b * b + c * c + d * d;
        let spread = (sum * sum - 4.0 * self.determinant().powi(2))
            .max(0.0)
            .sqrt();
        (
            f64::midpoint(sum, spread).max(0.0).sqrt(),
            ((sum - spread) / 2.0).max(0.0).sqrt(),
        )
    }

    /// The way back, or `None` when the map flattens the plane.
    pub fn inverse(&self) -> Option<Self> {
        let determinant = self.determinant();
        if !determinant.is_finite() || determinant.abs() < 1e-12 {
            return None;
        }
        let [a, b, x, c, d, y] = self.m;
        let (a, b, c, d) = (
            d / determinant,
            -b / determinant,
            -c / determinant,
            a / determinant,
        );
        Some(Self {
            m: [a, b, -(a * x + b * y), c, d, -(c * x + d * y)],
        })
    }

    /// Largest distance between where the two maps send the corners of a `width` x `height` picture.
    pub fn corner_distance(&self, other: &Self, width: f64, height: f64) -> f64 {
        corners(width, height)
            .into_iter()
            .map(|corner| {
                let [x, y] = self.apply(corner);
                let [u, v] = other.apply(corner);
                (x - u).hypot(y - v)
            })
            .fold(0.0, f64::max)
    }
}

impl Mul for Affine {
    type Output = Self;

    fn mul(self, first: Self) -> Self {
        let [a, b, x] = [self.m[0], self.m[1], self.m[2]];
        let [c, d, y] = [self.m[3], self.m[4], self.m[5]];
        let n = first.m;
        Self {
            m: [
                a * n[0] + b * n[3],
                a * n[1] + b * n[4],
                a * n[2] + b * n[5] + x,
                c * n[0] + d * n[3],
                c * n[1] + d * n[4],
                c * n[2] + d * n[5] + y,
            ],
        }
    }
}

/// The corners of a picture, clockwise on the screen from the top left.
pub fn corners(width: f64, height: f64) -> [[f64; 2]; 4] {
    [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_its_inverse_cancel() {
        let map = Affine {
            m: [0.8, -0.3, 12.0, 0.4, 1.1, -7.0],
        };
        let back = map.inverse().unwrap();
        let [x, y] = (map * back).apply([31.0, 57.0]);
        assert!((x - 31.0).abs() < 1e-9 && (y - 57.0).abs() < 1e-9);
        assert_eq!(Affine::scaling(0.0, 1.0).inverse(), None);
    }

    #[test]
    fn stretches_of_a_turned_scaling_are_its_factors() {
        let (sin, cos) = 0.3_f64.sin_cos();
        let turn = Affine {
            m: [cos, -sin, 0.0, sin, cos, 0.0],
        };
        let (largest, smallest) = (turn * Affine::scaling(3.0, 0.5)).stretches();
        assert!((largest - 3.0).abs() < 1e-9 && (smallest - 0.5).abs() < 1e-9);
    }
}

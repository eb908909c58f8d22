//! Projective maps of the plane.

use super::trace::Point;

/// `[x, y, 1]` times these rows, divided by the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography([[f64; 3]; 3]);

impl Homography {
    pub const IDENTITY: Self = Self([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    pub const fn new(rows: [[f64; 3]; 3]) -> Self {
        Self(rows)
    }

    pub const fn rows(&self) -> [[f64; 3]; 3] {
        self.0
    }

    /// `scale * at + shift`, each axis by itself.
    pub const fn scale_and_shift(scale: [f64; 2], shift: [f64; 2]) -> Self {
        Self([
            [scale[0], 0.0, shift[0]],
            [0.0, scale[1], shift[1]],
            [0.0, 0.0, 1.0],
        ])
    }

    pub fn map(&self, [x, y]: Point) -> Point {
        let [a, b, w] = self.0.map(|row| row[0] * x + row[1] * y + row[2]);
        [a / w, b / w]
    }

    /// First `first`, then this one.
    pub fn after(&self, first: &Self) -> Self {
        let entry = |row: usize, column: usize| -> f64 {
            (0..3).map(|k| self.0[row][k] * first.0[k][column]).sum()
        };
        Self([0, 1, 2].map(|row| [0, 1, 2].map(|column| entry(row, column))))
    }

    /// `None` for a map that folds the plane onto a line.
    pub fn inverse(&self) -> Option<Self> {
        let m = &self.0;
        let minor = |r0: usize, c0: usize, r1: usize, c1: usize| {
            m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0]
        };
        let adjugate = [
            [minor(1, 1, 2, 2), -minor(0, 1, 2, 2), minor(0, 1, 1, 2)],
            [-minor(1, 0, 2, 2), minor(0, 0, 2, 2), -minor(0, 0, 1, 2)],
            [minor(1, 0, 2, 1), -minor(0, 0, 2, 1), minor(0, 0, 1, 1)],
        ];
        let determinant: f64 = (0..3).map(|idx| m[0][idx] * adjugate[idx][0]).sum();
        let is_regular = determinant.is_finite() && determinant.abs() > 1e-12;
        is_regular.then(|| Self(adjugate.map(|row| row.map(|entry| entry / determinant))))
    }

    /// The map of the unit square onto a quadrilateral (upper left, then clockwise; Heckbert 1989,
    /// section 2.2.3).
    pub fn square_to_quad(corners: [Point; 4]) -> Self {
        let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
        let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let determinant = dx1 * dy2 - dx2 * dy1;
        let g = (dx3 * dy2 - dx2 * dy3) / determinant;
        let h = (dx1 * dy3 - dx3 * dy1) / determinant;
        Self([
            [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
            [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
            [g, h, 1.0],
        ])
    }

    /// Whether parallel lines stay parallel.
    pub(super) fn is_affine(&self) -> bool {
        self.0[2] == [0.0, 0.0, 1.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: [Point; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    const QUAD: [Point; 4] = [[0.1, 0.2], [0.9, 0.0], [0.8, 0.7], [0.0, 1.0]];

    fn is_near(a: Point, b: Point) -> bool {
        (a[0] - b[0]).abs() < 1e-9 && (a[1] - b[1]).abs() < 1e-9
    }

    #[test]
    fn a_corner_of_the_square_lands_on_its_corner_of_the_quadrilateral_and_back() {
        let quad_from_square = Homography::square_to_quad(QUAD);
        let square_from_quad = quad_from_square.inverse().unwrap();
        for (at, expected) in UNIT.into_iter().zip(QUAD) {
            assert!(is_near(quad_from_square.map(at), expected));
            assert!(is_near(square_from_quad.map(expected), at));
        }
        let round_trip = square_from_quad.after(&quad_from_square);
        assert!(is_near(round_trip.map([0.3, 0.6]), [0.3, 0.6]));
    }

    #[test]
    fn the_right_one_comes_first() {
        let double = Homography::scale_and_shift([2.0, 2.0], [0.0, 0.0]);
        let shift = Homography::scale_and_shift([1.0, 1.0], [3.0, 5.0]);
        assert_eq!(double.after(&shift).map([1.0, 1.0]), [8.0, 12.0]);
        assert_eq!(shift.after(&double).map([1.0, 1.0]), [5.0, 7.0]);
        assert!(Homography::new([[0.0; 3]; 3]).inverse().is_none());
    }
}

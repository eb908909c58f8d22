//! Seen from the side, as a photo of a screen or a page.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::draws;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "perspective",
    label: "Tilt",
    help: "Shows the picture from the side, as a photo of a page does.",
    probability: 0.08,
    parameters: &[ParameterSpec {
        id: "strength",
        label: "How far a corner moves in, as share of the side",
        limits: Span::new(0.0, 0.45),
        default: Span::new(0.0, 0.3),
    }],
    build: |spans| Box::new(Perspective { strength: spans[0] }),
};

struct Perspective {
    strength: Span,
}

impl Augmentation for Perspective {
    fn apply(&self, picture: Picture, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) -> Picture {
        let background = draws::plain_color(rng);
        let mut inset = |corner: [f32; 2]| {
            corner.map(|at| {
                let moved = self.strength.draw(rng);
                if at > 0.5 { 1.0 - moved } else { moved }
            })
        };
        let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(&mut inset);
        tilt(&picture, corners, background)
    }
}

/// Draws the picture into the quadrilateral `corners` (upper left, then clockwise; unit square).
fn tilt(picture: &Picture, corners: [[f32; 2]; 4], background: [u8; 3]) -> Picture {
    let Some(source_from_target) = invert(square_to_quad(corners)) else {
        return picture.clone();
    };
    let (width, height) = (picture.width as f32, picture.height as f32);
    let mut tilted = Picture::filled(picture.width, picture.height, background);
    for y in 0..picture.height {
        let v = (y as f32 + 0.5) / height;
        for x in 0..picture.width {
            let u = (x as f32 + 0.5) / width;
            let [a, b, c] = source_from_target.map(|row| row[0] * u + row[1] * v + row[2]);
            if let Some(color) = canvas::sample(picture, a / c * width, b / c * height) {
                tilted.put(x, y, color);
            }
        }
    }
    tilted
}

/// The projective map of the unit square onto a quadrilateral (Heckbert 1989, section 2.2.3).
fn square_to_quad(corners: [[f32; 2]; 4]) -> [[f32; 3]; 3] {
    let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
    let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    let determinant = dx1 * dy2 - dx2 * dy1;
    let g = (dx3 * dy2 - dx2 * dy3) / determinant;
    let h = (dx1 * dy3 - dx3 * dy1) / determinant;
    [
        [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
        [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
        [g, h, 1.0],
    ]
}

/// The inverse up to a factor, which does not matter to a projective map.
fn invert(m: [[f32; 3]; 3]) -> Option<[[f32; 3]; 3]> {
    let minor =
        |r0: usize, c0: usize, r1: usize, c1: usize| m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
    let adjugate = [
        [minor(1, 1, 2, 2), -minor(0, 1, 2, 2), minor(0, 1, 1, 2)],
        [-minor(1, 0, 2, 2), minor(0, 0, 2, 2), -minor(0, 0, 1, 2)],
        [minor(1, 0, 2, 1), -minor(0, 0, 2, 1), minor(0, 0, 1, 1)],
    ];
    let determinant: f32 = (0..3).map(|idx| m[0][idx] * adjugate[idx][0]).sum();
    (determinant.is_finite() && determinant.abs() > 1e-6).then_some(adjugate)
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::gradient;
    use super::*;

    #[test]
    fn corners_left_where_they_are_change_nothing() {
        let picture = gradient(32, 24);
        let same = tilt(
            &picture,
            [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]],
            [0; 3],
        );
        let pairs = picture.rgb.iter().zip(&same.rgb);
        assert!(pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn a_corner_of_the_square_lands_on_its_corner_of_the_quadrilateral() {
        let corners = [[0.1, 0.2], [0.9, 0.0], [0.8, 0.7], [0.0, 1.0]];
        let matrix = square_to_quad(corners);
        for (at, expected) in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
            .iter()
            .zip(corners)
        {
            let [x, y, w] = matrix.map(|row| row[0] * at[0] + row[1] * at[1] + row[2]);
            assert!((x / w - expected[0]).abs() < 1e-5 && (y / w - expected[1]).abs() < 1e-5);
        }
    }
}

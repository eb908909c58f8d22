//! Turned by any angle, on the same canvas.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "free-rotation",
    label: "Turn",
    help: "Turns the picture by any whole angle; the corners left over are black.",
    probability: 0.05,
    parameters: &[ParameterSpec {
        id: "degrees",
        label: "Angle in degrees",
        limits: Span::new(0.0, 359.0),
        default: Span::new(0.0, 359.0),
    }],
    build: |spans| Box::new(FreeRotation { degrees: spans[0] }),
};

struct FreeRotation {
    degrees: Span,
}

impl Augmentation for FreeRotation {
    fn apply(&self, picture: Picture, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) -> Picture {
        rotate(&picture, self.degrees.draw_whole(rng))
    }
}

/// Turns counter-clockwise around the middle; bilinear, same canvas, black where nothing is.
pub(super) fn rotate(picture: &Picture, degrees: u32) -> Picture {
    let (sin, cos) = match degrees % 360 {
        0 => return picture.clone(),
        90 => (1.0, 0.0),
        180 => (0.0, -1.0),
        270 => (-1.0, 0.0),
        other => libm::sincosf((other as f32).to_radians()),
    };
    let (center_x, center_y) = (picture.width as f32 / 2.0, picture.height as f32 / 2.0);
    let mut turned = Picture::filled(picture.width, picture.height, [0; 3]);
    for y in 0..picture.height {
        let down = y as f32 + 0.5 - center_y;
        for x in 0..picture.width {
            let right = x as f32 + 0.5 - center_x;
            let source_x = cos * right - sin * down + center_x;
            let source_y = sin * right + cos * down + center_y;
            if let Some(color) = canvas::sample(picture, source_x, source_y) {
                turned.put(x, y, color);
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ```text
    /// 1 2        2 4
    /// 3 4   90 > 1 3   counter-clockwise
    /// ```
    #[test]
    fn a_quarter_turn_of_a_tiny_picture_moves_whole_pixels() {
        let picture = Picture::new(2, 2, [1, 2, 3, 4].iter().flat_map(|v| [*v; 3]).collect());
        let values =
            |turned: Picture| -> Vec<u8> { turned.rgb.iter().step_by(3).copied().collect() };
        assert_eq!(values(rotate(&picture, 90)), [2, 4, 1, 3]);
        assert_eq!(values(rotate(&picture, 180)), [4, 3, 2, 1]);
        assert_eq!(values(rotate(&picture, 270)), [3, 1, 4, 2]);
        assert_eq!(values(rotate(&picture, 0)), [1, 2, 3, 4]);
    }

    #[test]
    fn a_quarter_turn_of_a_wide_picture_is_cut_and_filled_with_black() {
        let turned = rotate(&Picture::filled(40, 20, [200; 3]), 90);
        assert_eq!((turned.width, turned.height), (40, 20));
        assert_eq!(turned.pixel(5, 10), [0; 3]);
        assert_eq!(turned.pixel(20, 10), [200; 3]);
    }
}

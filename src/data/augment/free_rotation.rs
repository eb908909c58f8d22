//! Turned by any angle, on the same canvas.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::homography::Homography;
use super::warp::Sampling;
use super::warp::warp;

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
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        rotate(view, self.degrees.draw_whole(rng));
    }
}

/// Turns counter-clockwise around the middle; bilinear, same canvas, black where nothing is.
pub(super) fn rotate(view: &mut Draft<'_>, degrees: u32) {
    if degrees.is_multiple_of(360) {
        return;
    }
    let size = (view.picture.width, view.picture.height);
    let old_from_new = turn(degrees as f32, size, size);
    let turned = warp(
        &view.picture,
        size,
        &old_from_new,
        [0; 3],
        Sampling::Bilinear,
    );
    view.replace(turned, &old_from_new);
}

/// From a canvas of `size` to the upright picture of `old_size` turned around the middle of both.
pub(super) fn turn(degrees: f32, old_size: (u32, u32), size: (u32, u32)) -> Homography {
    let (sin, cos) = match degrees {
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        other => libm::sincos(f64::from(other).to_radians()),
    };
    let [x, y] = [size.0, size.1].map(|side| f64::from(side) / 2.0);
    let [old_x, old_y] = [old_size.0, old_size.1].map(|side| f64::from(side) / 2.0);
    Homography::new([
        [cos, -sin, old_x - cos * x + sin * y],
        [sin, cos, old_y - sin * x - cos * y],
        [0.0, 0.0, 1.0],
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Picture;

    fn turned(picture: &Picture, degrees: u32) -> Picture {
        let mut view = Draft::new(picture);
        rotate(&mut view, degrees);
        view.finish().picture
    }

    /// ```text
    /// 1 2        2 4
    /// 3 4   90 > 1 3   counter-clockwise
    /// ```
    #[test]
    fn a_quarter_turn_of_a_tiny_picture_moves_whole_pixels() {
        let picture = Picture::new(2, 2, [1, 2, 3, 4].iter().flat_map(|v| [*v; 3]).collect());
        let values = |degrees| -> Vec<u8> {
            let turned = turned(&picture, degrees).rgb;
            turned.iter().step_by(3).copied().collect()
        };
        assert_eq!(values(90), [2, 4, 1, 3]);
        assert_eq!(values(180), [4, 3, 2, 1]);
        assert_eq!(values(270), [3, 1, 4, 2]);
        assert_eq!(values(0), [1, 2, 3, 4]);
    }

    #[test]
    fn a_quarter_turn_of_a_wide_picture_is_cut_and_filled_with_black() {
        let turned = turned(&Picture::filled(40, 20, [200; 3]), 90);
        assert_eq!((turned.width, turned.height), (40, 20));
        assert_eq!(turned.pixel(5, 10), [0; 3]);
        assert_eq!(turned.pixel(20, 10), [200; 3]);
    }
}

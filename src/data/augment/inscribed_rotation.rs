//! Turned by any angle and cut to the largest upright rectangle without corners (AugLy's
//! `rotate`, which takes the nearest pixel).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::free_rotation;
use super::warp::Sampling;
use super::warp::warp;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "inscribed-rotation",
    label: "Turn and cut",
    help: "Turns the picture and cuts away the corners left over.",
    probability: 0.25,
    parameters: &[ParameterSpec {
        id: "degrees",
        label: "Angle in degrees",
        limits: Span::new(-360.0, 360.0),
        default: Span::new(0.0, 180.0),
    }],
    build: |spans| Box::new(InscribedRotation { degrees: spans[0] }),
};

struct InscribedRotation {
    degrees: Span,
}

impl Augmentation for InscribedRotation {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let degrees = self.degrees.draw(rng);
        let old_size = (view.picture.width, view.picture.height);
        let size = inscribed(old_size, degrees);
        let old_from_new = free_rotation::turn(degrees, old_size, size);
        let turned = warp(
            &view.picture,
            size,
            &old_from_new,
            [0; 3],
            Sampling::Nearest,
        );
        view.replace(turned, &old_from_new);
    }
}

/// The largest upright rectangle inside a turned one. Either two of its corners touch one long
/// side, or all four touch a side each.
fn inscribed((width, height): (u32, u32), degrees: f32) -> (u32, u32) {
    let (width, height) = (f64::from(width), f64::from(height));
    let (sin, cos) = libm::sincos(f64::from(degrees).to_radians());
    let (sin, cos) = (sin.abs(), cos.abs());
    let (long, short) = (width.max(height), width.min(height));
    let (new_width, new_height) = if short <= 2.0 * sin * cos * long || (sin - cos).abs() < 1e-10 {
        let half = 0.5 * short;
        if width >= height {
            (half / sin, half / cos)
        } else {
            (half / cos, half / sin)
        }
    } else {
        let both = cos * cos - sin * sin;
        (
            (width * cos - height * sin) / both,
            (height * cos - width * sin) / both,
        )
    };
    let whole = |side: f64| (side.max(1.0) + 1e-9) as u32;
    (whole(new_width), whole(new_height))
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;
    use crate::data::Picture;

    #[test]
    fn the_inscribed_rectangle_of_known_angles() {
        assert_eq!(inscribed((40, 30), 0.0), (40, 30));
        assert_eq!(inscribed((40, 30), 180.0), (40, 30));
        assert_eq!(inscribed((40, 30), 90.0), (30, 40));
        // A square turned by 45 degrees holds an upright square of 1 / sqrt 2 of its side.
        assert_eq!(inscribed((100, 100), 45.0), (70, 70));
        // 100 x 20 at 30 degrees: half of the short side over sine and cosine.
        assert_eq!(inscribed((100, 20), 30.0), (20, 11));
    }

    #[test]
    fn no_corner_is_left() {
        let flat = Picture::filled(90, 50, [200; 3]);
        for seed in 0..40 {
            let turned = apply_alone(&SPEC, &flat, seed);
            assert!(turned.rgb.iter().all(|value| *value == 200), "{seed}");
        }
    }
}

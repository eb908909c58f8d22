//! Seen from the side, as a photo of a screen or a page.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::draws;
use super::homography::Homography;
use super::warp::Sampling;
use super::warp::warp;

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
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let background = draws::plain_color(rng);
        let mut inset = |corner: [f64; 2]| {
            corner.map(|at| {
                let moved = f64::from(self.strength.draw(rng));
                if at > 0.5 { 1.0 - moved } else { moved }
            })
        };
        let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(&mut inset);
        let [width, height] = [view.picture.width, view.picture.height].map(f64::from);
        let to_pixels = Homography::scale_and_shift([width, height], [0.0; 2]);
        let from_pixels = Homography::scale_and_shift([1.0 / width, 1.0 / height], [0.0; 2]);
        if let Some(unit_from_quad) = Homography::square_to_quad(corners).inverse() {
            let old_from_new = to_pixels.after(&unit_from_quad.after(&from_pixels));
            tilt(view, &old_from_new, background);
        }
    }
}

/// Draws the view anew on a canvas of the same size.
pub(super) fn tilt(view: &mut Draft<'_>, old_from_new: &Homography, background: [u8; 3]) {
    let size = (view.picture.width, view.picture.height);
    let tilted = warp(
        &view.picture,
        size,
        old_from_new,
        background,
        Sampling::Bilinear,
    );
    view.replace(tilted, old_from_new);
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::gradient;
    use super::super::trace::Trace;
    use super::*;

    #[test]
    fn corners_left_where_they_are_change_nothing() {
        let picture = gradient(32, 24);
        let mut view = Draft::new(&picture);
        tilt(&mut view, &Homography::IDENTITY, [0; 3]);
        let view = view.finish();
        assert_eq!(view.trace, Trace::new([32, 24]));
        assert_eq!(view.picture, picture);
    }
}

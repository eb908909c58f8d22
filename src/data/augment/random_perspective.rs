//! Seen from the side on a black ground (torchvision's `RandomPerspective`).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::draws;
use super::homography::Homography;
use super::perspective;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "random-perspective",
    label: "Tilt on black",
    help: "Moves each corner inward by itself; what is left free is black.",
    probability: 0.25,
    parameters: &[ParameterSpec {
        id: "distortion",
        label: "How far a corner may move, as share of half the side",
        limits: Span::new(0.0, 0.9),
        default: Span::new(0.5, 0.5),
    }],
    build: |spans| {
        Box::new(RandomPerspective {
            distortion: spans[0],
        })
    },
};

struct RandomPerspective {
    distortion: Span,
}

impl Augmentation for RandomPerspective {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let [width, height] = view.trace.view_size;
        let distortion = self.distortion.draw(rng);
        let reach = [width, height].map(|side| (distortion * (side / 2) as f32) as u32 + 1);
        let corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(|[right, lower]| {
            let mut at = |is_far: u32, side: u32, reach: u32| {
                let moved = draws::below(rng, reach).min(side - 1);
                f64::from(if is_far == 1 { side - 1 - moved } else { moved })
            };
            [at(right, width, reach[0]), at(lower, height, reach[1])]
        });
        if let Some(old_from_new) = old_from_new([width, height], corners) {
            perspective::tilt(view, &old_from_new, [0; 3]);
        }
    }
}

/// torchvision solves for the map that takes the moved corners to the middles of the outermost
/// pixels, counted from 0, and Pillow applies it to coordinates whose pixel centers lie at halves.
fn old_from_new([width, height]: [u32; 2], corners: [[f64; 2]; 4]) -> Option<Homography> {
    let sides = [width, height].map(|side| f64::from(side.saturating_sub(1)));
    let unit_from_quad = Homography::square_to_quad(corners).inverse()?;
    Some(Homography::scale_and_shift(sides, [0.0; 2]).after(&unit_from_quad))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `_get_perspective_coeffs([[0, 0], [99, 0], [99, 49], [0, 49]],
    /// [[10, 5], [95, 0], [99, 40], [2, 49]])` of torchvision 0.29.
    #[test]
    fn the_map_is_the_one_of_torchvision() {
        let corners = [[10.0, 5.0], [95.0, 0.0], [99.0, 40.0], [2.0, 49.0]];
        let map = old_from_new([100, 50], corners).unwrap();
        let rows = map.rows();
        let expected = [
            1.109_791,
            0.201_780,
            -12.106_815,
            0.076_582,
            1.301_901,
            -7.275_328,
            -0.000_604,
            0.003_220,
            1.0,
        ];
        let entries = rows.iter().flatten().map(|entry| entry / rows[2][2]);
        for (entry, expected) in entries.zip(expected) {
            assert!(
                (entry - expected).abs() < 1e-6 * (1.0 + expected.abs()),
                "{entry} {expected}"
            );
        }
    }
}

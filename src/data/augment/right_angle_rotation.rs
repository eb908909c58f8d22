//! Turned by a right angle, on the same canvas.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::Surroundings;
use super::draws;
use super::free_rotation;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "right-angle-rotation",
    label: "Turn by a right angle",
    help: "Turns the picture by 90, 180 or 270 degrees; the canvas keeps its shape.",
    probability: 0.05,
    parameters: &[],
    build: |_| Box::new(RightAngleRotation),
};

struct RightAngleRotation;

impl Augmentation for RightAngleRotation {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        free_rotation::rotate(view, 90 * (1 + draws::below(rng, 3)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::pipeline::testing::apply_alone;
    use super::*;
    use crate::data::Picture;

    #[test]
    fn all_three_angles_happen_and_no_other() {
        let picture = Picture::new(2, 2, [1, 2, 3, 4].iter().flat_map(|v| [*v; 3]).collect());
        let corners: BTreeSet<u8> = (0..50)
            .map(|seed| apply_alone(&SPEC, &picture, seed).rgb[0])
            .collect();
        assert_eq!(corners, BTreeSet::from([2, 3, 4]));
    }
}

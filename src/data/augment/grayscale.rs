//! Color taken away.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::Surroundings;
use super::canvas;
use super::vectors;
use super::vectors::Block;
use super::vectors::ChangeBlock;
use super::vectors::LANES;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "grayscale",
    label: "Black and white",
    help: "Takes the color away and keeps the brightness.",
    probability: 0.2,
    parameters: &[],
    build: |_| Box::new(Grayscale),
};

struct Grayscale;

impl Augmentation for Grayscale {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, _: &mut ChaCha8Rng) {
        take_color(view.picture.to_mut());
    }
}

pub(super) fn take_color(picture: &mut Picture) {
    vectors::change_blocks(&mut picture.rgb, TakeColor);
}

struct TakeColor;

impl ChangeBlock for TakeColor {
    #[inline(always)]
    fn change(&self, [r, g, b]: &mut Block) {
        for lane in 0..LANES {
            let luma = canvas::luma([r[lane], g[lane], b[lane]]);
            [r[lane], g[lane], b[lane]] = [luma; 3];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn red_green_and_blue_become_the_grays_of_pillow() {
        let picture = Picture::new(3, 1, vec![255, 0, 0, 0, 255, 0, 0, 0, 255]);
        let gray = apply_alone(&SPEC, &picture, 0);
        assert_eq!(gray.rgb, [76, 76, 76, 150, 150, 150, 29, 29, 29]);
    }
}

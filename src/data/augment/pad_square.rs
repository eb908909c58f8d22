//! Bars of one color that make a picture square.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::Surroundings;
use super::canvas;
use super::canvas::Area;
use super::draws;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "pad-square",
    label: "Make square",
    help: "Adds bars of one color until the picture is square.",
    probability: 0.05,
    parameters: &[],
    build: |_| Box::new(PadSquare),
};

struct PadSquare;

impl Augmentation for PadSquare {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = &view.picture;
        let color = draws::plain_color(rng);
        let side = picture.width.max(picture.height);
        let mut square = Picture::filled(side, side, color);
        let (left, top) = ((side - picture.width) / 2, (side - picture.height) / 2);
        canvas::paste(&mut square, picture, left, top, 1.0);
        let place = Area {
            left,
            top,
            width: picture.width,
            height: picture.height,
        };
        view.paste_into(square, place);
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn a_wide_picture_gets_bars_above_and_below() {
        let square = apply_alone(&SPEC, &Picture::filled(30, 10, [77; 3]), 0);
        assert_eq!((square.width, square.height), (30, 30));
        assert_eq!(square.pixel(0, 10), [77; 3]);
        assert_eq!(square.pixel(29, 19), [77; 3]);
        assert_eq!(square.pixel(0, 9), square.pixel(29, 20));
    }
}

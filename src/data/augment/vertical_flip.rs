//! Top and bottom exchanged.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::Surroundings;
use super::homography::Homography;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "vertical-flip",
    label: "Turn upside down",
    help: "Exchanges top and bottom.",
    probability: 0.05,
    parameters: &[],
    build: |_| Box::new(VerticalFlip),
};

struct VerticalFlip;

impl Augmentation for VerticalFlip {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, _: &mut ChaCha8Rng) {
        let picture = &view.picture;
        let row_bytes = picture.width as usize * 3;
        let rows = picture.rgb.chunks_exact(row_bytes.max(3));
        let rgb = rows.rev().collect::<Vec<&[u8]>>().concat();
        let flipped = Picture::new(picture.width, picture.height, rgb);
        let shift = [0.0, f64::from(flipped.height)];
        view.replace(flipped, &Homography::scale_and_shift([1.0, -1.0], shift));
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn the_last_row_becomes_the_first() {
        let picture = Picture::new(1, 2, vec![1, 2, 3, 4, 5, 6]);
        let flipped = apply_alone(&SPEC, &picture, 0);
        assert_eq!(flipped.rgb, [4, 5, 6, 1, 2, 3]);
    }
}

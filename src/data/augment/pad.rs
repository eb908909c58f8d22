//! A border of one color.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::canvas::Area;
use super::draws;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "pad",
    label: "Add a border",
    help: "Puts a border of one color around the picture, of another width on each side.",
    probability: 0.08,
    parameters: &[ParameterSpec {
        id: "border",
        label: "Width of the border as share of the side",
        limits: Span::new(0.0, 1.0),
        default: Span::new(0.0, 0.25),
    }],
    build: |spans| Box::new(Pad { border: spans[0] }),
};

struct Pad {
    border: Span,
}

impl Augmentation for Pad {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = &view.picture;
        let mut border = |side: u32| (self.border.draw(rng) * side as f32) as u32;
        let (left, right) = (border(picture.width), border(picture.width));
        let (top, bottom) = (border(picture.height), border(picture.height));
        let width = picture.width + left + right;
        let height = picture.height + top + bottom;
        let mut padded = Picture::filled(width, height, draws::plain_color(rng));
        canvas::paste(&mut padded, picture, left, top, 1.0);
        let (old_width, old_height) = (picture.width, picture.height);
        let place = Area {
            left,
            top,
            width: old_width,
            height: old_height,
        };
        view.paste_into(padded, place);
        view.resize(old_width, old_height);
    }
}

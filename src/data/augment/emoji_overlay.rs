//! A sticker on the picture.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::draws;
use super::stickers::Sticker;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "emoji-overlay",
    label: "Put on an emoji",
    help: "Puts a colored emoji on the picture.",
    probability: 0.2,
    parameters: &[
        ParameterSpec {
            id: "size",
            label: "Size as share of the shorter side",
            limits: Span::new(0.02, 1.0),
            default: Span::new(0.1, 0.5),
        },
        ParameterSpec {
            id: "opacity",
            label: "Opacity",
            limits: Span::new(0.0, 1.0),
            default: Span::new(0.7, 1.0),
        },
    ],
    build: |spans| Box::new(EmojiOverlay::new(spans, false)),
};

/// As the winner of ISC21 does it: with its corner anywhere, also half outside.
pub(super) const ANYWHERE_SPEC: AugmentationSpec = AugmentationSpec {
    id: "emoji-anywhere",
    label: "Put on an emoji, also half outside",
    help: "Puts a colored emoji anywhere, also over the edge.",
    probability: 0.25,
    parameters: &[
        ParameterSpec {
            id: "size",
            label: "Size as share of the shorter side",
            limits: Span::new(0.02, 1.0),
            default: Span::new(0.1, 0.3),
        },
        ParameterSpec {
            id: "opacity",
            label: "Opacity",
            limits: Span::new(0.0, 1.0),
            default: Span::new(1.0, 1.0),
        },
    ],
    build: |spans| Box::new(EmojiOverlay::new(spans, true)),
};

struct EmojiOverlay {
    size: Span,
    opacity: Span,
    is_anywhere: bool,
}

impl EmojiOverlay {
    fn new(spans: &[Span], is_anywhere: bool) -> Self {
        Self {
            size: spans[0],
            opacity: spans[1],
            is_anywhere,
        }
    }
}

impl Augmentation for EmojiOverlay {
    fn apply(&self, view: &mut Draft<'_>, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = view.picture.to_mut();
        let side = self.size.draw(rng) * picture.width.min(picture.height) as f32;
        let Some(sticker) = surroundings.stickers.draw((side as u32).max(4), rng) else {
            return;
        };
        let opacity = self.opacity.draw(rng);
        let mut corner = |side: u32, sticker: u32| {
            let taken = if self.is_anywhere { 1 } else { sticker };
            draws::below(rng, side.saturating_sub(taken) + 1)
        };
        let left = corner(picture.width, sticker.width);
        let top = corner(picture.height, sticker.height);
        put_on(picture, &sticker, (left, top), opacity);
    }
}

/// Composites a sticker whose upper left corner lies at `corner`; its own opacity counts too.
fn put_on(picture: &mut Picture, sticker: &Sticker, corner: (u32, u32), opacity: f32) {
    let (left, top) = corner;
    let weight = (opacity * 256.0) as u32;
    for y in 0..sticker.height.min(picture.height - top) {
        for x in 0..sticker.width.min(picture.width - left) {
            let start = (y * sticker.width + x) as usize * 4;
            let [r, g, b, alpha] = [0, 1, 2, 3].map(|idx| sticker.rgba[start + idx]);
            if alpha > 0 {
                let share = (u32::from(alpha) * weight + 127) / 255;
                let below = picture.pixel(left + x, top + y);
                let color = canvas::mix_color(below, [r, g, b], share);
                picture.put(left + x, top + y, color);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn an_emoji_covers_a_part_of_the_picture() {
        let plain = Picture::filled(200, 150, [90, 120, 30]);
        for seed in 0..50 {
            let changed = apply_alone(&SPEC, &plain, seed);
            let pixels = changed.rgb.chunks_exact(3);
            let n_changed = pixels.filter(|pixel| *pixel != [90, 120, 30]).count();
            assert!((10..75 * 80).contains(&n_changed), "{seed}: {n_changed}");
        }
    }

    #[test]
    fn a_picture_smaller_than_any_emoji_is_painted_as_far_as_it_goes() {
        let dot = Picture::filled(2, 1, [5; 3]);
        assert_eq!(apply_alone(&SPEC, &dot, 1).rgb.len(), 6);
    }
}

//! A line of random characters on the picture.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::draws;
use super::fonts;
use super::fonts::Mask;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "text-overlay",
    label: "Write text",
    help: "Writes a line of random characters on the picture.",
    probability: 0.1,
    parameters: &[
        ParameterSpec {
            id: "size",
            label: "Font size as share of the shorter side",
            limits: Span::new(0.02, 1.0),
            default: Span::new(0.1, 0.3),
        },
        ParameterSpec {
            id: "opacity",
            label: "Opacity",
            limits: Span::new(0.0, 1.0),
            default: Span::new(0.1, 1.0),
        },
    ],
    build: |spans| {
        Box::new(TextOverlay {
            size: spans[0],
            opacity: spans[1],
        })
    },
};

/// How many characters are drawn before the text is cut to what fits.
const N_CHARACTERS: usize = 100;

struct TextOverlay {
    size: Span,
    opacity: Span,
}

impl Augmentation for TextOverlay {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let Some(mask) = self.draw_text(&view.picture, rng) else {
            return;
        };
        let picture = view.picture.to_mut();
        let color = draws::color(rng);
        let opacity = self.opacity.draw(rng);
        let left = draws::below(rng, picture.width - mask.width + 1);
        let top = draws::below(rng, picture.height - mask.height + 1);
        stamp(picture, &mask, (left, top), color, opacity);
    }
}

impl TextOverlay {
    /// Random characters of a random font, as many as fit or fewer; `None` where none fits.
    fn draw_text(&self, picture: &Picture, rng: &mut ChaCha8Rng) -> Option<Mask> {
        let typeface = draws::pick(rng, &fonts::TEXT)?;
        let em_px = self.size.draw(rng) * picture.width.min(picture.height) as f32;
        let glyphs: Vec<_> = (0..N_CHARACTERS)
            .filter_map(|_| draws::pick(rng, &typeface.glyphs).copied())
            .collect();
        let n_fitting = typeface.n_fitting(&glyphs, em_px, picture.width, picture.height);
        if n_fitting == 0 {
            return None;
        }
        let n_used = 1 + draws::below(rng, n_fitting as u32) as usize;
        typeface.draw(&glyphs[..n_used], em_px)
    }
}

/// Paints one color through a mask whose upper left corner lies at `corner`.
pub(super) fn stamp(
    picture: &mut Picture,
    mask: &Mask,
    corner: (u32, u32),
    color: [u8; 3],
    opacity: f32,
) {
    let (left, top) = corner;
    let weight = (opacity * 256.0) as u32;
    for y in 0..mask.height.min(picture.height.saturating_sub(top)) {
        for x in 0..mask.width.min(picture.width.saturating_sub(left)) {
            let coverage = u32::from(mask.coverage[(y * mask.width + x) as usize]);
            if coverage > 0 {
                let share = (coverage * weight + 127) / 255;
                let below = picture.pixel(left + x, top + y);
                picture.put(left + x, top + y, canvas::mix_color(below, color, share));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn text_is_seen_but_covers_little() {
        let plain = Picture::filled(200, 120, [128; 3]);
        let shares: Vec<f32> = (0..40)
            .map(|seed| {
                let written = apply_alone(&SPEC, &plain, seed);
                let pixels = written.rgb.chunks_exact(3);
                let n_changed = pixels.filter(|pixel| *pixel != [128; 3]).count();
                n_changed as f32 / (200.0 * 120.0)
            })
            .collect();
        let n_written = shares.iter().filter(|share| **share > 0.0).count();
        assert!(n_written > 35, "{n_written}");
        assert!(shares.iter().all(|share| *share < 0.5), "{shares:?}");
    }

    #[test]
    fn a_picture_too_small_for_any_letter_stays_as_it_is() {
        let dot = Picture::filled(1, 1, [5; 3]);
        assert_eq!(apply_alone(&SPEC, &dot, 3).width, 1);
    }

    #[test]
    fn half_opacity_of_full_coverage_is_the_middle() {
        let mut picture = Picture::filled(1, 1, [0; 3]);
        let mask = Mask {
            width: 1,
            height: 1,
            coverage: vec![255],
        };
        stamp(&mut picture, &mask, (0, 0), [200, 100, 50], 0.5);
        assert_eq!(picture.pixel(0, 0), [100, 50, 25]);
    }
}

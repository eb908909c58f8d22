//! One or two lines of random letters, as the winner of ISC21 writes them (AugLy's
//! `overlay_text`).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::draws;
use super::fonts;
use super::text_overlay;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "text-lines",
    label: "Write lines",
    help: "Writes one or two short lines of random letters on the picture.",
    probability: 0.25,
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
            default: Span::new(1.0, 1.0),
        },
    ],
    build: |spans| {
        Box::new(TextLines {
            size: spans[0],
            opacity: spans[1],
        })
    },
};

/// Fewest letters of a line, and how many more there may be.
const N_LETTERS: (u32, u32) = (5, 4);

/// Pixels between two lines, besides the size of the font.
const LINE_GAP: u32 = 5;

struct TextLines {
    size: Span,
    opacity: Span,
}

impl Augmentation for TextLines {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = view.picture.to_mut();
        let Some(typeface) = draws::pick(rng, &fonts::TEXT) else {
            return;
        };
        let em_px = (self.size.draw(rng) * picture.width.min(picture.height) as f32).max(1.0);
        let left = (draws::uniform(rng, 0.0, 0.5) * picture.width as f32) as u32;
        let top = (draws::uniform(rng, 0.0, 0.5) * picture.height as f32) as u32;
        let color = draws::color(rng);
        let opacity = self.opacity.draw(rng);
        for line in 0..=draws::below(rng, 2) {
            let n_letters = N_LETTERS.0 + draws::below(rng, N_LETTERS.1 + 1);
            let glyphs: Vec<_> = (0..n_letters)
                .filter_map(|_| draws::pick(rng, &typeface.glyphs).copied())
                .collect();
            let line_top = top + line * (em_px as u32 + LINE_GAP);
            if let Some(mask) = typeface.draw(&glyphs, em_px) {
                text_overlay::stamp(picture, &mask, (left, line_top), color, opacity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;
    use crate::data::Picture;

    #[test]
    fn the_lines_begin_in_the_upper_left_quarter_and_are_large() {
        let plain = Picture::filled(200, 160, [128; 3]);
        for seed in 0..40 {
            let written = apply_alone(&SPEC, &plain, seed);
            let pixels = written.rgb.chunks_exact(3).enumerate();
            let places: Vec<usize> = pixels
                .filter(|(_, p)| *p != [128; 3])
                .map(|(at, _)| at)
                .collect();
            assert!(
                (20..200 * 160 / 2).contains(&places.len()),
                "{seed}: {}",
                places.len()
            );
            let left = places.iter().map(|at| at % 200).min();
            assert!(left <= Some(110), "{seed}: {left:?}");
        }
    }
}

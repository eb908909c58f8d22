//! A bar with words above or below, as on a meme.

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
use super::fonts;
use super::text_overlay;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "caption",
    label: "Add a caption",
    help: "Adds a bar with words above or below the picture, as on a meme.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "height",
        label: "Height of the bar as share of the picture",
        limits: Span::new(0.05, 0.6),
        default: Span::new(0.1, 0.35),
    }],
    build: |spans| Box::new(Caption { height: spans[0] }),
};

/// Letters that captions are made of; blanks part the words.
const LETTERS: &[u8] = b"eeetaoinshrdlucmfwypvbgkjqxzEATOINSHR   ,.!?0123456789";

struct Caption {
    height: Span,
}

impl Augmentation for Caption {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = &view.picture;
        let share = self.height.draw(rng);
        let bar_height = ((picture.height as f32 * share) as u32).clamp(1, picture.height);
        let is_above = draws::chance(rng, 0.5);
        let is_dark = draws::chance(rng, 0.3);
        let (paper, ink) = if is_dark {
            ([0; 3], [255; 3])
        } else {
            ([255; 3], [0; 3])
        };
        let n_lines = 1 + draws::below(rng, 3);

        let total_height = picture.height + bar_height;
        let mut page = Picture::filled(picture.width, total_height, paper);
        let picture_top = if is_above { bar_height } else { 0 };
        canvas::paste(&mut page, picture, 0, picture_top, 1.0);
        let bar = Area {
            left: 0,
            top: if is_above { 0 } else { picture.height },
            width: picture.width,
            height: bar_height,
        };
        write_lines(&mut page, bar, (n_lines, ink), rng);
        let place = Area {
            left: 0,
            top: picture_top,
            width: picture.width,
            height: picture.height,
        };
        view.paste_into(page, place);
        view.resize(place.width, place.height);
    }
}

/// Fills an area with `lines.0` lines of made-up words in the color `lines.1`.
pub(super) fn write_lines(
    page: &mut Picture,
    area: Area,
    lines: (u32, [u8; 3]),
    rng: &mut ChaCha8Rng,
) {
    let (n_lines, ink) = lines;
    let Some(typeface) = draws::pick(rng, &fonts::TEXT) else {
        return;
    };
    let margin = area.width / 20;
    let line_height = area.height / n_lines.max(1);
    let room = area.width.saturating_sub(2 * margin);
    // Capitals and descenders together take about 0.95 em.
    let em_px = line_height as f32 * 0.8;
    if line_height < 3 || room < 4 {
        return;
    }
    for line in 0..n_lines {
        let glyphs = typeface.glyphs_of(&words(rng));
        let n_fitting = typeface.n_fitting(&glyphs, em_px, room, line_height);
        let Some(mask) = typeface.draw(&glyphs[..n_fitting], em_px) else {
            continue;
        };
        let top = area.top + line * line_height + (line_height - mask.height.min(line_height)) / 2;
        text_overlay::stamp(page, &mask, (area.left + margin, top), ink, 1.0);
    }
}

fn words(rng: &mut ChaCha8Rng) -> String {
    let n_letters = 6 + draws::below(rng, 50);
    (0..n_letters)
        .filter_map(|_| draws::pick(rng, LETTERS).map(|letter| char::from(*letter)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn a_caption_leaves_most_of_the_picture_and_writes_on_its_bar() {
        let picture = Picture::filled(160, 120, [90, 160, 40]);
        for seed in 0..30 {
            let captioned = apply_alone(&SPEC, &picture, seed);
            assert_eq!((captioned.width, captioned.height), (160, 120));
            let count = |color: [u8; 3]| {
                captioned
                    .rgb
                    .chunks_exact(3)
                    .filter(|pixel| *pixel == color)
                    .count() as f32
                    / (160.0 * 120.0)
            };
            assert!(count([90, 160, 40]) > 0.7, "{seed}");
            assert!(count([0; 3]) + count([255; 3]) > 0.03, "{seed}");
        }
    }
}

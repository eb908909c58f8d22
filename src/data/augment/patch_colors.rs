//! Other colors in every cell of a grid.
//!
//! The last version of Patch-Wise DINO (arXiv:2310.18651v5) changes the colors of each patch of a
//! view by itself but publishes neither chances nor ranges. This is our own reading of it: the
//! color jitter, gray and solarization of DINO's global views, drawn anew for each cell.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::canvas::Area;
use super::color_jitter;
use super::draws;
use super::grayscale;
use super::solarize;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "patch-colors",
    label: "Change colors of patches",
    help: "Changes the colors of every cell of a grid by itself.",
    probability: 0.5,
    parameters: &[ParameterSpec {
        id: "cell",
        label: "Side of a cell in pixels",
        limits: Span::new(4.0, 64.0),
        default: Span::new(16.0, 16.0),
    }],
    build: |spans| Box::new(PatchColors { cell: spans[0] }),
};

/// Chances and reach of DINO's color changes (`main_dino.py`).
const JITTER_CHANCE: f32 = 0.8;
const LIGHT_REACH: f32 = 0.4;
const SATURATION_REACH: f32 = 0.2;
const HUE_REACH: f32 = 0.1;
const GRAY_CHANCE: f32 = 0.2;
const SOLARIZE_CHANCE: f32 = 0.2;
const SOLARIZE_THRESHOLD: u32 = 128;

struct PatchColors {
    cell: Span,
}

impl Augmentation for PatchColors {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let cell = self.cell.draw_whole(rng).max(1);
        let picture = view.picture.to_mut();
        for top in (0..picture.height).step_by(cell as usize) {
            for left in (0..picture.width).step_by(cell as usize) {
                let area = Area {
                    left,
                    top,
                    width: cell.min(picture.width - left),
                    height: cell.min(picture.height - top),
                };
                let mut patch = canvas::cut(picture, area);
                if draws::chance(rng, JITTER_CHANCE) {
                    let around = |center: f32, reach| Span::new(center - reach, center + reach);
                    color_jitter::jitter(
                        &mut patch,
                        [
                            around(1.0, LIGHT_REACH),
                            around(1.0, LIGHT_REACH),
                            around(1.0, SATURATION_REACH),
                            around(0.0, HUE_REACH),
                        ],
                        rng,
                    );
                }
                if draws::chance(rng, GRAY_CHANCE) {
                    grayscale::take_color(&mut patch);
                }
                if draws::chance(rng, SOLARIZE_CHANCE) {
                    solarize::solarize(&mut patch.rgb, SOLARIZE_THRESHOLD);
                }
                canvas::paste(picture, &patch, left, top, 1.0);
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
    fn each_cell_of_a_flat_picture_is_flat_and_differs_from_others() {
        let flat = Picture::filled(48, 40, [180, 90, 40]);
        let changed = apply_alone(&SPEC, &flat, 3);
        let mut colors = Vec::new();
        for (x, y) in [
            (0, 0),
            (16, 0),
            (32, 0),
            (0, 16),
            (16, 16),
            (32, 16),
            (0, 32),
        ] {
            let color = changed.pixel(x, y);
            let height = if y == 32 { 8 } else { 16 };
            for (dx, dy) in (0..height).flat_map(|dy| (0..16).map(move |dx| (dx, dy))) {
                assert_eq!(changed.pixel(x + dx, y + dy), color);
            }
            colors.push(color);
        }
        colors.sort_unstable();
        colors.dedup();
        assert!(colors.len() > 4, "{colors:?}");
    }
}

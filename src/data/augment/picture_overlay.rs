//! The picture put on another picture.

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

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "picture-overlay",
    label: "Put on another picture",
    help: "Makes the picture a part of another one.",
    probability: 0.15,
    parameters: &[
        ParameterSpec {
            id: "height",
            label: "Height as share of the other picture",
            limits: Span::new(0.05, 1.0),
            default: Span::new(0.4, 1.0),
        },
        ParameterSpec {
            id: "aspect",
            label: "Change of width divided by height",
            limits: Span::new(0.25, 4.0),
            default: Span::new(0.7, 1.4),
        },
        ParameterSpec {
            id: "opacity",
            label: "Opacity",
            limits: Span::new(0.1, 1.0),
            default: Span::new(0.8, 1.0),
        },
    ],
    build: |spans| {
        Box::new(PictureOverlay {
            height: spans[0],
            aspect: spans[1],
            opacity: spans[2],
        })
    },
};

/// How often the picture lies on the other one without shining through.
const OPAQUE_SHARE: f32 = 0.7;

struct PictureOverlay {
    height: Span,
    aspect: Span,
    opacity: Span,
}

impl Augmentation for PictureOverlay {
    fn apply(&self, view: &mut Draft<'_>, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let which = u64::from(draws::below(rng, u32::MAX));
        let Some(other) = (surroundings.other)(which) else {
            return;
        };
        let picture = &view.picture;
        let mut canvas = canvas::resize(&other, picture.width, picture.height);
        let share = self.height.draw(rng);
        let aspect = self.aspect.draw_log(rng);
        let side = |share: f32, full: u32| ((share * full as f32).round() as u32).clamp(1, full);
        let width = side(share * aspect, picture.width);
        let height = side(share, picture.height);
        let opacity = self.opacity.draw(rng);
        let is_opaque = draws::chance(rng, OPAQUE_SHARE);
        let left = draws::below(rng, picture.width - width + 1);
        let top = draws::below(rng, picture.height - height + 1);
        let small = canvas::resize(picture, width, height);
        let opacity = if is_opaque { 1.0 } else { opacity };
        canvas::paste(&mut canvas, &small, left, top, opacity);
        let place = Area {
            left,
            top,
            width,
            height,
        };
        view.paste_into(canvas, place);
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;
    use crate::data::Picture;

    #[test]
    fn both_pictures_are_seen_and_ours_is_large_enough() {
        let ours = Picture::filled(60, 60, [200; 3]);
        for seed in 0..100 {
            let merged = apply_alone(&SPEC, &ours, seed);
            let n_ours = merged.rgb.chunks_exact(3).filter(|p| p[0] > 150).count();
            // At least 0.4 of the height and 0.4 * 0.7 of the width.
            assert!(
                n_ours as f32 >= 0.4 * 0.28 * 3600.0 * 0.95,
                "{seed}: {n_ours}"
            );
        }
    }
}

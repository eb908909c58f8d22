//! Another picture on this one, or either of the two on the other (AugLy's `overlay_image` and
//! `overlay_onto_background_image`).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::canvas::Area;
use super::canvas::Filter;
use super::draws;
use crate::data::Picture;

/// The other picture comes on top.
pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "other-on-top",
    label: "Put another picture on it",
    help: "Covers a part of the picture with another one.",
    probability: 0.1,
    parameters: PARAMETERS,
    build: |spans| Box::new(OtherOverlay::new(spans, 1.0)),
};

/// As the winner of ISC21 does it: either of the two lies on top.
pub(super) const EITHER_SPEC: AugmentationSpec = AugmentationSpec {
    id: "overlay-either-way",
    label: "Overlay with another picture",
    help: "Puts the picture on another one or, as often, the other one on the picture.",
    probability: 0.1,
    parameters: PARAMETERS,
    build: |spans| Box::new(OtherOverlay::new(spans, 0.5)),
};

const PARAMETERS: &[ParameterSpec] = &[
    ParameterSpec {
        id: "height",
        label: "Height of the upper picture as share of the lower",
        limits: Span::new(0.05, 1.0),
        default: Span::new(0.3, 0.6),
    },
    ParameterSpec {
        id: "opacity",
        label: "Opacity of the upper picture",
        limits: Span::new(0.0, 1.0),
        default: Span::new(0.6, 1.0),
    },
];

struct OtherOverlay {
    height: Span,
    opacity: Span,
    /// How often the other picture is the upper one.
    on_top: f32,
}

/// An upper picture that lets more than half through hides nothing.
const HIDING_OPACITY: f32 = 0.5;

impl OtherOverlay {
    fn new(spans: &[Span], on_top: f32) -> Self {
        Self {
            height: spans[0],
            opacity: spans[1],
            on_top,
        }
    }
}

impl Augmentation for OtherOverlay {
    fn apply(&self, view: &mut Draft<'_>, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let which = u64::from(draws::below(rng, u32::MAX));
        let is_on_top = draws::chance(rng, self.on_top);
        let share = self.height.draw(rng);
        let opacity = self.opacity.draw(rng);
        let at = [(); 2].map(|()| draws::uniform(rng, 0.0, 1.0 - share));
        let Some(other) = (surroundings.other)(which) else {
            return;
        };
        if is_on_top {
            let place = overlay(view.picture.to_mut(), &other, share, opacity, at);
            if opacity > HIDING_OPACITY {
                view.trace.hide(place);
            }
        } else {
            let mut canvas = Picture::clone(&other);
            let place = overlay(&mut canvas, &view.picture, share, opacity, at);
            view.paste_into(canvas, place);
        }
    }
}

/// Draws `upper` with `share` of the height of `lower`; what leaves the canvas is cut off.
fn overlay(
    lower: &mut Picture,
    upper: &Picture,
    share: f32,
    opacity: f32,
    [x, y]: [f32; 2],
) -> Area {
    let height = ((lower.height as f32 * share) as u32).max(1);
    let width =
        (u64::from(upper.width) * u64::from(height) / u64::from(upper.height)).max(1) as u32;
    let place = Area {
        left: (lower.width as f32 * x) as u32,
        top: (lower.height as f32 * y) as u32,
        width: width.min(8 * lower.width),
        height,
    };
    let size = (place.width, place.height);
    let small = canvas::resize_area(upper, Area::of(upper), size, Filter::Bicubic);
    canvas::paste(lower, &small, place.left, place.top, opacity);
    place
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn the_other_picture_covers_the_share_it_says() {
        // The other picture is 50 x 40, dark; on 60 x 60 it gets 18 to 36 pixels high.
        let ours = Picture::filled(60, 60, [200; 3]);
        for seed in 0..50 {
            let covered = apply_alone(&SPEC, &ours, seed);
            assert_eq!((covered.width, covered.height), (60, 60));
            let n_covered = covered.rgb.chunks_exact(3).filter(|p| p[0] != 200).count();
            assert!(
                (18 * 18..=36 * 45).contains(&n_covered),
                "{seed}: {n_covered}"
            );
        }
    }

    #[test]
    fn either_way_means_both_ways() {
        let ours = Picture::filled(60, 60, [200; 3]);
        let heights: Vec<u32> = (0..40)
            .map(|seed| apply_alone(&EITHER_SPEC, &ours, seed).height)
            .collect();
        let n_on_top = heights.iter().filter(|height| **height == 60).count();
        assert!((10..30).contains(&n_on_top), "{n_on_top}");
        assert!(heights.iter().all(|height| [40, 60].contains(height)));
    }
}

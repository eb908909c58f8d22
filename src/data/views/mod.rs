//! Which views of a picture a method compares: how many, how large, changed how.
//!
//! - Owns: the table [`VIEW_PLANS`], and the [`ViewPlan`]s built from it.
//! - Invariant: views of the same size stand next to each other, the ones that a teacher sees
//!   first.
//! - Not here: what is done to a view (`augment`), which pictures form a batch (`loader`).
//! - To add one: a row in [`VIEW_PLANS`].

mod correspondence;

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::data::Picture;
use crate::data::augment::Pipeline;
use crate::data::augment::View;

pub use correspondence::centers_within;
pub use correspondence::overlap;

/// A named set of views.
pub struct ViewPlanSpec {
    /// Appears in recipes; never renamed.
    pub id: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    groups: &'static [Group],
}

/// Several views made the same way.
struct Group {
    /// Of [`PRESETS`](crate::data::augment::PRESETS).
    pipeline: &'static str,
    n_views: usize,
    is_small: bool,
}

const fn large(pipeline: &'static str) -> Group {
    Group {
        pipeline,
        n_views: 1,
        is_small: false,
    }
}

const fn small(pipeline: &'static str, n_views: usize) -> Group {
    Group {
        pipeline,
        n_views,
        is_small: true,
    }
}

/// All plans beyond two views of one pipeline ([`ViewPlan::repeated`]).
pub const VIEW_PLANS: &[ViewPlanSpec] = &[
    // Caron et al. 2021, section 3: two global views of 224 and eight local ones of 96 pixels.
    ViewPlanSpec {
        id: "multi-crop",
        label: "DINO: two large, eight small",
        help: "Two large views, blurred and solarized differently, and eight small parts.",
        groups: &[
            large("dino-global-1"),
            large("dino-global-2"),
            small("dino-local", 8),
        ],
    },
    ViewPlanSpec {
        id: "patchwise",
        label: "Patch-Wise DINO: two large, eight small",
        help: "The views of DINO cut from a squashed picture, whose patches are compared.",
        groups: &[
            large("patchwise-global-1"),
            large("patchwise-global-2"),
            small("patchwise-local", 8),
        ],
    },
    ViewPlanSpec {
        id: "patchwise-colors",
        label: "Patch-Wise DINO: colors of each patch",
        help: "Two large and eight small views whose patches change color by themselves.",
        groups: &[
            large("patch-colors-global"),
            large("patch-colors-global"),
            small("patch-colors-local", 8),
        ],
    },
    // Fang et al. 2021, `main_small-patch.py`: one view of 224 and six of 96 pixels.
    ViewPlanSpec {
        id: "small-patches",
        label: "SEED: one large, six small",
        help: "One large view and six small patches, all seen by teacher and student.",
        groups: &[large("seed-swav"), small("seed-swav-small", 6)],
    },
    // Yokoo 2021: a moderate and a hard view in every stage; the last stage changes nothing.
    ViewPlanSpec {
        id: "isc21-stage-1",
        label: "ISC21, stage 1: moderate and hard",
        help: "Most of the picture beside a hard edit of it.",
        groups: &[large("isc21-moderate"), large("isc21-hard-1")],
    },
    ViewPlanSpec {
        id: "isc21-stage-2",
        label: "ISC21, stage 2: moderate and harder",
        help: "Most of the picture beside a harder edit of it.",
        groups: &[large("isc21-moderate"), large("isc21-hard-2")],
    },
    ViewPlanSpec {
        id: "isc21-stage-3",
        label: "ISC21, stage 3: moderate and hardest",
        help: "Most of the picture beside the hardest edit of it.",
        groups: &[large("isc21-moderate"), large("isc21-hard-3")],
    },
    // The last one with the picture itself beside its edits, as a negative of all others.
    ViewPlanSpec {
        id: "isc21-stage-3-unedited",
        label: "ISC21, stage 3: with the picture itself",
        help: "Most of the picture, the hardest edit of it, and the picture as it is.",
        groups: &[
            large("isc21-moderate"),
            large("isc21-hard-3"),
            large("none"),
        ],
    },
    // Zeng et al. 2022: pictures of one kind are each other's copies, one view of each is enough.
    ViewPlanSpec {
        id: "one-of-a-kind",
        label: "OBD-SD: one view",
        help: "One part of the picture, maybe mirrored: its kind is what it shares with others.",
        groups: &[large("obd-base")],
    },
    ViewPlanSpec {
        id: "unchanged",
        label: "The picture as it is",
        help: "One view that is only resized: for pairs that are copies already.",
        groups: &[large("none")],
    },
    // CopyNCE follows the edits of ISC21 and compares the original with them, pixel by pixel.
    ViewPlanSpec {
        id: "original-and-hard",
        label: "Original and hard edit",
        help: "The picture as it is beside a hard edit of it.",
        groups: &[large("none"), large("isc21-hard-1")],
    },
    ViewPlanSpec {
        id: "original-and-advanced",
        label: "Original and advanced edit",
        help: "The picture as it is beside an edit of SSCD's kind.",
        groups: &[large("none"), large("advanced")],
    },
];

/// Finds a plan by its id.
pub fn find(id: &str) -> Option<&'static ViewPlanSpec> {
    VIEW_PLANS.iter().find(|spec| spec.id == id)
}

/// What differs from the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewOptions {
    /// Side of the small views; [`small_side`] of the large ones if absent.
    pub small_side: Option<u32>,
    /// How many small views of each kind.
    pub n_small: Option<usize>,
}

/// The pipelines of all views of a picture.
#[derive(Clone)]
pub struct ViewPlan {
    pipelines: Vec<Arc<Pipeline>>,
}

impl ViewPlan {
    /// Views that share nothing but the picture; at least one.
    pub fn new(pipelines: Vec<Arc<Pipeline>>) -> Option<Self> {
        (!pipelines.is_empty()).then_some(Self { pipelines })
    }

    /// Several draws of one pipeline.
    pub fn repeated(pipeline: &Arc<Pipeline>, n_views: usize) -> Self {
        Self {
            pipelines: vec![pipeline.clone(); n_views.max(1)],
        }
    }

    /// The plan of this name with large views of `size x size`; `None` if there is none.
    pub fn preset(id: &str, size: u32, options: ViewOptions) -> Option<Self> {
        let mut pipelines = Vec::new();
        for group in find(id)?.groups {
            let side = if group.is_small {
                options.small_side.unwrap_or_else(|| small_side(size))
            } else {
                size
            };
            let n_views = match options.n_small {
                Some(n_small) if group.is_small => n_small,
                Some(_) | None => group.n_views,
            };
            let pipeline = Arc::new(Pipeline::preset(group.pipeline, side)?);
            pipelines.extend(std::iter::repeat_n(pipeline, n_views));
        }
        Self::new(pipelines)
    }

    pub fn n_views(&self) -> usize {
        self.pipelines.len()
    }

    /// Side of each view in pixels.
    pub fn sizes(&self) -> Vec<u32> {
        self.pipelines.iter().map(|known| known.size()).collect()
    }

    pub fn pipelines(&self) -> &[Arc<Pipeline>] {
        &self.pipelines
    }

    /// The first `n` views that this seed gives, one kind after the other, for a preview.
    pub fn draws(
        &self,
        picture: &Picture,
        other: &dyn Fn(u64) -> Option<Arc<Picture>>,
        seed: u64,
        n: usize,
    ) -> Vec<View> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let pipelines = self.pipelines.iter().cycle().take(n);
        pipelines
            .map(|pipeline| pipeline.trace(picture, other, &mut rng))
            .collect()
    }
}

/// The side of small views beside large ones of `size`: 96 for 224, always a multiple of 16, so
/// that whole patches fit.
pub const fn small_side(size: u32) -> u32 {
    let sixteenths = (size * 96 + 224 * 8) / (224 * 16);
    if sixteenths == 0 { 16 } else { sixteenths * 16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_builds_and_views_of_a_size_stand_together() {
        let picture = Picture::filled(80, 60, [90, 40, 10]);
        for spec in VIEW_PLANS {
            assert!(spec.help.ends_with('.') && !spec.label.ends_with('.'));
            let plan = ViewPlan::preset(spec.id, 64, ViewOptions::default()).unwrap();
            let sizes = plan.sizes();
            assert!(sizes.is_sorted_by(|a, b| a >= b), "{}: {sizes:?}", spec.id);
            let views = plan.draws(&picture, &|_| None, 5, plan.n_views());
            for (view, size) in views.iter().zip(sizes) {
                assert_eq!(view.trace.view_size, [size; 2], "{}", spec.id);
                assert_eq!(view.trace.source_size, [80, 60], "{}", spec.id);
            }
        }
    }

    #[test]
    fn the_plans_of_the_papers_have_their_sizes() {
        let sizes = |id, options| ViewPlan::preset(id, 224, options).unwrap().sizes();
        let dino = sizes("multi-crop", ViewOptions::default());
        assert_eq!(dino, [224, 224, 96, 96, 96, 96, 96, 96, 96, 96]);
        let seed = sizes("small-patches", ViewOptions::default());
        assert_eq!(seed, [224, 96, 96, 96, 96, 96, 96]);
        let options = ViewOptions {
            small_side: Some(98),
            n_small: Some(1),
        };
        assert_eq!(sizes("multi-crop", options), [224, 224, 98]);
        assert_eq!(
            [small_side(256), small_side(128), small_side(16)],
            [112, 48, 16]
        );
    }

    #[test]
    fn a_preview_is_the_same_for_a_seed_and_goes_round() {
        let rgb = (0..90 * 70 * 3).map(|at| (at * 7 % 251) as u8).collect();
        let picture = Picture::new(90, 70, rgb);
        let plan = ViewPlan::preset("isc21-stage-1", 32, ViewOptions::default()).unwrap();
        let other = |_| Some(Arc::new(Picture::filled(40, 40, [9; 3])));
        let strip = plan.draws(&picture, &other, 3, 8);
        assert_eq!(strip.len(), 8);
        assert!(strip == plan.draws(&picture, &other, 3, 8));
        assert!(strip != plan.draws(&picture, &other, 4, 8));
        // The moderate views show at least seven tenths less the rounding.
        for view in strip.iter().step_by(2) {
            let shown = view.trace.crop_box().unwrap();
            assert!(shown.width * shown.height > 90 * 70 * 68 / 100, "{shown:?}");
        }
    }
}

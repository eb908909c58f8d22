//! Augmentations in a row, each happening with its probability.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::PRESETS;
use super::Preset;
use super::Span;
use super::Stickers;
use super::Surroundings;
use super::canvas;
use super::draws;
use crate::data::Picture;

/// One augmentation of a pipeline with its numbers.
pub struct Step {
    spec: &'static AugmentationSpec,
    probability: f32,
    augmentation: Box<dyn Augmentation>,
}

impl Step {
    /// Every parameter as the table says, except those named in `parameters`. `None` where a
    /// parameter is unknown, a span leaves its limits or the probability is none.
    pub fn new(
        spec: &'static AugmentationSpec,
        probability: f32,
        parameters: &[(&str, Span)],
    ) -> Option<Self> {
        let mut spans: Vec<Span> = spec.parameters.iter().map(|known| known.default).collect();
        for (id, span) in parameters {
            let idx = spec.parameters.iter().position(|known| known.id == *id)?;
            if !spec.parameters[idx].limits.holds(*span) {
                return None;
            }
            spans[idx] = *span;
        }
        (0.0..=1.0).contains(&probability).then(|| Self {
            spec,
            probability,
            augmentation: (spec.build)(&spans),
        })
    }

    pub const fn spec(&self) -> &'static AugmentationSpec {
        self.spec
    }

    pub const fn probability(&self) -> f32 {
        self.probability
    }
}

/// Changes a picture by a list of steps and brings it to a square.
pub struct Pipeline {
    size: u32,
    steps: Vec<Step>,
    stickers: Arc<Stickers>,
}

impl Pipeline {
    /// Steps run in the order given; a picture that no step brought to `size` is resized at the
    /// end.
    pub fn new(size: u32, steps: Vec<Step>) -> Self {
        Self {
            size: size.max(1),
            steps,
            stickers: Arc::new(Stickers::drawn()),
        }
    }

    /// The pipeline of this name (see [`PRESETS`]) for a network with `size x size` input.
    pub fn preset(id: &str, size: u32) -> Option<Self> {
        let preset = PRESETS.iter().find(|preset| preset.id == id)?;
        Self::of_preset(preset, size)
    }

    fn of_preset(preset: &Preset, size: u32) -> Option<Self> {
        let steps: Option<Vec<Step>> = preset
            .steps
            .iter()
            .map(|step| Step::new(super::find(step.id)?, step.probability, step.parameters))
            .collect();
        Some(Self::new(size, steps?))
    }

    /// The same pipeline with other stickers.
    pub fn with_stickers(mut self, stickers: Arc<Stickers>) -> Self {
        self.stickers = stickers;
        self
    }

    /// Side of the pictures that come out.
    pub const fn size(&self) -> u32 {
        self.size
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// One random view of a picture; steps that need another picture do nothing.
    pub fn apply(&self, picture: &Picture, rng: &mut ChaCha8Rng) -> Picture {
        self.apply_with(picture, None, rng)
    }

    /// One random view; `other` is at hand to be put behind the picture.
    pub fn apply_with(
        &self,
        picture: &Picture,
        other: Option<&Picture>,
        rng: &mut ChaCha8Rng,
    ) -> Picture {
        self.apply_among(picture, &|_| other.cloned().map(Arc::new), rng)
    }

    /// One random view; `other` is asked for another picture only when a step needs it, with a
    /// random number that says which.
    pub fn apply_among(
        &self,
        picture: &Picture,
        other: &dyn Fn(u64) -> Option<Arc<Picture>>,
        rng: &mut ChaCha8Rng,
    ) -> Picture {
        let surroundings = Surroundings {
            size: self.size,
            stickers: &self.stickers,
            other,
        };
        let mut view = picture.clone();
        for step in &self.steps {
            if draws::chance(rng, step.probability) {
                view = step.augmentation.apply(view, &surroundings, rng);
            }
        }
        if (view.width, view.height) != (self.size, self.size) {
            view = canvas::resize(&view, self.size, self.size);
        }
        view
    }
}

#[cfg(test)]
pub(super) mod testing {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    /// Output side of [`apply_alone`].
    pub(in super::super) const SIZE: u32 = 64;

    /// Runs one augmentation by itself, without the resize at the end.
    pub(in super::super) fn apply_alone(
        spec: &AugmentationSpec,
        picture: &Picture,
        seed: u64,
    ) -> Picture {
        let spans: Vec<Span> = spec.parameters.iter().map(|known| known.default).collect();
        let other = Arc::new(Picture::filled(50, 40, [1, 2, 3]));
        let surroundings = Surroundings {
            size: SIZE,
            stickers: &Stickers::drawn(),
            other: &|_| Some(other.clone()),
        };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (spec.build)(&spans).apply(picture.clone(), &surroundings, &mut rng)
    }

    /// A picture of many colors with hard edges.
    pub(in super::super) fn checkered(width: u32, height: u32) -> Picture {
        let rgb = (0..width * height * 3)
            .map(|idx| (idx.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        Picture::new(width, height, rgb)
    }

    /// A picture of many colors that changes slowly.
    pub(in super::super) fn gradient(width: u32, height: u32) -> Picture {
        let rgb = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| {
                let (x, y) = (x * 255 / width, y * 255 / height);
                [x as u8, y as u8, (255 - u32::midpoint(x, y)) as u8]
            })
            .collect();
        Picture::new(width, height, rgb)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::super::AUGMENTATIONS;
    use super::testing::apply_alone;
    use super::testing::checkered;
    use super::testing::gradient;
    use super::*;

    fn is_kebab_case(id: &str) -> bool {
        id.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
    }

    #[test]
    fn the_table_keeps_its_promises() {
        for (idx, spec) in AUGMENTATIONS.iter().enumerate() {
            assert!(is_kebab_case(spec.id), "{}", spec.id);
            assert!(!spec.label.ends_with('.'), "{}", spec.id);
            assert!(
                spec.help.ends_with('.') && spec.help.len() > 15,
                "{}",
                spec.id
            );
            assert!((0.0..=1.0).contains(&spec.probability), "{}", spec.id);
            let is_unique = AUGMENTATIONS[..idx].iter().all(|other| other.id != spec.id);
            assert!(is_unique, "{}", spec.id);
            for parameter in spec.parameters {
                assert!(is_kebab_case(parameter.id), "{} {}", spec.id, parameter.id);
                assert!(
                    parameter.limits.holds(parameter.default),
                    "{} {}",
                    spec.id,
                    parameter.id
                );
            }
        }
    }

    #[test]
    fn every_augmentation_repeats_itself_for_a_seed_and_differs_between_seeds() {
        let picture = gradient(90, 60);
        for spec in AUGMENTATIONS {
            let outcomes: Vec<Picture> = (0..6)
                .map(|seed| apply_alone(spec, &picture, seed))
                .collect();
            for (seed, outcome) in outcomes.iter().enumerate() {
                assert!(
                    *outcome == apply_alone(spec, &picture, seed as u64),
                    "{}",
                    spec.id
                );
            }
            assert!(
                outcomes.iter().any(|outcome| *outcome != picture),
                "{}",
                spec.id
            );
            let is_fixed = [
                "horizontal-flip",
                "vertical-flip",
                "grayscale",
                "pad-square",
            ];
            if !is_fixed.contains(&spec.id) {
                assert!(
                    outcomes[1..].iter().any(|other| *other != outcomes[0]),
                    "{}",
                    spec.id
                );
            }
        }
    }

    #[test]
    fn no_augmentation_minds_pictures_of_odd_shapes() {
        for (width, height) in [(1, 1), (1, 200), (200, 1), (7, 3)] {
            let picture = checkered(width, height);
            for spec in AUGMENTATIONS {
                for seed in 0..8 {
                    let changed = apply_alone(spec, &picture, seed);
                    assert!(changed.width > 0 && changed.height > 0, "{}", spec.id);
                }
            }
        }
    }

    #[test]
    fn every_preset_builds_and_gives_squares() {
        let picture = gradient(120, 80);
        for preset in PRESETS {
            assert!(
                is_kebab_case(preset.id) && preset.help.ends_with('.'),
                "{}",
                preset.id
            );
            let pipeline = Pipeline::preset(preset.id, 48).unwrap();
            assert_eq!(pipeline.steps().len(), preset.steps.len(), "{}", preset.id);
            for seed in 0..100 {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let view = pipeline.apply(&picture, &mut rng);
                assert_eq!((view.width, view.height), (48, 48), "{}", preset.id);
                let again = pipeline.apply(&picture, &mut ChaCha8Rng::seed_from_u64(seed));
                assert!(view == again, "{}", preset.id);
            }
        }
    }

    #[test]
    fn a_step_happens_as_often_as_it_says() {
        let mirror = super::super::find("horizontal-flip").unwrap();
        for probability in [0.0, 0.05, 0.2, 0.8, 1.0] {
            let steps = vec![Step::new(mirror, probability, &[]).unwrap()];
            let pipeline = Pipeline::new(2, steps);
            let picture = Picture::new(2, 2, [1, 1, 1, 2, 2, 2].repeat(2));
            let mut rng = ChaCha8Rng::seed_from_u64(7);
            let n_mirrored = (0..10_000)
                .filter(|_| pipeline.apply(&picture, &mut rng).rgb[0] == 2)
                .count();
            let share = n_mirrored as f32 / 10_000.0;
            // Four standard deviations of the mean of 10,000 draws are at most 0.02.
            assert!(
                (share - probability).abs() <= 0.02,
                "{probability}: {share}"
            );
        }
    }

    #[test]
    fn the_advanced_preset_is_the_one_of_the_paper() {
        let pipeline = Pipeline::preset("advanced", 224).unwrap();
        let steps: Vec<(&str, f32)> = pipeline
            .steps()
            .iter()
            .map(|step| (step.spec().id, step.probability()))
            .collect();
        let expected = [
            ("horizontal-flip", 0.5),
            ("right-angle-rotation", 0.05),
            ("text-overlay", 0.1),
            ("emoji-overlay", 0.2),
            ("free-rotation", 0.05),
            ("random-resized-crop", 1.0),
            ("color-jitter", 0.8),
            ("grayscale", 0.2),
            ("gaussian-blur", 0.5),
            ("jpeg", 0.2),
        ];
        assert_eq!(steps, expected);
    }

    #[test]
    fn unknown_presets_parameters_and_spans_are_refused() {
        assert!(Pipeline::preset("no-such", 64).is_none());
        let blur = super::super::find("gaussian-blur").unwrap();
        assert!(Step::new(blur, 0.5, &[("radius", Span::new(1.0, 2.0))]).is_none());
        assert!(Step::new(blur, 0.5, &[("sigma", Span::new(2.0, 1.0))]).is_none());
        assert!(Step::new(blur, 1.5, &[]).is_none());
    }

    #[test]
    fn no_changes_means_only_resized() {
        let picture = gradient(30, 20);
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let view = Pipeline::preset("none", 16)
            .unwrap()
            .apply(&picture, &mut rng);
        assert!(view == canvas::resize(&picture, 16, 16));
    }
}

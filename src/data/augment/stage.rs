//! What a pipeline is made of: steps, and groups of steps.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Span;
use super::Surroundings;
use super::View;
use super::draws;
use super::presets::PresetStage;

/// One augmentation of a pipeline with its numbers.
pub struct Step {
    spec: &'static AugmentationSpec,
    probability: f32,
    augmentation: Box<dyn Augmentation>,
}

/// A part of a pipeline.
pub enum Stage {
    /// Happens with its probability.
    Step(Step),
    /// All of them, in another order each time.
    Shuffled(Vec<Self>),
    /// One of the lists, as often as its weight says; an empty list does nothing.
    OneOf(Vec<(f32, Vec<Self>)>),
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

    /// Changes a picture whatever the probability; the result keeps the size it gets.
    pub fn apply_once(
        &self,
        view: &mut View,
        surroundings: &Surroundings<'_>,
        rng: &mut ChaCha8Rng,
    ) {
        self.augmentation.apply(view, surroundings, rng);
    }

    pub const fn spec(&self) -> &'static AugmentationSpec {
        self.spec
    }

    pub const fn probability(&self) -> f32 {
        self.probability
    }
}

impl Stage {
    pub(super) fn of_preset(preset: &PresetStage) -> Option<Self> {
        Some(match preset {
            PresetStage::Step {
                id,
                probability,
                parameters,
            } => Self::Step(Step::new(super::find(id)?, *probability, parameters)?),
            PresetStage::Shuffled(stages) => Self::Shuffled(Self::all_of_preset(stages)?),
            PresetStage::OneOf(lists) => {
                let built = lists
                    .iter()
                    .map(|(weight, stages)| Some((*weight, Self::all_of_preset(stages)?)));
                Self::OneOf(built.collect::<Option<_>>()?)
            }
        })
    }

    pub(super) fn all_of_preset(presets: &[PresetStage]) -> Option<Vec<Self>> {
        presets.iter().map(Self::of_preset).collect()
    }

    /// Runs stages one after another.
    pub(super) fn run_all(
        stages: &[Self],
        view: &mut View,
        surroundings: &Surroundings<'_>,
        rng: &mut ChaCha8Rng,
    ) {
        for stage in stages {
            stage.run(view, surroundings, rng);
        }
    }

    fn run(&self, view: &mut View, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        match self {
            Self::Step(step) => {
                if draws::chance(rng, step.probability) {
                    step.augmentation.apply(view, surroundings, rng);
                    view.steps.push(step.spec.id);
                }
            }
            Self::Shuffled(stages) => {
                let mut order: Vec<&Self> = stages.iter().collect();
                draws::shuffle(rng, &mut order);
                for stage in order {
                    stage.run(view, surroundings, rng);
                }
            }
            Self::OneOf(lists) => {
                let total: f32 = lists.iter().map(|(weight, _)| weight).sum();
                let mut left = draws::unit(rng) * total;
                let chosen = lists.iter().find(|(weight, _)| {
                    left -= weight;
                    left < 0.0
                });
                if let Some((_, stages)) = chosen {
                    Self::run_all(stages, view, surroundings, rng);
                }
            }
        }
    }

    /// The steps of this stage, also those that happen only sometimes.
    pub(super) fn steps(&self) -> Vec<&Step> {
        match self {
            Self::Step(step) => vec![step],
            Self::Shuffled(stages) => stages.iter().flat_map(Self::steps).collect(),
            Self::OneOf(lists) => {
                let stages = lists.iter().flat_map(|(_, stages)| stages);
                stages.flat_map(Self::steps).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::super::Pipeline;
    use super::*;
    use crate::data::Picture;

    fn step(id: &str, parameters: &[(&str, Span)]) -> Stage {
        Stage::Step(Step::new(super::super::find(id).unwrap(), 1.0, parameters).unwrap())
    }

    /// How often each first value comes out of a one-pixel picture of level 100.
    fn share_of(stages: impl Fn() -> Vec<Stage>, level: u8) -> f32 {
        let pipeline = Pipeline::of_stages(1, stages());
        let picture = Picture::filled(1, 1, [100; 3]);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let hits = (0..10_000).filter(|_| pipeline.apply(&picture, &mut rng).rgb[0] == level);
        hits.count() as f32 / 10_000.0
    }

    #[test]
    fn one_list_of_several_happens_as_often_as_its_weight_says() {
        let turn = |level| step("solarize", &[("threshold", Span::new(level, level))]);
        let stages = || {
            vec![Stage::OneOf(vec![
                (0.2, vec![turn(0.0)]),
                (0.5, vec![]),
                (
                    0.3,
                    vec![
                        turn(0.0),
                        step("posterize", &[("bits", Span::new(1.0, 1.0))]),
                    ],
                ),
            ])]
        };
        // Negative: 155; its highest bit alone: 128. Four standard deviations are below 0.02.
        assert!((share_of(stages, 155) - 0.2).abs() < 0.02);
        assert!((share_of(stages, 100) - 0.5).abs() < 0.02);
        assert!((share_of(stages, 128) - 0.3).abs() < 0.02);
    }

    #[test]
    fn a_shuffled_group_runs_all_in_every_order() {
        // Negative, then the highest bit: 128. The other way round: 0, then its negative 255.
        let stages = || {
            vec![Stage::Shuffled(vec![
                step("solarize", &[("threshold", Span::new(0.0, 0.0))]),
                step("posterize", &[("bits", Span::new(1.0, 1.0))]),
            ])]
        };
        assert!((share_of(stages, 128) - 0.5).abs() < 0.02);
        assert!((share_of(stages, 255) - 0.5).abs() < 0.02);
    }
}

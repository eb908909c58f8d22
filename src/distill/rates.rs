//! What a recipe says about rates, as schedules and an optimiser.

use super::optimiser::Groups;
use super::optimiser::Optimiser;
use super::optimiser::Rule;
use super::optimiser::StepRates;
use super::recipe::OptimiserRecipe;
use super::recipe::RateShape;
use super::recipe::RuleName;
use super::schedule::Schedule;
use super::schedule::Shape;
use super::stage::Length;

/// Learning rate and weight decay of every step of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    rate: Schedule,
    weight_decay: Schedule,
}

impl Rates {
    /// `batch` pictures a step; `factor` on the rate of the recipe.
    pub fn new(recipe: &OptimiserRecipe, length: Length, batch: usize, factor: f32) -> Self {
        let share = if recipe.scaled {
            batch as f64 / 256.0
        } else {
            1.0
        };
        let from = f64::from(recipe.learning_rate * factor) * share;
        let decay = f64::from(recipe.weight_decay);
        Self {
            rate: rate(recipe, length, from),
            weight_decay: match recipe.final_weight_decay {
                Some(last) => Schedule::new(decay, f64::from(last), Shape::Cosine, length.steps),
                None => Schedule::constant(decay),
            },
        }
    }

    /// At a step of the stage, counted from 0.
    pub fn at(&self, step: u64) -> StepRates {
        StepRates {
            rate: self.rate.at(step),
            weight_decay: self.weight_decay.at(step),
        }
    }
}

fn rate(recipe: &OptimiserRecipe, length: Length, from: f64) -> Schedule {
    let to = from * f64::from(recipe.final_share);
    let warmup_steps = f64::from(recipe.warmup_epochs) * length.steps_per_epoch as f64;
    let (shape, steps_per_tick) = match recipe.shape {
        RateShape::Cosine => (Shape::Cosine, 1),
        RateShape::Constant => (Shape::Constant, 1),
        RateShape::Linear => (Shape::Linear, length.steps_per_epoch),
        RateShape::Stairs => {
            let at = recipe.stairs.iter().map(|epoch| u64::from(*epoch));
            let shape = Shape::Stairs {
                at: at.collect(),
                factor: f64::from(recipe.stair_factor),
            };
            (shape, length.steps_per_epoch)
        }
    };
    let warmup_ticks = warmup_steps as u64 / steps_per_tick;
    Schedule {
        warmup_ticks,
        warmup_from: from / warmup_ticks.max(1) as f64,
        steps_per_tick,
        ..Schedule::new(from, to, shape, length.steps.div_ceil(steps_per_tick))
    }
}

impl OptimiserRecipe {
    /// A fresh optimiser.
    pub fn build(&self) -> Optimiser {
        let momentum = self.momentum;
        let rule = match self.rule {
            RuleName::Sgd => Rule::Sgd { momentum },
            RuleName::Lars => Rule::Lars {
                momentum,
                trust: 0.001,
                epsilon: 1e-8,
            },
            RuleName::Adam => Rule::ADAM,
            RuleName::AdamW => Rule::ADAM_W,
        };
        let groups = Groups {
            groups: Vec::new(),
            no_decay_on_vectors: !self.decay_vectors,
            no_adaptation_on_vectors: !self.decay_vectors,
        };
        Optimiser::new(rule, groups)
    }
}

#[cfg(test)]
mod tests {
    use super::super::presets::PRESETS;
    use super::super::recipe::Recipe;
    use super::*;

    const LENGTH: Length = Length {
        steps_per_epoch: 4,
        steps: 12,
    };

    fn recipe() -> OptimiserRecipe {
        let mut recipe = Recipe::parse(PRESETS[0].toml).unwrap().optimiser;
        recipe.learning_rate = 2.0;
        recipe.warmup_epochs = 1.0;
        recipe
    }

    fn at(recipe: &OptimiserRecipe, step: u64) -> f64 {
        Rates::new(recipe, LENGTH, 256, 1.0).at(step).rate
    }

    #[test]
    fn a_cosine_rises_to_the_peak_and_falls_to_zero() {
        let recipe = recipe();
        let found = [0, 3, 4, 8, 12].map(|step| at(&recipe, step));
        for (found, expected) in found.into_iter().zip([0.5, 2.0, 2.0, 1.0, 0.0]) {
            assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        }
        // Half the pictures a step, half the rate.
        assert_eq!(Rates::new(&recipe, LENGTH, 128, 1.0).at(4).rate, 1.0);
    }

    #[test]
    fn a_line_and_stairs_change_from_epoch_to_epoch() {
        let mut recipe = recipe();
        recipe.warmup_epochs = 0.0;
        recipe.shape = RateShape::Linear;
        // 0.1 (1 - e / 3) of ISC21, with 2 for 0.1.
        let expected = [2.0, 2.0, 4.0 / 3.0, 2.0 / 3.0];
        for (step, expected) in [0, 3, 4, 8].into_iter().zip(expected) {
            assert!((at(&recipe, step) - expected).abs() < 1e-9);
        }
        recipe.shape = RateShape::Stairs;
        recipe.stairs = vec![1, 2];
        recipe.stair_factor = 0.5;
        assert_eq!([3, 4, 11].map(|step| at(&recipe, step)), [2.0, 1.0, 0.5]);
    }

    #[test]
    fn weight_decay_follows_half_a_cosine() {
        let mut recipe = recipe();
        recipe.weight_decay = 0.04;
        recipe.final_weight_decay = Some(0.4);
        let rates = Rates::new(&recipe, LENGTH, 256, 1.0);
        assert!((rates.at(6).weight_decay - 0.22).abs() < 1e-6);
        assert!((rates.at(12).weight_decay - 0.4).abs() < 1e-6);
    }
}

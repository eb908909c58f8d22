//! Numbers that change as training goes on: rates, decays, momenta, temperatures, weights.

use std::f64::consts::PI;

/// How a number goes from its first value to its last.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Constant,
    Linear,
    /// Half a cosine.
    Cosine,
    /// Times `factor` at each of the ticks.
    Stairs {
        at: Vec<u64>,
        factor: f64,
    },
}

/// A number by step: linear from `warmup_from` to `from`, then `shape` from there to `to`.
///
/// Time counts in ticks of `steps_per_tick` steps: 1 for a value that changes with every step, the
/// steps of an epoch for one that changes with every epoch. With N ticks of which W are a warm-up:
///
/// ```text
/// t < W:   warmup_from + (from - warmup_from) t / (W - 1)        from itself where W is 1
/// cosine:  to + (from - to) (1 + cos(pi (t - W) / (N - W))) / 2
/// linear:  from + (to - from) (t - W) / (N - W)
/// ```
///
/// Source: DINO's code (arXiv:2104.14294), both ends of the warm-up included; the others are forms
/// of it. `warmup_from = from / W` gives a warm-up whose first step is not lost. SEED's code starts its warm-up at
/// the unscaled rate and its cosine at epoch 0, a jump that this has not.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub from: f64,
    pub to: f64,
    pub shape: Shape,
    pub ticks: u64,
    pub warmup_ticks: u64,
    pub warmup_from: f64,
    pub steps_per_tick: u64,
}

impl Schedule {
    /// The same number at every step.
    pub fn constant(value: f64) -> Self {
        Self {
            from: value,
            to: value,
            shape: Shape::Constant,
            ticks: 1,
            warmup_ticks: 0,
            warmup_from: value,
            steps_per_tick: 1,
        }
    }

    /// From one number to another in `ticks` steps, without a warm-up.
    pub fn new(from: f64, to: f64, shape: Shape, ticks: u64) -> Self {
        Self {
            to,
            shape,
            ticks,
            ..Self::constant(from)
        }
    }

    /// The value of step `step`, counted from 0; after the end the last one.
    pub fn at(&self, step: u64) -> f64 {
        let tick = step / self.steps_per_tick.max(1);
        if tick < self.warmup_ticks {
            let last = self.warmup_ticks - 1;
            let share = if last == 0 {
                1.0
            } else {
                tick as f64 / last as f64
            };
            return self.warmup_from + (self.from - self.warmup_from) * share;
        }
        let n_ticks = self.ticks.saturating_sub(self.warmup_ticks).max(1);
        let share = (tick - self.warmup_ticks).min(n_ticks) as f64 / n_ticks as f64;
        match &self.shape {
            Shape::Constant => self.from,
            Shape::Linear => self.from + (self.to - self.from) * share,
            Shape::Cosine => self.to + 0.5 * (self.from - self.to) * (1.0 + (PI * share).cos()),
            Shape::Stairs { at, factor } => {
                let n_stairs = at.iter().filter(|stair| **stair <= tick).count();
                self.from * factor.powi(n_stairs as i32)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schedule: &Schedule, expected: &[(u64, f64)]) {
        for (step, value) in expected {
            let found = schedule.at(*step);
            let error = (found - value).abs();
            assert!(error <= 1e-7 * value.abs(), "{step}: {found}, not {value}");
        }
    }

    #[test]
    fn the_schedules_of_dino_equal_those_of_its_code() {
        let rate = Schedule {
            warmup_ticks: 1000,
            warmup_from: 0.0,
            ..Schedule::new(5e-4, 1e-6, Shape::Cosine, 10_000)
        };
        check(
            &rate,
            &[
                (0, 0.0),
                (1, 5.005_005e-7),
                (999, 5e-4),
                (1000, 5e-4),
                (5000, 2.938_252_2e-4),
                (5500, 2.505e-4),
                (9999, 1.000_015_2e-6),
            ],
        );
        let momentum = Schedule::new(0.996, 1.0, Shape::Cosine, 10_000);
        check(
            &momentum,
            &[
                (0, 0.996),
                (2500, 0.996_585_79),
                (5000, 0.998),
                (7500, 0.999_414_21),
            ],
        );
        let decay = Schedule::new(0.04, 0.4, Shape::Cosine, 10_000);
        check(
            &decay,
            &[
                (0, 0.04),
                (2500, 0.092_720_779),
                (5000, 0.22),
                (7500, 0.347_279_22),
            ],
        );
    }

    #[test]
    fn a_teacher_temperature_rises_with_the_epochs_and_stays() {
        // 0.04 to 0.07 in 4 epochs of 10 steps: 0.04, 0.05, 0.06, 0.07, 0.07.
        let temperature = Schedule {
            warmup_ticks: 4,
            warmup_from: 0.04,
            ticks: 100,
            steps_per_tick: 10,
            ..Schedule::constant(0.07)
        };
        check(
            &temperature,
            &[
                (0, 0.04),
                (9, 0.04),
                (10, 0.05),
                (29, 0.06),
                (30, 0.07),
                (999, 0.07),
            ],
        );
    }

    #[test]
    fn rates_of_isc21_and_obd_sd_follow_the_epochs() {
        // 0.1 (1 - e / 3), and 1e-5 times 0.3 at epochs 200 and 250.
        let line = Schedule {
            steps_per_tick: 5,
            ..Schedule::new(0.1, 0.0, Shape::Linear, 3)
        };
        check(
            &line,
            &[
                (0, 0.1),
                (4, 0.1),
                (5, 0.1 * 2.0 / 3.0),
                (10, 0.1 / 3.0),
                (15, 0.0),
            ],
        );
        let stairs = Shape::Stairs {
            at: vec![200, 250],
            factor: 0.3,
        };
        let stairs = Schedule::new(1e-5, 0.0, stairs, 300);
        check(
            &stairs,
            &[
                (0, 1e-5),
                (199, 1e-5),
                (200, 3e-6),
                (249, 3e-6),
                (250, 9e-7),
            ],
        );
    }
}

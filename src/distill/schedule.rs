//! The learning rate at each step.

use std::f64::consts::PI;

/// Linear warm-up from 0, then half a cosine to 0, per step.
#[derive(Clone, Copy, Debug)]
pub struct Cosine {
    pub peak: f64,
    pub warmup_steps: u64,
    pub steps: u64,
}

impl Cosine {
    /// Rate of step `step`, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup_steps {
            return self.peak * (step + 1) as f64 / self.warmup_steps as f64;
        }
        let n_cosine = self.steps.saturating_sub(self.warmup_steps).max(1);
        let share = (step - self.warmup_steps).min(n_cosine) as f64 / n_cosine as f64;
        self.peak * 0.5 * (1.0 + (PI * share).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_to_the_peak_and_falls_to_zero() {
        let schedule = Cosine {
            peak: 2.0,
            warmup_steps: 4,
            steps: 12,
        };
        assert_eq!(schedule.at(0), 0.5);
        assert_eq!(schedule.at(3), 2.0);
        assert_eq!(schedule.at(4), 2.0);
        assert!((schedule.at(8) - 1.0).abs() < 1e-12);
        assert!(schedule.at(12) < 1e-12);
    }
}

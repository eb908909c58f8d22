//! The probes of the sources: SGD with momentum 0.9 on a falling learning rate, no weight decay.
//!
//! DINO: 0.001 B/256, cosine to 0 by epoch, 100 epochs, batches of 1024 in all (eval_linear.py). SEED:
//! 30 B/256, a tenth of it from epochs 60 and 80 on, 100 epochs, batches of 256 (main_lincls.py).
//! Weights start from N(0, 0.01), biases from 0. PyTorch's momentum: `v = 0.9 v + g`, `w -= lr v`.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::Labeled;
use super::LinearProbe;
use super::loss_and_gradient;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

const MOMENTUM: f32 = 0.9;
const FIRST_DEVIATION: f64 = 0.01;

/// How the learning rate falls, epoch by epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decay {
    /// Half a cosine to 0.
    Cosine,
    /// A tenth from each of these epochs on.
    Steps([usize; 2]),
}

/// A schedule of a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// For a batch of 256; scaled with the batch.
    pub learning_rate: f64,
    pub decay: Decay,
    pub n_epochs: usize,
    pub batch: usize,
    /// Draws the first weights and the order of rows; `None` starts from 0 and keeps the order.
    pub seed: Option<u64>,
}

impl Schedule {
    pub const DINO: Self = Self {
        learning_rate: 0.001,
        decay: Decay::Cosine,
        n_epochs: 100,
        batch: 1024,
        seed: Some(0),
    };

    pub const SEED: Self = Self {
        learning_rate: 30.0,
        decay: Decay::Steps([60, 80]),
        n_epochs: 100,
        batch: 256,
        seed: Some(0),
    };

    /// The learning rate of an epoch, from 0.
    pub fn learning_rate_at(&self, epoch: usize) -> f64 {
        let full = self.learning_rate * self.batch as f64 / 256.0;
        match self.decay {
            Decay::Cosine => {
                let done = epoch as f64 / self.n_epochs as f64;
                full * (1.0 + (std::f64::consts::PI * done).cos()) / 2.0
            }
            Decay::Steps(steps) => {
                let passed = steps.iter().filter(|step| epoch >= **step).count();
                full * 0.1_f64.powi(passed as i32)
            }
        }
    }
}

/// Trains a probe by the schedule. The sources report the best epoch on the pictures that are measured;
/// this is the last one.
pub fn train(
    data: Labeled<'_>,
    schedule: &Schedule,
    monitor: &Monitor,
) -> Result<LinearProbe, Cancelled> {
    let d = data.rows.dimensions();
    let mut probe = LinearProbe::zeros(d, data.n_classes);
    let mut rng = schedule.seed.map(ChaCha8Rng::seed_from_u64);
    if let Some(rng) = &mut rng {
        let n_weights = d * data.n_classes;
        for value in &mut probe.values[..n_weights] {
            *value = (normal(rng) * FIRST_DEVIATION) as f32;
        }
    }
    let mut velocity = vec![0.0_f32; probe.values.len()];
    let mut order: Vec<usize> = (0..data.rows.len()).collect();
    for epoch in 0..schedule.n_epochs {
        monitor.check()?;
        monitor.report(Progress {
            stage: "Training a linear classifier",
            n_done: epoch as u64,
            n_total: Some(schedule.n_epochs as u64),
        });
        if let Some(rng) = &mut rng {
            order.shuffle(rng);
        }
        let rate = schedule.learning_rate_at(epoch) as f32;
        for batch in order.chunks(schedule.batch.max(1)) {
            let rows: Vec<f32> = batch
                .iter()
                .flat_map(|row| data.rows.row(*row).iter().copied())
                .collect();
            let labels: Vec<u32> = batch.iter().map(|row| data.labels[*row]).collect();
            let (_, gradient) = loss_and_gradient(&probe, &rows, &labels, d);
            let share = 1.0 / batch.len() as f32;
            for ((value, speed), slope) in probe.values.iter_mut().zip(&mut velocity).zip(&gradient)
            {
                *speed = MOMENTUM * *speed + slope * share;
                *value -= rate * *speed;
            }
        }
    }
    Ok(probe)
}

/// A draw from the normal distribution (Box and Muller 1958).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learning_rates_fall_as_in_the_sources() {
        let dino = Schedule::DINO;
        // 0.001 * 1024 / 256 = 0.004; half of it in the middle.
        assert!((dino.learning_rate_at(0) - 0.004).abs() < 1e-12);
        assert!((dino.learning_rate_at(50) - 0.002).abs() < 1e-12);
        let seed = Schedule::SEED;
        for (epoch, expected) in [(0, 30.0), (59, 30.0), (60, 3.0), (80, 0.3), (99, 0.3)] {
            assert!(
                (seed.learning_rate_at(epoch) - expected).abs() < 1e-9,
                "{epoch}"
            );
        }
    }
}

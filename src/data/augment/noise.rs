//! Grain, as of a bad sensor.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore as _;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "noise",
    label: "Add noise",
    help: "Adds grain to every pixel, as a camera does in the dark.",
    probability: 0.08,
    parameters: &[ParameterSpec {
        id: "strength",
        label: "Standard deviation in levels of 255",
        limits: Span::new(0.0, 128.0),
        default: Span::new(4.0, 40.0),
    }],
    build: |spans| Box::new(Noise { strength: spans[0] }),
};

/// Standard deviation of the sum of four uniform bytes: `sqrt(4 * (256^2 - 1) / 12)`.
const SUM_DEVIATION: f32 = 147.8;

/// Mean of the sum of four uniform bytes.
const SUM_MEAN: i32 = 510;

struct Noise {
    strength: Span,
}

impl Augmentation for Noise {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let scale = self.strength.draw(rng) / SUM_DEVIATION;
        let values = &mut view.picture.to_mut().rgb;
        let mut random = vec![0; values.len() * 4];
        rng.fill_bytes(&mut random);
        for (value, bytes) in values.iter_mut().zip(random.chunks_exact(4)) {
            // Four bytes added up are close enough to a normal distribution.
            let sum: i32 = bytes.iter().map(|byte| i32::from(*byte)).sum();
            *value = (f32::from(*value) + (sum - SUM_MEAN) as f32 * scale + 0.5) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;
    use crate::data::Picture;

    #[test]
    fn noise_has_the_strength_it_says_and_no_tint() {
        let flat = Picture::filled(100, 100, [128; 3]);
        for seed in 0..10 {
            let noisy = apply_alone(&SPEC, &flat, seed);
            let errors = noisy.rgb.iter().map(|value| f64::from(*value) - 128.0);
            let (sum, squares) = errors.fold((0.0, 0.0), |(sum, squares), error| {
                (sum + error, squares + error * error)
            });
            let deviation = (squares / 30_000.0).sqrt();
            assert!((3.5..42.0).contains(&deviation), "{deviation}");
            assert!((sum / 30_000.0).abs() < 1.0, "{sum}");
        }
    }
}

//! How long augmentations take on one core.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::AUGMENTATIONS;
use super::Draft;
use super::PRESETS;
use super::Pipeline;
use super::Span;
use super::Stickers;
use super::Surroundings;
use crate::data::Picture;

/// The time that one augmentation or pipeline takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AugmentationSpeed {
    /// Of [`AUGMENTATIONS`] or [`PRESETS`].
    pub id: &'static str,
    pub is_pipeline: bool,
    /// Mean over the pictures, of each in its best round.
    pub per_picture: Duration,
}

/// Runs every augmentation on its own, with its default numbers, then every pipeline, `n_rounds`
/// times over all pictures on the calling thread. `size` is the input size of the network.
pub fn measure(pictures: &[Picture], size: u32, n_rounds: usize) -> Vec<AugmentationSpeed> {
    let others: Vec<Arc<Picture>> = pictures.iter().cloned().map(Arc::new).collect();
    let other = |which: u64| {
        let idx = which.checked_rem(others.len() as u64)?;
        others.get(idx as usize).cloned()
    };
    let stickers = Stickers::drawn();
    let surroundings = Surroundings {
        size,
        stickers: &stickers,
        other: &other,
    };
    let steps = AUGMENTATIONS.iter().map(|spec| {
        let spans: Vec<Span> = spec.parameters.iter().map(|known| known.default).collect();
        let augmentation = (spec.build)(&spans);
        // What changes pixels in place copies them first, as the functions of AugLy and torchvision
        // do, which leave their input alone.
        let per_picture = best(pictures, n_rounds, |picture, rng| {
            let mut view = Draft::new(picture);
            augmentation.apply(&mut view, &surroundings, rng);
            view.finish().picture
        });
        AugmentationSpeed {
            id: spec.id,
            is_pipeline: false,
            per_picture,
        }
    });
    let pipelines = PRESETS.iter().filter_map(|preset| {
        let pipeline = Pipeline::preset(preset.id, size)?;
        let per_picture = best(pictures, n_rounds, |picture, rng| {
            pipeline.apply_among(picture, &other, rng)
        });
        Some(AugmentationSpeed {
            id: preset.id,
            is_pipeline: true,
            per_picture,
        })
    });
    steps.chain(pipelines).collect()
}

/// The mean over the pictures of the fastest round of each; every round draws the same numbers. On
/// a machine that does other things as well, single pictures are disturbed less than whole rounds.
fn best(
    pictures: &[Picture],
    n_rounds: usize,
    change: impl Fn(&Picture, &mut ChaCha8Rng) -> Picture,
) -> Duration {
    let fastest = |(seed, picture): (usize, &Picture)| {
        let rounds = (0..n_rounds.max(1)).map(|_| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed as u64);
            let start = Instant::now();
            black_box(change(black_box(picture), &mut rng));
            start.elapsed()
        });
        rounds.min().unwrap_or_default()
    };
    let total: Duration = pictures.iter().enumerate().map(fastest).sum();
    total / pictures.len().max(1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_measured_once() {
        let speeds = measure(&[Picture::filled(40, 30, [9; 3])], 16, 1);
        assert_eq!(speeds.len(), AUGMENTATIONS.len() + PRESETS.len());
        assert!(
            speeds
                .iter()
                .any(|speed| speed.per_picture > Duration::ZERO)
        );
    }
}

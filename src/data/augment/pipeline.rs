//! Augmentations in a row, each happening with its probability.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::Draft;
use super::PRESETS;
use super::Preset;
use super::Stage;
use super::Step;
use super::Stickers;
use super::Surroundings;
use super::View;
use crate::data::Picture;

/// Changes a picture by a list of steps and brings it to a square.
pub struct Pipeline {
    size: u32,
    stages: Vec<Stage>,
    stickers: Arc<Stickers>,
}

impl Pipeline {
    /// Steps run in the order given; a picture that no step brought to `size` is resized at the
    /// end.
    pub fn new(size: u32, steps: Vec<Step>) -> Self {
        Self::of_stages(size, steps.into_iter().map(Stage::Step).collect())
    }

    /// The same with groups of steps.
    pub fn of_stages(size: u32, stages: Vec<Stage>) -> Self {
        Self {
            size: size.max(1),
            stages,
            stickers: Arc::new(Stickers::drawn()),
        }
    }

    /// The pipeline of this name (see [`PRESETS`]) for a network with `size x size` input.
    pub fn preset(id: &str, size: u32) -> Option<Self> {
        let preset = PRESETS.iter().find(|preset| preset.id == id)?;
        Self::of_preset(preset, size)
    }

    fn of_preset(preset: &Preset, size: u32) -> Option<Self> {
        Some(Self::of_stages(size, Stage::all_of_preset(preset.stages)?))
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

    /// All steps, those inside of groups too.
    pub fn steps(&self) -> Vec<&Step> {
        self.stages.iter().flat_map(Stage::steps).collect()
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
        self.trace(picture, other, rng).picture
    }

    /// The same view with the way its pixels took.
    pub fn trace(
        &self,
        picture: &Picture,
        other: &dyn Fn(u64) -> Option<Arc<Picture>>,
        rng: &mut ChaCha8Rng,
    ) -> View {
        let surroundings = Surroundings {
            size: self.size,
            stickers: &self.stickers,
            other,
        };
        let mut view = Draft::new(picture);
        Stage::run_all(&self.stages, &mut view, &surroundings, rng);
        view.resize(self.size, self.size);
        view.finish()
    }

    /// The first `n` views that this seed gives, for a preview.
    pub fn draws(
        &self,
        picture: &Picture,
        other: &dyn Fn(u64) -> Option<Arc<Picture>>,
        seed: u64,
        n: usize,
    ) -> Vec<View> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..n)
            .map(|_| self.trace(picture, other, &mut rng))
            .collect()
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::super::AugmentationSpec;
    use super::super::Span;
    use super::*;

    /// Output side of [`apply_alone`].
    pub(in super::super) const SIZE: u32 = 64;

    /// Runs one augmentation by itself, without the resize at the end.
    pub(in super::super) fn apply_alone(
        spec: &AugmentationSpec,
        picture: &Picture,
        seed: u64,
    ) -> Picture {
        trace_alone(spec, picture, seed).picture
    }

    pub(in super::super) fn trace_alone(
        spec: &AugmentationSpec,
        picture: &Picture,
        seed: u64,
    ) -> View {
        let spans: Vec<Span> = spec.parameters.iter().map(|known| known.default).collect();
        let other = Arc::new(Picture::filled(50, 40, [1, 2, 3]));
        let surroundings = Surroundings {
            size: SIZE,
            stickers: &Stickers::drawn(),
            other: &|_| Some(other.clone()),
        };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut view = Draft::new(picture);
        (spec.build)(&spans).apply(&mut view, &surroundings, &mut rng);
        view.finish()
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
mod tests;

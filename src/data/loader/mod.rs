//! Gives a training run its batches: several random views of each picture, ready for the network.
//!
//! - Owns: the order of pictures in an epoch, the random numbers of each view, the picture cache,
//!   the threads that prepare batches ahead of time.
//! - Invariant: a batch depends on the list, the plan, the sampler, the seed, the epoch and the step only,
//!   never on the number of threads or on what was asked for before.
//! - Invariant: a picture that cannot be read never ends a run; the next readable one of the list
//!   takes its place and the failure is counted.
//! - Not here: what is done to a picture (`augment`), and what is done with a batch (`distill`).

mod cache;
mod sampler;
mod stream;

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::data::Picture;
use crate::data::Preprocessing;
use crate::data::augment::Pipeline;
use crate::data::augment::Trace;
use crate::data::views::ViewPlan;

use cache::PictureCache;
use sampler::Slot;

pub use sampler::Sampler;
pub use stream::BatchStream;

/// Why there are no batches.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoaderError {
    #[error("There are only {n_pictures} pictures, but a batch needs {batch_size}")]
    TooFew {
        n_pictures: usize,
        batch_size: usize,
    },
    #[error("{n_labels} labels do not fit {n_pictures} pictures")]
    Labels { n_labels: usize, n_pictures: usize },
    #[error("A batch of {batch_size} cannot hold {per_class} pictures of each class")]
    Uneven { batch_size: usize, per_class: usize },
    #[error("None of the {n_pictures} pictures can be read any more")]
    NoneReadable { n_pictures: usize },
    #[error("A thread that prepares pictures could not be started")]
    NoThread,
    #[error("A thread that prepares pictures ended unexpectedly")]
    ThreadEnded,
}

impl LoaderError {
    /// What the user can do about it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::TooFew { .. } => "Add more pictures, or choose a smaller batch.",
            Self::Labels { .. } => "Scan the folder again, its pictures have changed.",
            Self::Uneven { .. } => {
                "Choose a batch that is a multiple of the pictures of each class."
            }
            Self::NoneReadable { .. } => {
                "Check that the folder is still there, for example that the disk is plugged in."
            }
            Self::NoThread | Self::ThreadEnded => "Close other programs and try again.",
        }
    }
}

/// How pictures become batches.
#[derive(Clone, Copy, Debug)]
pub struct LoaderConfig {
    /// Random views per picture and batch, where no [`ViewPlan`] says so.
    pub n_views: usize,
    /// Pictures per batch.
    pub batch_size: usize,
    /// Two loaders of the same seed give the same batches.
    pub seed: u64,
    /// Threads that prepare batches for a [`BatchStream`], at least 1.
    pub n_threads: usize,
    /// Batches that may wait in a stream. One holds `batch_size * 12 * size^2` bytes per view.
    pub n_prefetched: usize,
    /// Pictures are shrunk to this longer side before they are kept in memory and augmented.
    pub cache_side: u32,
    /// What the kept pictures may take; 0 keeps none.
    pub cache_bytes: usize,
    /// Whether batches say where the pixels of their views come from.
    pub is_traced: bool,
    /// Per channel, subtracted after scaling to 0..1 and divided by: the ones of ImageNet, or 0.5
    /// for the networks of ISC21.
    pub mean: [f32; 3],
    pub std: [f32; 3],
}

impl Default for LoaderConfig {
    fn default() -> Self {
        Self {
            n_views: 2,
            batch_size: 64,
            seed: 0,
            n_threads: 2,
            n_prefetched: 4,
            cache_side: 320,
            cache_bytes: 2 << 30,
            is_traced: false,
            mean: Preprocessing::imagenet(0).mean,
            std: Preprocessing::imagenet(0).std,
        }
    }
}

/// Several views of a batch of pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub epoch: u64,
    pub step_in_epoch: usize,
    /// Place of each picture in the list given to the loader.
    pub ids: Vec<u64>,
    /// Per view one `[batch, 3, size, size]` block: normalized, plane by plane. Views may differ
    /// in size, see [`ViewLoader::sizes`].
    pub views: Vec<Vec<f32>>,
    /// Per view one trace for each picture; empty where the loader is not asked for them.
    pub traces: Vec<Vec<Trace>>,
}

/// Random views of a list of pictures, in random order.
pub struct ViewLoader {
    paths: Arc<Vec<PathBuf>>,
    plan: ViewPlan,
    sampler: Sampler,
    config: LoaderConfig,
    cache: PictureCache,
    /// The order of the epoch asked for last.
    order: Mutex<Option<(u64, Arc<Vec<Slot>>)>>,
    /// Network value of each byte, per channel.
    levels: [[f32; 256]; 3],
}

/// Number of the "view" whose random numbers shuffle an epoch.
const SHUFFLE_VIEW: u64 = u64::MAX;

impl ViewLoader {
    /// `config.n_views` views of one pipeline. Fails where the list does not fill one batch.
    pub fn new(
        paths: Arc<Vec<PathBuf>>,
        pipeline: Arc<Pipeline>,
        config: LoaderConfig,
    ) -> Result<Self, LoaderError> {
        let plan = ViewPlan::repeated(&pipeline, config.n_views);
        Self::with_plan(paths, plan, Sampler::EachOnce, config)
    }

    /// The views of a plan, of pictures drawn by a sampler.
    pub fn with_plan(
        paths: Arc<Vec<PathBuf>>,
        plan: ViewPlan,
        sampler: Sampler,
        config: LoaderConfig,
    ) -> Result<Self, LoaderError> {
        let (n_pictures, batch_size) = (paths.len(), config.batch_size);
        if batch_size == 0 || n_pictures < batch_size {
            return Err(LoaderError::TooFew {
                n_pictures,
                batch_size,
            });
        }
        sampler.check(n_pictures, batch_size)?;
        Ok(Self {
            cache: PictureCache::new(n_pictures, config.cache_side, config.cache_bytes),
            levels: levels(&config),
            order: Mutex::new(None),
            paths,
            plan,
            sampler,
            config,
        })
    }

    /// Full batches in an epoch; the rest of the pictures waits for another epoch.
    pub fn steps_per_epoch(&self) -> usize {
        self.paths.len() / self.config.batch_size
    }

    pub const fn config(&self) -> &LoaderConfig {
        &self.config
    }

    /// Side of the first view in pixels.
    pub fn size(&self) -> u32 {
        self.plan.pipelines()[0].size()
    }

    /// Side of each view in pixels.
    pub fn sizes(&self) -> Vec<u32> {
        self.plan.sizes()
    }

    /// Pictures that could not be read so far.
    pub fn unreadable(&self) -> usize {
        self.cache.n_unreadable()
    }

    /// The batch of this place, prepared by the calling thread.
    pub fn batch(&self, epoch: u64, step_in_epoch: usize) -> Result<Batch, LoaderError> {
        let order = self.order_of(epoch);
        let first = step_in_epoch * self.config.batch_size;
        let slots = &order[first..first + self.config.batch_size];
        let pipelines = self.plan.pipelines();
        let view_len = |pipeline: &Pipeline| 3 * (pipeline.size() as usize).pow(2);
        let mut batch = Batch {
            epoch,
            step_in_epoch,
            ids: Vec::with_capacity(slots.len()),
            views: pipelines
                .iter()
                .map(|pipeline| vec![0.0; slots.len() * view_len(pipeline)])
                .collect(),
            traces: Vec::new(),
        };
        if self.config.is_traced {
            batch.traces = vec![Vec::with_capacity(slots.len()); pipelines.len()];
        }
        for (row, slot) in slots.iter().enumerate() {
            let (id, picture) = self.readable(u64::from(slot.picture))?;
            batch.ids.push(id);
            for (view_idx, pipeline) in pipelines.iter().enumerate() {
                let mut rng = self.rng(epoch, slot.stream, view_idx as u64);
                let other = |which| self.other(id, which);
                let view = pipeline.trace(&picture, &other, &mut rng);
                let places = row * view_len(pipeline)..(row + 1) * view_len(pipeline);
                let target = &mut batch.views[view_idx][places];
                write_planes(&view.picture, &self.levels, target);
                if self.config.is_traced {
                    batch.traces[view_idx].push(view.trace);
                }
            }
        }
        Ok(batch)
    }

    /// All batches from this place on, epoch after epoch without end, prepared ahead by threads.
    pub fn stream(
        self: &Arc<Self>,
        from_epoch: u64,
        from_step: usize,
    ) -> Result<BatchStream, LoaderError> {
        BatchStream::start(self.clone(), from_epoch, from_step)
    }

    /// The picture of a place in the list, or the next one that can be read.
    fn readable(&self, slot: u64) -> Result<(u64, Arc<Picture>), LoaderError> {
        let n_pictures = self.paths.len();
        (0..n_pictures)
            .map(|step| (slot as usize + step) % n_pictures)
            .find_map(|idx| Some((idx as u64, self.cache.get(idx, &self.paths[idx])?)))
            .ok_or(LoaderError::NoneReadable { n_pictures })
    }

    /// A picture other than `id`, the same for the same number.
    fn other(&self, id: u64, which: u64) -> Option<Arc<Picture>> {
        let n_others = self.paths.len() as u64 - 1;
        let slot = (id + 1 + which.checked_rem(n_others)?) % self.paths.len() as u64;
        let (found, picture) = self.readable(slot).ok()?;
        (found != id).then_some(picture)
    }

    fn order_of(&self, epoch: u64) -> Arc<Vec<Slot>> {
        let mut newest = self.order.lock();
        if let Some((known, order)) = &*newest
            && *known == epoch
        {
            return order.clone();
        }
        let mut rng = self.rng(epoch, 0, SHUFFLE_VIEW);
        let (n_pictures, batch_size) = (self.paths.len(), self.config.batch_size);
        let order = Arc::new(self.sampler.order(n_pictures, batch_size, &mut rng));
        *newest = Some((epoch, order.clone()));
        order
    }

    /// Random numbers that depend on nothing but these four.
    fn rng(&self, epoch: u64, stream: u64, view: u64) -> ChaCha8Rng {
        let mut key = [0; 32];
        let words = [self.config.seed, epoch, stream, view];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        ChaCha8Rng::from_seed(key)
    }
}

/// `(byte / 255 - mean) / std` for each byte and channel.
fn levels(config: &LoaderConfig) -> [[f32; 256]; 3] {
    let mut levels = [[0.0; 256]; 3];
    for (channel, table) in levels.iter_mut().enumerate() {
        for (byte, value) in table.iter_mut().enumerate() {
            let share = byte as f32 / 255.0;
            *value = (share - config.mean[channel]) / config.std[channel];
        }
    }
    levels
}

/// Splits a picture into its three planes and looks each byte up.
fn write_planes(picture: &Picture, levels: &[[f32; 256]; 3], target: &mut [f32]) {
    let plane_len = target.len() / 3;
    for (channel, plane) in target.chunks_exact_mut(plane_len).enumerate() {
        for (value, pixel) in plane.iter_mut().zip(picture.rgb.chunks_exact(3)) {
            *value = levels[channel][usize::from(pixel[channel])];
        }
    }
}

#[cfg(test)]
mod tests;

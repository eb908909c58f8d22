//! Gives a training run its batches: several random views of each picture, ready for the network.
//!
//! - Owns: the order of pictures in an epoch, the random numbers of each view, the picture cache,
//!   the threads that prepare batches ahead of time.
//! - Invariant: a batch depends on the list, the pipeline, the seed, the epoch and the step only,
//!   never on the number of threads or on what was asked for before.
//! - Invariant: a picture that cannot be read never ends a run; the next readable one of the list
//!   takes its place and the failure is counted.
//! - Not here: what is done to a picture (`augment`), and what is done with a batch (`distill`).

mod cache;
mod stream;

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::data::Picture;
use crate::data::Preprocessing;
use crate::data::augment::Pipeline;
use crate::data::augment::shuffle;

use cache::PictureCache;

pub use stream::BatchStream;

/// Why there are no batches.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoaderError {
    #[error("There are only {n_pictures} pictures, but a batch needs {batch_size}")]
    TooFew {
        n_pictures: usize,
        batch_size: usize,
    },
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
    /// Random views per picture and batch.
    pub n_views: usize,
    /// Pictures per batch.
    pub batch_size: usize,
    /// Two loaders of the same seed give the same batches.
    pub seed: u64,
    /// Threads that prepare batches for a [`BatchStream`], at least 1.
    pub n_threads: usize,
    /// Batches that may wait in a stream. One holds `n_views * batch_size * 12 * size^2` bytes.
    pub n_prefetched: usize,
    /// Pictures are shrunk to this longer side before they are kept in memory and augmented.
    pub cache_side: u32,
    /// What the kept pictures may take; 0 keeps none.
    pub cache_bytes: usize,
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
    /// Per view one `[batch, 3, size, size]` block: normalized, plane by plane.
    pub views: Vec<Vec<f32>>,
}

/// Random views of a list of pictures, in random order.
pub struct ViewLoader {
    paths: Arc<Vec<PathBuf>>,
    pipeline: Arc<Pipeline>,
    config: LoaderConfig,
    cache: PictureCache,
    /// The order of the epoch asked for last.
    order: Mutex<Option<(u64, Arc<Vec<u32>>)>>,
    /// Network value of each byte, per channel.
    levels: [[f32; 256]; 3],
}

/// Number of the "view" whose random numbers shuffle an epoch.
const SHUFFLE_VIEW: u64 = u64::MAX;

impl ViewLoader {
    /// Fails where the list does not fill one batch.
    pub fn new(
        paths: Arc<Vec<PathBuf>>,
        pipeline: Arc<Pipeline>,
        config: LoaderConfig,
    ) -> Result<Self, LoaderError> {
        if config.batch_size == 0 || paths.len() < config.batch_size {
            return Err(LoaderError::TooFew {
                n_pictures: paths.len(),
                batch_size: config.batch_size,
            });
        }
        Ok(Self {
            cache: PictureCache::new(paths.len(), config.cache_side, config.cache_bytes),
            levels: levels(&Preprocessing::imagenet(pipeline.size())),
            order: Mutex::new(None),
            paths,
            pipeline,
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

    /// Side of the views in pixels.
    pub fn size(&self) -> u32 {
        self.pipeline.size()
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
        let view_len = 3 * (self.size() as usize).pow(2);
        let mut views = vec![vec![0.0; slots.len() * view_len]; self.config.n_views];
        let mut ids = Vec::with_capacity(slots.len());
        for (row, slot) in slots.iter().enumerate() {
            let (id, picture) = self.readable(u64::from(*slot))?;
            ids.push(id);
            for (view_idx, view) in views.iter_mut().enumerate() {
                let mut rng = self.rng(epoch, u64::from(*slot), view_idx as u64);
                let other = |which| self.other(id, which);
                let changed = self.pipeline.apply_among(&picture, &other, &mut rng);
                let target = &mut view[row * view_len..(row + 1) * view_len];
                write_planes(&changed, &self.levels, target);
            }
        }
        Ok(Batch {
            epoch,
            step_in_epoch,
            ids,
            views,
        })
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

    fn order_of(&self, epoch: u64) -> Arc<Vec<u32>> {
        let mut newest = self.order.lock();
        if let Some((known, order)) = &*newest
            && *known == epoch
        {
            return order.clone();
        }
        let mut order: Vec<u32> = (0..self.paths.len() as u32).collect();
        shuffle(&mut self.rng(epoch, 0, SHUFFLE_VIEW), &mut order);
        let order = Arc::new(order);
        *newest = Some((epoch, order.clone()));
        order
    }

    /// Random numbers that depend on nothing but these four.
    fn rng(&self, epoch: u64, slot: u64, view: u64) -> ChaCha8Rng {
        let mut key = [0; 32];
        let words = [self.config.seed, epoch, slot, view];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        ChaCha8Rng::from_seed(key)
    }
}

/// `(byte / 255 - mean) / std` for each byte and channel.
fn levels(preprocessing: &Preprocessing) -> [[f32; 256]; 3] {
    let mut levels = [[0.0; 256]; 3];
    for (channel, table) in levels.iter_mut().enumerate() {
        for (byte, value) in table.iter_mut().enumerate() {
            let share = byte as f32 / 255.0;
            *value = (share - preprocessing.mean[channel]) / preprocessing.std[channel];
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

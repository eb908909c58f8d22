//! Batches of two views, one after another, from any step on.

use std::path::PathBuf;
use std::sync::Arc;

use crate::data::augment::Pipeline;
use crate::data::loader::BatchStream;
use crate::data::loader::LoaderConfig;
use crate::data::loader::ViewLoader;
use crate::monitor::Monitor;

use super::DistillError;
use super::learner::StepBatch;
use super::recipe::Recipe;

/// Memory for decoded pictures.
const CACHE_BYTES: usize = 3 << 30;

/// The training pictures of a run as batches.
pub struct Batches {
    loader: Arc<ViewLoader>,
    /// Pictures per step: the recipe's, or all of a small collection.
    pub batch: usize,
    pub steps_per_epoch: u64,
}

/// Batches in order, prepared ahead by threads.
pub struct Stream {
    batches: BatchStream,
    size: usize,
}

impl Batches {
    pub fn new(paths: Vec<PathBuf>, recipe: &Recipe) -> Result<Self, DistillError> {
        let batch = recipe.data.batch.min(paths.len());
        let pipeline = Pipeline::preset(&recipe.data.augmentation, recipe.data.size)
            .expect("recipe validation knows the augmentation");
        let config = LoaderConfig {
            n_views: 2,
            batch_size: batch,
            seed: recipe.seed,
            n_threads: n_threads(),
            cache_side: (2 * recipe.data.size).clamp(256, 640),
            cache_bytes: CACHE_BYTES,
            ..LoaderConfig::default()
        };
        let loader = ViewLoader::new(Arc::new(paths), Arc::new(pipeline), config)?;
        Ok(Self {
            batch,
            steps_per_epoch: loader.steps_per_epoch() as u64,
            loader: Arc::new(loader),
        })
    }

    /// Pictures that could not be read so far.
    pub fn unreadable(&self) -> usize {
        self.loader.unreadable()
    }

    /// From the batch of this step on.
    pub fn stream(&self, step: u64) -> Result<Stream, DistillError> {
        let epoch = step / self.steps_per_epoch;
        let in_epoch = (step % self.steps_per_epoch) as usize;
        Ok(Stream {
            batches: self.loader.stream(epoch, in_epoch)?,
            size: self.loader.size() as usize,
        })
    }
}

impl Stream {
    /// Waits for the next batch, and while the run is paused.
    pub fn next_batch(&mut self, monitor: &Monitor) -> Result<StepBatch, DistillError> {
        monitor.check()?;
        let batch = self.batches.next().expect("epochs follow without end")?;
        let mut views = batch.views.into_iter();
        let mut view = || views.next().expect("the loader makes two views");
        Ok(StepBatch {
            ids: batch.ids,
            views: [view(), view()],
            size: self.size,
        })
    }
}

/// Half the cores prepare pictures while the others compute.
fn n_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).clamp(1, 8))
}

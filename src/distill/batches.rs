//! Batches of views, one after another, from any step on.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::data::augment::Pipeline;
use crate::data::loader::BatchStream;
use crate::data::loader::LoaderConfig;
use crate::data::loader::Sampler;
use crate::data::loader::ViewLoader;
use crate::data::views::ViewOptions;
use crate::data::views::ViewPlan;
use crate::monitor::Monitor;

use super::DistillError;
use super::pairs::Pairs;
use super::recipe::Recipe;
use super::step_batch::StepBatch;

/// Memory for decoded pictures.
const CACHE_BYTES: usize = 3 << 30;

/// The training pictures of a run as batches.
pub struct Batches {
    loader: Arc<ViewLoader>,
    labels: Arc<Vec<u64>>,
    /// Per picture, whether its pair is a copy; empty without pairs.
    judged: Arc<Vec<bool>>,
    /// Pictures per step: the recipe's, or all of a small collection.
    pub batch: usize,
    pub steps_per_epoch: u64,
}

/// Batches in order, prepared ahead by threads.
pub struct Stream {
    batches: BatchStream,
    sizes: Vec<usize>,
    labels: Arc<Vec<u64>>,
    judged: Arc<Vec<bool>>,
    next_step: u64,
}

impl Batches {
    /// The training pictures of a recipe, or the judged pairs where its method learns from those.
    pub fn new(
        paths: Vec<PathBuf>,
        pairs: Option<&Pairs>,
        recipe: &Recipe,
    ) -> Result<Self, DistillError> {
        let pairs = pairs.filter(|_| recipe.method_spec().needs_pairs);
        let paths = pairs.map_or(paths, Pairs::pictures);
        let batch = recipe.batch_of(paths.len());
        let (labels, sampler) = match pairs {
            Some(pairs) => (pairs.labels(), in_groups(&pairs.places(), 2)),
            None => labels(&paths, recipe),
        };
        let judged = pairs.map_or_else(Vec::new, Pairs::judged);
        let config = LoaderConfig {
            n_views: 2,
            batch_size: batch,
            seed: recipe.seed,
            n_threads: n_threads(),
            cache_side: source_side(recipe),
            cache_bytes: CACHE_BYTES,
            is_traced: recipe.method_spec().is_traced,
            ..LoaderConfig::default()
        };
        let loader = ViewLoader::with_plan(Arc::new(paths), plan(recipe), sampler, config)?;
        Ok(Self {
            batch,
            steps_per_epoch: loader.steps_per_epoch() as u64,
            loader: Arc::new(loader),
            labels: Arc::new(labels),
            judged: Arc::new(judged),
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
        let sizes = self.loader.sizes();
        Ok(Stream {
            batches: self.loader.stream(epoch, in_epoch)?,
            sizes: sizes.into_iter().map(|side| side as usize).collect(),
            labels: self.labels.clone(),
            judged: self.judged.clone(),
            next_step: step,
        })
    }
}

impl Stream {
    /// The same batches, their steps counted from another one on.
    pub fn counted_from(mut self, offset: u64) -> Self {
        self.next_step += offset;
        self
    }

    /// The step that the next batch is for.
    pub const fn next_step(&self) -> u64 {
        self.next_step
    }

    /// Waits for the next batch, and while the run is paused.
    pub fn next_batch(&mut self, monitor: &Monitor) -> Result<StepBatch, DistillError> {
        monitor.check()?;
        let batch = self.batches.next().expect("epochs follow without end")?;
        self.next_step += 1;
        let of = |id: &u64| *id as usize;
        let label = |id: &u64| self.labels.get(of(id)).copied().unwrap_or(*id);
        let judged = |id: &u64| self.judged.get(of(id)).copied();
        Ok(StepBatch {
            labels: batch.ids.iter().map(label).collect(),
            judged: batch.ids.iter().filter_map(judged).collect(),
            ids: batch.ids,
            views: batch.views,
            sizes: self.sizes.clone(),
            traces: batch.traces,
        })
    }
}

/// Longer side of the pictures that views are cut from, in pixels.
pub fn source_side(recipe: &Recipe) -> u32 {
    (2 * recipe.data.size).clamp(256, 640)
}

/// The views of a recipe: those of its plan, or two of its augmentation.
pub fn plan(recipe: &Recipe) -> ViewPlan {
    let data = &recipe.data;
    let options = ViewOptions {
        small_side: data.small_size,
        n_small: data.small_views,
    };
    let named = data
        .views
        .as_ref()
        .and_then(|id| ViewPlan::preset(id, data.size, options));
    named.unwrap_or_else(|| {
        let pipeline = Pipeline::preset(&data.augmentation, data.size)
            .expect("recipe validation knows the augmentation");
        ViewPlan::repeated(&Arc::new(pipeline), 2)
    })
}

/// Every picture is a kind of its own, or the pictures of a folder are one kind.
fn labels(paths: &[PathBuf], recipe: &Recipe) -> (Vec<u64>, Sampler) {
    if recipe.data.per_class < 2 {
        return (Vec::new(), Sampler::EachOnce);
    }
    let mut folders: Vec<Option<&Path>> = paths.iter().map(|path| path.parent()).collect();
    folders.sort_unstable();
    folders.dedup();
    let class = |path: &PathBuf| folders.binary_search(&path.parent()).unwrap_or(0) as u32;
    let classes: Vec<u32> = paths.iter().map(class).collect();
    let labels = classes.iter().map(|class| u64::from(*class)).collect();
    (labels, in_groups(&classes, recipe.data.per_class))
}

fn in_groups(labels: &[u32], per_class: usize) -> Sampler {
    Sampler::Classes {
        labels: Arc::new(labels.to_vec()),
        per_class,
    }
}

/// Half the cores prepare pictures while the others compute.
fn n_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).clamp(1, 8))
}

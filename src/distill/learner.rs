//! The networks of one run, and one optimiser step of them.

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::Module as _;
use burn::tensor::Bool;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::models::ArchitectureSpec;
use crate::models::ModelError;
use crate::models::network::HeadConfig;
use crate::models::network::Network;
use crate::models::network::Outputs;
use crate::models::state;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::weights::TensorMap;

use super::losses;
use super::losses::Loss;
use super::losses::LossInput;
use super::mixup;
use super::mixup::Mix;
use super::queue::Queue;
use super::recipe::Method;
use super::recipe::Recipe;
use super::sgd;
use super::sgd::FlatTensors;
use super::sgd::Sgd;

/// Two views of every picture of one step.
pub struct StepBatch {
    /// Picture of each row.
    pub ids: Vec<u64>,
    /// Per view: `batch * 3 * size * size` normalised numbers.
    pub views: [Vec<f32>; 2],
    pub size: usize,
}

/// What one step measured.
#[derive(Debug, Default)]
pub struct StepValues {
    /// By curve key.
    pub values: BTreeMap<String, f32>,
    /// The loss was a number; only then were the networks changed.
    pub is_finite: bool,
}

/// A frozen network whose descriptors are the example.
pub struct Teacher {
    pub network: Network,
    pub dimensions: usize,
}

/// Everything that changes while a student learns.
pub struct Learner {
    method: Method,
    ema: f32,
    clip: f32,
    micro_batch: usize,
    mixup: f32,
    pub(super) seed: u64,
    pub student: Network,
    pub key: Option<Network>,
    pub queue: Option<Queue>,
    pub teacher: Option<Teacher>,
    pub teacher_queue: Option<Queue>,
    pub sgd: Sgd,
    losses: Vec<(&'static str, f32, Box<dyn Loss>)>,
    /// With autodiff.
    device: Device,
}

impl Learner {
    /// Fresh networks. `n_pictures` caps the queues at half the collection.
    pub fn new(
        recipe: &Recipe,
        spec: &ArchitectureSpec,
        teacher: Option<Teacher>,
        n_pictures: usize,
        device: &Device,
    ) -> Self {
        let autodiff = device.clone().autodiff();
        device.seed(recipe.seed);
        let head = HeadConfig {
            form: spec.head,
            dimensions: recipe.network.dimensions,
            large: teacher.as_ref().map(|teacher| teacher.dimensions),
        };
        let student = Network::new(spec, head, &autodiff);
        let has_key = recipe.method == Method::Rdcd;
        let capacity = recipe.queue.size.min(n_pictures / 2).max(1);
        let key = has_key.then(|| copy_without_gradient(&student, spec, head, &autodiff));
        let queue = has_key.then(|| Queue::new(capacity, head.dimensions, device));
        let teacher_queue = teacher
            .as_ref()
            .map(|teacher| Queue::new(capacity, teacher.dimensions, device));
        Self {
            method: recipe.method,
            ema: recipe.queue.ema,
            clip: recipe.optimiser.clip,
            micro_batch: recipe.data.micro_batch,
            mixup: recipe.data.mixup,
            seed: recipe.seed,
            student,
            key,
            queue,
            teacher,
            teacher_queue,
            sgd: Sgd {
                momentum: recipe.optimiser.momentum,
                weight_decay: recipe.optimiser.weight_decay,
                velocity: FlatTensors::new(),
            },
            losses: build_losses(recipe),
            device: autodiff,
        }
    }

    /// The device without autodiff.
    pub fn plain_device(&self) -> Device {
        self.device.clone().inner()
    }

    /// Makes the parameters of the momentum student equal to the student's.
    pub fn reset_key(&mut self) {
        if let Some(key) = self.key.take() {
            self.key = Some(sgd::follow(key, &self.student, 0.0));
        }
    }

    /// Keeps the first layers of the student as they are.
    pub fn freeze(&mut self, n_blocks: usize) {
        if n_blocks > 0 {
            self.student.trunk = self.student.trunk.clone().freeze_first(n_blocks);
        }
    }

    /// Starts from given weights: every tensor of `start` replaces the one of its name, and the
    /// trunk has to be complete. A head that is not given, or has another size, stays random.
    pub fn start_from(&mut self, start: &TensorMap, path: &Path) -> Result<(), ModelError> {
        let own = self.student.valid();
        let mut tensors = state::read_state(&own);
        // A student that starts from a finished model starts with its descriptors too.
        if let Some(projector) = tensors.get_mut("projector.weight")
            && start.contains_key("fc.weight")
            && projector.shape[0] == projector.shape[1]
        {
            let n = projector.shape[0];
            for (idx, value) in projector.values.iter_mut().enumerate() {
                *value = f32::from(u8::from(idx / n == idx % n));
            }
        }
        for (name, tensor) in start {
            let fits = tensors
                .get(name)
                .is_some_and(|old| old.shape == tensor.shape);
            if fits || name.starts_with("trunk.") {
                tensors.insert(name.clone(), tensor.clone());
            }
        }
        let loaded = state::load_state(own, &tensors).map_err(|source| ModelError::Weights {
            path: path.to_owned(),
            source,
        })?;
        self.student = loaded.train();
        if let Some(key) = self.key.take() {
            // The momentum student starts as a copy, running statistics included.
            let copy = state::load_state(key.valid(), &tensors);
            let copy = copy.map_err(|source| ModelError::Weights {
                path: path.to_owned(),
                source,
            })?;
            self.key = Some(copy.train().no_grad());
        }
        Ok(())
    }

    /// One optimiser step; `step` makes its random numbers repeatable.
    ///
    /// Pictures are taken `micro_batch` at a time and the gradients summed. Losses that compare
    /// rows of one batch (SSCD) see only the pictures of their part; those with a queue see it all.
    /// After `Cancelled` the networks are in the middle of a step: go on from a checkpoint.
    pub fn step(
        &mut self,
        batch: &StepBatch,
        step: u64,
        rate: f64,
        monitor: &Monitor,
    ) -> Result<StepValues, Cancelled> {
        self.device
            .seed(self.seed ^ step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        if let Some(key) = self.key.take() {
            self.key = Some(sgd::follow(key, &self.student, self.ema));
        }
        let n = batch.ids.len();
        let mut sums = BTreeMap::new();
        let mut gradients = FlatTensors::new();
        let mut pushes = Vec::new();
        let mut first = 0;
        while first < n {
            monitor.check()?;
            // A last part of one picture alone would have no negatives: it joins the one before.
            let rest = n - first;
            let is_last = rest <= self.micro_batch + 1;
            let take = if is_last { rest } else { self.micro_batch };
            let rows = first..first + take;
            let share = take as f32 / n as f32;
            pushes.push(self.part(batch, rows, share, step, &mut sums, &mut gradients));
            first += take;
        }
        let is_finite = sums.values().all(|value: &f32| value.is_finite());
        let (norm, gradients) = sgd::clip(gradients, self.clip);
        let norm = norm.map_or(0.0, |norm| norm.into_scalar::<f32>());
        sums.insert("grad-norm".to_owned(), norm);
        let is_finite = is_finite && norm.is_finite();
        if is_finite {
            let student = self.student.clone();
            self.student = self.sgd.step(student, &gradients, rate);
            for push in pushes {
                self.push(push);
            }
        }
        Ok(StepValues {
            values: sums,
            is_finite,
        })
    }

    /// Forward and backward of some rows of a batch.
    fn part(
        &self,
        batch: &StepBatch,
        rows: std::ops::Range<usize>,
        share: f32,
        step: u64,
        sums: &mut BTreeMap<String, f32>,
        gradients: &mut FlatTensors,
    ) -> Push {
        let (input, push) = match self.method {
            Method::Sscd => self.both_views(batch, &rows, step),
            Method::Rdcd => self.with_queue(batch, &rows),
        };
        let mut total: Option<Tensor<1>> = None;
        let mut values = Vec::with_capacity(self.losses.len());
        for (id, weight, loss) in &self.losses {
            let value = loss.forward(&input);
            values.push((*id, *weight, value.clone().detach()));
            let weighted = value * (*weight * share);
            total = Some(match total {
                Some(total) => total + weighted,
                None => weighted,
            });
        }
        if let Some(total) = total {
            sgd::add_gradients(&self.student, &total.backward(), gradients);
        }
        // Read last: a GPU works on everything above meanwhile.
        for (id, weight, value) in values {
            let number = value.into_scalar::<f32>();
            *sums.entry(format!("loss/{id}")).or_default() += number * share;
            *sums.entry("loss".to_owned()).or_default() += number * weight * share;
        }
        push
    }

    fn both_views(
        &self,
        batch: &StepBatch,
        rows: &std::ops::Range<usize>,
        step: u64,
    ) -> (LossInput, Push) {
        let views = [0, 1].map(|view| self.tensor(batch, view, rows));
        let n = rows.len();
        let mix = Mix::draw(
            2 * n,
            batch.size,
            self.mixup,
            self.seed,
            step,
            rows.start as u64,
        );
        let x_bchw = mixup::apply(Tensor::cat(views.to_vec(), 0), &mix);
        let Outputs {
            large_bk,
            descriptor_bd,
        } = self.student.forward(x_bchw);
        let ids = &batch.ids[rows.clone()];
        let same = mix.same_pictures(ids);
        let same = TensorData::new(same, [2 * n, 2 * n]);
        let input = LossInput {
            descriptor_bd,
            same_bb: Some(Tensor::<2, Bool>::from_data(same, &self.device)),
            key_bd: None,
            queue: None,
            large_bd: large_bk,
            teacher_bd: None,
            teacher_queue_kd: None,
        };
        (input, Push::default())
    }

    fn with_queue(&self, batch: &StepBatch, rows: &std::ops::Range<usize>) -> (LossInput, Push) {
        let ids = batch.ids[rows.clone()].to_vec();
        let x_bchw = self.tensor(batch, 0, rows);
        let key_bd = self.key.as_ref().map(|key| {
            let keys = key.forward(self.tensor(batch, 1, rows));
            keys.descriptor_bd.inner()
        });
        let teacher_bd = self.teacher.as_ref().map(|teacher| {
            // The same augmented picture, on the device without autodiff: evaluation mode.
            teacher.network.forward(x_bchw.clone().inner()).large_bk
        });
        let outputs = self.student.forward(x_bchw);
        let input = LossInput {
            descriptor_bd: outputs.descriptor_bd,
            same_bb: None,
            key_bd: key_bd.clone().map(Tensor::from_inner),
            queue: self.queue.as_ref().and_then(|queue| queue.view(&ids)),
            large_bd: outputs.large_bk,
            teacher_bd: teacher_bd.clone().map(Tensor::from_inner),
            teacher_queue_kd: self
                .teacher_queue
                .as_ref()
                .and_then(Queue::entries)
                .map(Tensor::from_inner),
        };
        let push = Push {
            ids,
            key_bd,
            teacher_bd,
        };
        (input, push)
    }

    fn push(&mut self, push: Push) {
        let Push {
            ids,
            key_bd,
            teacher_bd,
        } = push;
        if let (Some(queue), Some(rows_bd)) = (&mut self.queue, key_bd) {
            queue.push(rows_bd, &ids);
        }
        if let (Some(queue), Some(rows_bd)) = (&mut self.teacher_queue, teacher_bd) {
            queue.push(rows_bd, &ids);
        }
    }

    fn tensor(&self, batch: &StepBatch, view: usize, rows: &std::ops::Range<usize>) -> Tensor<4> {
        let n_values = 3 * batch.size * batch.size;
        let values = &batch.views[view][rows.start * n_values..rows.end * n_values];
        let shape = [rows.len(), 3, batch.size, batch.size];
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &self.device)
    }
}

/// Rows that go into the queues after the step.
#[derive(Default)]
struct Push {
    ids: Vec<u64>,
    key_bd: Option<Tensor<2>>,
    teacher_bd: Option<Tensor<2>>,
}

fn build_losses(recipe: &Recipe) -> Vec<(&'static str, f32, Box<dyn Loss>)> {
    recipe
        .losses
        .iter()
        .filter_map(|chosen| {
            let spec = losses::loss(&chosen.id)?;
            Some((spec.id, chosen.weight, (spec.build)(&chosen.parameters)))
        })
        .collect()
}

/// A second network with the same weights and running statistics of its own.
///
/// A clone of a network would share its running statistics.
fn copy_without_gradient(
    student: &Network,
    spec: &ArchitectureSpec,
    head: HeadConfig,
    device: &Device,
) -> Network {
    sgd::follow(Network::new(spec, head, device).no_grad(), student, 0.0)
}

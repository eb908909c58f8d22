//! The student of one stage, and one optimiser step of it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use burn::module::Module as _;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::models::ArchitectureSpec;
use crate::models::ModelError;
use crate::models::heads::dino::DinoHead;
use crate::models::heads::dino::DinoHeadConfig;
use crate::models::network::HeadConfig;
use crate::models::network::Network;
use crate::models::state;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::weights::TensorMap;

use super::gradients;
use super::gradients::FlatTensors;
use super::loss_scale::LossScale;
use super::methods::Building;
use super::methods::Method;
use super::methods::Part;
use super::methods::Place;
use super::optimiser;
use super::optimiser::Optimiser;
use super::optimiser::StepRates;
use super::precision;
use super::recipe::Recipe;
use super::step_batch::StepBatch;
use super::stopwatch;
use super::stopwatch::Stopwatch;
use super::student::Student;
use super::teacher::Teacher;
use super::team::Peers;
use super::team::State;
use super::team::Team;

/// What one step measured.
#[derive(Debug, Default)]
pub struct StepValues {
    /// By curve key.
    pub values: BTreeMap<String, f32>,
    /// The loss was a number; only then were the networks changed.
    pub is_finite: bool,
}

/// Loss and gradients of the pictures of a step, on one device.
pub struct Pass {
    /// By curve key.
    pub sums: BTreeMap<String, f32>,
    pub gradients: FlatTensors,
}

/// Everything that changes while a student learns.
pub struct Learner {
    clip: f32,
    clip_each: f32,
    head: HeadConfig,
    micro_batch: usize,
    /// Rows of a part belong together in twos.
    in_pairs: bool,
    seed: u64,
    /// Where the time goes, for those who measure.
    pub watch: Stopwatch,
    /// For gradients in f16.
    pub scale: Option<LossScale>,
    /// The devices that share the steps.
    team: Option<Team>,
    frozen_blocks: usize,
    pub student: Student,
    pub method: Box<dyn Method>,
    pub optimiser: Optimiser,
    /// With autodiff.
    device: Device,
}

impl Learner {
    /// Fresh networks. `n_pictures` caps the queues at half the collection.
    pub fn new(
        recipe: &Recipe,
        spec: &'static ArchitectureSpec,
        teacher: Option<Teacher>,
        n_pictures: usize,
        device: &Device,
        peers: Option<Peers>,
    ) -> Self {
        let autodiff = device.clone().autodiff();
        let dtype = precision::choose(recipe.precision, device).dtype;
        device.seed(recipe.seed);
        let teacher = teacher.map(|teacher| Teacher {
            network: teacher.network.in_precision(dtype),
            ..teacher
        });
        let head = head_config(recipe, spec, teacher.as_ref());
        let network = Network::new(spec, head, &autodiff).in_precision(dtype);
        let watch = Stopwatch::default();
        let place = peers.as_ref().map_or(0, |peers| peers.place as u64);
        let method = recipe.method_spec();
        let prototypes = method
            .has_prototypes
            .then(|| prototype_head(recipe, spec, &autodiff));
        let student = Student::new(network, prototypes);
        let method = (method.build)(&Building {
            recipe,
            spec,
            head,
            student: &student,
            teacher,
            n_pictures,
            device: &autodiff,
            peers,
            watch: watch.clone(),
        });
        Self {
            clip: recipe.optimiser.clip,
            clip_each: recipe.optimiser.clip_each,
            head,
            micro_batch: recipe.data.micro_batch,
            in_pairs: recipe.method_spec().needs_pairs || recipe.data.per_class > 1,
            // Each device draws other random numbers.
            seed: recipe.seed ^ place.rotate_right(8),
            watch,
            scale: LossScale::of(dtype),
            team: None,
            frozen_blocks: 0,
            student,
            method,
            optimiser: recipe.optimiser.build(),
            device: autodiff,
        }
    }

    /// The network that will search, as it is now.
    pub const fn deployed(&self) -> &Network {
        &self.student.network
    }

    /// Form and sizes of its head.
    pub const fn head(&self) -> HeadConfig {
        self.head
    }

    /// Pictures on the device at once.
    pub const fn micro_batch(&self) -> usize {
        self.micro_batch
    }

    pub fn set_micro_batch(&mut self, n_pictures: usize) {
        self.outdate_team();
        self.micro_batch = n_pictures;
    }

    /// The device without autodiff.
    pub fn plain_device(&self) -> Device {
        self.device.clone().inner()
    }

    /// Shares its steps with other devices from now on.
    pub fn join(&mut self, team: Team) {
        self.team = Some(team);
    }

    /// The student or the memories are others than after the last step.
    pub fn outdate_team(&mut self) {
        if let Some(team) = &mut self.team {
            team.outdate();
        }
    }

    /// Becomes equal to the first device.
    pub fn equal(&mut self, state: &State) {
        self.freeze(state.frozen_blocks);
        self.micro_batch = state.micro_batch;
        let student = state::load_state(self.student.valid(), &state.student);
        self.student = student.expect("all devices have the same student").train();
        let fits = self.method.restore(state.method.clone());
        assert!(fits, "all devices have the same memories");
    }

    fn state(&self) -> State {
        State {
            student: state::read_state(&self.student.valid()),
            method: self.method.save(),
            frozen_blocks: self.frozen_blocks,
            micro_batch: self.micro_batch,
        }
    }

    /// Puts another network into the student, and makes what follows it equal to it.
    pub fn set_network(&mut self, network: Network) {
        self.outdate_team();
        let network = network.in_precision(self.student.network.precision());
        self.student = self.student.clone().with_network(network);
        self.method.reset(&self.student);
    }

    /// Keeps the first layers of the student as they are.
    pub fn freeze(&mut self, n_blocks: usize) {
        self.outdate_team();
        self.frozen_blocks = self.frozen_blocks.max(n_blocks);
        if n_blocks > 0 {
            let mut network = self.student.network.clone();
            network.trunk = network.trunk.freeze_first(n_blocks);
            self.student = self.student.clone().with_network(network);
        }
    }

    /// Every normalization of the student keeps its running statistics for good.
    pub fn fix_statistics(&mut self) {
        let network = self.student.network.clone();
        let network = crate::models::heads::obd_sd::fix_statistics(network);
        self.student = self.student.clone().with_network(network);
    }

    /// Starts from given weights: every tensor of `start` replaces the one of its name, and the
    /// trunk has to be complete. A head that is not given, or has another size, stays random.
    pub fn start_from(&mut self, start: &TensorMap, path: &Path) -> Result<(), ModelError> {
        let own = self.student.network.valid();
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
        self.set_network(loaded.train());
        Ok(())
    }

    /// One optimiser step; `place` makes its random numbers repeatable.
    ///
    /// Pictures are taken `micro_batch` at a time and the gradients summed. Losses that compare
    /// rows of one batch (SSCD) see only the pictures of their part; those with a queue see it all.
    /// After `Cancelled` the networks are in the middle of a step: go on from a checkpoint.
    pub fn step(
        &mut self,
        batch: &StepBatch,
        place: Place,
        rates: StepRates,
        monitor: &Monitor,
    ) -> Result<StepValues, Cancelled> {
        let Pass {
            mut sums,
            gradients,
        } = self.pass_of_all(batch, place, monitor)?;
        let is_finite = sums.values().all(|value: &f32| value.is_finite());
        let (watch, device) = (self.watch.clone(), self.device.clone());
        let norm = watch.time(stopwatch::OPTIMISER, &device, || {
            self.move_student(gradients, place, rates, is_finite)
        });
        sums.insert("grad-norm".to_owned(), norm);
        // A gradient beyond f16 is a reason for a smaller factor, not for a lower rate.
        let is_overflow = is_finite && self.note_scale(norm.is_finite());
        Ok(StepValues {
            values: sums,
            is_finite: is_overflow || (is_finite && norm.is_finite()),
        })
    }

    /// Moves the student along usable gradients, on all devices; the length of all gradients.
    fn move_student(
        &mut self,
        mut gradients: FlatTensors,
        place: Place,
        rates: StepRates,
        is_finite: bool,
    ) -> f32 {
        if let Some(scale) = self.scale {
            gradients = gradients::scaled(gradients, 1.0 / scale.factor());
        }
        if let Some(prefix) = self.method.kept(place) {
            gradients = optimiser::without(gradients, prefix);
        }
        let gradients = optimiser::clip_each(gradients, self.clip_each);
        let (norm, gradients) = gradients::clip(gradients, self.clip);
        let norm = norm.map_or(0.0, |norm| norm.into_scalar::<f32>());
        let is_usable = is_finite && norm.is_finite();
        if is_usable {
            let student = self.student.clone();
            self.student = self.optimiser.step(student, &gradients, rates);
        }
        self.method.end(is_usable);
        if let Some(team) = &self.team {
            team.update(&self.student, is_usable);
        }
        norm
    }

    /// Whether the factor on the loss was too large, which is now smaller.
    fn note_scale(&mut self, is_finite: bool) -> bool {
        let Some(scale) = &mut self.scale else {
            return false;
        };
        let is_overflow = !is_finite && !scale.is_least();
        scale.note(is_finite);
        is_overflow
    }

    /// Loss and gradients of a batch on all devices.
    ///
    /// Where a device fails the team ends with it; the learner is of no use afterwards.
    fn pass_of_all(
        &mut self,
        batch: &StepBatch,
        place: Place,
        monitor: &Monitor,
    ) -> Result<Pass, Cancelled> {
        let factor = self.scale.map_or(1.0, LossScale::factor);
        let Some(mut team) = self.team.take() else {
            return self.pass(batch, place, factor, monitor);
        };
        team.equalize(|| self.state());
        let own = team.hand_out(batch, place, factor);
        let Pass { sums, gradients } = self.pass(&own, place, factor, monitor)?;
        let (gradients, student) = team.collect(gradients, self.student.clone());
        self.student = student;
        self.team = Some(team);
        Ok(Pass { sums, gradients })
    }

    /// Loss and gradients of a batch on this device, the gradients multiplied by a factor.
    pub fn pass(
        &mut self,
        batch: &StepBatch,
        place: Place,
        factor: f32,
        monitor: &Monitor,
    ) -> Result<Pass, Cancelled> {
        self.device
            .seed(self.seed ^ place.step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        self.watch.time(stopwatch::MOMENTUM, &self.device, || {
            self.method.begin(&self.student, place);
        });
        let mut pass = Pass {
            sums: BTreeMap::new(),
            gradients: FlatTensors::new(),
        };
        for rows in parts(batch.ids.len(), self.micro_batch, self.in_pairs) {
            monitor.check()?;
            self.part(batch, rows, place, factor, &mut pass);
        }
        Ok(pass)
    }

    /// Forward and backward of some rows of a batch.
    fn part(
        &mut self,
        batch: &StepBatch,
        rows: Range<usize>,
        place: Place,
        factor: f32,
        pass: &mut Pass,
    ) {
        let share = rows.len() as f32 / batch.ids.len() as f32;
        let watch = self.watch.clone();
        let part = watch.time(stopwatch::LOADING, &self.device, || {
            self.tensors(batch, &rows)
        });
        let terms = watch.time(stopwatch::FORWARD, &self.device, || {
            self.method.part(&self.student, part, place)
        });
        let total = terms
            .iter()
            .map(|term| term.value.clone() * (term.weight * share * factor))
            .reduce(|a, b| a + b);
        if let Some(total) = total {
            watch.time(stopwatch::BACKWARD, &self.device, || {
                let gradients = total.backward();
                gradients::add_gradients(&self.student, &gradients, &mut pass.gradients);
            });
        }
        // Read last: a GPU works on everything above meanwhile.
        for term in terms {
            let number = term.value.detach().into_scalar::<f32>();
            let mut add = |key: String, value: f32| *pass.sums.entry(key).or_default() += value;
            add(format!("loss/{}", term.id), number * share);
            add("loss".to_owned(), number * term.weight * share);
        }
    }

    fn tensors(&self, batch: &StepBatch, rows: &Range<usize>) -> Part {
        let views = batch.views.iter().zip(&batch.sizes).map(|(view, size)| {
            let n_values = 3 * size * size;
            let values = view[rows.start * n_values..rows.end * n_values].to_vec();
            let shape = [rows.len(), 3, *size, *size];
            Tensor::from_data(TensorData::new(values, shape), &self.device)
        });
        let judged = batch.judged.get(rows.clone());
        Part {
            ids: batch.ids[rows.clone()].to_vec(),
            labels: batch.labels[rows.clone()].to_vec(),
            judged: judged.map(<[bool]>::to_vec).unwrap_or_default(),
            views: views.collect(),
            traces: batch
                .traces
                .iter()
                .map(|view| view[rows.clone()].to_vec())
                .collect(),
            first: rows.start as u64,
        }
    }
}

/// The rows that are on the device together.
fn parts(n: usize, micro_batch: usize, in_pairs: bool) -> Vec<Range<usize>> {
    let size = if in_pairs {
        (micro_batch & !1).max(2)
    } else {
        micro_batch
    };
    let mut parts = Vec::new();
    let mut first = 0;
    while first < n {
        // A last part of one picture alone would have no negatives: it joins the one before.
        let rest = n - first;
        let take = if rest <= size + 1 { rest } else { size };
        parts.push(first..first + take);
        first += take;
    }
    parts
}

/// Form and sizes of the student's head.
fn head_config(recipe: &Recipe, spec: &ArchitectureSpec, teacher: Option<&Teacher>) -> HeadConfig {
    let method = recipe.method_spec();
    let form = (method.head)(spec).unwrap_or(spec.head);
    let length = teacher.map(|teacher| teacher.dimensions);
    let dimensions = match length {
        _ if method.has_prototypes => form.pooled(spec.channels),
        Some(length) if method.copies_length => length,
        _ => recipe.network.dimensions,
    };
    HeadConfig {
        form,
        dimensions,
        large: length.filter(|_| !method.copies_length),
    }
}

/// A fresh head over prototypes for a trunk (DINO).
pub fn prototype_head(recipe: &Recipe, spec: &ArchitectureSpec, device: &Device) -> DinoHead {
    let config = DinoHeadConfig {
        prototypes: recipe.network.prototypes,
        ..DinoHeadConfig::new(spec.channels)
    };
    DinoHead::new(config, device)
}

#[cfg(test)]
mod tests;

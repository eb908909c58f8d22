//! The methods that compare descriptors of whole views: SSCD, ICD, RDCD, ISC21 and OBD-SD.

use burn::module::Module as _;
use burn::tensor::Device;

use crate::models::head::HeadForm;
use crate::models::network::HeadConfig;
use crate::models::network::Network;

use super::Building;
use super::Method;
use super::MethodSpec;
use super::Part;
use super::Place;
use super::Saved;
use super::Term;
use super::about::pages;
use super::network_state::copy_without_gradient;
use super::network_state::follow;
use super::own_head;
use super::rows_part::Push;
use crate::distill::cross_batch_memory::CrossBatchMemory;
use crate::distill::losses::Chosen;
use crate::distill::losses::LossInput;
use crate::distill::losses::Needs;
use crate::distill::queue::Queue;
use crate::distill::recipe::Recipe;
use crate::distill::stopwatch::Stopwatch;
use crate::distill::student::Student;
use crate::distill::teacher::Teacher;
use crate::distill::team::Peers;
use crate::models::ArchitectureSpec;
use crate::models::Maps;

const NOTHING: MethodSpec = MethodSpec {
    id: "",
    label: "",
    help: "",
    about: &pages::SSCD,
    provides: &[],
    has_prototypes: false,
    copies_length: false,
    head: own_head,
    is_traced: false,
    needs_pairs: false,
    spreads: true,
    build: |building| Box::new(Rows::new(building, Shape::default())),
};

/// SSCD (arXiv:2202.10261).
pub(super) const SSCD: MethodSpec = MethodSpec {
    id: "sscd",
    label: "SSCD",
    help: "Two versions of a picture find each other among all pictures of a step.",
    about: &pages::SSCD,
    provides: &[Needs::Views, Needs::Pooled],
    build: |building| {
        let shape = Shape {
            all_views: true,
            ..Shape::default()
        };
        Box::new(Rows::new(building, shape))
    },
    ..NOTHING
};

/// The first version of RDCD, with the similarity distillation of its code.
pub(super) const ICD: MethodSpec = MethodSpec {
    id: "icd",
    label: "ICD",
    help: "SSCD, and the student sees a crowd of pictures as its teacher does.",
    about: &pages::ICD,
    provides: &[Needs::Views, Needs::Pooled, Needs::Teacher],
    copies_length: true,
    build: |building| {
        let shape = Shape {
            all_views: true,
            teacher_queue: true,
            ..Shape::default()
        };
        Box::new(Rows::new(building, shape))
    },
    ..NOTHING
};

/// RDCD (arXiv:2405.17928).
pub(super) const RDCD: MethodSpec = MethodSpec {
    id: "rdcd",
    label: "RDCD",
    help: "A small student learns from a teacher and from a memory of pictures seen before.",
    about: &pages::RDCD,
    provides: &[Needs::Queue, Needs::Teacher],
    build: |building| {
        let shape = Shape {
            key: true,
            teacher_queue: true,
            ..Shape::default()
        };
        Box::new(Rows::new(building, shape))
    },
    ..NOTHING
};

/// The winner of the descriptor track of ISC21 (arXiv:2112.04323).
pub(super) const ISC21: MethodSpec = MethodSpec {
    id: "isc21",
    label: "ISC21",
    help: "A mild and a hard edit of a picture come close, others of a memory stay away.",
    about: &pages::ISC21,
    provides: &[Needs::Views, Needs::Memory],
    head: |spec| (spec.multiple == 1).then_some(HeadForm::GEM_LINEAR_NORM),
    build: |building| {
        let shape = Shape {
            all_views: true,
            memory: true,
            ..Shape::default()
        };
        Box::new(Rows::new(building, shape))
    },
    ..NOTHING
};

/// OBD-SD (arXiv:2211.07566).
pub(super) const OBD_SD: MethodSpec = MethodSpec {
    id: "obd-sd",
    label: "OBD-SD",
    help: "Pictures of a kind come together, with the student of the epoch before as guide.",
    about: &pages::OBD_SD,
    provides: &[Needs::Views, Needs::Snapshot],
    build: |building| {
        let shape = Shape {
            all_views: true,
            snapshot: true,
            ..Shape::default()
        };
        Box::new(Rows::new(building, shape))
    },
    ..NOTHING
};

/// What stands beside the student.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// All views are rows of one batch; otherwise the first is the query and the second the key.
    pub all_views: bool,
    /// A momentum student with a queue of its descriptors.
    pub key: bool,
    /// A queue of the teacher's vectors, where there is a teacher.
    pub teacher_queue: bool,
    /// A memory of the student's own descriptors.
    pub memory: bool,
    /// The student as it was when the epoch began.
    pub snapshot: bool,
}

/// Networks, queues and losses of one run.
pub(super) struct Rows {
    pub shape: Shape,
    pub key: Option<Network>,
    pub queue: Option<Queue>,
    pub teacher: Option<Teacher>,
    pub teacher_queue: Option<Queue>,
    pub memory: Option<CrossBatchMemory>,
    pub snapshot: Option<Network>,
    pub losses: Vec<Chosen>,
    pub pushes: Vec<Push>,
    pub mixup: f32,
    pub seed: u64,
    /// With autodiff.
    pub device: Device,
    /// The way to the rows of the other devices, where there are several.
    pub peers: Option<Peers>,
    pub watch: Stopwatch,
    recipe: Recipe,
    spec: &'static ArchitectureSpec,
    head: HeadConfig,
}

impl Rows {
    pub fn new(building: &Building<'_>, shape: Shape) -> Self {
        let Building {
            recipe,
            spec,
            head,
            student,
            teacher,
            n_pictures,
            device,
            peers,
            watch,
        } = building;
        let plain = (*device).clone().inner();
        let copy = || copy_without_gradient(&student.network, spec, *head, device);
        // Half the collection: a longer queue holds earlier views of the same pictures.
        let capacity = recipe.queue.size.min(n_pictures / 2).max(1);
        let queue = |dimensions| Queue::new(capacity, dimensions, &plain);
        let memory = || CrossBatchMemory::new(capacity, head.dimensions, &plain);
        Self {
            key: shape.key.then(copy),
            queue: shape.key.then(|| queue(head.dimensions)),
            teacher_queue: teacher
                .as_ref()
                .filter(|_| shape.teacher_queue)
                .map(|teacher| queue(teacher.dimensions)),
            memory: shape.memory.then(memory),
            snapshot: shape.snapshot.then(copy),
            teacher: teacher.clone(),
            losses: Chosen::all(recipe),
            pushes: Vec::new(),
            mixup: recipe.data.mixup,
            seed: recipe.seed,
            device: (*device).clone(),
            peers: peers.clone(),
            watch: watch.clone(),
            recipe: (*recipe).clone(),
            spec,
            head: *head,
            shape,
        }
    }
}

impl Method for Rows {
    fn begin(&mut self, student: &Student, place: Place) {
        follow(&mut self.key, &student.network, self.recipe.queue.at(place));
        if self.shape.snapshot && place.begins_epoch() && place.in_stage > 0 {
            let (spec, head) = (self.spec, self.head);
            let copy = copy_without_gradient(&student.network, spec, head, &self.device);
            self.snapshot = Some(copy);
        }
    }

    fn part(&mut self, student: &Student, part: Part, place: Place) -> Vec<Term> {
        self.terms(student, part, place).0
    }

    fn end(&mut self, applied: bool) {
        for push in std::mem::take(&mut self.pushes) {
            if applied {
                self.push(push);
            }
        }
    }

    fn reset(&mut self, student: &Student) {
        let (spec, head) = (self.spec, self.head);
        let copy = || copy_without_gradient(&student.network, spec, head, &self.device);
        self.key = self.key.is_some().then(copy);
        self.snapshot = self.snapshot.is_some().then(copy);
    }

    fn save(&self) -> Saved {
        let mut saved = Saved::default();
        for (name, network) in [("key", &self.key), ("snapshot", &self.snapshot)] {
            if let Some(network) = network {
                saved.put_module(name, network);
            }
        }
        let memory = self.memory.as_ref().map(|memory| &memory.queue);
        let queues = [
            ("queue", self.queue.as_ref()),
            ("teacher_queue", self.teacher_queue.as_ref()),
            ("memory", memory),
        ];
        for (name, queue) in queues {
            if let Some(queue) = queue {
                saved.put_queue(name, queue);
            }
        }
        saved
    }

    fn restore(&mut self, mut saved: Saved) -> bool {
        let memory = self.memory.as_mut().map(|memory| &mut memory.queue);
        let queues = [
            ("queue", self.queue.as_mut()),
            ("teacher_queue", self.teacher_queue.as_mut()),
            ("memory", memory),
        ];
        let mut fits = true;
        for (name, queue) in queues {
            if let Some(queue) = queue {
                fits &= saved.take_queue(name, queue);
            }
        }
        fits & saved.take_module("key", &mut self.key)
            & saved.take_module("snapshot", &mut self.snapshot)
    }
}

impl Rows {
    /// The chosen losses of some pictures, and the maps of the student.
    pub(super) fn terms(
        &mut self,
        student: &Student,
        part: Part,
        place: Place,
    ) -> (Vec<Term>, Maps) {
        let (input, maps) = self.look(student, part, place);
        (self.terms_of(&input, place), maps)
    }

    /// What the losses look at, and the maps of the student; remembers what goes into the queues.
    pub(super) fn look(
        &mut self,
        student: &Student,
        part: Part,
        place: Place,
    ) -> (LossInput, Maps) {
        let (input, push, maps) = self.input(student, part, place);
        self.pushes.push(push);
        (input, maps)
    }

    pub(super) fn terms_of(&self, input: &LossInput, place: Place) -> Vec<Term> {
        let losses = self.losses.iter();
        losses.map(|chosen| chosen.term(input, place)).collect()
    }

    /// A frozen network of the snapshot on the device without autodiff.
    pub(super) fn snapshot_plain(&self) -> Option<Network> {
        self.snapshot.as_ref().map(|network| network.valid())
    }
}

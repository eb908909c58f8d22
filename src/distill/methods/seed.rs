//! SEED (Fang et al., arXiv:2101.04731): the student sees a queue of pictures as its teacher does.

use burn::tensor::Device;
use burn::tensor::Tensor;

use crate::models::head::HeadForm;

use super::Building;
use super::Method;
use super::MethodSpec;
use super::Part;
use super::Place;
use super::Saved;
use super::Term;
use super::about::pages;
use crate::distill::losses;
use crate::distill::losses::Needs;
use crate::distill::losses::seed::Seed;
use crate::distill::losses::seed::SeedViews;
use crate::distill::losses::seed::first_views;
use crate::distill::queue::Queue;
use crate::distill::stopwatch;
use crate::distill::stopwatch::Stopwatch;
use crate::distill::student::Student;
use crate::distill::teacher::Teacher;

/// With small patches, where the views have two sizes: each size has a queue of its own.
pub(super) const SEED: MethodSpec = MethodSpec {
    id: "seed",
    label: "SEED",
    help: "The student sees a memory of pictures as its teacher does, from the same view.",
    about: &pages::SEED,
    provides: &[Needs::Teacher],
    has_prototypes: false,
    copies_length: true,
    head: |spec| {
        Some(if spec.multiple > 1 {
            HeadForm::TOKEN_MLP
        } else {
            HeadForm::AVERAGE_MLP
        })
    },
    is_traced: false,
    needs_pairs: false,
    spreads: false,
    build: |building| Box::new(SeedMethod::new(building)),
};

/// Views of one size.
const NAMES: [&str; 2] = ["large_queue", "small_queue"];

struct SeedMethod {
    teacher: Option<Teacher>,
    /// Of the large views, and of the first small view of each picture.
    queues: Vec<Queue>,
    loss: Seed,
    weight: f32,
    /// Teacher rows per queue that go in after the step.
    pushes: Vec<(usize, Tensor<2>, Vec<u64>)>,
    device: Device,
    watch: Stopwatch,
}

impl SeedMethod {
    fn new(building: &Building<'_>) -> Self {
        let Building {
            recipe,
            teacher,
            n_pictures,
            device,
            watch,
            ..
        } = building;
        let plain = (*device).clone().inner();
        let dimensions = teacher.as_ref().map_or(1, |teacher| teacher.dimensions);
        let capacity = recipe.queue.size.min(n_pictures / 2).max(1);
        let chosen = recipe.losses.iter().find(|chosen| chosen.id == "seed");
        let values = chosen.map(|chosen| chosen.parameters.clone());
        Self {
            teacher: teacher.clone(),
            queues: NAMES
                .iter()
                .map(|_| Queue::new(capacity, dimensions, &plain))
                .collect(),
            loss: Seed::new(&values.unwrap_or_default()),
            weight: chosen.map_or(1.0, |chosen| chosen.weight),
            pushes: Vec::new(),
            device: (*device).clone(),
            watch: watch.clone(),
        }
    }

    /// The loss of all views of one size.
    fn kind(
        &mut self,
        student: &Student,
        views: Vec<Tensor<4>>,
        ids: &[u64],
        queue: usize,
    ) -> Option<Tensor<1>> {
        if views.is_empty() {
            return None;
        }
        let teacher = self.teacher.as_ref()?;
        let x_bchw = Tensor::cat(views, 0);
        let plain_bchw = x_bchw.clone().inner();
        let teacher_nd = self.watch.time(stopwatch::TEACHER, &self.device, || {
            teacher.network.forward(plain_bchw).large_bk
        });
        let rows = first_views(teacher_nd.clone(), ids.len());
        self.pushes.push((queue, rows, ids.to_vec()));
        let views = SeedViews {
            student_nd: student.network.forward(x_bchw).descriptor_bd,
            teacher_nd: Tensor::from_inner(teacher_nd),
            queue_kd: self.queues[queue].entries().map(Tensor::from_inner),
        };
        Some(self.loss.forward(&views))
    }
}

impl Method for SeedMethod {
    fn begin(&mut self, _student: &Student, _place: Place) {}

    fn part(&mut self, student: &Student, part: Part, _place: Place) -> Vec<Term> {
        let side = |view: &Tensor<4>| view.dims()[3];
        let largest = part.views.first().map_or(0, side);
        let (large, small): (Vec<_>, Vec<_>) = part
            .views
            .into_iter()
            .partition(|view| side(view) == largest);
        let kinds = [(large, 0), (small, 1)];
        let value = kinds
            .into_iter()
            .filter_map(|(views, queue)| self.kind(student, views, &part.ids, queue))
            .reduce(|a, b| a + b);
        let nothing = || Tensor::zeros([1], &self.device);
        vec![Term {
            id: losses::seed::FORMULA.id,
            weight: self.weight,
            value: value.unwrap_or_else(nothing),
        }]
    }

    fn end(&mut self, applied: bool) {
        for (queue, rows, ids) in std::mem::take(&mut self.pushes) {
            if applied {
                self.queues[queue].push(rows, &ids);
            }
        }
    }

    fn reset(&mut self, _student: &Student) {}

    fn save(&self) -> Saved {
        let mut saved = Saved::default();
        for (name, queue) in NAMES.iter().zip(&self.queues) {
            saved.put_queue(name, queue);
        }
        saved
    }

    fn restore(&mut self, mut saved: Saved) -> bool {
        let pairs = NAMES.iter().zip(&mut self.queues);
        pairs.fold(true, |fits, (name, queue)| {
            saved.take_queue(name, queue) && fits
        })
    }
}

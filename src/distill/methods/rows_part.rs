//! What the losses of [`Rows`] look at in some pictures of a step.

use burn::tensor::Bool;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use super::Part;
use super::Place;
use super::rows::Rows;
use crate::distill::losses::LossInput;
use crate::distill::losses::margin_contrast::MemoryView;
use crate::distill::mixup;
use crate::distill::mixup::Mix;
use crate::distill::queue::Queue;
use crate::distill::student::Student;
use crate::models::Maps;
use crate::models::network::Outputs;

/// Rows that go into the queues after the step.
#[derive(Default)]
pub struct Push {
    ids: Vec<u64>,
    key_bd: Option<Tensor<2>>,
    teacher_bd: Option<Tensor<2>>,
}

/// Pixels of the rows of a part, and which of them show the same picture.
struct RowViews {
    x_bchw: Tensor<4>,
    labels: Vec<u64>,
    same_bb: Option<Tensor<2, Bool>>,
}

impl Rows {
    pub(super) fn input(
        &mut self,
        student: &Student,
        part: Part,
        place: Place,
    ) -> (LossInput, Push, Maps) {
        let ids = part.ids.clone();
        let key_bd = self.key.as_ref().map(|key| {
            let keys = key.forward(part.views[1].clone());
            keys.descriptor_bd.inner()
        });
        let rows = self.rows(part, place);
        // The same augmented pictures, on the device without autodiff: evaluation mode.
        let plain_bchw = rows.x_bchw.clone().inner();
        let teacher_bd = match (&self.teacher, self.snapshot_plain()) {
            (Some(teacher), _) => Some(teacher.network.forward(plain_bchw).large_bk),
            (None, Some(snapshot)) => Some(snapshot.forward(plain_bchw).large_bk),
            (None, None) => None,
        };
        let maps = student.network.trunk.forward(rows.x_bchw);
        let Outputs {
            large_bk,
            descriptor_bd,
        } = student.network.head(&maps);
        let memory = self.remember(&descriptor_bd, &rows.labels);
        let input = LossInput {
            queue: self.queue.as_ref().and_then(|queue| queue.view(&ids)),
            key_bd: key_bd.clone().map(Tensor::from_inner),
            teacher_bd: teacher_bd.clone().map(Tensor::from_inner),
            teacher_queue_kd: self
                .teacher_queue
                .as_ref()
                .and_then(Queue::entries)
                .map(Tensor::from_inner),
            pooled_bc: Some(student.network.pooled(&maps)),
            same_bb: rows.same_bb,
            labels: rows.labels,
            memory,
            descriptor_bd,
            large_bd: large_bk,
        };
        let n = teacher_bd.as_ref().map_or(0, |rows| rows.dims()[0]);
        let n_views = (n / ids.len().max(1)).max(1);
        let push = Push {
            ids: ids.repeat(n_views),
            key_bd,
            teacher_bd,
        };
        (input, push, maps)
    }

    fn rows(&self, part: Part, place: Place) -> RowViews {
        if !self.shape.all_views {
            return RowViews {
                x_bchw: part.views[0].clone(),
                labels: part.labels,
                same_bb: None,
            };
        }
        let n_views = part.views.len();
        let [_, _, size, _] = part.views[0].dims();
        let labels = part.labels.repeat(n_views);
        let b = labels.len();
        let x_bchw = Tensor::cat(part.views, 0);
        let (x_bchw, same) = if self.mixup > 0.0 && n_views == 2 {
            let mix = Mix::draw(b, size, self.mixup, self.seed, place.step, part.first);
            (mixup::apply(x_bchw, &mix), mix.same_pictures(&part.labels))
        } else {
            let pairs = labels
                .iter()
                .flat_map(|a| labels.iter().map(move |b| a == b));
            (x_bchw, pairs.collect())
        };
        let same = TensorData::new(same, [b, b]);
        RowViews {
            x_bchw,
            labels,
            same_bb: Some(Tensor::from_data(same, &self.device)),
        }
    }

    /// Writes the rows into the memory and looks at it.
    fn remember(&mut self, rows_bd: &Tensor<2>, labels: &[u64]) -> Option<MemoryView> {
        let memory = self.memory.as_mut()?;
        Some(memory.write(rows_bd.clone(), labels))
    }

    pub(super) fn push(&mut self, push: Push) {
        let Push {
            ids,
            key_bd,
            teacher_bd,
        } = push;
        if let (Some(queue), Some(rows_bd)) = (&mut self.queue, key_bd) {
            let n = rows_bd.dims()[0];
            queue.push(rows_bd, &ids[..n]);
        }
        if let (Some(queue), Some(rows_bd)) = (&mut self.teacher_queue, teacher_bd) {
            queue.push(rows_bd, &ids);
        }
    }
}

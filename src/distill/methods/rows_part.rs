//! What the losses of [`Rows`] look at in some pictures of a step.

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
use crate::distill::stopwatch;
use crate::distill::student::Student;
use crate::distill::team::Same;
use crate::distill::team::ViewRows;
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
    same: Option<Same>,
}

impl Rows {
    pub(super) fn input(
        &mut self,
        student: &Student,
        part: Part,
        place: Place,
    ) -> (LossInput, Push, Maps) {
        let ids = part.ids.clone();
        let key_bd = self.watch.time(stopwatch::MOMENTUM, &self.device, || {
            self.key.as_ref().map(|key| {
                let keys = key.forward(part.views[1].clone());
                keys.descriptor_bd.inner()
            })
        });
        let rows = self.rows(part, place);
        // The same augmented pictures, on the device without autodiff: evaluation mode.
        let plain_bchw = rows.x_bchw.clone().inner();
        let teacher_bd = self.watch.time(stopwatch::TEACHER, &self.device, || {
            match (&self.teacher, self.snapshot_plain()) {
                (Some(teacher), _) => Some(teacher.network.forward(plain_bchw).large_bk),
                (None, Some(snapshot)) => Some(snapshot.forward(plain_bchw).large_bk),
                (None, None) => None,
            }
        });
        let maps = student.network.maps(rows.x_bchw);
        let Outputs {
            large_bk,
            descriptor_bd,
        } = student.network.head(&maps);
        let n_views = rows.labels.len() / ids.len().max(1);
        let own = ViewRows {
            ids: ids.repeat(n_views),
            labels: rows.labels,
            same: rows.same,
            descriptor_bd,
            large_bk,
            pooled_bc: student.network.pooled(&maps),
            key_bd,
            teacher_bd,
        };
        let whole = match &self.peers {
            Some(peers) => peers.whole(own),
            None => own,
        };
        let (input, push) = self.compared(whole);
        (input, push, maps)
    }

    /// What the losses look at in the rows of a step, and what goes into the queues after it.
    fn compared(&mut self, rows: ViewRows) -> (LossInput, Push) {
        let memory = self.remember(&rows.descriptor_bd, &rows.labels);
        let input = LossInput {
            queue: self.queue.as_ref().and_then(|queue| queue.view(&rows.ids)),
            key_bd: rows.key_bd.clone().map(Tensor::from_inner),
            teacher_bd: rows.teacher_bd.clone().map(Tensor::from_inner),
            teacher_queue_kd: self
                .teacher_queue
                .as_ref()
                .and_then(Queue::entries)
                .map(Tensor::from_inner),
            pooled_bc: Some(rows.pooled_bc),
            same_bb: rows.same.map(|same| {
                let b = rows.labels.len();
                Tensor::from_data(TensorData::new(same.pairs, [b, b]), &self.device)
            }),
            labels: rows.labels,
            memory,
            descriptor_bd: rows.descriptor_bd,
            large_bd: rows.large_bk,
        };
        let push = Push {
            ids: rows.ids,
            key_bd: rows.key_bd,
            teacher_bd: rows.teacher_bd,
        };
        (input, push)
    }

    fn rows(&self, part: Part, place: Place) -> RowViews {
        if !self.shape.all_views {
            return RowViews {
                x_bchw: part.views[0].clone(),
                labels: part.labels,
                same: None,
            };
        }
        let n_views = part.views.len();
        let [_, _, size, _] = part.views[0].dims();
        let labels = part.labels.repeat(n_views);
        let b = labels.len();
        let x_bchw = Tensor::cat(part.views, 0);
        let is_mixed = self.mixup > 0.0 && n_views == 2;
        let (x_bchw, pairs) = if is_mixed {
            let mix = Mix::draw(b, size, self.mixup, self.seed, place.step, part.first);
            (mixup::apply(x_bchw, &mix), mix.same_pictures(&part.labels))
        } else {
            let pairs = labels
                .iter()
                .flat_map(|a| labels.iter().map(move |b| a == b));
            (x_bchw, pairs.collect())
        };
        RowViews {
            x_bchw,
            labels,
            same: Some(Same { pairs, is_mixed }),
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

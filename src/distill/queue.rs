//! A ring of descriptors seen before, with the picture each came from.

use burn::tensor::Bool;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::weights::WeightTensor;

use super::losses::QueueView;

/// First in, first out. Entries never written are not there: the losses see only what was pushed.
///
/// The authors start with random entries; in a queue of a few hundred those would outweigh real
/// pictures for the first epoch.
pub struct Queue {
    entries_kd: Tensor<2>,
    /// Picture of each entry.
    ids: Vec<u64>,
    capacity: usize,
    next: usize,
    device: Device,
}

impl Queue {
    pub fn new(capacity: usize, dimensions: usize, device: &Device) -> Self {
        Self {
            entries_kd: Tensor::zeros([capacity, dimensions], device),
            ids: Vec::with_capacity(capacity),
            capacity,
            next: 0,
            device: device.clone(),
        }
    }

    /// Puts the rows `[b, d]` of pictures `ids` in, over the oldest ones.
    pub fn push(&mut self, rows_bd: Tensor<2>, ids: &[u64]) {
        let [b, d] = rows_bd.dims();
        let mut first = b.saturating_sub(self.capacity);
        while first < b {
            let n = (b - first).min(self.capacity - self.next);
            let part = rows_bd.clone().slice([first..first + n, 0..d]);
            let place = [self.next..self.next + n, 0..d];
            self.entries_kd = self.entries_kd.clone().slice_assign(place, part);
            for (offset, id) in ids[first..first + n].iter().enumerate() {
                match self.ids.get_mut(self.next + offset) {
                    Some(slot) => *slot = *id,
                    None => self.ids.push(*id),
                }
            }
            self.next = (self.next + n) % self.capacity;
            first += n;
        }
    }

    /// Where the last `n` rows lie, in the order they were pushed; `None` for those already gone.
    pub fn latest(&self, n: usize) -> Vec<Option<usize>> {
        let there = n.min(self.ids.len());
        let slot = |back: usize| (self.next + self.capacity - back) % self.capacity;
        (1..=n)
            .rev()
            .map(|back| (back <= there).then(|| slot(back)))
            .collect()
    }

    /// Picture of each entry.
    pub fn ids(&self) -> &[u64] {
        &self.ids
    }

    /// What was written, `[k, d]`; `None` while nothing was.
    pub fn entries(&self) -> Option<Tensor<2>> {
        let [_, d] = self.entries_kd.dims();
        let n = self.ids.len();
        (n > 0).then(|| self.entries_kd.clone().slice([0..n, 0..d]))
    }

    /// The entries as a batch of these pictures sees them, on the device with autodiff.
    pub fn view(&self, ids: &[u64]) -> Option<QueueView> {
        let entries_kd = self.entries()?;
        let own: Vec<bool> = ids
            .iter()
            .flat_map(|id| self.ids.iter().map(move |other| id == other))
            .collect();
        let data = TensorData::new(own, [ids.len(), self.ids.len()]);
        let autodiff = self.device.clone().autodiff();
        Some(QueueView {
            entries_kd: Tensor::from_inner(entries_kd),
            own_bk: Tensor::<2, Bool>::from_data(data, &autodiff),
        })
    }

    /// Everything needed to go on later: entries, and `[next, ids...]`.
    pub fn save(&self) -> (WeightTensor, Vec<u64>) {
        let [_, d] = self.entries_kd.dims();
        let values = self.entries().map_or_else(Vec::new, |entries| {
            let data = entries.into_data().convert::<f32>();
            data.try_into_vec().expect("a float tensor converts to f32")
        });
        let weight = WeightTensor {
            shape: vec![self.ids.len(), d],
            values,
        };
        let mut numbers = vec![self.next as u64];
        numbers.extend(&self.ids);
        (weight, numbers)
    }

    /// Restores what [`save`](Self::save) gave; `false` when it does not fit.
    pub fn restore(&mut self, entries: &WeightTensor, numbers: &[u64]) -> bool {
        let [_, d] = self.entries_kd.dims();
        let Some((next, ids)) = numbers.split_first() else {
            return false;
        };
        let fits = entries.shape == [ids.len(), d]
            && ids.len() <= self.capacity
            && (*next as usize) < self.capacity;
        if !fits {
            return false;
        }
        self.ids = ids.to_vec();
        self.next = *next as usize;
        if !ids.is_empty() {
            let data = TensorData::new(entries.values.clone(), [ids.len(), d]);
            let rows = Tensor::<2>::from_data(data, &self.device);
            let place = [0..ids.len(), 0..d];
            self.entries_kd = self.entries_kd.clone().slice_assign(place, rows);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(values: &[f32]) -> Tensor<2> {
        let data = TensorData::new(values.to_vec(), [values.len(), 1]);
        Tensor::from_data(data, &Device::flex())
    }

    fn contents(queue: &Queue) -> Vec<f32> {
        queue
            .entries()
            .map(|entries| entries.into_data().try_into_vec().unwrap())
            .unwrap_or_default()
    }

    #[test]
    fn the_oldest_entries_are_written_over() {
        let mut queue = Queue::new(3, 1, &Device::flex());
        assert!(queue.view(&[1]).is_none());
        queue.push(rows(&[1.0, 2.0]), &[1, 2]);
        assert_eq!(contents(&queue), [1.0, 2.0]);
        queue.push(rows(&[3.0, 4.0]), &[3, 4]);
        assert_eq!(contents(&queue), [4.0, 2.0, 3.0]);
        let own = queue.view(&[2, 4]).unwrap().own_bk.into_data();
        let expected = [false, true, false, true, false, false];
        assert_eq!(own.iter::<bool>().collect::<Vec<_>>(), expected);
        queue.push(rows(&[5.0, 6.0, 7.0, 8.0]), &[5, 6, 7, 8]);
        assert_eq!(contents(&queue).len(), 3);
    }

    #[test]
    fn the_latest_rows_are_found_across_the_end_of_the_ring() {
        let mut queue = Queue::new(3, 1, &Device::flex());
        assert_eq!(queue.latest(1), [None]);
        queue.push(rows(&[1.0, 2.0]), &[1, 2]);
        assert_eq!(queue.latest(2), [Some(0), Some(1)]);
        queue.push(rows(&[3.0, 4.0]), &[3, 4]);
        assert_eq!(queue.latest(2), [Some(2), Some(0)]);
        assert_eq!(queue.latest(4), [None, Some(1), Some(2), Some(0)]);
    }

    #[test]
    fn a_restored_queue_goes_on_where_it_was() {
        let mut queue = Queue::new(3, 1, &Device::flex());
        queue.push(rows(&[1.0, 2.0, 3.0, 4.0]), &[1, 2, 3, 4]);
        let (entries, numbers) = queue.save();
        let mut copy = Queue::new(3, 1, &Device::flex());
        assert!(copy.restore(&entries, &numbers));
        for queue in [&mut queue, &mut copy] {
            queue.push(rows(&[9.0]), &[9]);
        }
        assert_eq!(contents(&queue), contents(&copy));
        assert_eq!(queue.save(), copy.save());
        assert!(!copy.restore(&entries, &[0]));
    }
}

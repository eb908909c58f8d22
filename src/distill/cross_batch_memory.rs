//! A memory of the descriptors of earlier batches, with the label of each.

use burn::tensor::Device;
use burn::tensor::Tensor;

use super::losses::margin_contrast::MemoryView;
use super::queue::Queue;

/// The ring of ISC21: the student's own descriptors, no momentum network.
///
/// A batch is written first and looked at after, so that its pairs are among those of the memory. A
/// picture that comes back while its earlier descriptor is still there is a positive pair. A memory
/// longer than half a collection says nothing new.
///
/// Source: Wang et al., XBM, arXiv:1912.06798; PyTorch Metric Learning 0.9.99.
pub struct CrossBatchMemory {
    pub queue: Queue,
    device: Device,
}

impl CrossBatchMemory {
    pub fn new(capacity: usize, dimensions: usize, device: &Device) -> Self {
        Self {
            queue: Queue::new(capacity, dimensions, device),
            device: device.clone(),
        }
    }

    /// Writes the unit rows `[b, d]` of one batch over the oldest entries and returns the memory as
    /// the batch sees it, on the device with autodiff. Keeps no gradient.
    pub fn write(&mut self, rows_bd: Tensor<2>, labels: &[u64]) -> MemoryView {
        let [_, d] = rows_bd.dims();
        self.queue.push(rows_bd.inner(), labels);
        let entries_md = self
            .queue
            .entries()
            .unwrap_or_else(|| Tensor::zeros([0, d], &self.device));
        MemoryView {
            entries_md: Tensor::from_inner(entries_md),
            labels: self.queue.ids().to_vec(),
            own: self.queue.latest(labels.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_sees_itself_and_what_came_before() {
        let device = Device::flex();
        let autodiff = device.clone().autodiff();
        let rows = |values: [[f32; 1]; 2]| Tensor::<2>::from_data(values, &autodiff);
        let mut memory = CrossBatchMemory::new(3, 1, &device);
        let view = memory.write(rows([[1.0], [2.0]]), &[1, 2]);
        assert_eq!(view.labels, [1, 2]);
        let view = memory.write(rows([[3.0], [4.0]]), &[3, 1]);
        assert_eq!(view.labels, [1, 2, 3]);
        assert_eq!(view.own, [Some(2), Some(0)]);
        let values: Vec<f32> = view.entries_md.into_data().try_into_vec().unwrap();
        assert_eq!(values, [4.0, 2.0, 3.0]);
    }
}

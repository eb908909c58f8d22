//! Pushes every picture away from the most similar wrong one in the queue.

use burn::tensor::Tensor;

use super::Loss;
use super::LossInput;
use super::LossSpec;
use super::Needs;
use super::nearest;
use super::zero;

pub(super) const SPEC: LossSpec = LossSpec {
    id: "hard-negative",
    label: "Mind the look-alikes",
    help: "The wrong picture that looks most alike is pushed away hardest.",
    needs: &[Needs::Queue],
    parameters: &[],
    build: Some(|_values| Box::new(HardNegative)),
};

/// Bounds the loss at 6.91 per row.
const MIN_GAP: f32 = 1e-3;

/// ```text
/// m_i = max over k of z_i . u_k        (entries of the own picture left out)
/// L   = -mean over i of log max( 1 - m_i, 1e-3 )
/// ```
///
/// - Range: -0.69 to 6.91, lower is better. Gradient: through `z` only, zero once `m_i > 0.999`. A
///   row with no other picture in the queue contributes 0.
///
/// Source: RDCD (arXiv:2405.17928) and its code; same form as S2VS's SSHN term.
struct HardNegative;

impl Loss for HardNegative {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let z_bd = input.descriptor_bd.clone();
        let Some(queue) = input.queue.clone() else {
            return zero(&z_bd);
        };
        let similarity_bk = z_bd.matmul(queue.entries_kd.transpose());
        let (nearest_b1, exists_b1) = nearest(similarity_bk, queue.own_bk);
        let gap_b1 = (nearest_b1.neg() + 1.0).clamp_min(MIN_GAP);
        (gap_b1.log() * exists_b1).mean().neg()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use burn::tensor::TensorData;

    use super::super::QueueView;
    use super::*;

    #[test]
    fn only_the_most_similar_other_picture_counts() {
        // Similarities 0.6 (own, left out), 0.5, -0.8: -ln(1 - 0.5) = 0.6931.
        let device = Device::flex();
        let z = Tensor::<2>::from_data([[1.0, 0.0]], &device);
        let queue = QueueView {
            entries_kd: Tensor::from_data([[0.6, 0.8], [0.5, 0.866], [-0.8, 0.6]], &device),
            own_bk: Tensor::from_data(TensorData::from([[true, false, false]]), &device),
        };
        let input = LossInput {
            queue: Some(queue),
            ..LossInput::of(z.clone())
        };
        let value = HardNegative.forward(&input).into_scalar::<f32>();
        assert!((value - 2.0_f32.ln()).abs() < 1e-6, "{value}");
    }
}

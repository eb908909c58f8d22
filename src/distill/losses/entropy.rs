//! The differential-entropy term: descriptors spread over the whole sphere.

use burn::tensor::Tensor;

use super::Loss;
use super::LossInput;
use super::LossSpec;
use super::Needs;
use super::nearest;
use super::zero;

pub(super) const SPEC: LossSpec = LossSpec {
    id: "entropy",
    label: "Use all the room",
    help: "Every picture keeps its distance from its nearest neighbour.",
    needs: &[Needs::Views],
    parameters: &[],
    build: Some(|_values| Box::new(Entropy)),
};

/// Bounds the loss at 6.9 per row (SSCD's code).
const MIN_SQUARED_DISTANCE: f32 = 1e-6;

/// Kozachenko-Leonenko entropy estimate (KoLeo).
///
/// ```text
/// m_i = max over j in Neg_i of z_i . z_j
/// d_i = sqrt( max( 2 - 2 m_i, 1e-6 ) )
/// L   = -mean over i of log d_i
/// ```
///
/// - Range: -ln 2 (opposite) to 6.9 (collapsed); -0.347 for orthonormal rows.
/// - Gradient: through both rows of the nearest pair; zero where the clamp holds. A row without a
///   negative contributes 0.
///
/// Source: SSCD, arXiv:2202.10261, section 3.2; Sablayrolles et al., arXiv:1806.03198.
struct Entropy;

impl Loss for Entropy {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let z_bd = input.descriptor_bd.clone();
        let Some(same_bb) = input.same_bb.clone() else {
            return zero(&z_bd);
        };
        let similarity_bb = z_bd.clone().matmul(z_bd.transpose());
        let (nearest_b1, exists_b1) = nearest(similarity_bb, same_bb);
        let squared_b1 = (nearest_b1 * -2.0 + 2.0).clamp_min(MIN_SQUARED_DISTANCE);
        // The log of a square root is half the log.
        (squared_b1.log() * exists_b1).mean() * -0.5
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn orthonormal_descriptors_give_minus_half_the_log_of_two() {
        let device = Device::flex();
        let z = Tensor::<2>::eye(4, &device);
        let input = LossInput {
            same_bb: Some(Tensor::<2>::eye(4, &device).bool()),
            ..LossInput::of(z.clone())
        };
        let value = Entropy.forward(&input).into_scalar::<f32>();
        assert!((value + 0.5 * 2.0_f32.ln()).abs() < 1e-6, "{value}");
    }
}

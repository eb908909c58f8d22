//! Progressive self-distillation: the similarities inside a batch stay as an earlier network saw them.

use std::collections::BTreeMap;

use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use super::EXCLUDED;
use super::Formula;
use super::ParameterSpec;
use super::parameter;

pub(super) const TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "temperature",
    help: "Low: only the nearest pictures of the batch count.",
    default: 1.0,
    range: [0.01, 10.0],
};

pub(super) const DIAGONAL: ParameterSpec = ParameterSpec {
    id: "diagonal",
    help: "1: a picture's similarity with itself counts too. 0 for temperatures below 0.2.",
    default: 1.0,
    range: [0.0, 1.0],
};

pub const FORMULA: Formula = Formula {
    id: "self-distillation",
    label: "Stay close to an earlier self",
    help: "The pictures of a batch are as similar as a snapshot or a teacher says they are.",
    parameters: &[TEMPERATURE, DIAGONAL],
};

/// ```text
/// P = softmax over rows of S_T / t        Q = softmax over rows of S_S / t        S = E E^T
/// L = t^2 mean over i of sum over j of P_ij ( log P_ij - log Q_ij )
/// ```
///
/// - The teacher is the network as it was when the last epoch ended, on the same views; any other
///   teacher works as well, since only its `[b, b]` similarities are used. `batch_diffusion` makes
///   another target from them.
/// - The weight of this term rises with the epoch, `e / E` times 75 to 1000: at temperature 1 rows
///   are almost uniform and the divergence is about half the variance of the differences.
/// - Range: 0 or more. Gradient: through the student only.
/// - Without `diagonal` a picture's similarity with itself is left out of both sides (deviation from
///   the authors; at a temperature of 0.04 it alone would be the target).
///
/// Source: Zeng et al., OBD-SD, arXiv:2211.07566, and its code.
#[derive(Clone, Copy, Debug)]
pub struct SelfDistillation {
    pub temperature: f32,
    pub diagonal: bool,
}

impl SelfDistillation {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            temperature: parameter(values, &TEMPERATURE),
            diagonal: parameter(values, &DIAGONAL) > 0.5,
        }
    }

    /// The target of the teacher's unit rows `[b, t]`: `P` above, `[b, b]`.
    pub fn target(&self, teacher_bt: Tensor<2>) -> Tensor<2> {
        self.log_rows(teacher_bt.detach()).exp()
    }

    /// `student_bd`: unit rows; `target_bb`: rows that sum to 1.
    pub fn forward(&self, student_bd: Tensor<2>, target_bb: Tensor<2>) -> Tensor<1> {
        let [b, _] = student_bd.dims();
        let p_bb = target_bb.detach();
        // 0 log 0 is 0.
        let log_p_bb = p_bb.clone().clamp_min(f32::MIN_POSITIVE).log();
        let log_q_bb = self.log_rows(student_bd);
        let scale = self.temperature * self.temperature / b as f32;
        (p_bb * (log_p_bb - log_q_bb)).sum() * scale
    }

    fn log_rows(self, rows_bd: Tensor<2>) -> Tensor<2> {
        let [b, _] = rows_bd.dims();
        let itself_bb = Tensor::<2, Int>::eye(b, &rows_bd.device()).bool();
        let mut logits_bb = rows_bd.clone().matmul(rows_bd.transpose()) / self.temperature;
        // A picture alone has only itself.
        if !self.diagonal && b > 1 {
            logits_bb = logits_bb.mask_fill(itself_bb, EXCLUDED);
        }
        log_softmax(logits_bb, 1)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // Teacher: two orthogonal rows, P = [e, 1] / (e + 1) = [0.7311, 0.2689]. Student: two equal
        // rows, Q = 1/2. KL = 0.7311 ln(1.4621) + 0.2689 ln(0.5379) = 0.1109.
        let device = Device::flex();
        let loss = SelfDistillation::new(&BTreeMap::new());
        let target = loss.target(Tensor::from_data([[1.0, 0.0], [0.0, 1.0]], &device));
        let student = Tensor::<2>::from_data([[1.0, 0.0], [1.0, 0.0]], &device);
        let value = loss.forward(student, target).into_scalar::<f32>();
        assert!((value - 0.110_944).abs() < 1e-5, "{value}");
    }

    #[test]
    fn without_the_diagonal_two_pictures_have_nothing_to_say() {
        let device = Device::flex();
        let loss = SelfDistillation {
            temperature: 0.04,
            diagonal: false,
        };
        let target = loss.target(Tensor::from_data([[1.0, 0.0], [0.0, 1.0]], &device));
        let student = Tensor::<2>::from_data([[1.0, 0.0], [0.8, 0.6]], &device);
        assert_eq!(loss.forward(student, target).into_scalar::<f32>(), 0.0);
    }
}

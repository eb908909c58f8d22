//! The similarity distillation of ICD, the first version of RDCD.

use std::collections::BTreeMap;

use burn::tensor::Tensor;

use super::Formula;
use super::ParameterSpec;
use super::parameter;
use super::soft_cross_entropy;

const TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "temperature",
    help: "Low: only the teacher's nearest pictures count.",
    default: 0.05,
    range: [0.01, 1.0],
};

pub const FORMULA: Formula = Formula {
    id: "similarity",
    label: "Learn from the teacher (ICD)",
    help: "A picture is as similar to this batch and to earlier ones as the teacher says it is.",
    parameters: &[TEMPERATURE],
};

/// The weight that the authors' code multiplies the term with.
const SHARE: f32 = 0.1;

/// ```text
/// C   = [ teacher rows of this batch ; queue ]
/// p_i = softmax( t_i . C / 0.05 )      q_i = softmax( s_i . C / 0.05 )
/// L   = -0.1 mean over i of sum over c of p_ic log q_ic
/// ```
///
/// - A cross-entropy, not a divergence: 0.1 times the entropy of the target is its least value. The
///   picture itself is in `C`, so that each target has a peak there (RDCD's has not).
/// - Gradient: through the student only. Both sides are unit rows (deviation from KD_ICD, whose
///   teacher rows are not).
///
/// Source: the code of ICD (2023); the paper that followed is RDCD, arXiv:2405.17928.
#[derive(Clone, Copy, Debug)]
pub struct Similarity {
    pub temperature: f32,
}

impl Similarity {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            temperature: parameter(values, &TEMPERATURE),
        }
    }

    /// `student_bd` and `teacher_bd` are unit rows of the same views, `queue_kd` teacher rows of
    /// earlier batches.
    pub fn forward(
        &self,
        student_bd: Tensor<2>,
        teacher_bd: Tensor<2>,
        queue_kd: Option<Tensor<2>>,
    ) -> Tensor<1> {
        let teacher_bd = teacher_bd.detach();
        let mut crowd = vec![teacher_bd.clone()];
        crowd.extend(queue_kd.map(Tensor::detach));
        let crowd_dc = Tensor::cat(crowd, 0).transpose();
        let logits = |rows_bd: Tensor<2>| rows_bd.matmul(crowd_dc.clone()) / self.temperature;
        soft_cross_entropy(logits(student_bd), logits(teacher_bd)) * SHARE
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // One picture, one queue entry at 0, t = 1: p = [e, 1] / (e + 1) = [0.7311, 0.2689].
        // The student sees [0, 1]: q = [1, e] / (1 + e), L = 0.1 (0.7311 * 1.3133 + 0.2689 * 0.3133).
        let device = Device::flex();
        let similarity = Similarity { temperature: 1.0 };
        let loss = similarity.forward(
            Tensor::from_data([[0.0, 1.0]], &device),
            Tensor::from_data([[1.0, 0.0]], &device),
            Some(Tensor::from_data([[0.0, 1.0]], &device)),
        );
        let value = loss.into_scalar::<f32>();
        assert!((value - 0.104_432).abs() < 1e-5, "{value}");
    }
}

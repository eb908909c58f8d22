//! Patch-Wise DINO: DINO's loss between every two patches that show the same part of a picture.
//!
//! Shape suffixes: `n` tokens of the student, `m` tokens of the teacher, `p` pairs, `k` prototypes.
//!
//! [`TokenPairs::pack`] lists the tokens that take part; only those go through the head, which is
//! where the memory is: 284 MB per picture at 65,536 prototypes and 16-pixel patches otherwise.

use std::collections::BTreeMap;

use burn::tensor::IndexingUpdateOp;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation::log_softmax;

use super::Formula;
use super::ParameterSpec;
use super::dino::CENTER_MOMENTUM;
use super::dino::KEPT_EPOCHS;
use super::dino::TEACHER_TEMPERATURE;
use super::dino::WARMUP_EPOCHS;
use super::dino::WARMUP_TEMPERATURE;
use super::dino::target;
use super::indices;
use super::parameter;
use super::token_centers::TokenCenters;
use super::token_pairs::LAMBDA;
use super::token_pairs::TokenPairs;

const STUDENT_TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "student-temperature",
    help: "How sharply the student chooses among the prototypes.",
    default: 0.1,
    range: [0.01, 1.0],
};

pub const FORMULA: Formula = Formula {
    id: "patch-dino",
    label: "Views and their patches agree (Patch-Wise DINO)",
    help: "Patches of two views that show the same place give the same answer.",
    parameters: &[
        STUDENT_TEMPERATURE,
        CENTER_MOMENTUM,
        LAMBDA,
        TEACHER_TEMPERATURE,
        WARMUP_TEMPERATURE,
        WARMUP_EPOCHS,
        KEPT_EPOCHS,
        WEIGHTING,
        RULE,
    ],
};

/// Which [`Weighting`](super::token_pairs::Weighting).
pub const WEIGHTING: ParameterSpec = ParameterSpec {
    id: "weighting",
    help: "0: mean of all tokens; 1: whole view against the mean of its patches; 2, 3: sums.",
    default: 1.0,
    range: [0.0, 3.0],
};

/// Which patches of two views belong together.
pub const RULE: ParameterSpec = ParameterSpec {
    id: "published-rule",
    help: "1 pairs patches by whole blocks as published, 0 by the patch that holds each center.",
    default: 0.0,
    range: [0.0, 1.0],
};

/// Pairs whose targets are gathered at once.
const PAIRS_AT_ONCE: usize = 4096;

/// ```text
/// ce(i) = - sum over k of softmax( (z_t[a_i] - c) / t_t )_k log softmax( z_s[b_i] / 0.1 )_k
/// L     = sum over pairs of w_i ce(i)
/// ```
///
/// - Pairs and weights: [`TokenPairs`]. Centers: [`TokenCenters`]; temperatures as in `dino`.
/// - The targets of one token of the student are summed before its scores are looked at, without a
///   gradient: memory grows with the tokens, not with the pairs.
/// - Gradient: through the student only.
///
/// Source: Javidani et al., arXiv:2310.18651 (version 1 and 2), and its code.
#[derive(Clone, Copy, Debug)]
pub struct PatchDino {
    pub student_temperature: f32,
}

impl PatchDino {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            student_temperature: parameter(values, &STUDENT_TEMPERATURE),
        }
    }

    /// Scores of the packed tokens, `[n, k]` and `[m, k]`.
    pub fn forward(
        &self,
        student_nk: Tensor<2>,
        teacher_mk: &Tensor<2>,
        centers: &TokenCenters,
        teacher_temperature: f32,
        pairs: &TokenPairs,
    ) -> Tensor<1> {
        let [n, k] = student_nk.dims();
        let device = student_nk.device();
        let center_mk = centers.rows(&pairs.teacher);
        let p_mk = target(teacher_mk, &center_mk, teacher_temperature);
        let mut target_nk = Tensor::<2>::zeros([n, k], &device);
        for part in pairs.pairs.chunks(PAIRS_AT_ONCE) {
            let teacher = part.iter().map(|pair| pair.teacher);
            let student = part.iter().map(|pair| pair.student);
            let weights = part.iter().map(|pair| pair.weight).collect::<Vec<f32>>();
            let weights = TensorData::new(weights, [part.len(), 1]);
            let weights_p1 = Tensor::<2>::from_data(weights, &device);
            let p_pk = p_mk.clone().select(0, indices(teacher, &p_mk)) * weights_p1;
            let student = indices(student, &p_mk);
            target_nk = target_nk.select_assign(0, student, p_pk, IndexingUpdateOp::Add);
        }
        let log_q_nk = log_softmax(student_nk / self.student_temperature, 1);
        (target_nk.detach() * log_q_nk).sum().neg()
    }
}

//! DINO: every view of a picture is told apart as the momentum teacher tells another view apart.
//!
//! Shape suffixes: `b` pictures, `k` prototypes.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;
use burn::tensor::activation::softmax;

use super::Formula;
use super::ParameterSpec;
use super::parameter;

const STUDENT_TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "student-temperature",
    help: "How sharply the student chooses among the prototypes.",
    default: 0.1,
    range: [0.01, 1.0],
};

pub(super) const CENTER_MOMENTUM: ParameterSpec = ParameterSpec {
    id: "center-momentum",
    help: "Share of the running mean of the teacher's scores that stays at each step.",
    default: 0.9,
    range: [0.0, 0.9999],
};

/// How sharply the momentum teacher chooses.
pub const TEACHER_TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "teacher-temperature",
    help: "How sharply the momentum teacher chooses; above 0.07 training may become unstable.",
    default: 0.04,
    range: [0.01, 1.0],
};

/// The same in the first epoch.
pub const WARMUP_TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "warmup-teacher-temperature",
    help: "How sharply the momentum teacher chooses in the first epoch.",
    default: 0.04,
    range: [0.01, 1.0],
};

/// From the first temperature to the last.
pub const WARMUP_EPOCHS: ParameterSpec = ParameterSpec {
    id: "warmup-epochs",
    help: "Epochs from the first temperature to the last.",
    default: 0.0,
    range: [0.0, 1000.0],
};

/// DINO's `freeze_last_layer`.
pub const KEPT_EPOCHS: ParameterSpec = ParameterSpec {
    id: "kept-epochs",
    help: "Epochs at first in which the prototypes stay as they are.",
    default: 1.0,
    range: [0.0, 1000.0],
};

pub const FORMULA: Formula = Formula {
    id: "dino",
    label: "Views agree (DINO)",
    help: "Small and large parts of a picture give the same answer as its momentum teacher.",
    parameters: &[
        STUDENT_TEMPERATURE,
        CENTER_MOMENTUM,
        TEACHER_TEMPERATURE,
        WARMUP_TEMPERATURE,
        WARMUP_EPOCHS,
        KEPT_EPOCHS,
    ],
};

/// ```text
/// P_t(u) = softmax( (z_t(u) - c) / t_t )     P_s(v) = softmax( z_s(v) / 0.1 )
/// L = mean over u and v != u of mean over pictures of - sum over k of P_t(u)_k log P_s(v)_k
/// ```
///
/// - The teacher sees the first U views (2 global ones), the student all V: 18 terms with 2 + 8
///   views.
/// - Range: the entropy of the targets or more; `ln k` where everything is uniform. Gradient:
///   through the student only.
/// - The center and the teacher's temperature come from outside: [`Center`] follows the scores, the
///   temperature a schedule (0.04; above 0.07 tends to be unstable).
///
/// Source: Caron et al., DINO, arXiv:2104.14294, and its code.
#[derive(Clone, Copy, Debug)]
pub struct Dino {
    pub student_temperature: f32,
}

impl Dino {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            student_temperature: parameter(values, &STUDENT_TEMPERATURE),
        }
    }

    /// Scores `[b, k]` of every view of the student, and of the first views of the teacher.
    pub fn forward(
        &self,
        student: &[Tensor<2>],
        teacher: &[Tensor<2>],
        center: &Center,
        teacher_temperature: f32,
    ) -> Tensor<1> {
        let [b, _] = student[0].dims();
        let log_q: Vec<Tensor<2>> = student
            .iter()
            .map(|z_bk| log_softmax(z_bk.clone() / self.student_temperature, 1))
            .collect();
        // A teacher's view meets all others at once: one product instead of one per pair of views.
        let all_bk = log_q.iter().cloned().reduce(|a, b| a + b);
        let all_bk = all_bk.expect("a step has at least one view");
        let terms = teacher.iter().zip(&log_q).map(|(z_bk, own_bk)| {
            let p_bk = target(z_bk, &center.value_1k, teacher_temperature);
            (p_bk * (all_bk.clone() - own_bk.clone())).sum()
        });
        let sum = terms.reduce(|a, b| a + b).expect("the teacher has views");
        let n_terms = teacher.len() * student.len().saturating_sub(1).max(1);
        sum / -((n_terms * b) as f32)
    }
}

/// `softmax( (z - c) / t )`, without a gradient. `c` is one row, or one per row of `z`.
pub(super) fn target(z_bk: &Tensor<2>, center: &Tensor<2>, temperature: f32) -> Tensor<2> {
    let z_bk = z_bk.clone().detach() - center.clone().detach();
    softmax(z_bk / temperature, 1)
}

/// Running mean of the teacher's scores: `c <- m c + (1 - m) mean of z_t`, 0 at first.
///
/// Update it after the loss of the step.
#[derive(Clone, Debug)]
pub struct Center {
    /// `[1, k]`.
    pub value_1k: Tensor<2>,
    pub momentum: f32,
}

impl Center {
    /// `value_1k`: zeros, or what a checkpoint held.
    pub fn new(values: &BTreeMap<String, f32>, value_1k: Tensor<2>) -> Self {
        Self {
            value_1k,
            momentum: parameter(values, &CENTER_MOMENTUM),
        }
    }

    /// Follows the scores `[b, k]` of all views that the teacher saw.
    pub fn update(&mut self, teacher: &[Tensor<2>]) {
        let rows = Tensor::cat(teacher.to_vec(), 0).detach();
        self.follow(rows.mean_dim(0));
    }

    pub(super) fn follow(&mut self, mean_1k: Tensor<2>) {
        let kept = self.value_1k.clone() * self.momentum;
        self.value_1k = kept + mean_1k * (1.0 - self.momentum);
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn uniform_scores_give_the_log_of_the_prototypes() {
        let device = Device::flex();
        let view = || Tensor::<2>::zeros([3, 4], &device);
        let center = Center::new(&BTreeMap::new(), Tensor::zeros([1, 4], &device));
        let dino = Dino::new(&BTreeMap::new());
        let student = [view(), view(), view()];
        let loss = dino.forward(&student, &[view(), view()], &center, 0.04);
        let value = loss.into_scalar::<f32>();
        assert!((value - 4.0_f32.ln()).abs() < 1e-6, "{value}");
    }

    #[test]
    fn the_center_follows_the_scores_slowly() {
        // 0.9 * 0 + 0.1 * mean(2, 4) = 0.3, then 0.27 + 0.3 = 0.57.
        let device = Device::flex();
        let mut center = Center::new(&BTreeMap::new(), Tensor::zeros([1, 1], &device));
        let views = [2.0, 4.0].map(|score| Tensor::<2>::from_data([[score]], &device));
        for expected in [0.3, 0.57] {
            center.update(&views);
            let value = center.value_1k.clone().into_scalar::<f32>();
            assert!((value - expected).abs() < 1e-6, "{value}");
        }
    }
}

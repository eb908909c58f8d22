//! Online batch diffusion: a random walk over the batch smooths the target of self-distillation.

use std::collections::BTreeMap;

use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use super::EXCLUDED;
use super::Formula;
use super::ParameterSpec;
use super::parameter;

const OMEGA: ParameterSpec = ParameterSpec {
    id: "omega",
    help: "How far the walk goes: 0 not at all, 0.99 about a hundred steps.",
    default: 0.99,
    range: [0.0, 0.999],
};

pub(super) const TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "walk-temperature",
    help: "Low: the walk follows only the strongest neighbors.",
    default: 1.0,
    range: [0.001, 10.0],
};

pub const FORMULA: Formula = Formula {
    id: "batch-diffusion",
    label: "Spread over the batch",
    help: "Neighbors of neighbors count in what the student learns from its earlier self.",
    parameters: &[OMEGA, TEMPERATURE],
};

/// The series is cut where what is left of it weighs less than this.
const REST: f64 = 1e-7;
/// Keeps the paper's form defined for a picture that is similar to no other.
const MIN_SUM: f32 = 1e-12;

/// ```text
/// W = softmax over rows of (S_T - 1e9 I) / t_d        A = (1 - w) (I - w W)^-1
/// target = A softmax over rows of (S_T / t)
/// ```
///
/// - `W` has rows of sum 1, so has `A`, so has the target. `w` = 0 leaves the target as it was.
/// - `A = (1 - w) sum over n of (w W)^n`, by doubling: `R <- R + M R`, `M <- M M`, `2^k` terms after
///   `k` rounds, cut where the rest weighs 1e-7 and divided by what is there. Products only, so that
///   every device can do it.
/// - No gradient: the target is a constant.
///
/// Source: Zeng et al., OBD-SD, arXiv:2211.07566; this is what the released code runs.
/// [`symmetric_target`](Self::symmetric_target) is the form of the paper, which the authors call
/// almost the same.
#[derive(Clone, Copy, Debug)]
pub struct BatchDiffusion {
    pub omega: f32,
    pub temperature: f32,
}

impl BatchDiffusion {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            omega: parameter(values, &OMEGA),
            temperature: parameter(values, &TEMPERATURE),
        }
    }

    /// The teacher's unit rows `[b, t]` and the target made from them, `[b, b]`, to another target.
    pub fn target(&self, teacher_bt: Tensor<2>, plain_bb: Tensor<2>) -> Tensor<2> {
        let teacher_bt = teacher_bt.detach();
        let [b, _] = teacher_bt.dims();
        if b < 2 {
            return plain_bb;
        }
        let itself_bb = Tensor::<2, Int>::eye(b, &teacher_bt.device()).bool();
        let similarity_bb = teacher_bt.clone().matmul(teacher_bt.transpose());
        let logits_bb = (similarity_bb / self.temperature).mask_fill(itself_bb, EXCLUDED);
        let (sum_bb, n_terms) = self.series(softmax(logits_bb, 1));
        let omega = f64::from(self.omega);
        let share = (1.0 - omega) / (1.0 - omega.powf(n_terms));
        sum_bb.matmul(plain_bb.detach()) * share
    }

    /// `softmax over rows of (1 - w) (I - w D^-1/2 K D^-1/2)^-1 S_T / t`, `K` being `S_T` with a
    /// zero diagonal and negative similarities as 0 (else the root of a row's sum may not exist).
    pub fn symmetric_target(&self, teacher_bt: Tensor<2>, temperature: f32) -> Tensor<2> {
        let teacher_bt = teacher_bt.detach();
        let [b, _] = teacher_bt.dims();
        let itself_bb = Tensor::<2, Int>::eye(b, &teacher_bt.device()).bool();
        let similarity_bb = teacher_bt.clone().matmul(teacher_bt.transpose());
        let links_bb = similarity_bb
            .clone()
            .mask_fill(itself_bb, 0.0)
            .clamp_min(0.0);
        let root_b1 = (links_bb.clone().sum_dim(1) + MIN_SUM).sqrt();
        let links_bb = links_bb / root_b1.clone() / root_b1.transpose();
        let (sum_bb, _) = self.series(links_bb);
        let share = f64::from(1.0 - self.omega);
        softmax(sum_bb.matmul(similarity_bb) * share / temperature, 1)
    }

    /// `sum over n < 2^k of (w W)^n`, and `2^k`.
    fn series(self, walk_bb: Tensor<2>) -> (Tensor<2>, f64) {
        let [b, _] = walk_bb.dims();
        let mut sum_bb = Tensor::<2>::eye(b, &walk_bb.device());
        let mut power_bb = walk_bb * self.omega;
        let mut n_terms = 1.0;
        while f64::from(self.omega).powf(n_terms) > REST {
            sum_bb = sum_bb.clone() + power_bb.clone().matmul(sum_bb);
            power_bb = power_bb.clone().matmul(power_bb);
            n_terms *= 2.0;
        }
        (sum_bb, n_terms)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn two_pictures_walk_back_and_forth() {
        // W swaps the two: A = (1 - w) / (1 - w^2) [1, w; w, 1] = [2/3, 1/3; 1/3, 2/3] for w = 1/2.
        let device = Device::flex();
        let teacher = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0]], &device);
        let diffusion = BatchDiffusion {
            omega: 0.5,
            temperature: 1.0,
        };
        let found = diffusion.target(teacher, Tensor::eye(2, &device));
        let found: Vec<f32> = found.into_data().try_into_vec().unwrap();
        for (value, expected) in found.iter().zip([2.0 / 3.0, 1.0 / 3.0]) {
            assert!((value - expected).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn without_a_walk_the_target_stays() {
        let device = Device::flex();
        let plain = Tensor::<2>::from_data([[0.9, 0.1], [0.3, 0.7]], &device);
        let diffusion = BatchDiffusion {
            omega: 0.0,
            temperature: 1.0,
        };
        let teacher = Tensor::<2>::from_data([[1.0, 0.0], [0.6, 0.8]], &device);
        let found = diffusion.target(teacher, plain.clone()).into_data();
        assert_eq!(found, plain.into_data());
    }
}

//! Multi-Similarity with its miner: hard pairs on both sides of every picture.

use std::collections::BTreeMap;

use burn::tensor::Bool;
use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::activation::softplus;

use super::Formula;
use super::ParameterSpec;
use super::log_sum_exp;
use super::mean_where;
use super::parameter;

const ALPHA: ParameterSpec = ParameterSpec {
    id: "alpha",
    help: "How much the least similar versions of one picture count.",
    default: 2.0,
    range: [0.1, 100.0],
};

const BETA: ParameterSpec = ParameterSpec {
    id: "beta",
    help: "How much the most similar wrong pictures count.",
    default: 40.0,
    range: [0.1, 200.0],
};

const THRESHOLD: ParameterSpec = ParameterSpec {
    id: "threshold",
    help: "The similarity that separates versions of one picture from wrong pictures.",
    default: 0.5,
    range: [-1.0, 1.0],
};

const MARGIN: ParameterSpec = ParameterSpec {
    id: "margin",
    help: "Pairs that are right by more than this are left out.",
    default: 0.1,
    range: [0.0, 2.0],
};

pub const FORMULA: Formula = Formula {
    id: "multi-similarity",
    label: "Mind the hard pairs",
    help: "Unlike versions of one picture and look-alikes of another are put right first.",
    parameters: &[ALPHA, BETA, THRESHOLD, MARGIN],
};

/// ```text
/// N_i = { k of another picture : s_ik + e > min over same pictures of s_ij }
/// P_i = { j of the same picture : s_ij - e < max over other pictures of s_ik }
/// l_i = 1/a log( 1 + sum over P_i of e^(-a (s_ij - l)) ) + 1/b log( 1 + sum over N_i of e^(b (s_ik - l)) )
/// L   = mean of l_i over rows with neither set empty
/// ```
///
/// - Least and most similar are taken before mining; mining has no gradient.
/// - Range: 0 or more; 0 where every row is left out (the authors' code fails there).
/// - Gradient: through both rows of every mined pair. In logarithms throughout: `e^(40 / 2)` leaves
///   the range of f16.
///
/// Source: Wang et al., CVPR 2019, arXiv:1904.06627; numbers of OBD-SD, arXiv:2211.07566.
#[derive(Clone, Copy, Debug)]
pub struct MultiSimilarity {
    pub alpha: f32,
    pub beta: f32,
    pub threshold: f32,
    pub margin: f32,
}

/// What a batch gave.
pub struct MinedLoss {
    pub loss: Tensor<1>,
    /// Share of rows that took part, 0 to 1.
    pub kept: Tensor<1>,
}

impl MultiSimilarity {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            alpha: parameter(values, &ALPHA),
            beta: parameter(values, &BETA),
            threshold: parameter(values, &THRESHOLD),
            margin: parameter(values, &MARGIN),
        }
    }

    /// `z_bd`: unit rows; `same_bb`: two rows belong to one picture or class, the diagonal included.
    pub fn forward(&self, z_bd: Tensor<2>, same_bb: Tensor<2, Bool>) -> MinedLoss {
        let similarity_bb = z_bd.clone().matmul(z_bd.transpose());
        let [positive_bb, negative_bb] = self.mine(similarity_bb.clone().detach(), same_bb);
        let kept_b1 = exists(&positive_bb).bool_and(exists(&negative_bb));

        let above_bb = similarity_bb - self.threshold;
        let pull_b1 = log_sum_exp(above_bb.clone() * -self.alpha, positive_bb);
        let push_b1 = log_sum_exp(above_bb * self.beta, negative_bb);
        // log(1 + e^x) of the logarithm of the sum.
        let loss_b1 = softplus(pull_b1, 1.0) / self.alpha + softplus(push_b1, 1.0) / self.beta;
        MinedLoss {
            loss: mean_where(loss_b1, kept_b1.clone()),
            kept: kept_b1.float().mean(),
        }
    }

    /// The pairs that count: of the same picture, of other ones.
    fn mine(&self, similarity_bb: Tensor<2>, same_bb: Tensor<2, Bool>) -> [Tensor<2, Bool>; 2] {
        /// Beyond every cosine: a row without a pair of one kind keeps none of the other.
        const BEYOND: f32 = 8.0;
        let [b, _] = similarity_bb.dims();
        let itself_bb = Tensor::<2, Int>::eye(b, &similarity_bb.device()).bool();
        let positive_bb = same_bb.clone().bool_and(itself_bb.bool_not());
        let negative_bb = same_bb.bool_not();
        let positives_bb = similarity_bb
            .clone()
            .mask_fill(positive_bb.clone().bool_not(), BEYOND);
        let negatives_bb = similarity_bb
            .clone()
            .mask_fill(negative_bb.clone().bool_not(), -BEYOND);
        let least_b1 = positives_bb.min_dim(1);
        let most_b1 = negatives_bb.max_dim(1);
        let is_near_bb = (similarity_bb.clone() - least_b1).greater_elem(-self.margin);
        let is_far_bb = (similarity_bb - most_b1).lower_elem(self.margin);
        [
            positive_bb.bool_and(is_far_bb),
            negative_bb.bool_and(is_near_bb),
        ]
    }
}

/// Whether a row has any, `[b, 1]`.
fn exists(mask_bb: &Tensor<2, Bool>) -> Tensor<2, Bool> {
    mask_bb.clone().float().sum_dim(1).greater_elem(0.0)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn same(ids: [i32; 3]) -> Tensor<2, Bool> {
        let row = Tensor::<1, Int>::from_data(ids, &Device::flex());
        row.clone()
            .unsqueeze_dim::<2>(1)
            .equal(row.unsqueeze_dim(0))
    }

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // Rows 0, 1 of one picture at cosine 0.6, row 2 of another at 0.8 (to 0) and 0 (to 1).
        // Row 0: least positive 0.6, row 2 is near: kept. l = 1/2 ln(1 + e^-0.2) + 1/40 ln(1 + e^12).
        // Row 1: row 2 at 0 + 0.1 < 0.6: no negative. Row 2 has no positive. Mean over row 0 alone.
        let device = Device::flex();
        let z = Tensor::<2>::from_data([[1.0, 0.0], [0.6, -0.8], [0.8, 0.6]], &device);
        let mined = MultiSimilarity::new(&BTreeMap::new()).forward(z, same([0, 0, 1]));
        let expected = 0.5 * (1.0 + (-0.2_f32).exp()).ln() + (1.0 + 12.0_f32.exp()).ln() / 40.0;
        let value = mined.loss.into_scalar::<f32>();
        assert!((value - expected).abs() < 1e-5, "{value}");
        let kept = mined.kept.into_scalar::<f32>();
        assert!((kept - 1.0 / 3.0).abs() < 1e-6, "{kept}");
    }

    #[test]
    fn a_batch_without_pairs_has_no_loss() {
        let device = Device::flex().autodiff();
        let z = Tensor::<2>::from_data([[1.0, 0.0], [0.6, -0.8], [0.8, 0.6]], &device);
        let z = z.require_grad();
        let same = Tensor::from_data(same([0, 1, 2]).into_data(), &device);
        let loss = MultiSimilarity::new(&BTreeMap::new()).forward(z.clone(), same);
        assert_eq!(loss.loss.clone().into_scalar::<f32>(), 0.0);
        let gradient = z.grad(&loss.loss.backward()).unwrap();
        assert_eq!(gradient.abs().sum().into_scalar::<f32>(), 0.0);
    }
}

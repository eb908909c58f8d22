//! InfoNCE over both views of a batch: the two views of a picture find each other.

use std::collections::BTreeMap;

use burn::tensor::Bool;
use burn::tensor::Tensor;
use burn::tensor::activation::softplus;

use super::Loss;
use super::LossInput;
use super::LossSpec;
use super::Needs;
use super::ParameterSpec;
use super::log_sum_exp;
use super::parameter;
use super::zero;

const TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "temperature",
    help: "How sharply the closest wrong picture is punished.",
    default: 0.05,
    range: [0.01, 1.0],
};

pub(super) const SPEC: LossSpec = LossSpec {
    id: "info-nce",
    label: "Tell pictures apart",
    help: "Two versions of one picture come together, all other pictures go away.",
    needs: &[Needs::Views],
    parameters: &[TEMPERATURE],
    build: Some(|values| Box::new(InfoNce::new(values))),
};

/// Added to every denominator by the authors' code.
const DENOMINATOR_EPSILON: f32 = 1e-6;

/// Normalised-temperature cross-entropy.
///
/// ```text
/// s_ij = z_i . z_j / t
/// l_ij = -log( e^s_ij / ( e^s_ij + sum over k in Neg_i of e^s_ik + 1e-6 ) )
/// L    = mean over i of mean over j in P_i of l_ij
/// ```
///
/// - `P_i`: other rows of the same picture; `Neg_i`: rows of other pictures. The denominator of a
///   pair holds that pair and the negatives only, never the other positives.
/// - Range: 0 or more, best 0; `ln(number of negatives + 1)` when everything is equal.
/// - Gradient: through both rows of every pair. A row without a positive contributes 0.
///
/// Source: Pizzi et al., SSCD, CVPR 2022, arXiv:2202.10261, section 3.1, and its code.
struct InfoNce {
    temperature: f32,
}

impl InfoNce {
    fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            temperature: parameter(values, &TEMPERATURE),
        }
    }
}

impl Loss for InfoNce {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let z_bd = input.descriptor_bd.clone();
        match input.same_bb.clone() {
            Some(same_bb) => info_nce(z_bd, same_bb, self.temperature),
            None => zero(&z_bd),
        }
    }
}

/// The formula above for unit rows `[b, d]` and `same_bb`, the diagonal included.
pub(super) fn info_nce(z_bd: Tensor<2>, same_bb: Tensor<2, Bool>, temperature: f32) -> Tensor<1> {
    let [b, _] = z_bd.dims();
    let positive_bb = same_bb.clone().float() - Tensor::eye(b, &z_bd.device());
    let logits_bb = z_bd.clone().matmul(z_bd.transpose()) / temperature;

    // l_ij = log(1 + (N_i + 1e-6) / e^s_ij), all in logarithms: at a low temperature the
    // exponentials themselves leave the range of f32.
    let floor = DENOMINATOR_EPSILON.ln();
    let negatives_b1 = log_sum_exp(logits_bb.clone(), same_bb.bool_not());
    let others_b1 = softplus(negatives_b1 - floor, 1.0) + floor;
    let loss_bb = softplus(others_b1 - logits_bb, 1.0) * positive_bb.clone();

    let n_positives_b1 = positive_bb.sum_dim(1).clamp_min(1.0);
    (loss_bb.sum_dim(1) / n_positives_b1).mean()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use burn::tensor::TensorData;

    use super::*;

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // Two pictures, two views each, all four vectors equal, t = 1: every pair has
        // l = -log(e / (e + 2e)) = ln 3 (the 1e-6 moves it by less than 1e-6).
        let device = Device::flex();
        let z = Tensor::<2>::from_data([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], &device);
        let same = TensorData::from([
            [true, false, true, false],
            [false, true, false, true],
            [true, false, true, false],
            [false, true, false, true],
        ]);
        let input = LossInput {
            same_bb: Some(Tensor::from_data(same, &device)),
            ..LossInput::of(z.clone())
        };
        let loss = InfoNce { temperature: 1.0 }.forward(&input);
        let value = loss.into_scalar::<f32>();
        assert!((value - 3.0_f32.ln()).abs() < 1e-5, "{value}");
    }

    #[test]
    fn a_low_temperature_and_opposite_views_stay_finite() {
        // Positives at -1, negatives at 0, t = 0.01: log(1 + 2 e^100) = 100 + ln 2.
        let device = Device::flex();
        let z = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]], &device);
        let same = TensorData::from([
            [true, false, true, false],
            [false, true, false, true],
            [true, false, true, false],
            [false, true, false, true],
        ]);
        let value = info_nce(z, Tensor::from_data(same, &device), 0.01).into_scalar::<f32>();
        assert!((value - 100.693_15).abs() < 1e-3, "{value}");
    }
}

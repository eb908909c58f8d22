//! Contrast against a queue of momentum descriptors.

use std::collections::BTreeMap;

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
    default: 0.07,
    range: [0.01, 1.0],
};

pub(super) const SPEC: LossSpec = LossSpec {
    id: "contrast",
    label: "Tell pictures apart, with a memory",
    help: "A picture finds its other version among many pictures seen before.",
    needs: &[Needs::Queue],
    parameters: &[TEMPERATURE],
    build: Some(|values| Box::new(Contrast::new(values))),
};

/// MoCo's loss on the compact descriptors.
///
/// ```text
/// L = -mean over i of log( e^(z_i.z'_i/t) / ( e^(z_i.z'_i/t) + sum over k of e^(z_i.u_k/t) ) )
/// ```
///
/// - Queue entries of the row's own picture are left out of the sum: in a small collection the
///   queue holds earlier views of it (deviation from the authors' code, which assumes a million
///   pictures).
/// - Range: 0 or more; `ln(k + 1)` when everything is equal; 0 while the queue is empty.
/// - Gradient: through `z` only.
///
/// Source: RDCD (arXiv:2405.17928) and its code; He et al., MoCo, arXiv:1911.05722.
struct Contrast {
    temperature: f32,
}

impl Contrast {
    fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            temperature: parameter(values, &TEMPERATURE),
        }
    }
}

impl Loss for Contrast {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let z_bd = input.descriptor_bd.clone();
        let (Some(key_bd), Some(queue)) = (input.key_bd.clone(), input.queue.clone()) else {
            return zero(&z_bd);
        };
        let positive_b1 = (z_bd.clone() * key_bd).sum_dim(1) / self.temperature;
        let negative_bk = z_bd.matmul(queue.entries_kd.transpose()) / self.temperature;
        let negatives_b1 = log_sum_exp(negative_bk, queue.own_bk.bool_not());
        softplus(negatives_b1 - positive_b1, 1.0).mean()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use burn::tensor::TensorData;

    use super::super::QueueView;
    use super::*;

    fn loss(own: [[bool; 3]; 1]) -> f32 {
        let device = Device::flex();
        let z = Tensor::<2>::from_data([[1.0, 0.0]], &device);
        let queue = QueueView {
            entries_kd: Tensor::from_data([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], &device),
            own_bk: Tensor::from_data(TensorData::from(own), &device),
        };
        let input = LossInput {
            key_bd: Some(z.clone()),
            queue: Some(queue),
            ..LossInput::of(z.clone())
        };
        let contrast = Contrast { temperature: 0.07 };
        contrast.forward(&input).into_scalar::<f32>()
    }

    #[test]
    fn a_collapsed_state_gives_the_log_of_the_queue_and_one() {
        assert!((loss([[false, false, false]]) - 4.0_f32.ln()).abs() < 1e-5);
    }

    #[test]
    fn a_low_temperature_and_opposite_descriptors_stay_finite() {
        // The key at -1, the queue at 1, t = 0.01: log(1 + e^100 e^100) = 200. And the other way
        // round, where every exponential of a similarity of -1 is 0 in f32.
        let device = Device::flex();
        let z = Tensor::<2>::from_data([[1.0, 0.0]], &device);
        for (key, entry, expected) in [(-1.0, 1.0, 200.0), (-1.0, -1.0, 2.0_f32.ln())] {
            let input = LossInput {
                key_bd: Some(z.clone() * key),
                queue: Some(QueueView {
                    entries_kd: z.clone() * entry,
                    own_bk: Tensor::from_data(TensorData::from([[false]]), &device),
                }),
                ..LossInput::of(z.clone())
            };
            let value = Contrast { temperature: 0.01 }.forward(&input);
            let value = value.into_scalar::<f32>();
            assert!((value - expected).abs() < 1e-3, "{value}");
        }
    }

    #[test]
    fn entries_of_the_same_picture_do_not_count() {
        assert!((loss([[true, true, false]]) - 2.0_f32.ln()).abs() < 1e-5);
        assert!(loss([[true, true, true]]).abs() < 1e-5);
    }
}

//! Running means of a teacher's scores for tokens of several kinds.
//!
//! Shape suffixes: `n` tokens of a view, `m` tokens of a batch, `k` prototypes.

use std::collections::BTreeMap;

use burn::tensor::IndexingUpdateOp;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use super::dino::CENTER_MOMENTUM;
use super::dino::Center;
use super::indices;
use super::parameter;
use super::token_pairs::TokenPlace;

/// Running means of the teacher's scores.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a run has one of them")]
pub enum TokenCenters {
    /// One of the class tokens and one of all patches (as the patch loss of DINOv2): independent of
    /// the size of the views.
    Shared { class: Center, patch: Center },
    /// One of every token of a global view, `[1 + patches, k]` (as published). A step changes those
    /// of the tokens that took part.
    PerToken { values_nk: Tensor<2>, momentum: f32 },
}

impl TokenCenters {
    /// Two centers at `[1, k]` each.
    pub fn shared(
        values: &BTreeMap<String, f32>,
        class_1k: Tensor<2>,
        patch_1k: Tensor<2>,
    ) -> Self {
        Self::Shared {
            class: Center::new(values, class_1k),
            patch: Center::new(values, patch_1k),
        }
    }

    pub fn per_token(values: &BTreeMap<String, f32>, values_nk: Tensor<2>) -> Self {
        Self::PerToken {
            values_nk,
            momentum: parameter(values, &CENTER_MOMENTUM),
        }
    }

    /// The center of each of these tokens, `[m, k]`.
    pub fn rows(&self, places: &[TokenPlace]) -> Tensor<2> {
        match self {
            Self::Shared { class, patch } => {
                let both_2k = Tensor::cat(vec![class.value_1k.clone(), patch.value_1k.clone()], 0);
                let kinds = places.iter().map(|place| place.token.min(1));
                both_2k.clone().select(0, indices(kinds, &both_2k))
            }
            Self::PerToken { values_nk, .. } => {
                let tokens = places.iter().map(|place| place.token);
                values_nk.clone().select(0, indices(tokens, values_nk))
            }
        }
    }

    /// Follows the scores `[m, k]` of these tokens; after the loss of the step.
    pub fn update(&mut self, teacher_mk: Tensor<2>, places: &[TokenPlace]) {
        let teacher_mk = teacher_mk.detach();
        match self {
            Self::Shared { class, patch } => {
                for (center, is_class) in [(class, true), (patch, false)] {
                    let kept: Vec<usize> = (0..places.len())
                        .filter(|idx| (places[*idx].token == 0) == is_class)
                        .collect();
                    if !kept.is_empty() {
                        let rows = indices(kept.into_iter(), &teacher_mk);
                        center.follow(teacher_mk.clone().select(0, rows).mean_dim(0));
                    }
                }
            }
            Self::PerToken {
                values_nk,
                momentum,
            } => {
                let [n, k] = values_nk.dims();
                let mut counts = vec![0.0_f32; n];
                for place in places {
                    counts[place.token] += 1.0;
                }
                let tokens = indices(places.iter().map(|place| place.token), &teacher_mk);
                let sums_nk = Tensor::<2>::zeros([n, k], &teacher_mk.device());
                let sums_nk = sums_nk.select_assign(0, tokens, teacher_mk, IndexingUpdateOp::Add);
                let counts_n1 =
                    Tensor::<2>::from_data(TensorData::new(counts, [n, 1]), &values_nk.device());
                let is_there_n1 = counts_n1.clone().greater_elem(0.0).float();
                let mean_nk = sums_nk / counts_n1.clamp_min(1.0);
                let change_nk = (mean_nk - values_nk.clone()) * (1.0 - *momentum);
                *values_nk = values_nk.clone() + change_nk * is_there_n1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn centers_of_absent_tokens_stay() {
        let device = Device::flex();
        let start = Tensor::<2>::from_data([[1.0], [1.0], [1.0]], &device);
        let mut centers = TokenCenters::per_token(&BTreeMap::new(), start);
        let place = |token| TokenPlace {
            view: 0,
            picture: 0,
            token,
        };
        // Token 0 twice with mean 3: 0.9 + 0.3; token 2 once with 5: 0.9 + 0.5; token 1 stays.
        let scores = Tensor::<2>::from_data([[2.0], [4.0], [5.0]], &device);
        let places = [place(0), place(0), place(2)];
        centers.update(scores, &places);
        let found = centers.rows(&[place(0), place(1), place(2)]);
        let found: Vec<f32> = found.into_data().try_into_vec().unwrap();
        for (value, expected) in found.iter().zip([1.2, 1.0, 1.4]) {
            assert!((value - expected).abs() < 1e-6, "{found:?}");
        }
    }
}

//! CopyNCE: patches of two edited versions find each other by how much of the picture they share.
//!
//! Shape suffixes: `b` pairs of views, `n` patches of the query, `m` patches of the reference.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use super::Formula;
use super::ParameterSpec;
use super::parameter;

const SCALE: ParameterSpec = ParameterSpec {
    id: "scale",
    help: "How sharply the closest wrong patch is punished.",
    default: 16.0,
    range: [1.0, 100.0],
};

/// Exponent of the shares that become weights.
const SHARPNESS: ParameterSpec = ParameterSpec {
    id: "sharpness",
    help: "High: only the patch that shares most counts.",
    default: 3.0,
    range: [0.5, 10.0],
};

pub const FORMULA: Formula = Formula {
    id: "copy-nce",
    label: "Patches find each other (CopyNCE)",
    help: "A patch finds the places of the other version that show the same part of the picture.",
    parameters: &[SCALE, SHARPNESS],
};

/// Below this length a token is left as it is.
const NORM_EPSILON: f32 = 1e-12;

/// ```text
/// w_ij = o_ij^g / ( o_i0^g + sum over j of o_ij^g )
/// L_i  = - sum over j of w_ij log( e^(s cos(q_i, r_j)) / sum over j' of e^(s cos(q_i, r_j')) )
/// L    = mean over both directions, over pairs of views and over patches
/// ```
///
/// - `o_ij` is the share of the pixels of patch i that land in patch j of the other version, `o_i0`
///   the share that lands nowhere; [`weights`](CopyNce::weights) makes `w` from them.
/// - A patch that lands nowhere has no weight and adds 0; the mean is over all patches.
/// - Range: the entropy of the weights or more. Gradient: through the tokens of both sides, which are
///   the last block's before the final norm, as given here without length 1.
///
/// Source: Lu et al., CopyNCE, arXiv:2602.17484. Written from its formulas as they are described, not
/// from its code: the mean over all patches and the even halves of both directions are our reading.
#[derive(Clone, Copy, Debug)]
pub struct CopyNce {
    pub scale: f32,
    pub sharpness: f32,
}

impl CopyNce {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            scale: parameter(values, &SCALE),
            sharpness: parameter(values, &SHARPNESS),
        }
    }

    /// Weights of one view, `n * m` numbers row by row, from the shares of each of its `n` patches in
    /// the `m` patches of the other. What a row lacks to 1 is the weight of landing nowhere.
    pub fn weights(&self, shares: &[Vec<(usize, f32)>], m: usize) -> Vec<f32> {
        let mut weights = vec![0.0; shares.len() * m];
        for (shares, weights) in shares.iter().zip(weights.chunks_exact_mut(m.max(1))) {
            let landed: f32 = shares.iter().map(|(_, share)| share).sum();
            let sharpened = shares
                .iter()
                .map(|(patch, share)| (*patch, share.powf(self.sharpness)));
            let nowhere = (1.0 - landed).max(0.0).powf(self.sharpness);
            let sum = sharpened.clone().map(|(_, share)| share).sum::<f32>() + nowhere;
            for (patch, share) in sharpened {
                weights[patch] = share / sum;
            }
        }
        weights
    }

    /// Tokens `[b, n, d]` and `[b, m, d]`; weights from query to reference `[b, n, m]` and back
    /// `[b, m, n]`.
    pub fn forward(&self, query: Tensor<3>, reference: Tensor<3>, w: [Tensor<3>; 2]) -> Tensor<1> {
        let [forth_bnm, back_bmn] = w;
        let query_bnd = unit(query);
        let reference_bmd = unit(reference);
        let logits_bnm = query_bnd.matmul(reference_bmd.transpose()) * self.scale;
        let back = direction(logits_bnm.clone().transpose(), back_bmn);
        (direction(logits_bnm, forth_bnm) + back) * 0.5
    }
}

fn direction(logits_bnm: Tensor<3>, weights_bnm: Tensor<3>) -> Tensor<1> {
    let [b, n, _] = logits_bnm.dims();
    (weights_bnm * log_softmax(logits_bnm, 2)).sum() / -((b * n) as f32)
}

fn unit(x_bnd: Tensor<3>) -> Tensor<3> {
    let squared_bn1 = x_bnd.clone().powi_scalar(2).sum_dim(2);
    x_bnd / squared_bn1.clamp_min(NORM_EPSILON * NORM_EPSILON).sqrt()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn shares_are_sharpened() {
        // 0.75^3 / (0.75^3 + 0.25^3) = 0.4219 / 0.4375, whether the rest lands nowhere or elsewhere.
        let loss = CopyNce::new(&BTreeMap::new());
        let shares = [vec![(1, 0.75)], vec![(0, 0.25), (1, 0.75)], Vec::new()];
        let found = loss.weights(&shares, 2);
        let (near, far) = (0.421_875 / 0.4375, 0.015_625 / 0.4375);
        let expected = [0.0, near, far, near, 0.0, 0.0];
        for (value, expected) in found.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn matches_the_value_worked_out_by_hand() {
        // One pair of views, two patches: query patch 0 is reference patch 0, patch 1 lands nowhere.
        // Cosines [1, 0; 0, 1], scale 1: -log(e / (e + 1)) = 0.3133 for one of two patches, both ways.
        let device = Device::flex();
        let tokens = Tensor::<3>::from_data([[[2.0, 0.0], [0.0, 3.0]]], &device);
        let weights = Tensor::<3>::from_data([[[1.0, 0.0], [0.0, 0.0]]], &device);
        let loss = CopyNce {
            scale: 1.0,
            sharpness: 3.0,
        };
        let value = loss.forward(tokens.clone(), tokens, [weights.clone(), weights]);
        let value = value.into_scalar::<f32>();
        assert!((value - 0.313_26 / 2.0).abs() < 1e-5, "{value}");
    }
}

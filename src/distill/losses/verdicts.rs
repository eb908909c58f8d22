//! Learns from pairs that a person called a copy or not a copy.
//!
//! Shape suffixes: `p` pairs.

use std::collections::BTreeMap;

use burn::tensor::Bool;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use super::Formula;
use super::ParameterSpec;
use super::margin_contrast::distances;
use super::mean_where;
use super::parameter;

const POSITIVE: ParameterSpec = ParameterSpec {
    id: "positive-margin",
    help: "Copies closer than this are close enough.",
    default: 0.0,
    range: [0.0, 2.0],
};

const NEGATIVE: ParameterSpec = ParameterSpec {
    id: "negative-margin",
    help: "Pictures that are no copies and farther apart than this are far enough.",
    default: 1.1,
    range: [0.0, 2.0],
};

pub const FORMULA: Formula = Formula {
    id: "verdicts",
    label: "Learn from your verdicts",
    help: "Pairs you called copies come together, pairs you called different go apart.",
    parameters: &[POSITIVE, NEGATIVE],
};

/// ```text
/// L = mean over copies with d > m+ of (d - m+)  +  mean over others with d < m- of (m- - d)
/// ```
///
/// - One distance per pair; the two means are apart, so that a hundred copies do not outweigh the one
///   wrong pair. Each is 0 where its pairs are all right, or where there are none.
/// - Range: 0 to `m-` + 2. Gradient: through both sides; none where two rows are equal.
/// - Few pairs say little about all other pictures: go with a loss that keeps those where they are
///   (`seed` or `relational` with the network before as its teacher), or with `margin-contrast`.
///
/// Source: none for verdicts; the form and its margins are those of ISC21's fine-tune on pairs
/// (arXiv:2112.04323), whose other negatives are pictures at random.
#[derive(Clone, Copy, Debug)]
pub struct Verdicts {
    pub positive_margin: f32,
    pub negative_margin: f32,
}

impl Verdicts {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            positive_margin: parameter(values, &POSITIVE),
            negative_margin: parameter(values, &NEGATIVE),
        }
    }

    /// Unit rows of both pictures of every pair, `[p, d]`, and whether they are copies.
    pub fn forward(&self, left_pd: Tensor<2>, right_pd: Tensor<2>, copies: &[bool]) -> Tensor<1> {
        let data = TensorData::new(copies.to_vec(), [copies.len(), 1]);
        let is_copy_p1 = Tensor::<2, Bool>::from_data(data, &left_pd.device());
        let distance_p1 = distances(left_pd, right_pd);
        let is_far_p1 = distance_p1.clone().greater_elem(self.positive_margin);
        let is_close_p1 = distance_p1.clone().lower_elem(self.negative_margin);
        let near = mean_where(
            distance_p1.clone() - self.positive_margin,
            is_far_p1.bool_and(is_copy_p1.clone()),
        );
        let far = mean_where(
            distance_p1.neg() + self.negative_margin,
            is_close_p1.bool_and(is_copy_p1.bool_not()),
        );
        near + far
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn many_copies_do_not_outweigh_one_wrong_pair() {
        // Two copies at sqrt(0.8), one pair that is none at sqrt(0.4): 0.8944 + 1.1 - 0.6325.
        let device = Device::flex();
        let left = Tensor::<2>::from_data([[1.0, 0.0], [1.0, 0.0], [0.6, 0.8]], &device);
        let right = Tensor::<2>::from_data([[0.6, 0.8], [0.6, 0.8], [0.0, 1.0]], &device);
        let verdicts = Verdicts::new(&BTreeMap::new());
        let loss = verdicts.forward(left.clone(), right, &[true, true, false]);
        let value = loss.into_scalar::<f32>();
        let expected = 0.8_f32.sqrt() + 1.1 - 0.4_f32.sqrt();
        assert!((value - expected).abs() < 1e-5, "{value}, not {expected}");
        let equal = verdicts.forward(left.clone(), left, &[true; 3]);
        assert_eq!(equal.into_scalar::<f32>(), 0.0);
    }
}

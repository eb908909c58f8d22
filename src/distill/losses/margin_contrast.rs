//! Contrast with margins against a memory of earlier batches.
//!
//! Shape suffixes: `m` entries of the memory, `p` pairs.

use std::collections::BTreeMap;

use burn::tensor::Bool;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use super::Formula;
use super::ParameterSpec;
use super::indices;
use super::mean_where;
use super::parameter;
use super::zero;

const POSITIVE: ParameterSpec = ParameterSpec {
    id: "positive-margin",
    help: "Versions of one picture closer than this are close enough.",
    default: 0.0,
    range: [0.0, 2.0],
};

const NEGATIVE: ParameterSpec = ParameterSpec {
    id: "negative-margin",
    help: "Different pictures farther apart than this are far enough.",
    default: 1.0,
    range: [0.0, 2.0],
};

pub const FORMULA: Formula = Formula {
    id: "margin-contrast",
    label: "Tell pictures apart by distance",
    help: "Two versions of one picture meet, other pictures keep a distance; a memory finds them.",
    parameters: &[POSITIVE, NEGATIVE],
};

/// Two rows closer than the root of this are one row: a distance of 0 without a gradient.
const COINCIDENT: f32 = 1e-12;
/// The same for a distance from a product of rows, where f32 has no digits left below it.
const PRODUCT_COINCIDENT: f32 = 1e-6;

/// ```text
/// d(a, b) = |a - b|
/// L = mean over pairs of one label with d > m+ of (d - m+)
///   + mean over pairs of two labels with d < m- of (m- - d)
/// ```
///
/// - Pairs: every row of the batch with every entry of the memory, which already holds the batch
///   itself; a row's own entry is left out.
/// - Both means are over the pairs that are not right yet: with 20,000 entries most pairs are, and
///   would drown the others. There is no other miner and no temperature.
/// - Range: 0 to `m-` + 2. Gradient: through the batch's side only; each pair inside the batch occurs
///   twice, so that both rows learn from it. `m-` = 1 pushes while the cosine is above 0.5, 1.1
///   (the fine-tune on pairs) while it is above 0.395.
/// - Distances of positives come from the differences of rows. Those of negatives come from products,
///   `2 - 2 cos`; below 1e-3 they count as 0 and have no gradient (deviation).
///
/// Source: Yokoo, arXiv:2112.04323 (ISC21 descriptor track) and its code; Hadsell et al., 2006; the
/// memory is that of Wang et al., arXiv:1912.06798, and of PyTorch Metric Learning 0.9.99.
#[derive(Clone, Copy, Debug)]
pub struct MarginContrast {
    pub positive_margin: f32,
    pub negative_margin: f32,
}

/// A memory as one batch sees it.
pub struct MemoryView {
    /// `[m, d]`, unit rows, no gradient.
    pub entries_md: Tensor<2>,
    pub labels: Vec<u64>,
    /// Where the copy of each row of the batch lies, if it is still there.
    pub own: Vec<Option<usize>>,
}

impl MarginContrast {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            positive_margin: parameter(values, &POSITIVE),
            negative_margin: parameter(values, &NEGATIVE),
        }
    }

    /// `rows_bd`: unit rows with one label each.
    pub fn forward(&self, rows_bd: Tensor<2>, labels: &[u64], memory: &MemoryView) -> Tensor<1> {
        let entries_md = memory.entries_md.clone().detach();
        let pairs = positives(labels, memory);
        let near = if pairs.is_empty() {
            zero(&rows_bd)
        } else {
            let [left, right] =
                [0, 1].map(|side| indices(pairs.iter().map(move |pair| pair[side]), &rows_bd));
            let left_pd = rows_bd.clone().select(0, left);
            let right_pd = entries_md.clone().select(0, right);
            pull(left_pd, right_pd, self.positive_margin)
        };
        near + self.push(rows_bd, entries_md, labels, &memory.labels)
    }

    fn push(
        self,
        rows_bd: Tensor<2>,
        entries_md: Tensor<2>,
        labels: &[u64],
        entries: &[u64],
    ) -> Tensor<1> {
        let differs = labels
            .iter()
            .flat_map(|label| entries.iter().map(move |other| label != other));
        let differs = TensorData::new(
            differs.collect::<Vec<bool>>(),
            [labels.len(), entries.len()],
        );
        let differs_bm = Tensor::<2, Bool>::from_data(differs, &rows_bd.device());
        let squared_bm = rows_bd.matmul(entries_md.transpose()) * -2.0 + 2.0;
        let distance_bm = root(squared_bm, PRODUCT_COINCIDENT);
        let is_close_bm = distance_bm.clone().lower_elem(self.negative_margin);
        let missing_bm = distance_bm.neg() + self.negative_margin;
        mean_where(missing_bm, is_close_bm.bool_and(differs_bm))
    }
}

/// Row and entry of one label, without a row's own copy.
fn positives(labels: &[u64], memory: &MemoryView) -> Vec<[usize; 2]> {
    let mut places = BTreeMap::<u64, Vec<usize>>::new();
    for (place, label) in memory.labels.iter().enumerate() {
        places.entry(*label).or_default().push(place);
    }
    let mut pairs = Vec::new();
    for (row, label) in labels.iter().enumerate() {
        let own = memory.own.get(row).copied().flatten();
        let same = places.get(label).into_iter().flatten();
        pairs.extend(
            same.filter(|place| own != Some(**place))
                .map(|place| [row, *place]),
        );
    }
    pairs
}

/// Mean of `d - margin` over the pairs of rows that are farther apart than `margin`.
pub(super) fn pull(left_pd: Tensor<2>, right_pd: Tensor<2>, margin: f32) -> Tensor<1> {
    let distance_p1 = distances(left_pd, right_pd);
    let is_far_p1 = distance_p1.clone().greater_elem(margin);
    mean_where(distance_p1 - margin, is_far_p1)
}

/// Euclidean distances of pairs of rows, `[p, 1]`.
pub(super) fn distances(left_pd: Tensor<2>, right_pd: Tensor<2>) -> Tensor<2> {
    let squared_p1 = (left_pd - right_pd).powi_scalar(2).sum_dim(1);
    root(squared_p1, COINCIDENT)
}

/// The root, and 0 with a slope of 0 below `floor`, where the slope of a root has no bound.
fn root(squared: Tensor<2>, floor: f32) -> Tensor<2> {
    let is_apart = squared.clone().greater_elem(floor).float();
    squared.clamp_min(floor).sqrt() * is_apart
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn only_pairs_that_are_not_right_yet_count() {
        // Rows 0, 1 (label 7) at a distance of sqrt(0.8) = 0.894; entry 2 (label 8) lies at 1.414
        // from row 0, far enough, and at sqrt(2 - 2 * 0.8) = 0.632 from row 1: 0.368 too near.
        let device = Device::flex();
        let rows = Tensor::<2>::from_data([[1.0, 0.0], [0.6, 0.8]], &device);
        let memory = MemoryView {
            entries_md: Tensor::from_data([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], &device),
            labels: vec![7, 7, 8],
            own: vec![Some(0), Some(1)],
        };
        let contrast = MarginContrast::new(&BTreeMap::new());
        let value = contrast
            .forward(rows, &[7, 7], &memory)
            .into_scalar::<f32>();
        let expected = 0.8_f32.sqrt() + 1.0 - 0.4_f32.sqrt();
        assert!((value - expected).abs() < 1e-5, "{value}, not {expected}");
    }
}

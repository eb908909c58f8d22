//! Contrast on the first numbers of the pooled vector, without a projector.

use std::collections::BTreeMap;

use burn::tensor::Bool;
use burn::tensor::Tensor;

use crate::models::layers::l2_normalize;

use super::Formula;
use super::ParameterSpec;
use super::info_nce::info_nce;
use super::parameter;

const DIMENSIONS: ParameterSpec = ParameterSpec {
    id: "dimensions",
    help: "So many of the pooled vector's first numbers are compared.",
    default: 360.0,
    range: [8.0, 4096.0],
};

const TEMPERATURE: ParameterSpec = ParameterSpec {
    id: "temperature",
    help: "How sharply the closest wrong picture is punished.",
    default: 0.1,
    range: [0.01, 1.0],
};

pub const FORMULA: Formula = Formula {
    id: "direct-clr",
    label: "Tell pictures apart by a part of the vector",
    help: "Two versions of one picture come together in the first numbers of the pooled vector.",
    parameters: &[DIMENSIONS, TEMPERATURE],
};

/// InfoNCE over both views (see `info_nce`) on the first `dimensions` numbers of the pooled vector,
/// cut out first and brought to length 1 after.
///
/// ICD cuts 128 numbers out of a vector that has length 1 already and leaves them as they are, so
/// that its cosines are no cosines; here both use the order of the paper (128 and temperature 0.05
/// are ICD's numbers).
///
/// Source: Jing et al., DirectCLR, arXiv:2110.09348.
#[derive(Clone, Copy, Debug)]
pub struct DirectClr {
    pub dimensions: usize,
    pub temperature: f32,
}

impl DirectClr {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            dimensions: parameter(values, &DIMENSIONS) as usize,
            temperature: parameter(values, &TEMPERATURE),
        }
    }

    /// `pooled_bc`: the pooled vectors of both views; `same_bb`: rows of one picture, the diagonal
    /// included. A vector shorter than `dimensions` is used whole.
    pub fn forward(&self, pooled_bc: Tensor<2>, same_bb: Tensor<2, Bool>) -> Tensor<1> {
        let [b, c] = pooled_bc.dims();
        let part_bd = pooled_bc.slice([0..b, 0..self.dimensions.min(c)]);
        info_nce(l2_normalize(part_bd), same_bb, self.temperature)
    }
}

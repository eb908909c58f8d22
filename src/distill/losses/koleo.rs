//! KoLeo as DINOv2 and CopyNCE use it: every row keeps its distance from its nearest neighbor.

use burn::tensor::Bool;
use burn::tensor::Int;
use burn::tensor::Tensor;

use super::Formula;
use super::NOTHING;
use super::margin_contrast::distances;
use super::mean_where;

pub const FORMULA: Formula = Formula {
    id: "koleo",
    label: "Use all the room (KoLeo)",
    help: "Every descriptor of a batch keeps its distance from the nearest other one.",
    parameters: &[],
};

/// Added to every distance (DINOv2's code).
const DISTANCE_EPSILON: f32 = 1e-8;

/// ```text
/// L = -mean over i of log( |z_i - z_nn(i)| + 1e-8 ),   nn(i) the row most similar to i
/// ```
///
/// - Unlike `entropy` (SSCD's form of it) the distance comes from the difference of the two rows,
///   exact for near-duplicates, and its bound is 1e-8 instead of 1e-3.
/// - `left_out_bb`: rows that are no neighbors of each other, such as views of one picture; `None`
///   leaves out only the row itself, as DINOv2 does on one view of each picture.
/// - Range: -ln 2 (opposite rows) to 18.4 (equal ones). Gradient: through both rows; none where they
///   are equal. The mean is over rows that have a neighbor.
///
/// Source: DINOv2, arXiv:2304.07193, and its code; Sablayrolles et al., arXiv:1806.03198.
#[derive(Clone, Copy, Debug)]
pub struct KoLeo;

impl KoLeo {
    pub fn forward(&self, z_bd: Tensor<2>, left_out_bb: Option<Tensor<2, Bool>>) -> Tensor<1> {
        let [b, _] = z_bd.dims();
        let fixed_bd = z_bd.clone().detach();
        let itself_bb = Tensor::<2, Int>::eye(b, &z_bd.device()).bool();
        let left_out_bb = match left_out_bb {
            Some(left_out_bb) => left_out_bb.bool_or(itself_bb),
            None => itself_bb,
        };
        let similarity_bb = fixed_bd.clone().matmul(fixed_bd.transpose());
        let similarity_bb = similarity_bb.mask_fill(left_out_bb, NOTHING);
        let (nearest_b1, index_b1) = similarity_bb.max_dim_with_indices(1);
        let exists_b1 = nearest_b1.greater_elem(NOTHING / 2.0);
        let neighbor_bd = z_bd.clone().select(0, index_b1.reshape([b]));
        let distance_b1 = distances(z_bd, neighbor_bd) + DISTANCE_EPSILON;
        mean_where(distance_b1.log(), exists_b1).neg()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn views_of_one_picture_are_no_neighbors() {
        // Rows at 0, 90 and 180 degrees: the distance to the nearest is sqrt 2, -ln of it -0.3466.
        // With the middle one left out, the others are 2 apart and the middle one has none: -ln 2.
        let device = Device::flex();
        let z = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], &device);
        let value = KoLeo.forward(z.clone(), None).into_scalar::<f32>();
        assert!((value + 0.5 * 2.0_f32.ln()).abs() < 1e-6, "{value}");
        let middle = [
            [false, true, false],
            [true, true, true],
            [false, true, false],
        ];
        let left_out = Tensor::<2, Bool>::from_data(middle, &device);
        let value = KoLeo.forward(z, Some(left_out)).into_scalar::<f32>();
        assert!((value + 2.0_f32.ln()).abs() < 1e-6, "{value}");
    }
}

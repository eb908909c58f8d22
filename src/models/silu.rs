//! SiLU, quick on a processor.
//!
//! Burn's backend for processors calls the exponential of the C library number by number, on one
//! core, and calls it again for the gradient. Here one pass gives the value and the slope, in
//! arithmetic that the compiler turns into vector instructions, on all cores.

use burn::tensor::DType;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation;
use rayon::prelude::*;

/// Numbers that one core handles at a time: they fit into its second cache.
const CHUNK: usize = 16 * 1024;

/// `x * sigmoid(x)`, also called swish (Ramachandran et al., arXiv:1710.05941).
///
/// Value and gradient are exact to a millionth of the largest. A graphics card uses its own
/// exponential.
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let device = x.device();
    if device != Device::flex() || x.dtype() != DType::F32 {
        return activation::silu(x);
    }
    if !device.is_autodiff() {
        let mut data = x.into_data();
        floats(&mut data).par_chunks_mut(CHUNK).for_each(|chunk| {
            for x in chunk {
                *x *= sigmoid(*x);
            }
        });
        return Tensor::from_data(data, &device);
    }
    // The straight line that touches the function at a number has its value and its slope there,
    // so all that has to be differentiated is a product and a sum.
    let inner_device = device.inner();
    let mut slopes = x.clone().inner().into_data();
    let mut offsets = slopes.clone();
    floats(&mut slopes)
        .par_chunks_mut(CHUNK)
        .zip(floats(&mut offsets).par_chunks_mut(CHUNK))
        .for_each(|(slopes, offsets)| {
            for (slope, offset) in slopes.iter_mut().zip(offsets) {
                let x = *slope;
                let sigmoid = sigmoid(x);
                let curvature = x * sigmoid * (1.0 - sigmoid);
                *slope = sigmoid + curvature;
                // x sigmoid - x slope
                *offset = -x * curvature;
            }
        });
    let constant = |data| Tensor::<D>::from_inner(Tensor::from_data(data, &inner_device));
    x * constant(slopes) + constant(offsets)
}

fn floats(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice::<f32>()
        .expect("the type was looked at before")
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Numbers beyond it count as it in the exponential.
pub(super) const EXP_LIMIT: f32 = 87.0;
/// Added to a small number, it leaves the nearest whole number in the lowest bits.
pub(super) const ROUND: f32 = 12_582_912.0;
/// `ln(2)`, first the part that a product with a small whole number keeps exact.
pub(super) const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// `(exp(r) - r - 1) / r^2`, the highest power first.
pub(super) const EXP: [f32; 6] = [
    1.987_569_2e-4,
    1.398_2e-3,
    8.333_452e-3,
    4.166_579_6e-2,
    0.166_666_66,
    0.5,
];

/// The exponential, with a relative error below 2e-7; numbers beyond 87 count as 87.
///
/// `2^n * exp(r)` with whole `n` and `|r| <= ln(2) / 2`, the second factor by the polynomial of the
/// Cephes library (Moshier, `expf.c`).
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-EXP_LIMIT, EXP_LIMIT);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = x - n * LN_2[0] - n * LN_2[1];
    let mut tail = EXP[0];
    for coefficient in &EXP[1..] {
        tail = tail * r + coefficient;
    }
    let power = (rounded.to_bits() << 23).wrapping_add(1.0_f32.to_bits());
    (tail * r * r + r + 1.0) * f32::from_bits(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<f32> {
        (-100_000..=100_000)
            .map(|step| step as f32 * 0.001)
            .collect()
    }

    #[test]
    fn the_exponential_is_exact_to_its_last_digits() {
        for x in points() {
            let expected = libm::exp(f64::from(x.clamp(-87.0, 87.0)));
            let difference = (f64::from(exp(x)) / expected - 1.0).abs();
            assert!(difference < 2e-7, "{x}: {difference}");
        }
    }

    #[test]
    fn values_and_gradients_are_those_of_the_formula() {
        let device = Device::flex().autodiff();
        let points = points();
        let data = TensorData::new(points.clone(), [points.len()]);
        let x = Tensor::<1>::from_data(data, &device).require_grad();
        let y = silu(x.clone());
        let gradients = y.clone().sum().backward();
        let slopes = x.grad(&gradients).unwrap().into_data();
        let slopes = slopes.try_into_vec::<f32>().unwrap();
        let plain = silu(x.inner()).into_data().try_into_vec::<f32>().unwrap();
        let values = y.into_data().try_into_vec::<f32>().unwrap();
        for (idx, x) in points.iter().map(|x| f64::from(*x)).enumerate() {
            let sigmoid = 1.0 / (1.0 + libm::exp(-x));
            let slope = sigmoid * (1.0 + x * (1.0 - sigmoid));
            let close = |found: f32, expected: f64, what: &str| {
                let difference = (f64::from(found) - expected).abs();
                assert!(difference <= 1e-6 * (1.0 + expected.abs()), "{what} at {x}");
            };
            close(plain[idx], x * sigmoid, "value");
            close(values[idx], x * sigmoid, "value with gradient");
            close(slopes[idx], slope, "slope");
        }
    }

    #[test]
    fn far_numbers_go_through_or_vanish() {
        let x = Tensor::<1>::from_data([1e4, -1e4, 0.0, f32::NAN], &Device::flex());
        let found = silu(x).into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(found[..3], [1e4, found[1], 0.0]);
        assert!(found[1].abs() < 1e-30);
        assert!(found[3].is_nan());
    }
}

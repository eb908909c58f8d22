//! The exact GELU, quick on a processor.
//!
//! Burn's backend for processors calls the error function of the C library number by number, and
//! does so on one core. Here one pass over the numbers evaluates a rational function that the
//! compiler turns into vector instructions, on all cores.

use burn::tensor::DType;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use burn::tensor::activation;
use rayon::prelude::*;

/// `erf(x / sqrt(2))` on `[-LIMIT, LIMIT]` is `x P(x^2) / Q(x^2)` with an error below 5e-7
/// (`tests/reference/gelu.py`); outside it is a sign.
pub(super) const ERF: Odd = Odd {
    limit: 5.6,
    above: [
        0.797_884_46,
        0.068_752_18,
        0.009_414_513,
        0.000_347_700_52,
        1.271_301_1e-5,
        4.429_039_5e-8,
    ],
    below: [
        1.0,
        0.252_833_78,
        0.028_940_072,
        0.001_912_975_8,
        7.510_164e-5,
        1.180_206_6e-6,
    ],
};

/// The slope of GELU less one half, `erf(x / sqrt(2)) / 2 + x exp(-x^2 / 2) / sqrt(2 pi)`, with an
/// error below 5e-7 (`tests/reference/gelu.py`).
const SLOPE: Odd = Odd {
    limit: 6.0,
    above: [
        0.797_884_5,
        -0.030_743_485,
        0.014_209_179,
        2.418_331e-5,
        3.585_064e-5,
        1.908_858_6e-7,
    ],
    below: [
        1.0,
        0.294_805_65,
        0.041_064_69,
        0.003_528_761_7,
        0.000_193_519_84,
        8.887_504e-6,
    ],
};

/// Numbers that one core handles at a time: they fit into its second cache.
const CHUNK: usize = 16 * 1024;

/// `x (1 + erf(x / sqrt(2))) / 2` (Hendrycks and Gimpel, arXiv:1606.08415), PyTorch's default GELU.
///
/// Gradients are exact to 5e-7 as well. A graphics card uses its own error function.
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let device = x.device();
    if device != Device::flex() || x.dtype() != DType::F32 {
        return activation::gelu(x);
    }
    let inner_device = device.clone().inner();
    if !device.is_autodiff() {
        let mut data = x.into_data();
        let chunks = floats(&mut data).par_chunks_mut(CHUNK);
        chunks.for_each(|chunk| {
            for x in chunk {
                *x = value(*x);
            }
        });
        return Tensor::from_data(data, &inner_device);
    }
    // The line that touches the function at every number: its value and its slope are those of
    // GELU, so one product and one sum are all that has to be differentiated.
    let mut slopes = x.clone().inner().into_data();
    let mut offsets = slopes.clone();
    let pairs = floats(&mut slopes).par_chunks_mut(CHUNK);
    pairs
        .zip(floats(&mut offsets).par_chunks_mut(CHUNK))
        .for_each(|(slopes, offsets)| {
            for (slope, offset) in slopes.iter_mut().zip(offsets) {
                let x = *slope;
                *slope = 0.5 + SLOPE.at(x);
                *offset = value(x) - *slope * x;
            }
        });
    let constant = |data| Tensor::<D>::from_inner(Tensor::from_data(data, &inner_device));
    x * constant(slopes) + constant(offsets)
}

/// GELU of one number.
#[inline(always)]
pub(super) fn value(x: f32) -> f32 {
    0.5 * x * (1.0 + ERF.at(x))
}

/// An odd rational function; both lists start with the lowest power of `x^2`.
pub(super) struct Odd {
    pub(super) limit: f32,
    pub(super) above: [f32; 6],
    pub(super) below: [f32; 6],
}

impl Odd {
    #[inline(always)]
    fn at(&self, x: f32) -> f32 {
        let x = x.clamp(-self.limit, self.limit);
        let square = x * x;
        let [a0, a1, a2, a3, a4, a5] = self.above;
        let above = ((((a5 * square + a4) * square + a3) * square + a2) * square + a1) * square;
        let [b0, b1, b2, b3, b4, b5] = self.below;
        let below = ((((b5 * square + b4) * square + b3) * square + b2) * square + b1) * square;
        x * (above + a0) / (below + b0)
    }
}

fn floats(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice::<f32>()
        .expect("the type was looked at before")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<f32> {
        (-8000..=8000).map(|step| step as f32 * 0.001).collect()
    }

    #[test]
    fn the_error_function_is_exact_to_a_millionth() {
        for x in points() {
            let expected = libm::erf(f64::from(x) / std::f64::consts::SQRT_2);
            let difference = (f64::from(ERF.at(x)) - expected).abs();
            assert!(difference < 1e-6, "{x}: {difference}");
        }
    }

    #[test]
    fn values_and_gradients_are_those_of_the_formula() {
        let device = Device::flex().autodiff();
        let points = points();
        let data = TensorData::new(points.clone(), [points.len()]);
        let x = Tensor::<1>::from_data(data, &device).require_grad();
        let y = gelu(x.clone());
        let gradients = y.clone().sum().backward();
        let slopes = x.grad(&gradients).unwrap().into_data();
        let plain = gelu(x.inner()).into_data();
        let plain = plain.as_slice::<f32>().unwrap().to_vec();
        let values = y.into_data().try_into_vec::<f32>().unwrap();
        let slopes = slopes.try_into_vec::<f32>().unwrap();
        for (idx, x) in points.iter().map(|x| f64::from(*x)).enumerate() {
            let cumulative = 0.5 * (1.0 + libm::erf(x / std::f64::consts::SQRT_2));
            let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let close = |found: f32, expected: f64, what: &str| {
                let difference = (f64::from(found) - expected).abs();
                assert!(difference < 2e-6, "{what} at {x}: {difference}");
            };
            close(plain[idx], x * cumulative, "value");
            close(values[idx], x * cumulative, "value with gradient");
            close(slopes[idx], cumulative + x * density, "slope");
        }
    }

    #[test]
    fn far_numbers_go_through_or_vanish() {
        assert!((value(1e4) - 1e4).abs() < 1e-2);
        assert!(value(-1e4).abs() < 1e-2);
        assert_eq!(value(0.0), 0.0);
        assert!(value(f32::NAN).is_nan());
    }
}

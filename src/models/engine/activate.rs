//! Functions of single numbers, on vectors.

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

use crate::models::gelu;
use crate::models::graph::Activation;
use crate::models::silu;

use super::product::ANY;

/// The bounds that a function amounts to, if it is one of those.
pub(super) fn bounds(activation: Activation) -> Option<[f32; 2]> {
    match activation {
        Activation::Relu => Some([0.0, f32::INFINITY]),
        Activation::Relu6 => Some([0.0, 6.0]),
        Activation::AtLeast(bound) => Some([bound, f32::INFINITY]),
        Activation::Sigmoid
        | Activation::Silu
        | Activation::HardSigmoid
        | Activation::HardSwish
        | Activation::Gelu => None,
    }
}

/// Replaces every number by the function of it.
pub(super) fn activate(activation: Activation, values: &mut [f32]) {
    AutoArch::new().dispatch(Activate { activation, values });
}

struct Activate<'a> {
    activation: Activation,
    values: &'a mut [f32],
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let values = self.values;
        match self.activation {
            Activation::Sigmoid => each(values, silu::sigmoid),
            Activation::Silu => each(values, |x| x * silu::sigmoid(x)),
            Activation::HardSigmoid => each(values, hard_sigmoid),
            Activation::HardSwish => each(values, |x| x * hard_sigmoid(x)),
            Activation::Gelu => each(values, gelu::value),
            Activation::Relu | Activation::Relu6 | Activation::AtLeast(_) => {
                let [low, high] = bounds(self.activation).unwrap_or(ANY);
                // What is not a number stays so.
                each(values, |x| {
                    if x < low {
                        low
                    } else if x > high {
                        high
                    } else {
                        x
                    }
                });
            }
        }
    }
}

#[inline(always)]
fn each(values: &mut [f32], function: impl Fn(f32) -> f32) {
    for value in values {
        *value = function(*value);
    }
}

#[inline(always)]
fn hard_sigmoid(x: f32) -> f32 {
    (x + 3.0).clamp(0.0, 6.0) * (1.0 / 6.0)
}

//! Functions of single numbers, on vectors.

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

use crate::models::gelu;
use crate::models::graph::Activation;
use crate::models::silu;

use super::product::ANY;
use super::simd::Floats;
use super::simd::lanes;
use super::simd::load;
use super::simd::load_some;
use super::simd::splat;
use super::simd::store;
use super::simd::store_some;

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
            Activation::Sigmoid => each::<S, _>(values, Sigmoid),
            Activation::Silu => each::<S, _>(values, Silu),
            Activation::HardSigmoid => each::<S, _>(values, HardSigmoid),
            Activation::HardSwish => each::<S, _>(values, HardSwish),
            Activation::Gelu => each::<S, _>(values, Gelu),
            Activation::Relu | Activation::Relu6 | Activation::AtLeast(_) => {
                each::<S, _>(values, Bounds(bounds(self.activation).unwrap_or(ANY)));
            }
        }
    }
}

/// A function of each number of a vector. (A closure could end up outside of what is compiled for
/// the processor.)
pub(super) trait Function {
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S>;
}

/// Replaces every number by the function of it.
#[inline(always)]
pub(super) fn each<S: Simd, F: Function>(values: &mut [f32], function: F) {
    let mut vectors = values.chunks_exact_mut(lanes::<S>());
    for vector in &mut vectors {
        store::<S>(function.of::<S>(load::<S>(vector)), vector);
    }
    let rest = vectors.into_remainder();
    if !rest.is_empty() {
        store_some::<S>(function.of::<S>(load_some::<S>(rest)), rest);
    }
}

/// What is not a number stays so, on x86 because of the order.
struct Bounds([f32; 2]);

impl Function for Bounds {
    #[inline(always)]
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S> {
        clamp::<S>(x, self.0[0], self.0[1])
    }
}

struct Sigmoid;

impl Function for Sigmoid {
    #[inline(always)]
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S> {
        let exp = Exp { less: 0.0 }.of::<S>(splat::<S>(0.0) - x);
        (splat::<S>(1.0) + exp).recip()
    }
}

struct Silu;

impl Function for Silu {
    #[inline(always)]
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S> {
        x * Sigmoid.of::<S>(x)
    }
}

struct HardSigmoid;

impl Function for HardSigmoid {
    #[inline(always)]
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S> {
        clamp::<S>(x + splat::<S>(3.0), 0.0, 6.0) * splat::<S>(1.0 / 6.0)
    }
}

struct HardSwish;

impl Function for HardSwish {
    #[inline(always)]
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S> {
        x * HardSigmoid.of::<S>(x)
    }
}

struct Gelu;

impl Function for Gelu {
    #[inline(always)]
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S> {
        let clamped = clamp::<S>(x, -gelu::ERF.limit, gelu::ERF.limit);
        let square = clamped * clamped;
        let above = clamped * polynomial::<S>(gelu::ERF.above, square);
        let below = polynomial::<S>(gelu::ERF.below, square);
        let half = x * splat::<S>(0.5);
        half.mul_add(above * below.recip(), half)
    }
}

/// `exp(x - less)`; see `silu::exp`.
pub(super) struct Exp {
    pub(super) less: f32,
}

impl Function for Exp {
    #[inline(always)]
    fn of<S: Simd>(&self, x: Floats<S>) -> Floats<S> {
        /// The exponent of 1 as it is stored.
        const BIAS: f32 = 127.0;
        let x = clamp::<S>(x - splat::<S>(self.less), -silu::EXP_LIMIT, silu::EXP_LIMIT);
        let round = splat::<S>(silu::ROUND + BIAS);
        let rounded = x.mul_add(splat::<S>(std::f32::consts::LOG2_E), round);
        let n = rounded - round;
        let r = n.mul_add(splat::<S>(-silu::LN_2[0]), x);
        let r = n.mul_add(splat::<S>(-silu::LN_2[1]), r);
        let mut tail = splat::<S>(silu::EXP[0]);
        for coefficient in &silu::EXP[1..] {
            tail = tail.mul_add(r, splat::<S>(*coefficient));
        }
        let power = (rounded.reinterpret::<u32>() << 23).reinterpret::<f32>();
        ((tail * r).mul_add(r, r) + splat::<S>(1.0)) * power
    }
}

/// The lowest power comes first.
#[inline(always)]
fn polynomial<S: Simd>([a, b, c, d, e, f]: [f32; 6], x: Floats<S>) -> Floats<S> {
    let mut sum = splat::<S>(f);
    for coefficient in [e, d, c, b, a] {
        sum = sum.mul_add(x, splat::<S>(coefficient));
    }
    sum
}

#[inline(always)]
fn clamp<S: Simd>(x: Floats<S>, low: f32, high: f32) -> Floats<S> {
    splat::<S>(high).min(splat::<S>(low).max(x))
}

//! Vectors as wide as the processor has them: AVX-512, AVX2, SSE4.2 or NEON, chosen while running.

use macerator::Arch;
use macerator::Scalar;
use macerator::Simd;
use macerator::Vector;

/// Some single-precision numbers that are handled at once.
pub(super) type Floats<S> = Vector<S, f32>;

/// How many numbers a vector has.
#[inline(always)]
pub(super) const fn lanes<S: Simd>() -> usize {
    size_of::<Floats<S>>() / size_of::<f32>()
}

/// How many numbers a vector of this processor has, and how many vectors a row of a tile has at
/// most (see `product.rs`).
pub(super) fn width() -> (usize, usize) {
    let lanes = macerator::AutoArch::new().dispatch(CountLanes);
    // Processors with vectors of 16 numbers and ARM's have 32 registers, others 16.
    let has_many_registers = lanes == 16 || cfg!(target_arch = "aarch64");
    (lanes, if has_many_registers { 4 } else { 2 })
}

/// The instructions that are used, in words.
pub(super) fn name() -> &'static str {
    match format!("{:?}", Arch::detect()).as_str() {
        "V4" | "V4FP16" => "AVX-512",
        "V3" => "AVX2",
        "V2" => "SSE4.2",
        "Scalar" => "no vectors",
        _ => "NEON",
    }
}

struct CountLanes;

impl macerator::WithSimd for CountLanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self) -> usize {
        lanes::<S>()
    }
}

/// The first numbers of a slice.
#[inline(always)]
pub(super) fn load<S: Simd>(from: &[f32]) -> Floats<S> {
    bytemuck::pod_read_unaligned(bytemuck::cast_slice(&from[..lanes::<S>()]))
}

/// The numbers of a slice that is shorter than a vector, and zeros.
#[inline(always)]
pub(super) fn load_some<S: Simd>(from: &[f32]) -> Floats<S> {
    let mut all = splat::<S>(0.0);
    let values = bytemuck::cast_slice_mut::<Floats<S>, f32>(std::slice::from_mut(&mut all));
    values[..from.len()].copy_from_slice(from);
    all
}

/// Overwrites the first numbers of a slice.
#[inline(always)]
pub(super) fn store<S: Simd>(vector: Floats<S>, to: &mut [f32]) {
    let to = bytemuck::cast_slice_mut::<f32, u8>(&mut to[..lanes::<S>()]);
    to.copy_from_slice(bytemuck::bytes_of(&vector));
}

/// Overwrites a slice that is shorter than a vector.
#[inline(always)]
pub(super) fn store_some<S: Simd>(vector: Floats<S>, to: &mut [f32]) {
    let values = bytemuck::cast_slice::<Floats<S>, f32>(std::slice::from_ref(&vector));
    to.copy_from_slice(&values[..to.len()]);
}

#[inline(always)]
pub(super) fn splat<S: Simd>(value: f32) -> Floats<S> {
    value.splat()
}

//! Weights and pictures by formula, the Rust side of `tests/reference/formula.py`.

use std::collections::BTreeMap;

use copylens::weights::TensorMap;
use copylens::weights::WeightTensor;

fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

fn splitmix64(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn uniform(hash: u64, index: u64) -> f64 {
    (splitmix64(hash.wrapping_add(index)) >> 40) as f64 / 16_777_216.0
}

/// The tensor that the original calls `key`.
pub fn weight(key: &str, shape: &[usize]) -> WeightTensor {
    let hash = fnv1a(key);
    let fan_in: usize = shape[1..].iter().product();
    let is_bias = key.ends_with("bias") || key.ends_with("beta");
    // Every role is `factor * u + shift`.
    let (factor, shift) = if key.ends_with("running_var") {
        (1.0, 0.5)
    } else if key.ends_with("running_mean") || (shape.len() == 1 && is_bias) {
        (0.2, -0.1)
    } else if shape.len() == 1 {
        (1.0, 0.5)
    } else if shape.len() == 3 {
        (1.0, -0.5)
    } else {
        let bound = (6.0 / fan_in as f64).sqrt() / 1.15;
        (2.0 * bound, -bound)
    };
    let n = shape.iter().product::<usize>() as u64;
    WeightTensor {
        shape: shape.to_vec(),
        values: (0..n)
            .map(|index| (factor * uniform(hash, index) + shift) as f32)
            .collect(),
    }
}

/// Every tensor of a module, whose parameters the original calls `original(ours)`.
pub fn weights(
    shapes: BTreeMap<String, Vec<usize>>,
    original: impl Fn(&str) -> String,
) -> TensorMap {
    shapes
        .into_iter()
        .map(|(name, shape)| {
            let tensor = weight(&original(&name), &shape);
            (name, tensor)
        })
        .collect()
}

/// Normalized planes `[3, height, width]` of picture `which`.
pub fn picture(which: &str, height: u64, width: u64) -> Vec<f32> {
    let hash = fnv1a(&format!("picture{which}"));
    let mut planes = Vec::with_capacity((3 * height * width) as usize);
    for c in 0..3 {
        for y in 0..height {
            for x in 0..width {
                let block = 4.0 * uniform(hash, (c * 8 + y / 8) * 64 + x / 8) - 2.0;
                let ramp = ((x * 7 + y * 3 + c * 5) % 16) as f64 / 16.0 - 0.5;
                planes.push((block + 0.25 * ramp) as f32);
            }
        }
    }
    planes
}

/// The largest `|found - expected|`, as a share of the largest `|expected|`.
pub fn relative_difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0, |max: f32, v| max.max(v.abs()));
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    // `max` would pass over a number that is none.
    differences.fold(
        0.0,
        |max: f32, d| if d > max || d.is_nan() { d } else { max },
    ) / largest
}

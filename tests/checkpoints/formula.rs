//! The numbers of `tests/reference/formula.py`.

/// The values of the tensor called `name`.
pub fn values(name: &str, shape: &[usize]) -> Vec<f32> {
    let hash = fnv1a(name);
    let fan_in: usize = shape.iter().skip(1).product();
    let count = shape.iter().product::<usize>() as u64;
    let value = |index: u64| {
        let u = (splitmix64(hash.wrapping_add(index)) >> 40) as f64 / 16_777_216.0;
        let is_bias = name.ends_with("bias");
        let value = match (name.rsplit('.').next(), shape.len()) {
            (Some("running_var"), _) => 0.5 + u,
            (Some("running_mean"), _) => 0.2 * (u - 0.5),
            (_, 1) if is_bias => 0.2 * (u - 0.5),
            (_, 1) => 0.5 + u,
            _ => (2.0 * u - 1.0) * (6.0 / fan_in as f64).sqrt() / 1.15,
        };
        value as f32
    };
    (0..count).map(value).collect()
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

fn splitmix64(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

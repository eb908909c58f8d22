//! Smooth randomness: value noise and sums of it.

/// A number 0 to 1 for a cell of the plane, the same on every machine.
pub(super) fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut value = (x as u32)
        .wrapping_mul(0x8da6_b343)
        .wrapping_add((y as u32).wrapping_mul(0xd816_3841))
        .wrapping_add(seed.wrapping_mul(0xcb1a_b31f));
    value ^= value >> 15;
    value = value.wrapping_mul(0x2c1b_3c6d);
    value ^= value >> 12;
    value = value.wrapping_mul(0x297a_2d39);
    value ^= value >> 15;
    (value >> 8) as f32 / 16_777_216.0
}

/// Smooth noise 0 to 1 with features of about one unit.
pub(super) fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (cell_x, cell_y) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (ease(x - cell_x), ease(y - cell_y));
    let (cell_x, cell_y) = (cell_x as i32, cell_y as i32);
    let corner = |dx, dy| hash(cell_x + dx, cell_y + dy, seed);
    let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * u;
    let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * u;
    top + (bottom - top) * v
}

/// Noise with detail: each octave is twice as fine and half as strong. 0 to 1.
pub(super) fn fractal(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 0.5, 0.0);
    let (mut x, mut y) = (x, y);
    for octave in 0..octaves {
        sum += noise(x, y, seed + octave) * weight;
        total += weight;
        weight *= 0.5;
        (x, y) = (x * 2.03 + 17.3, y * 2.03 - 9.1);
    }
    sum / total
}

/// Noise with sharp crests, for rock and cloth. 0 to 1.
pub(super) fn ridged(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    1.0 - (fractal(x, y, octaves, seed) * 2.0 - 1.0).abs() * 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_and_inside_its_range() {
        for step in 0..2000 {
            let x = step as f32 * 0.037 - 30.0;
            let value = fractal(x, x * 0.7, 4, 5);
            assert!((0.0..=1.0).contains(&value));
            assert!((noise(x, 2.5, 1) - noise(x + 0.001, 2.5, 1)).abs() < 0.01);
        }
    }
}

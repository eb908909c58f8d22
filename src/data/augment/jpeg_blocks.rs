//! The 8 x 8 blocks of a JPEG: transformed, rounded to steps and transformed back.

use super::jpeg_tables::COSINES;

type Block = [[f32; 8]; 8];

/// Adding and taking away this number rounds to the nearest whole number: beyond it, the steps of
/// `f32` are 1. Unlike `f32::round` it needs no call without SSE 4.
const ROUNDER: f32 = 12_582_912.0;

/// [`ROUNDER`] takes halves to the even number, libjpeg takes coefficients away from zero and
/// pixels up: both get a nudge far below what else they may be off.
const AWAY_FROM_ZERO: f32 = 1.000_001;
const UP: f32 = 0.001;

/// Transforms each block, rounds its coefficients to multiples of the table, and goes back. Both
/// sides of the plane are multiples of 8.
pub(super) fn quantize(values: &mut [u8], width: usize, table: &[f32; 64]) {
    // The transform leaves coefficients turned by a quarter, so the table is turned as well.
    let mut steps = [[0.0; 8]; 8];
    for (idx, step) in table.iter().enumerate() {
        steps[idx % 8][idx / 8] = *step;
    }
    let shares = steps.map(|row| row.map(|step| AWAY_FROM_ZERO / step));
    for rows in values.chunks_exact_mut(width * 8) {
        for left in (0..width).step_by(8) {
            let mut block = [[0.0_f32; 8]; 8];
            for (y, row) in block.iter_mut().enumerate() {
                let start = y * width + left;
                for (value, byte) in row.iter_mut().zip(&rows[start..start + 8]) {
                    *value = f32::from(*byte) - 128.0;
                }
            }
            let mut coefficients = forward(&transposed(&forward(&block)));
            for ((row, share), step) in coefficients.iter_mut().zip(&shares).zip(&steps) {
                for ((value, share), step) in row.iter_mut().zip(share).zip(step) {
                    *value = (*value * share + ROUNDER - ROUNDER) * step;
                }
            }
            let pixels = inverse(&transposed(&inverse(&coefficients)));
            for (y, row) in pixels.iter().enumerate() {
                let start = y * width + left;
                for (byte, value) in rows[start..start + 8].iter_mut().zip(row) {
                    *byte = ((value + (128.0 + UP)).clamp(0.0, 255.0) + ROUNDER).to_bits() as u8;
                }
            }
        }
    }
}

/// The cosine transform down the columns. Even cosines are the same from both ends and odd ones
/// the negative, so half of the products are enough.
fn forward(rows: &Block) -> Block {
    let mut sums = [[0.0; 8]; 4];
    let mut differences = [[0.0; 8]; 4];
    for k in 0..4 {
        for x in 0..8 {
            sums[k][x] = rows[k][x] + rows[7 - k][x];
            differences[k][x] = rows[k][x] - rows[7 - k][x];
        }
    }
    let mut result = [[0.0; 8]; 8];
    for (u, (target, cosines)) in result.iter_mut().zip(&COSINES).enumerate() {
        let sources = if u % 2 == 0 { &sums } else { &differences };
        for (source, weight) in sources.iter().zip(cosines) {
            add_scaled(target, source, *weight);
        }
    }
    result
}

/// Back from [`forward`]. Rows of zeros, which a low quality leaves many of, cost nothing.
fn inverse(rows: &Block) -> Block {
    let mut even = [[0.0; 8]; 4];
    let mut odd = [[0.0; 8]; 4];
    for (u, (source, cosines)) in rows.iter().zip(&COSINES).enumerate() {
        if *source == [0.0; 8] {
            continue;
        }
        let targets = if u % 2 == 0 { &mut even } else { &mut odd };
        for (target, weight) in targets.iter_mut().zip(cosines) {
            add_scaled(target, source, *weight);
        }
    }
    let mut result = [[0.0; 8]; 8];
    for k in 0..4 {
        for x in 0..8 {
            result[k][x] = even[k][x] + odd[k][x];
            result[7 - k][x] = even[k][x] - odd[k][x];
        }
    }
    result
}

fn transposed(block: &Block) -> Block {
    let mut result = [[0.0; 8]; 8];
    for (y, row) in block.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            result[x][y] = *value;
        }
    }
    result
}

fn add_scaled(target: &mut [f32; 8], source: &[f32; 8], weight: f32) {
    for (sum, value) in target.iter_mut().zip(source) {
        *sum += weight * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_goes_back_to_where_it_came_from() {
        let mut block = [[0.0; 8]; 8];
        for (idx, value) in block.as_flattened_mut().iter_mut().enumerate() {
            *value = (idx * 37 % 64) as f32 - 32.0;
        }
        let back = inverse(&transposed(&inverse(&forward(&transposed(&forward(
            &block,
        ))))));
        let pairs = block.as_flattened().iter().zip(back.as_flattened());
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-3));
    }

    #[test]
    fn a_single_cosine_becomes_a_single_coefficient() {
        let mut block = [[0.0; 8]; 8];
        for (y, row) in block.iter_mut().enumerate() {
            for (x, value) in row.iter_mut().enumerate() {
                *value = COSINES[3][y] * COSINES[5][x] * 100.0;
            }
        }
        // Turned by a quarter: column 3, row 5.
        let coefficients = forward(&transposed(&forward(&block)));
        for (idx, value) in coefficients.as_flattened().iter().enumerate() {
            let expected = if idx == 5 * 8 + 3 { 100.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-3, "{idx}: {value}");
        }
    }
}

//! The 8 x 8 blocks of a JPEG: transformed, rounded to steps and transformed back, sixteen blocks
//! side by side.
//!
//! The transform is the one with five products of Arai, Agui and Nakajima (1988) that libjpeg uses
//! for floating point too; what it leaves out is part of the steps.

use macerator::Simd;
use macerator::WithSimd;

use super::vectors;

/// Blocks side by side.
const LANES: usize = 16;

/// One value of each block.
type Lanes = [f32; LANES];

/// Values of the blocks, row by row.
type Blocks = [Lanes; 64];

/// `sqrt(2) cos(k pi / 16)`, the first 1: by these the fast transform is off.
const SCALES: [f32; 8] = [
    1.0,
    1.387_039_8,
    1.306_563,
    1.175_875_7,
    1.0,
    0.785_694_96,
    0.541_196_1,
    0.275_899_4,
];

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
    let (mut shares, mut steps) = ([0.0; 64], [0.0; 64]);
    for (idx, step) in table.iter().enumerate() {
        let scale = SCALES[idx / 8] * SCALES[idx % 8];
        shares[idx] = AWAY_FROM_ZERO / (8.0 * scale * step);
        steps[idx] = scale * step / 8.0;
    }
    vectors::with_widest(Quantize {
        values,
        width,
        shares,
        steps,
    });
}

struct Quantize<'a> {
    values: &'a mut [u8],
    width: usize,
    /// What a coefficient is multiplied with before and after it is rounded.
    shares: [f32; 64],
    steps: [f32; 64],
}

impl WithSimd for Quantize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let mut blocks = [[0.0; LANES]; 64];
        for rows in self.values.chunks_exact_mut(self.width * 8) {
            for left in (0..self.width).step_by(LANES * 8) {
                let n_blocks = ((self.width - left) / 8).min(LANES);
                read(rows, self.width, (left, n_blocks), &mut blocks);
                for x in 0..8 {
                    forward(&mut blocks, x, 8);
                }
                for y in 0..8 {
                    forward(&mut blocks, y * 8, 1);
                }
                for idx in 0..64 {
                    let (share, step) = (self.shares[idx], self.steps[idx]);
                    for lane in 0..LANES {
                        let rounded = blocks[idx][lane] * share + ROUNDER - ROUNDER;
                        blocks[idx][lane] = rounded * step;
                    }
                }
                for x in 0..8 {
                    inverse(&mut blocks, x, 8);
                }
                for y in 0..8 {
                    inverse(&mut blocks, y * 8, 1);
                }
                write(&blocks, rows, self.width, (left, n_blocks));
            }
        }
    }
}

/// Rows of sixteen blocks, eight bytes each: word `i` of eight neighbors, for both halves of the
/// sixteen in each row.
type Words = [[u64; 2 * N_ROWS]; 8];

/// Rows of a block.
const N_ROWS: usize = 8;

/// Reads `place.1` blocks from column `place.0` on; the others keep what they hold.
#[inline(always)]
fn read(rows: &[u8], width: usize, place: (usize, usize), blocks: &mut Blocks) {
    let (left, n_blocks) = place;
    let mut words: Words = [[0; 2 * N_ROWS]; 8];
    for y in 0..N_ROWS {
        let row = &rows[y * width + left..][..n_blocks * 8];
        for (block, bytes) in row.chunks_exact(8).enumerate() {
            let bytes = [
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
            ];
            words[block % 8][y * 2 + block / 8] = u64::from_le_bytes(bytes);
        }
    }
    turn(&mut words);
    for x in 0..8 {
        for y in 0..N_ROWS {
            let target = &mut blocks[y * 8 + x];
            for half in 0..2 {
                let bytes = words[x][y * 2 + half].to_le_bytes();
                for lane in 0..8 {
                    target[half * 8 + lane] = f32::from(bytes[lane]) - 128.0;
                }
            }
        }
    }
}

/// Back from [`read`].
#[inline(always)]
fn write(blocks: &Blocks, rows: &mut [u8], width: usize, place: (usize, usize)) {
    let (left, n_blocks) = place;
    let mut words: Words = [[0; 2 * N_ROWS]; 8];
    for x in 0..8 {
        for y in 0..N_ROWS {
            let source = &blocks[y * 8 + x];
            for half in 0..2 {
                let mut bytes = [0; 8];
                for lane in 0..8 {
                    let value = source[half * 8 + lane] + (128.0 + UP);
                    let held = if value > 0.0 { value } else { 0.0 };
                    let held = if held < 255.0 { held } else { 255.0 };
                    bytes[lane] = (held + ROUNDER).to_bits() as u8;
                }
                words[x][y * 2 + half] = u64::from_le_bytes(bytes);
            }
        }
    }
    turn(&mut words);
    for y in 0..N_ROWS {
        let row = &mut rows[y * width + left..][..n_blocks * 8];
        for (block, bytes) in row.chunks_exact_mut(8).enumerate() {
            bytes.copy_from_slice(&words[block % 8][y * 2 + block / 8].to_le_bytes());
        }
    }
}

/// Exchanges rows and columns of squares of 8 x 8 bytes: first quarters, then quarters of those,
/// then single bytes (Warren, Hacker's Delight, section 7-3).
#[inline(always)]
fn turn(words: &mut Words) {
    exchange(words, 4, 0x0000_0000_ffff_ffff);
    exchange(words, 2, 0x0000_ffff_0000_ffff);
    exchange(words, 1, 0x00ff_00ff_00ff_00ff);
}

#[inline(always)]
fn exchange(words: &mut Words, distance: usize, mask: u64) {
    for first in 0..8 {
        if first & distance != 0 {
            continue;
        }
        let (mut upper, mut lower) = (words[first], words[first + distance]);
        for lane in 0..2 * N_ROWS {
            let moved = ((upper[lane] >> (8 * distance)) ^ lower[lane]) & mask;
            lower[lane] ^= moved;
            upper[lane] ^= moved << (8 * distance);
        }
        words[first] = upper;
        words[first + distance] = lower;
    }
}

/// The cosine transform of the eight values from `first` on, `step` apart; coefficient `k` comes
/// out `sqrt(8) SCALES[k]` times as large.
#[inline(always)]
fn forward(blocks: &mut Blocks, first: usize, step: usize) {
    let rows = gather(blocks, first, step);
    let mut out = [[0.0; LANES]; 8];
    for lane in 0..LANES {
        let (sum_0, difference_0) = both(rows[0][lane], rows[7][lane]);
        let (sum_1, difference_1) = both(rows[1][lane], rows[6][lane]);
        let (sum_2, difference_2) = both(rows[2][lane], rows[5][lane]);
        let (sum_3, difference_3) = both(rows[3][lane], rows[4][lane]);

        let (outer, outer_difference) = both(sum_0, sum_3);
        let (inner, inner_difference) = both(sum_1, sum_2);
        (out[0][lane], out[4][lane]) = both(outer, inner);
        let turned = (inner_difference + outer_difference) * COS_4;
        (out[2][lane], out[6][lane]) = both(outer_difference, turned);

        let low = difference_3 + difference_2;
        let middle = (difference_2 + difference_1) * COS_4;
        let high = difference_1 + difference_0;
        let shared = (low - high) * COS_6;
        let low = low * (COS_2 - COS_6) + shared;
        let high = high * (COS_2 + COS_6) + shared;
        let (near, far) = both(difference_0, middle);
        (out[5][lane], out[3][lane]) = both(far, low);
        (out[1][lane], out[7][lane]) = both(near, high);
    }
    scatter(out, blocks, first, step);
}

/// Back from [`forward`], where each coefficient was divided by 8 and multiplied with the square of
/// its scale.
#[inline(always)]
fn inverse(blocks: &mut Blocks, first: usize, step: usize) {
    let rows = gather(blocks, first, step);
    let mut out = [[0.0; LANES]; 8];
    for lane in 0..LANES {
        let (outer, inner) = both(rows[0][lane], rows[4][lane]);
        let (sum, difference) = both(rows[2][lane], rows[6][lane]);
        let difference = difference * (2.0 * COS_4) - sum;
        let (even_0, even_3) = both(outer, sum);
        let (even_1, even_2) = both(inner, difference);

        let (sum_53, difference_53) = both(rows[5][lane], rows[3][lane]);
        let (sum_17, difference_17) = both(rows[1][lane], rows[7][lane]);
        let (odd_0, across) = both(sum_17, sum_53);
        let shared = (difference_53 + difference_17) * (2.0 * COS_2);
        let odd_1 = shared - difference_53 * (2.0 * (COS_2 + COS_6)) - odd_0;
        let odd_2 = across * (2.0 * COS_4) - odd_1;
        let odd_3 = shared - difference_17 * (2.0 * (COS_2 - COS_6)) - odd_2;

        (out[0][lane], out[7][lane]) = both(even_0, odd_0);
        (out[1][lane], out[6][lane]) = both(even_1, odd_1);
        (out[2][lane], out[5][lane]) = both(even_2, odd_2);
        (out[3][lane], out[4][lane]) = both(even_3, odd_3);
    }
    scatter(out, blocks, first, step);
}

/// `cos(k pi / 16)`
const COS_2: f32 = 0.923_879_5;
const COS_4: f32 = std::f32::consts::FRAC_1_SQRT_2;
const COS_6: f32 = 0.382_683_43;

#[inline(always)]
fn both(a: f32, b: f32) -> (f32, f32) {
    (a + b, a - b)
}

#[inline(always)]
fn gather(blocks: &Blocks, first: usize, step: usize) -> [Lanes; 8] {
    let mut rows = [[0.0; LANES]; 8];
    for k in 0..8 {
        rows[k] = blocks[first + k * step];
    }
    rows
}

#[inline(always)]
fn scatter(rows: [Lanes; 8], blocks: &mut Blocks, first: usize, step: usize) {
    for k in 0..8 {
        blocks[first + k * step] = rows[k];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Coefficient `(v, u)` of a block by its definition (ITU-T T.81, A.3.3).
    fn coefficient(block: &[f32; 64], v: usize, u: usize) -> f32 {
        let cosine = |at: usize, k: usize| {
            let angle = (2 * at + 1) as f32 * k as f32 * std::f32::consts::PI / 16.0;
            let weight = if k == 0 { 0.125_f32.sqrt() } else { 0.5 };
            weight * libm::cosf(angle)
        };
        let terms = block.iter().enumerate();
        terms
            .map(|(idx, value)| value * cosine(idx / 8, v) * cosine(idx % 8, u))
            .sum()
    }

    #[test]
    fn the_fast_transform_is_the_one_of_the_standard_and_goes_back() {
        let mut blocks = [[0.0; LANES]; 64];
        for (idx, lanes) in blocks.iter_mut().enumerate() {
            for (lane, value) in lanes.iter_mut().enumerate() {
                *value = ((idx * 37 + lane * 11) % 64) as f32 - 32.0;
            }
        }
        let before = blocks;
        for k in 0..8 {
            forward(&mut blocks, k, 8);
        }
        for k in 0..8 {
            forward(&mut blocks, k * 8, 1);
        }
        let block = before.map(|lanes| lanes[5]);
        for (idx, lanes) in blocks.iter_mut().enumerate() {
            let scale = SCALES[idx / 8] * SCALES[idx % 8];
            let expected = coefficient(&block, idx / 8, idx % 8);
            let found = lanes[5] / (8.0 * scale);
            assert!((found - expected).abs() < 1e-3, "{idx}: {found} {expected}");
            for value in lanes {
                *value = *value / (8.0 * scale) * scale / 8.0;
            }
        }
        for k in 0..8 {
            inverse(&mut blocks, k, 8);
        }
        for k in 0..8 {
            inverse(&mut blocks, k * 8, 1);
        }
        let pairs = before.as_flattened().iter().zip(blocks.as_flattened());
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-3));
    }

    #[test]
    fn what_is_read_is_written_back_where_it_was() {
        let width = 8 * 19;
        let rows: Vec<u8> = (0..width * 8).map(|idx| (idx * 7 % 251) as u8).collect();
        let mut copy = vec![0; rows.len()];
        let mut blocks = [[0.0; LANES]; 64];
        for place in [(0, 16), (128, 3)] {
            read(&rows, width, place, &mut blocks);
            let second = place.0 + 8;
            assert_eq!(
                blocks[3 * 8 + 2][1] + 128.0,
                f32::from(rows[3 * width + second + 2])
            );
            write(&blocks, &mut copy, width, place);
        }
        assert_eq!(rows, copy);
    }
}

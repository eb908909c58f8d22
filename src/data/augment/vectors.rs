//! Loops compiled once for each width of vectors (AVX-512, AVX2, SSE4.2, NEON) and chosen while
//! running.
//!
//! The loops are plain Rust that the compiler turns into vectors: no rule of rounding changes with
//! the processor, so every machine computes the same bytes.

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

/// Runs a loop with the widest vectors that this processor has. Its `with_simd`, and all that is
/// called in the loop, has to be `#[inline(always)]`: only what is inlined is compiled anew for
/// each width. For the same reason such loops call no closures.
pub(super) fn with_widest<W: WithSimd>(work: W) -> W::Output {
    AutoArch::new().dispatch(work)
}

/// Beyond this number the steps of `f32` are 1, so adding it rounds.
const ROUNDER: f32 = 8_388_608.0;

/// The whole part of a number from 0 to 2^22.
#[inline(always)]
pub(super) fn whole(value: f32) -> f32 {
    let nearest = value + ROUNDER - ROUNDER;
    if nearest > value {
        nearest - 1.0
    } else {
        nearest
    }
}

/// A whole number from 0 to 255: the lowest bits of the sum. A cast would not become a vector.
#[inline(always)]
pub(super) fn byte(value: f32) -> u8 {
    (value + ROUNDER).to_bits() as u8
}

/// Pixels of a [`Block`].
pub(super) const LANES: usize = 64;

/// Bytes of a [`Block`].
pub(super) const BLOCK_BYTES: usize = LANES * 3;

/// Some pixels, channel by channel.
pub(super) type Block = [[u8; LANES]; 3];

/// What becomes of a few pixels.
pub(super) trait ChangeBlock {
    /// `#[inline(always)]`.
    fn change(&self, block: &mut Block);
}

/// Changes the pixels of `rgb`, a block at a time; the last one is filled up with zeros.
pub(super) fn change_blocks(rgb: &mut [u8], change: impl ChangeBlock) {
    with_widest(ChangeBlocks { rgb, change });
}

struct ChangeBlocks<'a, C> {
    rgb: &'a mut [u8],
    change: C,
}

impl<C: ChangeBlock> WithSimd for ChangeBlocks<'_, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        for chunk in self.rgb.chunks_mut(BLOCK_BYTES) {
            let mut pixels = [0; BLOCK_BYTES];
            pixels[..chunk.len()].copy_from_slice(chunk);
            let mut block = parted(&pixels);
            self.change.change(&mut block);
            pixels = joined(&block);
            chunk.copy_from_slice(&pixels[..chunk.len()]);
        }
    }
}

/// The channels of some pixels.
#[inline(always)]
pub(super) fn parted(pixels: &[u8; BLOCK_BYTES]) -> Block {
    let (mut r, mut g, mut b) = ([0; LANES], [0; LANES], [0; LANES]);
    for lane in 0..LANES {
        r[lane] = pixels[lane * 3];
        g[lane] = pixels[lane * 3 + 1];
        b[lane] = pixels[lane * 3 + 2];
    }
    [r, g, b]
}

/// The pixels of some channels.
#[inline(always)]
pub(super) fn joined([r, g, b]: &Block) -> [u8; BLOCK_BYTES] {
    let mut pixels = [0; BLOCK_BYTES];
    for lane in 0..LANES {
        pixels[lane * 3] = r[lane];
        pixels[lane * 3 + 1] = g[lane];
        pixels[lane * 3 + 2] = b[lane];
    }
    pixels
}

/// A picture with lines of pixels as columns: `[height][width][3]` becomes `[width][height][3]`.
pub(super) fn transposed(rgb: &[u8], width: usize) -> Vec<u8> {
    let height = rgb.len() / (width * 3);
    let mut turned = vec![0; rgb.len()];
    // A few lines at once, so that what is written lies together.
    for top in (0..height).step_by(N_LINES_TOGETHER) {
        let n_lines = N_LINES_TOGETHER.min(height - top);
        for x in 0..width {
            let start = (x * height + top) * 3;
            let target = &mut turned[start..start + n_lines * 3];
            for (y, pixel) in target.chunks_exact_mut(3).enumerate() {
                let from = ((top + y) * width + x) * 3;
                pixel.copy_from_slice(&rgb[from..from + 3]);
            }
        }
    }
    turned
}

const N_LINES_TOGETHER: usize = 16;

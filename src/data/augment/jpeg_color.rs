//! The colors of a JPEG: brightness, and blue and red at half the resolution (ITU-T T.871), with
//! the rounding of libjpeg.

use macerator::Simd;
use macerator::WithSimd;

use super::vectors;
use super::vectors::BLOCK_BYTES;
use super::vectors::Block;
use super::vectors::LANES;
use crate::data::Picture;

/// One color channel at its own resolution.
pub(super) struct Plane {
    pub width: usize,
    pub values: Vec<u8>,
}

impl Plane {
    fn new(width: usize, height: usize) -> Self {
        let values = vec![0; width * height];
        Self { width, values }
    }

    #[inline(always)]
    fn row(&self, y: usize) -> &[u8] {
        &self.values[y * self.width..(y + 1) * self.width]
    }
}

/// Y at the resolution of the picture, Cb and Cr at half of it, padded to whole macro blocks of 16
/// pixels by repeating the edge.
pub(super) fn split(picture: &Picture) -> [Plane; 3] {
    let width = (picture.width as usize).next_multiple_of(16);
    let height = (picture.height as usize).next_multiple_of(16);
    let mut luma = Plane::new(width, height);
    let mut blue = Plane::new(width / 2, height / 2);
    let mut red = Plane::new(width / 2, height / 2);
    vectors::with_widest(Split {
        picture,
        luma: &mut luma,
        blue: &mut blue,
        red: &mut red,
    });
    [luma, blue, red]
}

struct Split<'a> {
    picture: &'a Picture,
    luma: &'a mut Plane,
    blue: &'a mut Plane,
    red: &'a mut Plane,
}

impl WithSimd for Split<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let row_bytes = self.picture.width as usize * 3;
        let last = self.picture.height as usize - 1;
        let width = self.luma.width;
        let mut rows = Rows::new(width);
        let halves = self.blue.values.chunks_exact_mut(width / 2);
        let halves = halves.zip(self.red.values.chunks_exact_mut(width / 2));
        let lumas = self.luma.values.chunks_exact_mut(width * 2);
        for (y, (lumas, (blue, red))) in lumas.zip(halves).enumerate() {
            let [upper, lower] = [(y * 2).min(last), (y * 2 + 1).min(last)];
            for (half, from) in [(0, upper), (1, lower)] {
                let pixels = &self.picture.rgb[from * row_bytes..(from + 1) * row_bytes];
                rows.convert(pixels, half);
                lumas[half * width..(half + 1) * width].copy_from_slice(&rows.luma[..width]);
            }
            halve(&rows.blue, blue);
            halve(&rows.red, red);
        }
    }
}

/// A row of brightness and two rows each of blue and red, with room for whole blocks.
struct Rows {
    luma: Vec<u8>,
    blue: [Vec<u8>; 2],
    red: [Vec<u8>; 2],
}

impl Rows {
    #[inline(always)]
    fn new(width: usize) -> Self {
        let row = vec![0; width.next_multiple_of(LANES)];
        Self {
            luma: row.clone(),
            blue: [row.clone(), row.clone()],
            red: [row.clone(), row],
        }
    }

    /// Fills the rows from pixels; beyond them the last one repeats.
    #[inline(always)]
    fn convert(&mut self, pixels: &[u8], half: usize) {
        let n_pixels = pixels.len() / 3;
        let (blues, reds) = (&mut self.blue[half], &mut self.red[half]);
        for (idx, chunk) in pixels.chunks(BLOCK_BYTES).enumerate() {
            let mut filled = [0; BLOCK_BYTES];
            filled[..chunk.len()].copy_from_slice(chunk);
            let [y, cb, cr] = converted(&vectors::parted(&filled));
            let lanes = idx * LANES..(idx + 1) * LANES;
            self.luma[lanes.clone()].copy_from_slice(&y);
            blues[lanes.clone()].copy_from_slice(&cb);
            reds[lanes].copy_from_slice(&cr);
        }
        for row in [&mut self.luma, blues, reds] {
            let last = row[n_pixels - 1];
            row[n_pixels..].fill(last);
        }
    }
}

/// Y, Cb and Cr from R, G and B.
#[inline(always)]
fn converted([r, g, b]: &Block) -> Block {
    let mut block = [[0; LANES]; 3];
    for lane in 0..LANES {
        let (r, g, b) = (i32::from(r[lane]), i32::from(g[lane]), i32::from(b[lane]));
        let offset = (128 << 16) + 32_767;
        block[0][lane] = ((19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16) as u8;
        block[1][lane] = ((-11_059 * r - 21_709 * g + 32_768 * b + offset) >> 16) as u8;
        block[2][lane] = ((32_768 * r - 27_439 * g - 5_329 * b + offset) >> 16) as u8;
    }
    block
}

/// Half the resolution; the rounding alternates as in libjpeg, so that it adds no tint.
#[inline(always)]
fn halve([upper, lower]: &[Vec<u8>; 2], target: &mut [u8]) {
    let n = target.len();
    let (upper, lower) = (&upper[..n * 2], &lower[..n * 2]);
    for idx in 0..n {
        let sum = u16::from(upper[idx * 2])
            + u16::from(upper[idx * 2 + 1])
            + u16::from(lower[idx * 2])
            + u16::from(lower[idx * 2 + 1]);
        target[idx] = ((sum + 1 + idx as u16 % 2) >> 2) as u8;
    }
}

/// Back to RGB at the size of the picture.
pub(super) fn merge(
    (width, height): (u32, u32),
    luma: &Plane,
    blue: &Plane,
    red: &Plane,
) -> Picture {
    let mut picture = Picture::filled(width, height, [0; 3]);
    vectors::with_widest(Merge {
        picture: &mut picture,
        luma,
        blue,
        red,
    });
    picture
}

struct Merge<'a> {
    picture: &'a mut Picture,
    luma: &'a Plane,
    blue: &'a Plane,
    red: &'a Plane,
}

impl WithSimd for Merge<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let width = self.picture.width as usize;
        let n_rows = (self.picture.height as usize).div_ceil(2);
        let mut sums = vec![0; width.div_ceil(2) + 2];
        let mut rows = Rows::new(width + 1);
        for (y, row) in self.picture.rgb.chunks_exact_mut(width * 3).enumerate() {
            let near = y / 2;
            let far = if y % 2 == 0 {
                near.saturating_sub(1)
            } else {
                (near + 1).min(n_rows - 1)
            };
            rows.luma[..width].copy_from_slice(&self.luma.row(y)[..width]);
            double(
                self.blue.row(near),
                self.blue.row(far),
                &mut sums,
                &mut rows.blue[0],
            );
            double(
                self.red.row(near),
                self.red.row(far),
                &mut sums,
                &mut rows.red[0],
            );
            for (idx, chunk) in row.chunks_mut(BLOCK_BYTES).enumerate() {
                let lanes = idx * LANES..(idx + 1) * LANES;
                let (blues, reds) = (&rows.blue[0][lanes.clone()], &rows.red[0][lanes.clone()]);
                let pixels = vectors::joined(&restored(&rows.luma[lanes], blues, reds));
                chunk.copy_from_slice(&pixels[..chunk.len()]);
            }
        }
    }
}

/// Twice the resolution by libjpeg's smooth ("fancy") upsampling: 9, 3, 3 and 1 sixteenths of the
/// four nearest values. `sums` has room for the columns of the picture and one more at either end,
/// where the edge repeats.
#[inline(always)]
fn double(near: &[u8], far: &[u8], sums: &mut [u16], target: &mut [u8]) {
    let n = sums.len() - 2;
    let (near, far) = (&near[..n], &far[..n]);
    for idx in 0..n {
        sums[idx + 1] = 3 * u16::from(near[idx]) + u16::from(far[idx]);
    }
    (sums[0], sums[n + 1]) = (sums[1], sums[n]);
    let (left, middle, right) = (&sums[..n], &sums[1..=n], &sums[2..n + 2]);
    let target = &mut target[..n * 2];
    for idx in 0..n {
        target[idx * 2] = ((3 * middle[idx] + left[idx] + 8) >> 4) as u8;
        target[idx * 2 + 1] = ((3 * middle[idx] + right[idx] + 7) >> 4) as u8;
    }
}

/// R, G and B from Y, Cb and Cr.
#[inline(always)]
fn restored(lumas: &[u8], blues: &[u8], reds: &[u8]) -> Block {
    let (lumas, blues, reds) = (&lumas[..LANES], &blues[..LANES], &reds[..LANES]);
    let mut block = [[0; LANES]; 3];
    for lane in 0..LANES {
        let y = i32::from(lumas[lane]);
        let (cb, cr) = (i32::from(blues[lane]) - 128, i32::from(reds[lane]) - 128);
        let r = y + ((91_881 * cr + 32_768) >> 16);
        let g = y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16);
        let b = y + ((116_130 * cb + 32_768) >> 16);
        block[0][lane] = r.clamp(0, 255) as u8;
        block[1][lane] = g.clamp(0, 255) as u8;
        block[2][lane] = b.clamp(0, 255) as u8;
    }
    block
}

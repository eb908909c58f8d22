//! Out of focus, as Pillow's `GaussianBlur` does it: three box blurs in each direction come close
//! to a Gaussian at a cost that does not grow with the radius (Gwosdek et al., SSVM 2011).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::View;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "gaussian-blur",
    label: "Blur",
    help: "Makes the picture soft, as if out of focus.",
    probability: 0.5,
    parameters: &[ParameterSpec {
        id: "sigma",
        label: "Radius in pixels at an input size of 224",
        limits: Span::new(0.0, 20.0),
        default: Span::new(1.0, 5.0),
    }],
    build: |spans| Box::new(GaussianBlur { sigma: spans[0] }),
};

/// Input size that the radii of SSCD are meant for; other sizes scale them.
const REFERENCE_SIZE: f32 = 224.0;

/// Box blurs per direction.
const N_PASSES: usize = 3;

/// Fraction bits of Pillow's weights.
const WEIGHT_BITS: u32 = 24;

/// Rows that are blurred along together, so that they stay in the nearest cache.
const N_ROWS_TOGETHER: usize = 16;

struct GaussianBlur {
    sigma: Span,
}

impl Augmentation for GaussianBlur {
    fn apply(&self, view: &mut View, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let sigma = self.sigma.draw(rng) * surroundings.size as f32 / REFERENCE_SIZE;
        if sigma > 0.0 {
            view.picture = blur(&view.picture, sigma);
        }
    }
}

/// A box of `2 * radius + 1` whole pixels and a part of one more on either side.
#[derive(Clone, Copy)]
struct Kernel {
    radius: usize,
    whole: u32,
    part: u32,
}

impl Kernel {
    /// The box whose variance is a third of the Gaussian's (equations 7, 11 and 14).
    fn new(sigma: f32) -> Self {
        let variance = sigma * sigma / N_PASSES as f32;
        let length = f64::from(12.0 * variance + 1.0).sqrt() as f32;
        let whole = ((length - 1.0) / 2.0).floor();
        let part = (2.0 * whole + 1.0) * (whole * (whole + 1.0) - 3.0 * variance)
            / (6.0 * (variance - (whole + 1.0) * (whole + 1.0)));
        let radius = whole + part;
        let n_whole = 2 * radius as u32 + 1;
        let weight = ((1_u32 << WEIGHT_BITS) as f32 / (radius * 2.0 + 1.0)) as u32;
        Self {
            radius: radius as usize,
            whole: weight,
            part: ((1 << WEIGHT_BITS) - n_whole * weight) / 2,
        }
    }
}

/// Blurs both ways; beyond the edges the edge pixels repeat.
fn blur(picture: &Picture, sigma: f32) -> Picture {
    let kernel = Kernel::new(sigma);
    let row_bytes = picture.width as usize * 3;
    let mut rgb = picture.rgb.clone();
    let mut scratch = Scratch::default();
    for rows in rgb.chunks_mut(row_bytes * N_ROWS_TOGETHER) {
        along(rows, row_bytes, kernel, &mut scratch);
    }
    scratch.blur_down(&mut rgb, row_bytes, kernel);
    Picture::new(picture.width, picture.height, rgb)
}

/// Blurs a few rows along themselves: turned by a quarter, rows of a pixel each follow each other.
fn along(rows: &mut [u8], row_bytes: usize, kernel: Kernel, scratch: &mut Scratch) {
    let n_rows = rows.len() / row_bytes;
    let mut turned = std::mem::take(&mut scratch.turned);
    turned.resize(rows.len(), 0);
    for (idx, row) in rows.chunks_exact(row_bytes).enumerate() {
        let targets = turned.chunks_exact_mut(n_rows * 3);
        for (pixel, target) in row.chunks_exact(3).zip(targets) {
            target[idx * 3..idx * 3 + 3].copy_from_slice(pixel);
        }
    }
    scratch.blur_down(&mut turned, n_rows * 3, kernel);
    for (idx, row) in rows.chunks_exact_mut(row_bytes).enumerate() {
        let sources = turned.chunks_exact(n_rows * 3);
        for (pixel, source) in row.chunks_exact_mut(3).zip(sources) {
            pixel.copy_from_slice(&source[idx * 3..idx * 3 + 3]);
        }
    }
    scratch.turned = turned;
}

/// Memory used again from block to block.
#[derive(Default)]
struct Scratch {
    turned: Vec<u8>,
    other: Vec<u8>,
    sums: Vec<u32>,
}

impl Scratch {
    /// All passes of one direction.
    fn blur_down(&mut self, rows: &mut Vec<u8>, row_bytes: usize, kernel: Kernel) {
        self.other.resize(rows.len(), 0);
        for _ in 0..N_PASSES {
            pass_down(rows, &mut self.other, row_bytes, kernel, &mut self.sums);
            std::mem::swap(rows, &mut self.other);
        }
    }
}

/// One box blur down the columns: each sum gains the row that enters the box and loses the one
/// that leaves it.
fn pass_down(from: &[u8], to: &mut [u8], row_bytes: usize, kernel: Kernel, sums: &mut Vec<u32>) {
    let n_rows = from.len() / row_bytes;
    let row = |y: usize| {
        let start = y.saturating_sub(kernel.radius + 1).min(n_rows - 1) * row_bytes;
        &from[start..start + row_bytes]
    };
    // `row(y)` is row `y - radius - 1` with the edges repeated.
    sums.clear();
    sums.extend(
        row(0)
            .iter()
            .map(|value| u32::from(*value) * (kernel.radius as u32 + 1)),
    );
    for y in 0..kernel.radius {
        for (sum, value) in sums.iter_mut().zip(row(y + kernel.radius + 1)) {
            *sum += u32::from(*value);
        }
    }
    for (y, target) in to.chunks_exact_mut(row_bytes).enumerate() {
        let before = row(y);
        let entering = row(y + 2 * kernel.radius + 1);
        let after = row(y + 2 * kernel.radius + 2);
        let sides = before.iter().zip(entering).zip(after);
        for ((sum, value), ((before, entering), after)) in sums.iter_mut().zip(target).zip(sides) {
            let before = u32::from(*before);
            *sum = *sum + u32::from(*entering) - before;
            let edge = before + u32::from(*after);
            let total = *sum * kernel.whole + edge * kernel.part + (1 << (WEIGHT_BITS - 1));
            *value = (total >> WEIGHT_BITS) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::checkered;
    use super::*;

    #[test]
    fn the_blur_keeps_the_mean_and_a_flat_picture() {
        let flat = Picture::filled(20, 10, [7, 100, 250]);
        assert_eq!(blur(&flat, 3.0), flat);
        let mut dot = Picture::filled(41, 41, [0; 3]);
        dot.put(20, 20, [255; 3]);
        dot.put(21, 20, [255; 3]);
        let mean = |picture: &Picture| picture.rgb.iter().map(|v| f64::from(*v)).sum::<f64>();
        let ratio = mean(&blur(&dot, 1.0)) / mean(&dot);
        assert!((0.97..1.03).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_line_is_spread_as_widely_as_the_radius_says() {
        let mut line = Picture::filled(101, 20, [0; 3]);
        for y in 0..20 {
            line.put(50, y, [255; 3]);
        }
        let blurred = blur(&line, 4.0);
        let row = (0..101).map(|x| (f64::from(x) - 50.0, f64::from(blurred.pixel(x, 10)[0])));
        let (mass, spread) = row.fold((0.0, 0.0), |(mass, spread), (x, value)| {
            (mass + value, spread + value * x * x)
        });
        let sigma = (spread / mass).sqrt();
        assert!((3.7..4.2).contains(&sigma), "{sigma}");
    }

    #[test]
    fn blurring_along_and_down_are_the_same_turned() {
        let picture = checkered(23, 23);
        let turned = |picture: &Picture| {
            let mut turned = picture.clone();
            for (x, y) in (0..23).flat_map(|y| (0..23).map(move |x| (x, y))) {
                turned.put(y, x, picture.pixel(x, y));
            }
            turned
        };
        // Every pass rounds, so the order of the directions matters a little.
        let (one, other) = (blur(&picture, 2.3), turned(&blur(&turned(&picture), 2.3)));
        let worst = one.rgb.iter().zip(&other.rgb).map(|(a, b)| a.abs_diff(*b));
        assert!(worst.max() <= Some(3));
    }
}

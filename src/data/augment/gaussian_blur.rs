//! Out of focus, as Pillow's `GaussianBlur` does it: three box blurs in each direction come close
//! to a Gaussian at a cost that does not grow with the radius (Gwosdek et al., SSVM 2011).

use macerator::Simd;
use macerator::WithSimd;
use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::vectors;
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

struct GaussianBlur {
    sigma: Span,
}

impl Augmentation for GaussianBlur {
    fn apply(&self, view: &mut Draft<'_>, surroundings: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let sigma = self.sigma.draw(rng) * surroundings.size as f32 / REFERENCE_SIZE;
        if sigma > 0.0 {
            view.repaint(blur(&view.picture, sigma));
        }
    }
}

/// A box of `2 * radius + 1` whole pixels and a part of one more on either side.
#[derive(Clone, Copy)]
struct Kernel {
    radius: usize,
    /// Weights of whole pixels and of the two at the ends, of `2^24`.
    whole: u32,
    part: u32,
}

impl Kernel {
    /// The box whose variance is a third of the Gaussian's (equations 7, 11 and 14).
    fn new(sigma: f32) -> Self {
        let variance = sigma * sigma / N_PASSES as f32;
        let length = (12.0 * f64::from(variance) + 1.0).sqrt() as f32;
        let whole = ((length - 1.0) / 2.0).floor();
        let part = (2.0 * whole + 1.0) * (whole * (whole + 1.0) - 3.0 * variance)
            / (6.0 * (variance - (whole + 1.0) * (whole + 1.0)));
        let radius = whole + part;
        let n_whole = 2 * radius as u32 + 1;
        let one = 1_u32 << WEIGHT_BITS;
        let weight = (one as f32 / (radius * 2.0 + 1.0)) as u32;
        Self {
            radius: radius as usize,
            whole: weight,
            part: (one - n_whole * weight) / 2,
        }
    }
}

/// Blurs along the rows, then down the columns; beyond the edges the edge pixels repeat. The same
/// whole numbers as Pillow's, its rounding after every pass included.
fn blur(picture: &Picture, sigma: f32) -> Picture {
    let kernel = Kernel::new(sigma);
    let [width, height] = [picture.width as usize, picture.height as usize];
    // Turned by a quarter, the pixels of a row become lines.
    let along = blur_across(vectors::transposed(&picture.rgb, width), height * 3, kernel);
    let down = blur_across(vectors::transposed(&along, height), width * 3, kernel);
    Picture::new(picture.width, picture.height, down)
}

/// Blurs lines of `len` values across.
fn blur_across(mut values: Vec<u8>, len: usize, kernel: Kernel) -> Vec<u8> {
    let mut blurred = vec![0; values.len()];
    for _ in 0..N_PASSES {
        vectors::with_widest(Pass {
            lines: Lines {
                len,
                values: &values,
            },
            kernel,
            blurred: &mut blurred,
        });
        std::mem::swap(&mut values, &mut blurred);
    }
    values
}

#[derive(Clone, Copy)]
struct Lines<'a> {
    len: usize,
    values: &'a [u8],
}

impl<'a> Lines<'a> {
    /// Line `at - n_before`, the edges repeated.
    #[inline(always)]
    fn get(self, at: usize, n_before: usize) -> &'a [u8] {
        let last = self.values.len() / self.len - 1;
        let start = at.saturating_sub(n_before).min(last) * self.len;
        &self.values[start..start + self.len]
    }
}

/// One box blur across lines: each sum gains the line that enters the box and loses the one that
/// leaves it.
struct Pass<'a> {
    lines: Lines<'a>,
    kernel: Kernel,
    blurred: &'a mut [u8],
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Self { lines, kernel, .. } = self;
        let (len, n_before) = (lines.len, kernel.radius + 1);
        let mut sums = vec![0_u32; len];
        let sums = &mut sums[..len];
        // The box around the line before the first.
        for at in 0..=2 * kernel.radius {
            let line = lines.get(at, n_before);
            for idx in 0..len {
                sums[idx] += u32::from(line[idx]);
            }
        }
        for (at, target) in self.blurred.chunks_exact_mut(len).enumerate() {
            let before = &lines.get(at, n_before)[..len];
            let entering = &lines.get(at + 2 * kernel.radius + 1, n_before)[..len];
            let after = &lines.get(at + 2 * kernel.radius + 2, n_before)[..len];
            let target = &mut target[..len];
            for idx in 0..len {
                let left = u32::from(before[idx]);
                let sum = sums[idx] + u32::from(entering[idx]) - left;
                sums[idx] = sum;
                let ends = left + u32::from(after[idx]);
                let total = sum * kernel.whole + ends * kernel.part;
                target[idx] = ((total + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS) as u8;
            }
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

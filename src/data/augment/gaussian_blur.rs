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

/// Values of a row that are blurred down together, for the same reason.
const N_VALUES_TOGETHER: usize = 96;

/// Adding and taking away this number rounds to the nearest whole number.
const ROUNDER: f32 = 8_388_608.0;

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
    whole: f32,
    part: f32,
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
        let one = 1_u32 << WEIGHT_BITS;
        let weight = (one as f32 / (radius * 2.0 + 1.0)) as u32;
        // Whole numbers of 24 bits: `f32` holds them as they are.
        let share = |weight: u32| weight as f32 / one as f32;
        Self {
            radius: radius as usize,
            whole: share(weight),
            part: share((one - n_whole * weight) / 2),
        }
    }
}

/// Blurs along the rows, then down the columns; beyond the edges the edge pixels repeat.
///
/// Pillow's rounding after every pass, in `f32` where Pillow has 32-bit integers: a sum in the
/// middle between two levels may fall to the other one. Against Pillow that is no value at most
/// radii, and a level here and there at the few whose weights are simple fractions, such as 1.
fn blur(picture: &Picture, sigma: f32) -> Picture {
    let kernel = Kernel::new(sigma);
    let row_bytes = picture.width as usize * 3;
    let mut rgb = picture.rgb.clone();
    let mut lines = Lines::default();
    for rows in rgb.chunks_mut(row_bytes * N_ROWS_TOGETHER) {
        along(rows, row_bytes, kernel, &mut lines);
    }
    for first in (0..row_bytes).step_by(N_VALUES_TOGETHER) {
        let values = first..(first + N_VALUES_TOGETHER).min(row_bytes);
        lines.start(picture.height as usize, values.len());
        for (line, row) in lines.iter_mut().zip(rgb.chunks_exact(row_bytes)) {
            for (target, value) in line.iter_mut().zip(&row[values.clone()]) {
                *target = f32::from(*value);
            }
        }
        lines.blur(kernel);
        for (line, row) in lines.iter_mut().zip(rgb.chunks_exact_mut(row_bytes)) {
            for (value, target) in line.iter().zip(&mut row[values.clone()]) {
                *target = byte(*value);
            }
        }
    }
    Picture::new(picture.width, picture.height, rgb)
}

/// Blurs a few rows along themselves: turned by a quarter, their pixels become lines.
fn along(rows: &mut [u8], row_bytes: usize, kernel: Kernel, lines: &mut Lines) {
    let n_rows = rows.len() / row_bytes;
    lines.start(row_bytes / 3, n_rows * 3);
    for (idx, row) in rows.chunks_exact(row_bytes).enumerate() {
        for (pixel, line) in row.chunks_exact(3).zip(lines.iter_mut()) {
            let target = &mut line[idx * 3..idx * 3 + 3];
            for (target, value) in target.iter_mut().zip(pixel) {
                *target = f32::from(*value);
            }
        }
    }
    lines.blur(kernel);
    for (idx, row) in rows.chunks_exact_mut(row_bytes).enumerate() {
        for (pixel, line) in row.chunks_exact_mut(3).zip(lines.iter_mut()) {
            for (target, value) in pixel.iter_mut().zip(&line[idx * 3..idx * 3 + 3]) {
                *target = byte(*value);
            }
        }
    }
}

/// A whole number from 0 to 255: the lowest bits of the sum.
fn byte(value: f32) -> u8 {
    (value + ROUNDER).to_bits() as u8
}

/// Lines of whole numbers that are blurred across, and memory for it.
#[derive(Default)]
struct Lines {
    len: usize,
    values: Vec<f32>,
    blurred: Vec<f32>,
    sums: Vec<f32>,
}

impl Lines {
    fn start(&mut self, n_lines: usize, len: usize) {
        self.len = len;
        self.values.resize(n_lines * len, 0.0);
        self.blurred.resize(n_lines * len, 0.0);
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.values.chunks_exact_mut(self.len)
    }

    fn blur(&mut self, kernel: Kernel) {
        for _ in 0..N_PASSES {
            self.pass(kernel);
            std::mem::swap(&mut self.values, &mut self.blurred);
        }
    }

    /// One box blur across the lines: each sum gains the line that enters the box and loses the
    /// one that leaves it.
    fn pass(&mut self, kernel: Kernel) {
        let Self {
            len,
            values,
            blurred,
            sums,
        } = self;
        let n_lines = values.len() / *len;
        // Line `at - radius - 1`, the edges repeated.
        let line = |at: usize| {
            let start = at.saturating_sub(kernel.radius + 1).min(n_lines - 1) * *len;
            &values[start..start + *len]
        };
        sums.clear();
        let n_repeated = (kernel.radius + 1) as f32;
        sums.extend(line(0).iter().map(|value| value * n_repeated));
        for at in 0..kernel.radius {
            for (sum, value) in sums.iter_mut().zip(line(at + kernel.radius + 1)) {
                *sum += value;
            }
        }
        for (at, target) in blurred.chunks_exact_mut(*len).enumerate() {
            let before = line(at);
            let entering = line(at + 2 * kernel.radius + 1);
            let after = line(at + 2 * kernel.radius + 2);
            let sides = before.iter().zip(entering).zip(after);
            let targets = sums.iter_mut().zip(target);
            for ((sum, value), ((before, entering), after)) in targets.zip(sides) {
                *sum += entering - before;
                let total = *sum * kernel.whole + (before + after) * kernel.part;
                *value = total + ROUNDER - ROUNDER;
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

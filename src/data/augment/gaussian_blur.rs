//! Out of focus: a true Gaussian, where Pillow comes close to one by three box blurs.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "gaussian-blur",
    label: "Blur",
    help: "Makes the picture soft, as if out of focus.",
    probability: 0.5,
    parameters: &[ParameterSpec {
        id: "sigma",
        label: "Radius in pixels at an input size of 224",
        limits: Span::new(0.05, 20.0),
        default: Span::new(1.0, 5.0),
    }],
    build: |spans| Box::new(GaussianBlur { sigma: spans[0] }),
};

/// Input size that the radii of SSCD are meant for; other sizes scale them.
const REFERENCE_SIZE: f32 = 224.0;

/// The kernel ends where its weight has fallen to 1 % of the middle.
const SIGMAS_PER_RADIUS: f32 = 3.0;

struct GaussianBlur {
    sigma: Span,
}

impl Augmentation for GaussianBlur {
    fn apply(
        &self,
        picture: Picture,
        surroundings: &Surroundings<'_>,
        rng: &mut ChaCha8Rng,
    ) -> Picture {
        let sigma = self.sigma.draw(rng) * surroundings.size as f32 / REFERENCE_SIZE;
        blur(&picture, sigma)
    }
}

/// Convolves with a Gaussian of `sigma` pixels; beyond the edges the edge pixels repeat.
fn blur(picture: &Picture, sigma: f32) -> Picture {
    let kernel = kernel(sigma);
    let radius = kernel.len() / 2;
    let n_row = picture.width as usize * 3;
    let n_rows = picture.height as usize;
    let rows: Vec<&[u8]> = picture.rgb.chunks_exact(n_row).collect();

    let mut rgb = Vec::with_capacity(picture.rgb.len());
    let mut padded = vec![0.0_f32; n_row + radius * 6];
    let mut row_out = vec![0.0_f32; n_row];
    for y in 0..n_rows {
        let middle = &mut padded[radius * 3..radius * 3 + n_row];
        middle.fill(0.0);
        for (tap, weight) in kernel.iter().enumerate() {
            let source = rows[(y + tap).saturating_sub(radius).min(n_rows - 1)];
            for (sum, value) in middle.iter_mut().zip(source) {
                *sum += weight * f32::from(*value);
            }
        }
        repeat_edges(&mut padded, radius * 3);
        row_out.fill(0.0);
        for (tap, weight) in kernel.iter().enumerate() {
            let source = &padded[tap * 3..tap * 3 + n_row];
            for (sum, value) in row_out.iter_mut().zip(source) {
                *sum += weight * value;
            }
        }
        rgb.extend(row_out.iter().map(|value| (value + 0.5) as u8));
    }
    Picture::new(picture.width, picture.height, rgb)
}

/// Weights that add up to 1, from `-radius` to `radius`.
fn kernel(sigma: f32) -> Vec<f32> {
    let radius = (sigma * SIGMAS_PER_RADIUS).ceil().max(1.0) as i32;
    let weights: Vec<f32> = (-radius..=radius)
        .map(|offset| offset as f32 / sigma)
        .map(|distance| libm::expf(-0.5 * distance * distance))
        .collect();
    let sum: f32 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

fn repeat_edges(padded: &mut [f32], margin: usize) {
    let end = padded.len() - margin;
    for idx in (0..margin).rev() {
        padded[idx] = padded[idx + 3];
    }
    for idx in end..padded.len() {
        padded[idx] = padded[idx - 3];
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::checkered;
    use super::*;

    #[test]
    fn the_blur_equals_a_direct_two_dimensional_convolution() {
        let picture = checkered(13, 9);
        let sigma = 1.3;
        let kernel = kernel(sigma);
        let radius = kernel.len() as i32 / 2;
        let blurred = blur(&picture, sigma);
        for y in 0..9_i32 {
            for x in 0..13_i32 {
                let mut sum = [0.0; 3];
                for (row, weight_y) in kernel.iter().enumerate() {
                    for (column, weight_x) in kernel.iter().enumerate() {
                        let from_x = (x + column as i32 - radius).clamp(0, 12) as u32;
                        let from_y = (y + row as i32 - radius).clamp(0, 8) as u32;
                        let pixel = picture.pixel(from_x, from_y);
                        for channel in 0..3 {
                            sum[channel] += weight_x * weight_y * f32::from(pixel[channel]);
                        }
                    }
                }
                let pixel = blurred.pixel(x as u32, y as u32);
                for channel in 0..3 {
                    let error = (sum[channel] - f32::from(pixel[channel])).abs();
                    assert!(error <= 0.51, "{x} {y} {error}");
                }
            }
        }
    }

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
}

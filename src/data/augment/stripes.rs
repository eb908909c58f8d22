//! Stripes over the picture (AugLy's `overlay_stripes`, solid lines).

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::draws;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "stripes",
    label: "Stripes",
    help: "Draws stripes of one color over the picture, at any angle.",
    probability: 0.05,
    parameters: &[
        ParameterSpec {
            id: "width",
            label: "Width as share of the distance between two stripes",
            limits: Span::new(0.0, 1.0),
            default: Span::new(0.1, 0.5),
        },
        ParameterSpec {
            id: "density",
            label: "Density, 1 less the distance as share of the shorter side",
            limits: Span::new(0.0, 0.99),
            default: Span::new(0.5, 0.9),
        },
        ParameterSpec {
            id: "opacity",
            label: "Opacity",
            limits: Span::new(0.0, 1.0),
            default: Span::new(0.3, 1.0),
        },
    ],
    build: |spans| {
        Box::new(Stripes {
            width: spans[0],
            density: spans[1],
            opacity: spans[2],
        })
    },
};

struct Stripes {
    width: Span,
    density: Span,
    opacity: Span,
}

/// The lines of one draw.
struct Lines {
    /// Share of a period that is painted.
    width: f32,
    /// Periods per pixel along x and y.
    step: [f32; 2],
}

impl Augmentation for Stripes {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let picture = view.picture.to_mut();
        let width = self.width.draw(rng);
        let density = self.density.draw(rng);
        let opacity = self.opacity.draw(rng);
        let degrees = draws::below(rng, 180);
        let color = draws::color(rng);
        let shorter = picture.width.min(picture.height) as f32;
        let lines = Lines::new(width, degrees, (1.0 - density) * shorter);
        let weight = (opacity * 256.0) as u32;
        let row_bytes = picture.width as usize * 3;
        let [middle_x, middle_y] = [picture.width, picture.height].map(|n| n as f32 / 2.0);
        for (y, row) in picture.rgb.chunks_exact_mut(row_bytes).enumerate() {
            let start = (y as f32 - middle_y) * lines.step[1] - middle_x * lines.step[0];
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                if lines.covers(start + x as f32 * lines.step[0]) {
                    for (value, paint) in pixel.iter_mut().zip(color) {
                        *value = canvas::mix(*value, paint, weight);
                    }
                }
            }
        }
    }
}

impl Lines {
    fn new(width: f32, degrees: u32, distance: f32) -> Self {
        let (sin, cos) = libm::sincosf((degrees as f32).to_radians());
        let distance = distance.max(1.0);
        Self {
            width,
            step: [sin / distance, cos / distance],
        }
    }

    /// AugLy paints where `cos(2 pi at) > cos(pi width)`: within half a width of a whole number.
    fn covers(&self, at: f32) -> bool {
        // The nearest whole number, without the slow call of `round`; positions are small.
        let nearest = (at + 1024.5) as i32 - 1024;
        (at - nearest as f32).abs() < self.width / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_covered_where_the_cosine_says_so() {
        let lines = Lines::new(0.3, 30, 20.0);
        for step in -400..400 {
            let at = step as f32 * 0.0137;
            let is_covered =
                (std::f32::consts::TAU * at).cos() > (0.3 * std::f32::consts::PI).cos();
            assert_eq!(lines.covers(at), is_covered, "{at}");
        }
    }
}

//! A rectangle of noise on the picture (torchvision's `RandomErasing` with random values).
//!
//! torchvision draws the noise from a normal distribution around black and does not cut it to
//! the range of a picture; here it is cut, so half of the values are 0.

use std::sync::LazyLock;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore as _;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas::Area;
use super::draws;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "erasing",
    label: "Erase a part",
    help: "Covers a rectangle of the picture with noise.",
    probability: 0.25,
    parameters: &[
        ParameterSpec {
            id: "area",
            label: "Share of the area erased",
            limits: Span::new(0.0, 1.0),
            default: Span::new(0.02, 0.33),
        },
        ParameterSpec {
            id: "aspect",
            label: "Height divided by width",
            limits: Span::new(0.1, 10.0),
            default: Span::new(0.3, 3.3),
        },
    ],
    build: |spans| {
        Box::new(Erasing {
            area: spans[0],
            aspect: spans[1],
        })
    },
};

/// How often torchvision draws before it leaves the picture as it is.
const N_TRIES: usize = 10;

/// The absolute values of a standard normal distribution at the middles of 128 equal shares, in
/// levels: a draw is one of them or, as often, below black.
static LEVELS: LazyLock<[u8; 128]> = LazyLock::new(|| {
    let mut levels = [0; 128];
    for (idx, level) in levels.iter_mut().enumerate() {
        let share = (idx as f32 + 0.5) / 128.0;
        *level = (255.0 * half_normal_quantile(share)).min(255.0) as u8;
    }
    levels
});

struct Erasing {
    area: Span,
    aspect: Span,
}

impl Augmentation for Erasing {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let [width, height] = view.trace.view_size;
        let Some(erased) = self.draw_area(width, height, rng) else {
            return;
        };
        let row_bytes = width as usize * 3;
        let mut random = vec![0; erased.width as usize * 3];
        for row in view.picture.to_mut().rgb[erased.top as usize * row_bytes..]
            .chunks_exact_mut(row_bytes)
            .take(erased.height as usize)
        {
            rng.fill_bytes(&mut random);
            for (value, byte) in row[erased.left as usize * 3..].iter_mut().zip(&random) {
                let level = LEVELS[usize::from(byte >> 1)];
                *value = if byte & 1 == 0 { 0 } else { level };
            }
        }
        view.trace.hide(erased);
    }
}

impl Erasing {
    fn draw_area(&self, width: u32, height: u32, rng: &mut ChaCha8Rng) -> Option<Area> {
        for _ in 0..N_TRIES {
            let share = self.area.draw(rng);
            let aspect = self.aspect.draw_log(rng);
            let (erased_width, erased_height) = sides(share, aspect, width, height);
            if (1..width).contains(&erased_width) && (1..height).contains(&erased_height) {
                return Some(Area {
                    left: draws::below(rng, width - erased_width + 1),
                    top: draws::below(rng, height - erased_height + 1),
                    width: erased_width,
                    height: erased_height,
                });
            }
        }
        None
    }
}

/// Width and height of a rectangle of this share of the area, `aspect` times as high as wide.
fn sides(share: f32, aspect: f32, width: u32, height: u32) -> (u32, u32) {
    let area = share * width as f32 * height as f32;
    let side = |square: f32| square.sqrt().round_ties_even() as u32;
    (side(area / aspect), side(area * aspect))
}

/// The value that the absolute value of a standard normal draw stays below with probability
/// `share` (bisection of `erf`).
fn half_normal_quantile(share: f32) -> f32 {
    let (mut low, mut high) = (0.0_f32, 6.0);
    for _ in 0..30 {
        let middle = f32::midpoint(low, high);
        if libm::erff(middle * std::f32::consts::FRAC_1_SQRT_2) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::SIZE;
    use super::super::pipeline::testing::apply_alone;
    use super::*;
    use crate::data::Picture;

    #[test]
    fn sides_are_the_ones_of_torchvision() {
        // int(round(sqrt(224 * 224 * 0.1 * 2))) = 100 high, int(round(sqrt(5017.6 / 2))) = 50 wide.
        assert_eq!(sides(0.1, 2.0, 224, 224), (50, 100));
    }

    #[test]
    fn the_noise_is_a_rectangle_of_the_area_drawn() {
        let plain = Picture::filled(SIZE, SIZE, [77; 3]);
        let mut n_changed = 0;
        for seed in 0..40 {
            let erased = apply_alone(&SPEC, &plain, seed);
            let pixels = erased.rgb.chunks_exact(3).enumerate();
            let places: Vec<usize> = pixels
                .filter(|(_, p)| *p != [77; 3])
                .map(|(at, _)| at)
                .collect();
            let side = SIZE as usize;
            let columns = places.iter().map(|at| at % side);
            let width = columns.clone().max().unwrap() - columns.min().unwrap() + 1;
            let height = places[places.len() - 1] / side - places[0] / side + 1;
            assert_eq!(places.len(), width * height, "{seed}");
            n_changed += places.len();
        }
        let share = n_changed as f32 / (40.0 * (SIZE * SIZE) as f32);
        assert!((0.12..0.23).contains(&share), "{share}");
    }

    #[test]
    fn half_of_the_noise_is_black_and_a_sixth_white() {
        assert!((half_normal_quantile(0.682_689) - 1.0).abs() < 1e-3);
        // A normal draw is above 1 with probability 0.159: 255 is cut off at one deviation.
        let n_white = LEVELS.iter().skip_while(|level| **level < 255).count();
        assert!((40..=41).contains(&n_white), "{n_white}");
    }
}

//! Which elements of a batch are mixed with another, and how: mixup (Zhang et al. 2018) and cutmix
//! (Yun et al. 2019) as SSCD combines them.
//!
//! This only draws; the pixels are mixed after normalization, where the batch lies.

use rand_chacha::ChaCha8Rng;

use super::canvas::Area;
use super::draws;

/// What becomes of one element of a batch of `n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mix {
    /// It stays as it is.
    Alone,
    /// `own * x + (1 - own) * partner` everywhere.
    Mixup { partner: usize, own: f32 },
    /// The partner's pixels in a box, its own elsewhere; `own` is the share of the area left.
    Cutmix {
        partner: usize,
        left: u32,
        top: u32,
        width: u32,
        height: u32,
        own: f32,
    },
}

/// How often and how strongly elements are mixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixingConfig {
    /// Share of the elements that are mixed at all; half of them by cutmix.
    pub probability: f32,
    /// Share of cutmix among the mixed.
    pub cutmix: f32,
}

impl Default for MixingConfig {
    /// SSCD: 2.5 % mixup, 2.5 % cutmix (`sscd/transforms/mixup.py`).
    fn default() -> Self {
        Self {
            probability: 0.05,
            cutmix: 0.5,
        }
    }
}

impl Mix {
    /// The weight of the element itself in the result; its label is `own` times its own and the
    /// rest its partner's.
    pub const fn own(&self) -> f32 {
        match self {
            Self::Alone => 1.0,
            Self::Mixup { own, .. } | Self::Cutmix { own, .. } => *own,
        }
    }
}

/// Draws for a batch of `n` elements of `size x size` pixels. Element `i` is mixed with the
/// unmixed element `n - 1 - i`, as classy vision does it; the weight is Beta(2, 2) distributed.
pub fn draw_mixing(n: usize, size: u32, config: MixingConfig, rng: &mut ChaCha8Rng) -> Vec<Mix> {
    (0..n)
        .map(|idx| {
            let is_mixed = draws::chance(rng, config.probability);
            let is_cutmix = draws::chance(rng, config.cutmix);
            let own = beta_2_2(rng);
            let middle = [(); 2].map(|()| draws::below(rng, size));
            let partner = n - 1 - idx;
            match (is_mixed, is_cutmix) {
                (false, _) => Mix::Alone,
                (true, false) => Mix::Mixup { partner, own },
                (true, true) => {
                    let area = cutmix_box(size, own, middle);
                    let covered = area.width as f32 * area.height as f32;
                    Mix::Cutmix {
                        partner,
                        left: area.left,
                        top: area.top,
                        width: area.width,
                        height: area.height,
                        own: 1.0 - covered / (size as f32 * size as f32),
                    }
                }
            }
        })
        .collect()
}

/// Beta(2, 2): the middle one of three uniform draws.
fn beta_2_2(rng: &mut ChaCha8Rng) -> f32 {
    let mut three = [(); 3].map(|()| draws::unit(rng));
    three.sort_by(f32::total_cmp);
    three[1]
}

/// A square of `1 - own` of the area around a point, cut off at the edges.
fn cutmix_box(size: u32, own: f32, middle: [u32; 2]) -> Area {
    let half = (size as f32 * (1.0 - own).sqrt()) as u32 / 2;
    let [(left, right), (top, bottom)] =
        middle.map(|at| (at.saturating_sub(half), (at + half).min(size)));
    Area {
        left,
        top,
        width: right - left,
        height: bottom - top,
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn a_cutmix_box_has_the_sides_of_the_formula_and_stays_inside() {
        // int(224 * sqrt(1 - 0.75)) = 112, half of it 56.
        let area = cutmix_box(224, 0.75, [100, 30]);
        let expected = Area {
            left: 44,
            top: 0,
            width: 112,
            height: 86,
        };
        assert_eq!(area, expected);
    }

    #[test]
    fn one_of_twenty_is_mixed_half_of_them_by_a_box() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let mixes = draw_mixing(40_000, 64, MixingConfig::default(), &mut rng);
        let share = |wanted: fn(&Mix) -> bool| {
            mixes.iter().filter(|mix| wanted(mix)).count() as f32 / 40_000.0
        };
        // Four standard deviations are 0.0032.
        assert!((share(|mix| matches!(mix, Mix::Mixup { .. })) - 0.025).abs() < 0.0032);
        assert!((share(|mix| matches!(mix, Mix::Cutmix { .. })) - 0.025).abs() < 0.0032);
        for (idx, mix) in mixes.iter().enumerate() {
            assert!((0.0..=1.0).contains(&mix.own()));
            if let Mix::Mixup { partner, .. } | Mix::Cutmix { partner, .. } = mix {
                assert_eq!(*partner, 39_999 - idx);
            }
        }
    }

    #[test]
    fn the_weights_have_the_mean_and_spread_of_beta_2_2() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let weights: Vec<f32> = (0..20_000).map(|_| beta_2_2(&mut rng)).collect();
        let mean = weights.iter().sum::<f32>() / 20_000.0;
        let variance = weights.iter().map(|w| (w - 0.5).powi(2)).sum::<f32>() / 20_000.0;
        assert!((mean - 0.5).abs() < 0.007, "{mean}");
        // alpha beta / ((alpha + beta)^2 (alpha + beta + 1)) = 4 / 80.
        assert!((variance - 0.05).abs() < 0.002, "{variance}");
    }
}

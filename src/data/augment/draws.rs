//! Random draws that give the same numbers on every machine and with every version of `rand`.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore as _;

/// A closed range of numbers that a parameter is drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub low: f32,
    pub high: f32,
}

impl Span {
    pub const fn new(low: f32, high: f32) -> Self {
        Self { low, high }
    }

    /// Uniform between the ends.
    pub(super) fn draw(self, rng: &mut ChaCha8Rng) -> f32 {
        uniform(rng, self.low, self.high)
    }

    /// Uniform among the whole numbers of the span, both ends included.
    pub(super) fn draw_whole(self, rng: &mut ChaCha8Rng) -> u32 {
        let low = self.low.round().max(0.0) as u32;
        let high = (self.high.round() as u32).max(low);
        low + below(rng, high - low + 1)
    }

    /// Uniform in the logarithm; both ends must be positive.
    ///
    /// `libm` and not the methods of `f32`, which differ in the last digit between systems.
    pub(super) fn draw_log(self, rng: &mut ChaCha8Rng) -> f32 {
        libm::expf(uniform(rng, libm::logf(self.low), libm::logf(self.high)))
    }

    pub(super) fn holds(self, inner: Self) -> bool {
        self.low <= inner.low && inner.low <= inner.high && inner.high <= self.high
    }
}

/// Uniform in `[0, 1)`, from the upper 24 bits of one word.
pub(super) fn unit(rng: &mut ChaCha8Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1 << 24) as f32
}

pub(super) fn uniform(rng: &mut ChaCha8Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * unit(rng)
}

/// True with probability `probability`; always takes one draw, so that later draws do not shift.
pub(super) fn chance(rng: &mut ChaCha8Rng, probability: f32) -> bool {
    unit(rng) < probability
}

/// Uniform in `0..n`, 0 for `n = 0`. The bias of the multiplication is below `n / 2^32`.
pub(crate) fn below(rng: &mut ChaCha8Rng, n: u32) -> u32 {
    ((u64::from(rng.next_u32()) * u64::from(n)) >> 32) as u32
}

pub(super) fn pick<'a, T>(rng: &mut ChaCha8Rng, items: &'a [T]) -> Option<&'a T> {
    items.get(below(rng, items.len() as u32) as usize)
}

/// Any color, uniform in RGB.
pub(super) fn color(rng: &mut ChaCha8Rng) -> [u8; 3] {
    let [r, g, b, _] = rng.next_u32().to_le_bytes();
    [r, g, b]
}

/// A color of an edge, a bar or a background: often black or white, else any.
pub(super) fn plain_color(rng: &mut ChaCha8Rng) -> [u8; 3] {
    let any = color(rng);
    match below(rng, 3) {
        0 => [0; 3],
        1 => [255; 3],
        _ => any,
    }
}

/// Exchanges items until every order is equally likely (Fisher and Yates).
pub(crate) fn shuffle<T>(rng: &mut ChaCha8Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let other = below(rng, last as u32 + 1) as usize;
        items.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn draws_stay_in_their_span_and_reach_both_ends() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let span = Span::new(3.0, 6.0);
        let mut seen = [0; 4];
        for _ in 0..1000 {
            let value = span.draw(&mut rng);
            assert!((3.0..=6.0).contains(&value));
            seen[span.draw_whole(&mut rng) as usize - 3] += 1;
        }
        assert!(
            seen.iter().all(|count| (180..320).contains(count)),
            "{seen:?}"
        );
    }

    #[test]
    fn a_log_uniform_draw_is_as_often_below_one_as_above() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let span = Span::new(0.75, 4.0 / 3.0);
        let below_one = (0..10_000)
            .filter(|_| span.draw_log(&mut rng) < 1.0)
            .count();
        assert!((4_800..5_200).contains(&below_one), "{below_one}");
    }

    #[test]
    fn a_shuffle_keeps_all_items_and_puts_each_anywhere() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut first = [0; 4];
        for _ in 0..4000 {
            let mut items = [0, 1, 2, 3];
            shuffle(&mut rng, &mut items);
            first[items[0]] += 1;
            items.sort_unstable();
            assert_eq!(items, [0, 1, 2, 3]);
        }
        assert!(
            first.iter().all(|count| (870..1130).contains(count)),
            "{first:?}"
        );
    }
}

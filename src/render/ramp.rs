//! The color ramp of the heat map: dark violet over red and orange to pale yellow.
//!
//! Its lightness rises evenly, so it also reads in grey and for the color-blind.

/// Colors from cold to hot, evenly spaced, sRGB levels.
pub const STOPS: [[u8; 3]; 6] = [
    [10, 6, 28],
    [66, 16, 104],
    [140, 41, 99],
    [208, 72, 68],
    [246, 142, 34],
    [252, 238, 160],
];

/// The color of a value between 0 and 1.
pub fn color(value: f32) -> [u8; 3] {
    let place = value.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let step = (place as usize).min(STOPS.len() - 2);
    let share = place - step as f32;
    [0, 1, 2].map(|channel: usize| {
        let (from, to) = (
            f32::from(STOPS[step][channel]),
            f32::from(STOPS[step + 1][channel]),
        );
        (from + share * (to - from)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hotter_is_always_lighter() {
        let lightness = |value: f32| {
            let [r, g, b] = color(value).map(f32::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        for i in 0..100 {
            let (low, high) = (i as f32 / 100.0, (i + 1) as f32 / 100.0);
            assert!(lightness(high) > lightness(low), "at {low}");
        }
    }
}

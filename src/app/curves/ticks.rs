//! Ticks of a logarithmic axis: egui_plot knows none, so we plot `log10` and label it ourselves.

/// One mark of the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// Where it lies on the axis: the logarithm of the value.
    pub position: f64,
    /// Distance to its nearest neighbor, for deciding whether a label has room.
    pub spacing: f64,
}

/// Marks for an axis that shows `10^low` to `10^high`.
///
/// Over a decade or more these are powers of ten with 2 and 5 between them; closer in they are
/// round numbers.
pub fn log_ticks(low: f64, high: f64) -> Vec<Tick> {
    if !(low.is_finite() && high.is_finite()) || high <= low || high - low > 300.0 {
        return Vec::new();
    }
    let values = if high - low < 1.0 {
        linear_ticks(10f64.powf(low), 10f64.powf(high))
    } else {
        decade_values(low, high)
    };
    let positions: Vec<f64> = values
        .into_iter()
        .map(f64::log10)
        .filter(|position| (low..=high).contains(position))
        .collect();
    let distance = |a: usize, b: usize| (positions[a] - positions[b]).abs();
    (0..positions.len())
        .map(|idx| {
            let before = (idx > 0).then(|| distance(idx, idx - 1));
            let after = (idx + 1 < positions.len()).then(|| distance(idx, idx + 1));
            let spacing = match (before, after) {
                (Some(before), Some(after)) => before.min(after),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => high - low,
            };
            Tick {
                position: positions[idx],
                spacing,
            }
        })
        .collect()
}

fn decade_values(low: f64, high: f64) -> Vec<f64> {
    let n_decades = high - low;
    let every = (n_decades / 8.0).ceil().max(1.0) as i32;
    let factors: &[f64] = if n_decades <= 4.0 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    (low.floor() as i32..=high.ceil() as i32)
        .filter(|exponent| exponent.rem_euclid(every) == 0)
        .flat_map(|exponent| {
            factors
                .iter()
                .map(move |factor| factor * 10f64.powi(exponent))
        })
        .collect()
}

/// Multiples of 1, 2 or 5 times a power of ten, about five of them.
pub fn linear_ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 5.0;
    if !rough.is_finite() || rough <= 0.0 {
        return Vec::new();
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|n| n as f64 * step).collect()
}

/// A number with as few digits as tell it from its neighbors: `0.002`, `0.35`, `12`, `4.5M`.
pub fn short_number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if size >= 1e6 {
        format!("{}M", trimmed(value / 1e6, 1))
    } else if size >= 10_000.0 {
        format!("{}k", trimmed(value / 1e3, 1))
    } else if size >= 100.0 {
        trimmed(value, 0)
    } else if size >= 1e-4 {
        let digits = (2.0 - size.log10().floor()).clamp(0.0, 6.0) as usize;
        trimmed(value, digits)
    } else {
        format!("{value:.0e}")
    }
}

fn trimmed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> Vec<String> {
        log_ticks(low.log10(), high.log10())
            .iter()
            .map(|tick| short_number(10f64.powf(tick.position)))
            .collect()
    }

    #[test]
    fn ticks_are_round_numbers_at_every_zoom() {
        assert_eq!(
            labels(0.009, 11.0),
            [
                "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10"
            ]
        );
        assert_eq!(labels(0.31, 0.62), ["0.4", "0.5", "0.6"]);
        assert_eq!(labels(0.51, 0.549), ["0.51", "0.52", "0.53", "0.54"]);
        let wide = labels(1e-9, 1e9);
        assert!((4..=10).contains(&wide.len()), "{wide:?}");
    }

    #[test]
    fn an_empty_or_broken_range_has_no_ticks() {
        assert!(log_ticks(1.0, 1.0).is_empty());
        assert!(log_ticks(f64::NAN, 1.0).is_empty());
        assert!(log_ticks(f64::NEG_INFINITY, 1.0).is_empty());
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.05, "0.05"),
            (0.123_456, "0.123"),
            (-1.5, "-1.5"),
            (9_999.0, "9999"),
            (12_345.0, "12.3k"),
            (2e6, "2M"),
            (0.000_02, "2e-5"),
        ] {
            assert_eq!(short_number(value), text);
        }
    }
}

//! One plain sentence about where a run is going.

use crate::distill::RunPoint;

/// What the held-out quality does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Too early to tell.
    Starting,
    Improving,
    Flat,
    Worse,
    /// The loss is no number any more.
    Broken,
}

/// The sentence of the coach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub trend: Trend,
    pub text: String,
}

/// A change of quality smaller than this is noise on the held-out sets we use (about 500 queries).
const NOISE: f32 = 0.005;

/// Judges the newest measurements of quality against the best before them.
pub fn coach(points: &[RunPoint]) -> Advice {
    let broken = points.iter().rev().take(5).any(|point| {
        point
            .values
            .get("loss")
            .is_some_and(|loss| !loss.is_finite())
    });
    if broken {
        return advice(
            Trend::Broken,
            "The training went off the rails. Stop it, and choose a lower learning rate in Details.",
        );
    }
    let qualities = quality_values(points);
    let (Some(&first), Some(&last)) = (qualities.first(), qualities.last()) else {
        return advice(
            Trend::Starting,
            "The first check on pictures it has not seen is still to come.",
        );
    };
    if qualities.len() < 3 {
        return advice(
            Trend::Starting,
            "Just started: a few more checks will show where it is going.",
        );
    }
    let best_idx = best_index(&qualities);
    let best = qualities[best_idx];
    let n_since_best = qualities.len() - 1 - best_idx;
    let reference = qualities[qualities.len().saturating_sub(4)..qualities.len() - 1]
        .iter()
        .copied()
        .fold(f32::MIN, f32::max);
    if n_since_best >= 2 && last < best - 4.0 * NOISE {
        return advice(
            Trend::Worse,
            "Getting worse on pictures it has not seen. The best student so far is kept; \
             you can finish now.",
        );
    }
    if last > reference + NOISE || (n_since_best == 0 && last > first + NOISE && last > reference) {
        return advice(Trend::Improving, "Still improving. Let it run.");
    }
    advice(
        Trend::Flat,
        &format!(
            "Flat for {} checks. It may still move a little; finishing now loses nothing.",
            n_since_best.max(2)
        ),
    )
}

fn quality_values(points: &[RunPoint]) -> Vec<f32> {
    let key = ["quality/micro-ap", "quality/recall"]
        .into_iter()
        .find(|key| points.iter().any(|point| point.values.contains_key(*key)));
    let Some(key) = key else {
        return Vec::new();
    };
    points
        .iter()
        .filter_map(|point| point.values.get(key).copied())
        .filter(|value| value.is_finite())
        .collect()
}

fn best_index(values: &[f32]) -> usize {
    let mut best_idx = 0;
    for (idx, value) in values.iter().enumerate() {
        if *value > values[best_idx] + NOISE {
            best_idx = idx;
        }
    }
    best_idx
}

fn advice(trend: Trend, text: &str) -> Advice {
    Advice {
        trend,
        text: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend_of(qualities: &[f32]) -> Trend {
        let points: Vec<RunPoint> = qualities
            .iter()
            .enumerate()
            .map(|(step, quality)| RunPoint {
                step: step as u64,
                values: [
                    ("quality/micro-ap".to_owned(), *quality),
                    ("loss".to_owned(), 1.0),
                ]
                .into(),
                ..RunPoint::default()
            })
            .collect();
        coach(&points).trend
    }

    #[test]
    fn the_trend_follows_the_held_out_quality() {
        assert_eq!(trend_of(&[]), Trend::Starting);
        assert_eq!(trend_of(&[0.1, 0.2]), Trend::Starting);
        assert_eq!(trend_of(&[0.1, 0.2, 0.3, 0.4]), Trend::Improving);
        assert_eq!(trend_of(&[0.1, 0.4, 0.401, 0.399, 0.4]), Trend::Flat);
        assert_eq!(trend_of(&[0.1, 0.5, 0.45, 0.4, 0.3]), Trend::Worse);
    }

    #[test]
    fn a_loss_that_is_no_number_is_named_first() {
        let point = RunPoint {
            values: [("loss".to_owned(), f32::NAN)].into(),
            ..RunPoint::default()
        };
        assert_eq!(coach(&[point]).trend, Trend::Broken);
    }
}

//! Curve points of a run, cut into one series per key.

use std::collections::BTreeSet;

use crate::distill::RunPoint;
use crate::distill::losses;

/// What the horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum XAxis {
    Step,
    #[default]
    Epoch,
    Minutes,
}

impl XAxis {
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Minutes];

    /// What the choice is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Step => "Steps",
            Self::Epoch => "Passes",
            Self::Minutes => "Minutes",
        }
    }

    /// What the unit of the axis is, below the plot.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Step => "training steps",
            Self::Epoch => "passes over the pictures",
            Self::Minutes => "minutes of training",
        }
    }

    pub fn of(self, point: &RunPoint) -> f64 {
        match self {
            Self::Step => point.step as f64,
            Self::Epoch => f64::from(point.epoch),
            Self::Minutes => point.seconds / 60.0,
        }
    }
}

/// One curve: finite values only, in the order of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The key of [`RunPoint::values`].
    pub key: String,
    pub points: Vec<[f64; 2]>,
}

impl Series {
    /// The values of `key`; points without it, and values that are no number, are left out.
    pub fn new(points: &[RunPoint], key: &str, x_axis: XAxis) -> Self {
        let points = points
            .iter()
            .filter_map(|point| {
                let value = f64::from(*point.values.get(key)?);
                value.is_finite().then(|| [x_axis.of(point), value])
            })
            .collect();
        Self {
            key: key.to_owned(),
            points,
        }
    }

    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|point| point[1])
    }
}

/// Curves that share a plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveGroup {
    Quality,
    Loss,
}

impl CurveGroup {
    fn holds(self, key: &str) -> bool {
        match self {
            Self::Quality => key.starts_with("quality/"),
            Self::Loss => key == "loss" || key.starts_with("loss/"),
        }
    }
}

/// The keys of one group that occur in `points`, the total before its parts.
pub fn groups(points: &[RunPoint], group: CurveGroup) -> Vec<String> {
    let keys: BTreeSet<&String> = points
        .iter()
        .flat_map(|point| point.values.keys())
        .filter(|key| group.holds(key))
        .collect();
    keys.into_iter().cloned().collect()
}

/// What a curve is called in the legend.
pub fn key_label(key: &str) -> String {
    match key {
        "quality/micro-ap" => "Ranking quality (micro-AP)".to_owned(),
        "quality/recall" => "Copies found".to_owned(),
        "quality/judged-right" => "Your verdicts right".to_owned(),
        "quality/judged-auc" => "Your verdicts in order (AUC)".to_owned(),
        "loss" => "Loss".to_owned(),
        "lr" => "Learning rate".to_owned(),
        "grad-norm" => "Gradient norm".to_owned(),
        "pictures-per-second" => "Pictures a second".to_owned(),
        other => {
            let id = other.strip_prefix("loss/").unwrap_or_default();
            if let Some(spec) = losses::loss(id) {
                return spec.label.to_owned();
            }
            let name = other.rsplit('/').next().unwrap_or(other);
            let mut words = name.replace('-', " ");
            if let Some(first) = words.get_mut(0..1) {
                first.make_ascii_uppercase();
            }
            words
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u64, values: &[(&str, f32)]) -> RunPoint {
        RunPoint {
            step,
            epoch: step as f32 / 10.0,
            seconds: step as f64 * 6.0,
            pictures: step * 8,
            values: values.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect(),
        }
    }

    #[test]
    fn a_series_skips_points_without_the_key_and_values_that_are_no_number() {
        let points = [
            point(0, &[("loss", 2.0)]),
            point(10, &[("quality/recall", 0.5)]),
            point(20, &[("loss", f32::NAN)]),
            point(30, &[("loss", 1.0)]),
        ];
        let minutes = Series::new(&points, "loss", XAxis::Minutes);
        assert_eq!(minutes.points, [[0.0, 2.0], [3.0, 1.0]]);
        assert_eq!(minutes.last(), Some(1.0));
    }

    #[test]
    fn the_total_loss_comes_before_its_parts() {
        let points = [point(
            0,
            &[
                ("loss/kl", 1.0),
                ("loss", 2.0),
                ("lr", 0.1),
                ("quality/recall", 0.2),
            ],
        )];
        assert_eq!(groups(&points, CurveGroup::Loss), ["loss", "loss/kl"]);
        assert_eq!(groups(&points, CurveGroup::Quality), ["quality/recall"]);
    }

    #[test]
    fn an_unknown_key_becomes_words() {
        assert_eq!(key_label("loss/no-such-loss"), "No such loss");
    }
}

//! Figures computed from what was found.
//!
//! - Owns: [`Ranking`] and the table [`METRICS`]; tables for other kinds of results beside it:
//!   [`CLASS_METRICS`], [`SAME_CLASS_METRICS`], [`CLUSTER_METRICS`], [`GRADED_METRICS`].
//! - Invariant: predictions are sorted by falling similarity, and among equal similarities the
//!   wrong ones come first, so that a model that says the same about everything gains nothing.
//! - Invariant: queries without a copy can only cost, never add.
//! - Not here: where predictions come from (`search`, `disc21`).
//! - To add one: a file with a `SPEC` and its row in one of the tables, with a hand-checked value.

pub mod average_precision;
mod classes;
mod clusters;
mod copydays;
mod graded;
mod micro_ap;
mod recall_at_1;
mod recall_at_10;
mod recall_at_p90;
mod same_class;

use std::collections::BTreeSet;

use super::error::EvalError;
use super::search::Neighbor;

pub use classes::Classified;
pub use clusters::Clustering;
pub use graded::Difficulty;
pub use graded::Graded;
pub use recall_at_10::recall_at;
pub use recall_at_p90::OperatingPoint;
pub use recall_at_p90::operating_point_at_p90;
pub use same_class::SameClass;

/// One row of a table of metrics. More is better in all of them, from 0 to 1.
pub struct MetricSpec<Found = Ranking> {
    /// The name inside saved reports. Once released it is never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence for someone who has never read a paper.
    pub help: &'static str,
    pub compute: fn(&Found) -> f32,
}

/// Every metric of copies, in the order reports list them.
pub const METRICS: &[MetricSpec] = &[
    micro_ap::SPEC,
    recall_at_p90::SPEC,
    recall_at_1::SPEC,
    recall_at_10::SPEC,
    copydays::MAP,
    copydays::MICRO_AP,
    copydays::MEAN_AP,
];

/// Every metric of classification.
pub const CLASS_METRICS: &[MetricSpec<Classified>] = &[classes::TOP_1, classes::TOP_5];

/// Every metric of neighbors with classes.
pub const SAME_CLASS_METRICS: &[MetricSpec<SameClass>] = &[
    same_class::RECALL_AT_1,
    same_class::RECALL_AT_2,
    same_class::RECALL_AT_4,
    same_class::RECALL_AT_10,
    same_class::MAP_AT_R,
    same_class::R_PRECISION,
    same_class::MAP_C,
];

/// Every metric of clusters.
pub const CLUSTER_METRICS: &[MetricSpec<Clustering>] = &[clusters::NMI, clusters::F1];

/// Every metric of buildings.
pub const GRADED_METRICS: &[MetricSpec<Graded>] = graded::ROWS;

/// The value of the metric called `id`.
pub fn value(id: &str, ranking: &Ranking) -> Option<f32> {
    let spec = METRICS.iter().find(|spec| spec.id == id)?;
    Some((spec.compute)(ranking))
}

/// One claim: this query is a copy of this reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    pub query: u32,
    pub reference: u32,
    pub similarity: f32,
}

/// The predictions of all queries in one list, judged and sorted.
#[derive(Clone, Debug)]
pub struct Ranking {
    judged: Vec<(Prediction, bool)>,
    truth: BTreeSet<(u32, u32)>,
}

impl Ranking {
    /// `truth` holds the true (query, reference) pairs.
    pub fn new(
        predictions: Vec<Prediction>,
        truth: BTreeSet<(u32, u32)>,
    ) -> Result<Self, EvalError> {
        let mut seen = BTreeSet::new();
        let mut judged = Vec::with_capacity(predictions.len());
        for prediction in predictions {
            let pair = (prediction.query, prediction.reference);
            if !seen.insert(pair) {
                let (query, reference) = pair;
                return Err(EvalError::DuplicatePrediction { query, reference });
            }
            judged.push((prediction, truth.contains(&pair)));
        }
        judged.sort_by(|(a, a_is_correct), (b, b_is_correct)| {
            let by_similarity = b.similarity.total_cmp(&a.similarity);
            let by_pair = (a.query, a.reference).cmp(&(b.query, b.reference));
            by_similarity
                .then(a_is_correct.cmp(b_is_correct))
                .then(by_pair)
        });
        Ok(Self { judged, truth })
    }

    /// From the neighbors of each query. Rows are named by `query_ids` and `reference_ids`.
    pub fn from_neighbors(
        neighbors: &[Vec<Neighbor>],
        query_ids: &[u32],
        reference_ids: &[u32],
        truth: BTreeSet<(u32, u32)>,
    ) -> Result<Self, EvalError> {
        let predictions = query_ids.iter().zip(neighbors).flat_map(|(query, found)| {
            found.iter().map(|neighbor| Prediction {
                query: *query,
                reference: reference_ids[neighbor.row as usize],
                similarity: neighbor.similarity,
            })
        });
        Self::new(predictions.collect(), truth)
    }

    /// Predictions and whether they are right, best first.
    pub fn judged(&self) -> impl Iterator<Item = (&Prediction, bool)> {
        self.judged
            .iter()
            .map(|(prediction, is_correct)| (prediction, *is_correct))
    }

    /// Number of true pairs, found or not.
    pub fn n_pairs(&self) -> usize {
        self.truth.len()
    }

    /// The true pairs.
    pub fn truth(&self) -> &BTreeSet<(u32, u32)> {
        &self.truth
    }

    /// Precision and recall after each prediction.
    fn curve(&self) -> impl Iterator<Item = CurvePoint> {
        let n_pairs = self.n_pairs().max(1) as f64;
        let mut n_correct = 0_u32;
        self.judged()
            .enumerate()
            .map(move |(idx, (prediction, is_correct))| {
                n_correct += u32::from(is_correct);
                CurvePoint {
                    precision: f64::from(n_correct) / (idx + 1) as f64,
                    recall: f64::from(n_correct) / n_pairs,
                    similarity: prediction.similarity,
                    is_correct,
                }
            })
    }
}

/// One point of the precision-recall curve.
struct CurvePoint {
    precision: f64,
    recall: f64,
    similarity: f32,
    is_correct: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(query, reference, similarity)` triples; reference 0 is right for queries below `n_pairs`.
    pub(super) fn ranking(n_pairs: u32, predictions: &[(u32, u32, f32)]) -> Ranking {
        let predictions = predictions
            .iter()
            .map(|&(query, reference, similarity)| Prediction {
                query,
                reference,
                similarity,
            });
        let truth = (0..n_pairs).map(|query| (query, 0)).collect();
        Ranking::new(predictions.collect(), truth).unwrap()
    }

    /// Id, label and help of every row of every table.
    fn all() -> Vec<(&'static str, &'static str, &'static str)> {
        fn rows<F>(table: &[MetricSpec<F>]) -> Vec<(&'static str, &'static str, &'static str)> {
            let rows = table.iter().map(|spec| (spec.id, spec.label, spec.help));
            rows.collect()
        }
        [
            rows(METRICS),
            rows(CLASS_METRICS),
            rows(SAME_CLASS_METRICS),
            rows(CLUSTER_METRICS),
            rows(GRADED_METRICS),
        ]
        .concat()
    }

    #[test]
    fn ids_are_unique_and_kebab_case() {
        let mut seen = BTreeSet::new();
        for (id, label, help) in all() {
            assert!(seen.insert(id), "two metrics are called {id:?}");
            let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(id.chars().all(is_kebab), "{id:?}");
            assert!(help.ends_with('.'), "{id:?}: help is a sentence");
            assert!(!label.is_empty());
        }
    }

    #[test]
    fn nothing_found_is_worth_nothing() {
        for spec in CLASS_METRICS {
            assert_eq!((spec.compute)(&Classified::default()), 0.0, "{}", spec.id);
        }
        for spec in SAME_CLASS_METRICS {
            assert_eq!((spec.compute)(&SameClass::default()), 0.0, "{}", spec.id);
        }
        for spec in CLUSTER_METRICS {
            assert_eq!((spec.compute)(&Clustering::default()), 0.0, "{}", spec.id);
        }
        for spec in GRADED_METRICS {
            assert_eq!((spec.compute)(&Graded::default()), 0.0, "{}", spec.id);
        }
    }

    #[test]
    fn a_perfect_ranking_is_worth_one_and_an_empty_one_nothing() {
        let perfect = ranking(2, &[(0, 0, 0.9), (1, 0, 0.8), (2, 5, 0.1)]);
        let empty = ranking(2, &[]);
        let without_truth = ranking(0, &[(0, 0, 0.9)]);
        for spec in METRICS {
            assert_eq!((spec.compute)(&perfect), 1.0, "{}", spec.id);
            assert_eq!((spec.compute)(&empty), 0.0, "{}", spec.id);
            assert_eq!((spec.compute)(&without_truth), 0.0, "{}", spec.id);
        }
    }

    #[test]
    fn the_same_similarity_for_everything_counts_wrong_ones_first() {
        let tied = ranking(1, &[(0, 0, 0.5), (0, 1, 0.5), (1, 0, 0.5)]);
        let order: Vec<bool> = tied.judged().map(|(_, is_correct)| is_correct).collect();
        assert_eq!(order, [false, false, true]);
    }

    #[test]
    fn a_pair_predicted_twice_is_an_error() {
        let twice = Prediction {
            query: 3,
            reference: 4,
            similarity: 0.5,
        };
        let error = Ranking::new(vec![twice, twice], BTreeSet::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Reference 4 is predicted twice for query 3"
        );
    }
}

//! From a ranking to what a report shows of it: curve, histogram, and the pairs that went wrong.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Curve;
use super::CurvePoint;
use super::Findings;
use super::Histogram;
use super::Pair;
use super::QueryRank;
use crate::eval::metrics::Prediction;
use crate::eval::metrics::Ranking;

const MAX_CURVE_POINTS: usize = 400;
const N_BINS: usize = 50;
const MAX_PAIRS: usize = 48;
const MAX_RANKS: usize = 10_000;

/// The queries or the references of a ranking.
pub(in crate::eval) struct Side<'a> {
    pub(in crate::eval) path: &'a dyn Fn(u32) -> PathBuf,
    /// The descriptor of a picture that could be read.
    pub(in crate::eval) row: &'a dyn Fn(u32) -> Option<&'a [f32]>,
}

/// A ranking with both its sides.
pub(in crate::eval) struct Evidence<'a> {
    pub(in crate::eval) ranking: &'a Ranking,
    pub(in crate::eval) queries: Side<'a>,
    pub(in crate::eval) references: Side<'a>,
}

impl Evidence<'_> {
    /// Fills in everything but the figures and the curves.
    pub(in crate::eval) fn add_to(&self, findings: &mut Findings) {
        let by_query = self.by_query();
        let ranks = self.ranks(&by_query);
        self.add_misses(findings, &ranks, &by_query);
        self.add_false_matches(findings);
        findings.histogram = self.histogram(&by_query);
        let step = ranks.len().div_ceil(MAX_RANKS).max(1);
        findings.ranks = ranks
            .iter()
            .step_by(step)
            .map(|&(query, reference, rank)| QueryRank {
                query: (self.queries.path)(query),
                reference: (self.references.path)(reference),
                rank,
            })
            .collect();
    }

    /// The predictions of each query, best first.
    fn by_query(&self) -> BTreeMap<u32, Vec<Prediction>> {
        let mut by_query: BTreeMap<u32, Vec<Prediction>> = BTreeMap::new();
        for (prediction, _) in self.ranking.judged() {
            by_query
                .entry(prediction.query)
                .or_default()
                .push(*prediction);
        }
        by_query
    }

    /// Each true pair and the place of its reference, from 1.
    fn ranks(&self, by_query: &BTreeMap<u32, Vec<Prediction>>) -> Vec<(u32, u32, Option<u32>)> {
        let pairs = self.ranking.truth().iter();
        pairs
            .map(|&(query, reference)| {
                let found = by_query.get(&query).map_or(&[][..], Vec::as_slice);
                let place = found.iter().position(|found| found.reference == reference);
                (query, reference, place.map(|place| place as u32 + 1))
            })
            .collect()
    }

    fn similarity(&self, query: u32, reference: u32) -> Option<f32> {
        let (query, reference) = (
            (self.queries.row)(query)?,
            (self.references.row)(reference)?,
        );
        Some(query.iter().zip(reference).map(|(a, b)| a * b).sum())
    }

    fn add_misses(
        &self,
        findings: &mut Findings,
        ranks: &[(u32, u32, Option<u32>)],
        by_query: &BTreeMap<u32, Vec<Prediction>>,
    ) {
        let missed = ranks.iter().filter(|(_, _, rank)| *rank != Some(1));
        let mut missed: Vec<_> = missed
            .map(|&(query, reference, rank)| {
                (self.similarity(query, reference), query, reference, rank)
            })
            .collect();
        missed.sort_by(|a, b| {
            let similarity = |value: Option<f32>| value.unwrap_or(f32::NEG_INFINITY);
            similarity(a.0)
                .total_cmp(&similarity(b.0))
                .then((a.1, a.2).cmp(&(b.1, b.2)))
        });
        missed.truncate(MAX_PAIRS);
        findings.misses = missed
            .into_iter()
            .map(|(similarity, query, reference, rank)| {
                let first = by_query.get(&query).and_then(|found| found.first());
                Pair {
                    query: (self.queries.path)(query),
                    reference: (self.references.path)(reference),
                    similarity,
                    rank,
                    instead: first.map(|first| {
                        let similarity = self.similarity(query, first.reference);
                        let path = (self.references.path)(first.reference);
                        (path, similarity.unwrap_or(first.similarity))
                    }),
                }
            })
            .collect();
    }

    fn add_false_matches(&self, findings: &mut Findings) {
        let wrong = self.ranking.judged().filter(|(_, is_right)| !is_right);
        findings.false_matches = wrong
            .take(MAX_PAIRS)
            .map(|(prediction, _)| Pair {
                query: (self.queries.path)(prediction.query),
                reference: (self.references.path)(prediction.reference),
                similarity: self.similarity(prediction.query, prediction.reference),
                rank: None,
                instead: None,
            })
            .collect();
    }

    fn histogram(&self, by_query: &BTreeMap<u32, Vec<Prediction>>) -> Option<Histogram> {
        let truth = self.ranking.truth();
        let pairs = truth.iter();
        let copies: Vec<f32> = pairs
            .filter_map(|&(query, reference)| self.similarity(query, reference))
            .collect();
        let best_wrong = |found: &Vec<Prediction>| {
            let mut wrong = found.iter();
            let wrong = wrong.find(|found| !truth.contains(&(found.query, found.reference)))?;
            self.similarity(wrong.query, wrong.reference)
        };
        let others: Vec<f32> = by_query.values().filter_map(best_wrong).collect();
        histogram(&copies, &others)
    }
}

fn histogram(copies: &[f32], others: &[f32]) -> Option<Histogram> {
    let all = || copies.iter().chain(others).copied();
    let (low, high) = all().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return None;
    }
    // Steps of a tenth, so that histograms of several models can be laid over each other.
    // A cosine of 1 may be rounded up a little.
    let (low, high) = (
        (low * 10.0).floor() / 10.0,
        ((high - 1e-4) * 10.0).ceil() / 10.0,
    );
    let high = if high > low { high } else { low + 0.1 };
    let count = |values: &[f32]| {
        let mut bins = vec![0; N_BINS];
        for value in values {
            let bin = ((value - low) / (high - low) * N_BINS as f32) as usize;
            bins[bin.min(N_BINS - 1)] += 1;
        }
        bins
    };
    Some(Histogram {
        low,
        high,
        copies: count(copies),
        others: count(others),
    })
}

/// The precision-recall curve of a ranking, thinned to the length of a report.
pub(in crate::eval) fn curve(name: &str, ranking: &Ranking) -> Curve {
    let n_pairs = ranking.n_pairs().max(1) as f64;
    let (mut n_right, mut points) = (0_u32, Vec::new());
    for (idx, (prediction, is_right)) in ranking.judged().enumerate() {
        // Precision only falls between two right ones, so these say everything.
        if is_right {
            n_right += 1;
            points.push(CurvePoint {
                recall: (f64::from(n_right) / n_pairs) as f32,
                precision: (f64::from(n_right) / (idx + 1) as f64) as f32,
                similarity: prediction.similarity,
            });
        }
    }
    let last = points.last().copied();
    let step = points.len().div_ceil(MAX_CURVE_POINTS).max(1);
    let mut points: Vec<CurvePoint> = points.into_iter().step_by(step).collect();
    if points.last() != last.as_ref() {
        points.extend(last);
    }
    Curve {
        name: name.to_owned(),
        points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking() -> Ranking {
        // Query 0 finds its reference first, query 1 second, query 2 not at all.
        let predictions = [
            (0, 0, 0.9),
            (1, 0, 0.8),
            (1, 1, 0.6),
            (2, 0, 0.7),
            (3, 1, 0.5),
        ];
        let predictions = predictions.map(|(query, reference, similarity)| Prediction {
            query,
            reference,
            similarity,
        });
        let truth = [(0, 0), (1, 1), (2, 2)].into_iter().collect();
        Ranking::new(predictions.to_vec(), truth).unwrap()
    }

    #[test]
    fn a_ranking_becomes_pairs_and_a_histogram() {
        let ranking = ranking();
        let rows = [[1.0_f32, 0.0], [0.6, 0.8], [0.0, 1.0], [0.8, 0.6]];
        let path = |id: u32| PathBuf::from(id.to_string());
        let row = |id: u32| rows.get(id as usize).map(<[f32; 2]>::as_slice);
        let evidence = Evidence {
            ranking: &ranking,
            queries: Side {
                path: &path,
                row: &row,
            },
            references: Side {
                path: &path,
                row: &row,
            },
        };
        let mut findings = Findings::default();
        evidence.add_to(&mut findings);
        let ranks: Vec<_> = findings.ranks.iter().map(|rank| rank.rank).collect();
        assert_eq!(ranks, [Some(1), Some(2), None]);
        // Both misses are equal vectors; the first query comes first. Instead of 2 stands 0.
        assert_eq!(findings.misses.len(), 2);
        assert_eq!(findings.misses[0].query, path(1));
        assert_eq!(findings.misses[1].instead, Some((path(0), 0.0)));
        let wrong: Vec<_> = findings.false_matches.iter().map(|p| &p.query).collect();
        assert_eq!(wrong, [&path(1), &path(2), &path(3)]);
        let histogram = findings.histogram.unwrap();
        assert_eq!(histogram.copies.iter().sum::<u32>(), 3);
        assert_eq!(histogram.others.iter().sum::<u32>(), 3);
        assert_eq!((histogram.low, histogram.high), (0.0, 1.0));
    }

    #[test]
    fn the_curve_has_a_point_for_each_right_one() {
        let curve = curve("Plain", &ranking());
        let points: Vec<_> = curve
            .points
            .iter()
            .map(|p| (p.recall, p.precision))
            .collect();
        // Right at ranks 1 and 4 of 5, three pairs.
        assert_eq!(points, [(1.0 / 3.0, 1.0), (2.0 / 3.0, 0.5)]);
    }

    #[test]
    fn a_long_curve_is_thinned_and_keeps_its_end() {
        let predictions = (0..1001).map(|query| Prediction {
            query,
            reference: 0,
            similarity: -(query as f32),
        });
        let truth = (0..1001).map(|query| (query, 0)).collect();
        let ranking = Ranking::new(predictions.collect(), truth).unwrap();
        let curve = curve("Plain", &ranking);
        assert!(curve.points.len() <= MAX_CURVE_POINTS + 1);
        assert_eq!(curve.points.last().unwrap().recall, 1.0);
    }
}

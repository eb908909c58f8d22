//! The protocol of DISC21, the data set of the Image Similarity Challenge 2021.
//!
//! - Owns: [`evaluate`] and its [`Report`].
//! - Invariant: 10 candidates per query by exact search, all in one ranking.
//! - Invariant: a picture that cannot be read stays in the count; it just cannot be found.
//! - Not here: the metrics (`metrics`), decoding and embedding (the callback).
//! - To add a way to name its folders: one row in `data/datasets/disc21.rs`.
//!
//! Protocol: `facebookresearch/sscd-copy-detection`, DISC evaluation; similarities are cosines.

mod edits;
mod layout;

use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use super::error::EvalError;
use super::metrics;
use super::metrics::Ranking;
use super::score_normalization::ScoreNormalization;
use super::search::Descriptors;
use super::search::Neighbor;
use super::search::nearest;
use crate::monitor::Monitor;
use crate::monitor::Progress;

pub use layout::Disc21;

/// Candidates per query, as in SSCD and RDCD.
const CANDIDATES: usize = 10;
/// Pictures handed to the callback at once.
const BATCH: usize = 64;

/// Turns pictures into unit descriptors, in order; `None` for a picture that cannot be read.
pub type Embed<'a> = dyn FnMut(&[PathBuf]) -> Vec<Option<Vec<f32>>> + 'a;

/// What `copylens evaluate disc21` prints.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub micro_ap: f32,
    pub recall_at_p90: f32,
    /// The similarity to ask for when nine of ten claims shall be right, if that is possible.
    pub threshold_at_p90: Option<f32>,
    pub recall_at_1: f32,
    /// With score normalization; `None` without background pictures.
    pub micro_ap_sn: Option<f32>,
    pub recall_at_p90_sn: Option<f32>,
    pub queries: usize,
    pub references: usize,
    /// True pairs.
    pub copies: usize,
    pub unreadable: Vec<PathBuf>,
    pub seconds: f64,
    /// Recall at 1 of the copies that were edited this way, by the name of the edit. Empty where
    /// the data set does not say how its queries were made.
    pub per_edit: Vec<(String, f32)>,
}

/// Measure a model on the data set in `data_dir`.
pub fn evaluate(
    data_dir: &Path,
    embed: &mut Embed<'_>,
    monitor: &Monitor,
) -> Result<Report, EvalError> {
    let started = Instant::now();
    let data = Disc21::open(data_dir, monitor)?;
    let queries = describe(&data.queries, "Describing queries", embed, monitor)?;
    let references = describe(&data.references, "Describing originals", embed, monitor)?;
    let background = describe(&data.background, "Describing background", embed, monitor)?;

    let found = nearest(&queries.rows, &references.rows, CANDIDATES, monitor)?;
    let rank = |found: &[Vec<Neighbor>]| {
        let truth = data.pairs.iter().copied().collect();
        Ranking::from_neighbors(found, &queries.ids, &references.ids, truth)
    };
    let plain = rank(&found)?;
    let normalized = if background.rows.is_empty() {
        None
    } else {
        let found =
            ScoreNormalization::SSCD.apply(&queries.rows, &found, &background.rows, monitor)?;
        Some(rank(&found)?)
    };

    let value = |id: &str, ranking: &Ranking| metrics::value(id, ranking).unwrap_or(f32::NAN);
    Ok(Report {
        micro_ap: value("micro-ap", &plain),
        recall_at_p90: value("recall-at-p90", &plain),
        threshold_at_p90: metrics::operating_point_at_p90(&plain).map(|point| point.threshold),
        recall_at_1: value("recall-at-1", &plain),
        micro_ap_sn: normalized
            .as_ref()
            .map(|ranking| value("micro-ap", ranking)),
        recall_at_p90_sn: normalized
            .as_ref()
            .map(|ranking| value("recall-at-p90", ranking)),
        queries: data.queries.len(),
        references: data.references.len(),
        copies: data.pairs.len(),
        unreadable: [
            queries.unreadable,
            references.unreadable,
            background.unreadable,
        ]
        .concat(),
        seconds: started.elapsed().as_secs_f64(),
        per_edit: edits::recall_per_edit(&data, &plain)?,
    })
}

/// The descriptors of the readable pictures of one folder.
#[derive(Default)]
struct Described {
    rows: Descriptors,
    /// The number of the picture behind each row.
    ids: Vec<u32>,
    unreadable: Vec<PathBuf>,
}

impl Described {
    fn push(&mut self, id: usize, path: &Path, row: Option<&[f32]>) -> Result<(), EvalError> {
        let Some(row) = row else {
            self.unreadable.push(path.to_owned());
            return Ok(());
        };
        if self.rows.is_empty() {
            self.rows = Descriptors::new(row.len());
        }
        let (found, expected) = (row.len(), self.rows.dimensions());
        let path = path.to_owned();
        if found != expected {
            return Err(EvalError::Dimensions {
                found,
                expected,
                path,
            });
        }
        if !row.iter().all(|value| value.is_finite()) {
            return Err(EvalError::NotFinite { path });
        }
        self.rows.push(row);
        self.ids.push(id as u32);
        Ok(())
    }
}

fn describe(
    paths: &[PathBuf],
    stage: &'static str,
    embed: &mut Embed<'_>,
    monitor: &Monitor,
) -> Result<Described, EvalError> {
    let mut described = Described::default();
    for (batch_idx, batch) in paths.chunks(BATCH).enumerate() {
        let first = batch_idx * BATCH;
        monitor.check()?;
        monitor.report(Progress {
            stage,
            n_done: first as u64,
            n_total: Some(paths.len() as u64),
        });
        let rows = embed(batch);
        // The callback answers early and short when it is told to stop.
        monitor.check()?;
        if rows.len() != batch.len() {
            return Err(EvalError::DescriptorCount {
                found: rows.len(),
                expected: batch.len(),
            });
        }
        for (offset, (path, row)) in batch.iter().zip(&rows).enumerate() {
            described.push(first + offset, path, row.as_deref())?;
        }
    }
    match paths.first().and_then(|path| path.parent()) {
        Some(folder) if described.rows.is_empty() => Err(EvalError::NothingReadable {
            n_pictures: paths.len(),
            path: folder.to_owned(),
        }),
        _ => Ok(described),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::layout::tests::data_set;
    use super::*;

    /// Descriptors by file name; every other picture is unreadable.
    fn embedder(
        rows: &[(&str, [f32; 2])],
    ) -> impl FnMut(&[PathBuf]) -> Vec<Option<Vec<f32>>> + use<> {
        let rows: BTreeMap<String, Vec<f32>> = rows
            .iter()
            .map(|(name, row)| ((*name).to_owned(), row.to_vec()))
            .collect();
        move |paths| {
            let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
            paths
                .iter()
                .map(|path| rows.get(&name(path)).cloned())
                .collect()
        }
    }

    const ROWS: [(&str, [f32; 2]); 6] = [
        ("Q00000.jpg", [1.0, 0.0]),
        ("Q00001.jpg", [0.0, 1.0]),
        ("Q00002.jpg", [0.6, 0.8]),
        ("R000000.jpg", [1.0, 0.0]),
        ("R000001.jpg", [0.0, 1.0]),
        ("T000000.jpg", [0.8, 0.6]),
    ];

    #[test]
    fn matches_the_report_worked_out_by_hand() {
        let folder = data_set("query_id,reference_id\nQ00000,R000000\nQ00001,\nQ00002,R000001\n");
        let report = evaluate(folder.path(), &mut embedder(&ROWS), &Monitor::silent()).unwrap();
        assert_eq!(
            (report.queries, report.references, report.copies),
            (3, 2, 2)
        );
        // 1.0: query 1 wrong and query 0 right (wrong first), 0.8: query 2 right.
        // (1/2 + 2/3) / 2 = 0.583333; precision never reaches 0.9.
        assert!((report.micro_ap - 0.583_333_3).abs() < 1e-6);
        assert_eq!(report.recall_at_p90, 0.0);
        assert_eq!(report.threshold_at_p90, None);
        assert_eq!(report.recall_at_1, 1.0);
        // Background cosines 0.8, 0.6, 0.96: 0.4 wrong, 0.2 right, -0.16 right: the same order.
        assert!((report.micro_ap_sn.unwrap() - 0.583_333_3).abs() < 1e-6);
        assert_eq!(report.per_edit, []);
    }

    #[test]
    fn an_unreadable_original_is_listed_and_stays_in_the_count() {
        let folder = data_set("Q00000,R000000\nQ00002,R000001\n");
        let rows: Vec<_> = ROWS
            .into_iter()
            .filter(|row| row.0 != "R000001.jpg")
            .collect();
        let report = evaluate(folder.path(), &mut embedder(&rows), &Monitor::silent()).unwrap();
        assert_eq!(report.unreadable.len(), 1);
        assert!(report.unreadable[0].ends_with("R000001.jpg"));
        // Only query 0 can be right, at rank 1 of 2 pairs.
        assert_eq!(report.recall_at_1, 0.5);
        assert_eq!(report.micro_ap, 0.5);
    }

    #[test]
    fn a_stop_ends_the_evaluation() {
        let folder = data_set("Q00000,R000000\n");
        let monitor = Monitor::silent();
        let mut embed = |_: &[PathBuf]| {
            monitor.request_stop();
            Vec::new()
        };
        let stopped = evaluate(folder.path(), &mut embed, &monitor);
        assert!(matches!(stopped, Err(EvalError::Cancelled(_))));
    }

    #[test]
    fn a_broken_model_is_named() {
        let folder = data_set("Q00000,R000000\n");
        let mut embed =
            |paths: &[PathBuf]| paths.iter().map(|_| Some(vec![f32::NAN, 0.0])).collect();
        let error = evaluate(folder.path(), &mut embed, &Monitor::silent()).unwrap_err();
        assert!(matches!(error, EvalError::NotFinite { .. }));
    }
}

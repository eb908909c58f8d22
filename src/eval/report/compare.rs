//! Reports side by side: what differs, and which queries moved.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use super::Report;

/// Most queries that are listed in each direction.
const MAX_CHANGES: usize = 48;
/// A rank for originals that are not among the candidates: behind all of them.
const NOWHERE: u32 = u32::MAX;

/// A model against another on the same data with the same protocol, such as a student against its
/// teacher.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub figures: Vec<FigureChange>,
    pub per_edit: Vec<FigureChange>,
    /// Queries whose original the second model finds further up, the largest gains first.
    pub better: Vec<RankChange>,
    /// The other way round.
    pub worse: Vec<RankChange>,
    pub n_better: usize,
    pub n_worse: usize,
    pub n_equal: usize,
    /// How many times as many pictures a second the second model embeds.
    pub speed: Option<f64>,
    /// How many times as large its file is.
    pub size: f64,
    /// Options that differ, with both values; figures are not comparable then.
    pub options: Vec<(String, String, String)>,
}

/// A figure of two models.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureChange {
    pub id: String,
    pub label: String,
    pub first: f64,
    pub second: f64,
}

/// A query of which the original moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankChange {
    pub query: PathBuf,
    pub reference: PathBuf,
    /// From 1; nothing when it is not among the candidates.
    pub first: Option<u32>,
    pub second: Option<u32>,
}

/// What differs between two reports.
pub fn compare(first: &Report, second: &Report) -> Comparison {
    let figures = first.findings.figures.iter().filter_map(|figure| {
        Some(FigureChange {
            id: figure.id.clone(),
            label: figure.label.clone(),
            first: figure.value,
            second: second.figure(&figure.id)?,
        })
    });
    let per_edit = first.findings.per_edit.iter().filter_map(|edit| {
        let mut others = second.findings.per_edit.iter();
        let other = others.find(|other| other.name == edit.name)?;
        Some(FigureChange {
            id: edit.name.clone(),
            label: edit.name.clone(),
            first: f64::from(edit.found),
            second: f64::from(other.found),
        })
    });
    let mut changes = rank_changes(first, second);
    let n_all = changes.len();
    changes.retain(|change| change.first != change.second);
    let gain = |change: &RankChange| {
        let place = |rank: Option<u32>| i64::from(rank.unwrap_or(NOWHERE));
        place(change.first) - place(change.second)
    };
    let (mut better, mut worse): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| gain(change) > 0);
    better.sort_by_key(|change| (-gain(change), change.query.clone()));
    worse.sort_by_key(|change| (gain(change), change.query.clone()));
    let (n_better, n_worse) = (better.len(), worse.len());
    better.truncate(MAX_CHANGES);
    worse.truncate(MAX_CHANGES);
    let rate = |report: &Report| report.computing.pictures_per_second;
    Comparison {
        figures: figures.collect(),
        per_edit: per_edit.collect(),
        better,
        worse,
        n_better,
        n_worse,
        n_equal: n_all - n_better - n_worse,
        speed: rate(first).zip(rate(second)).map(|(a, b)| b / a),
        size: second.model.file_bytes as f64 / first.model.file_bytes.max(1) as f64,
        options: first
            .options
            .iter()
            .filter_map(|(id, value)| {
                let other = second.options.get(id)?;
                (other != value).then(|| (id.clone(), value.clone(), other.clone()))
            })
            .collect(),
    }
}

fn rank_changes(first: &Report, second: &Report) -> Vec<RankChange> {
    let others: BTreeMap<(&Path, &Path), Option<u32>> = second
        .findings
        .ranks
        .iter()
        .map(|rank| ((&*rank.query, &*rank.reference), rank.rank))
        .collect();
    let ranks = first.findings.ranks.iter();
    ranks
        .filter_map(|rank| {
            let other = others.get(&(&*rank.query, &*rank.reference))?;
            Some(RankChange {
                query: rank.query.clone(),
                reference: rank.reference.clone(),
                first: rank.rank,
                second: *other,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_student_is_compared_with_its_teacher() {
        let teacher = example("teacher", 0.6);
        let mut student = example("student", 0.5);
        student.findings.ranks[0].rank = Some(3);
        student.findings.ranks[1].rank = Some(2);
        student.computing.pictures_per_second = Some(36.0);
        student.model.file_bytes = 250_000;
        student
            .options
            .insert("input".to_owned(), "crop".to_owned());
        let found = compare(&teacher, &student);
        assert_eq!(
            (found.figures[0].first, found.figures[0].second),
            (0.6, 0.5)
        );
        // From nowhere to place 3, and from place 1 to place 2.
        assert_eq!((found.n_better, found.n_worse, found.n_equal), (1, 1, 0));
        assert_eq!(found.better[0].query, Path::new("q/1.jpg"));
        assert_eq!(
            (found.worse[0].first, found.worse[0].second),
            (Some(1), Some(2))
        );
        assert_eq!((found.speed, found.size), (Some(3.0), 0.25));
        assert_eq!(found.options[0].2, "crop");
    }

    #[test]
    fn a_report_against_itself_differs_in_nothing() {
        let report = example("m", 0.5);
        let found = compare(&report, &report);
        assert_eq!((found.n_better, found.n_worse, found.n_equal), (0, 0, 2));
        assert!(found.options.is_empty());
    }
}

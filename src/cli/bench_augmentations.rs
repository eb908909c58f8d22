//! `copylens bench --augmentations`

use std::path::PathBuf;

use super::Success;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::worker::AugmentationRow;
use crate::worker::JobRequest;
use crate::worker::JobResult;

/// Measures and prints a table, or one line of JSON for each;
/// `tests/reference/augment_bench.py` reads those.
pub(super) fn run(pictures: PathBuf, as_json: bool, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let result = session.run(JobRequest::BenchAugmentations { pictures })?;
    let JobResult::BenchAugmentations(rows) = result else {
        return Err(WrongAnswer.into());
    };
    for row in &rows {
        if as_json {
            output.json(row)?;
        } else {
            output.line(&line(row))?;
        }
    }
    Ok(Success::Complete)
}

fn line(row: &AugmentationRow) -> String {
    let kind = if row.is_pipeline {
        "all of it"
    } else {
        "one edit"
    };
    let per_second = 1e6 / row.micros.max(1e-3);
    let AugmentationRow { id, micros, .. } = row;
    format!("{id:26} {kind:10} {micros:10.1} us {per_second:10.0} pictures/s on one core")
}

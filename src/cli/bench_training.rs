//! `copylens bench --training`

use super::Success;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::TrainingCost;
use crate::worker::TrainingOrder;

/// Measures training steps and prints a table, or JSON.
pub(super) fn run(order: TrainingOrder, as_json: bool, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let request = JobRequest::BenchTraining(Box::new(order));
    let JobResult::BenchTraining(bench) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    if as_json {
        output.json(&bench)?;
        return Ok(Success::Complete);
    }
    output.line(&format!(
        "{} on {}, views of {} x {}",
        bench.student, bench.device, bench.size, bench.size
    ))?;
    output.line(&line([
        "recipe",
        "numbers",
        "batch",
        "pictures/s",
        "memory",
        "where the time goes",
    ]))?;
    for row in &bench.rows {
        let batch = row.batch.to_string();
        let rate = format!("{:.1}", row.pictures_per_second);
        let cells = [
            row.preset.as_str(),
            &row.precision,
            &batch,
            &rate,
            &memory(row),
            &shares(row),
        ];
        output.line(&line(cells))?;
    }
    for one in &bench.left_out {
        output.note(&format!("Left out: {} ({})", one.preset, one.reason));
    }
    Ok(Success::Complete)
}

/// Of the device, or of the program where the device is a processor.
fn memory(row: &TrainingCost) -> String {
    let bytes = row.device_bytes.or(row.program_bytes);
    bytes.map_or_else(
        || "unknown".to_owned(),
        |bytes| format!("{:.2} GB", bytes as f64 / 1e9),
    )
}

fn shares(row: &TrainingCost) -> String {
    let parts = row.shares.iter();
    let parts = parts.map(|(piece, share)| format!("{piece} {:.0} %", share * 100.0));
    parts.collect::<Vec<_>>().join(", ")
}

fn line(cells: [&str; 6]) -> String {
    let [recipe, numbers, batch, rate, memory, shares] = cells;
    format!("{recipe:<16} {numbers:<8} {batch:>6} {rate:>11} {memory:>10}  {shares}")
}

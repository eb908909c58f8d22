//! `copylens bench --networks`

use serde::Serialize;

use super::Success;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::NetworkBench;
use crate::worker::NetworkLeftOut;
use crate::worker::NetworkSpeed;

/// What is measured; `tests/reference/bench_torch.py` prints the same for other programs.
#[derive(Serialize)]
struct Report<'a> {
    threads: usize,
    networks: &'a [NetworkSpeed],
    left_out: &'a [NetworkLeftOut],
}

/// Measures networks and prints a table, or JSON.
pub(super) fn run(request: JobRequest, as_json: bool, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let JobResult::BenchNetworks(bench) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    let NetworkBench {
        threads,
        rows,
        left_out,
    } = &bench;
    if as_json {
        output.json(&Report {
            threads: *threads,
            networks: rows,
            left_out,
        })?;
        return Ok(Success::Complete);
    }
    output.line(&format!("{threads} threads, pictures of 224 x 224"))?;
    output.line(&line([
        "network",
        "device",
        "engine",
        "parameters",
        "batch",
        "pictures/s",
    ]))?;
    for row in rows {
        let millions = format!("{:.1} M", row.parameters as f64 / 1e6);
        let rate = format!("{:.2}", row.pictures_per_second);
        let batch = row.batch_size.to_string();
        output.line(&line([
            &row.network,
            &row.device,
            &row.engine,
            &millions,
            &batch,
            &rate,
        ]))?;
    }
    for one in left_out {
        let gigabytes = |bytes: u64| bytes as f64 / 1e9;
        output.note(&format!(
            "Left out: {} with {} at once on {}, which needs about {:.1} GB of memory; {:.1} GB are free",
            one.network,
            one.batch_size,
            one.device,
            gigabytes(one.needed_bytes),
            gigabytes(one.free_bytes),
        ));
    }
    Ok(Success::Complete)
}

fn line(cells: [&str; 6]) -> String {
    let [network, device, engine, parameters, batch, rate] = cells;
    format!("{network:<18} {device:<8} {engine:<30} {parameters:>10} {batch:>6} {rate:>11}")
}

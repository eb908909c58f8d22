//! `copylens bench`

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::Success;
use super::bench_augmentations;
use super::bench_networks;
use super::bench_training;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::worker::BenchReport;
use crate::worker::EmbedSpeed;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::TrainingOrder;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Device to embed on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Measure the edits of training instead, on pictures of this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "networks")]
    augmentations: Option<PathBuf>,
    /// Measure these networks with random weights instead: ids, or `all`.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    networks: Vec<String>,
    /// Pictures at once, with --networks.
    #[arg(
        long,
        value_name = "N",
        value_delimiter = ',',
        default_values = ["1", "32"],
        requires = "networks"
    )]
    batch: Vec<NonZero<usize>>,
    /// How long each network is measured, with --networks.
    #[arg(long, value_name = "N", default_value = "1", value_parser = duration, requires = "networks")]
    seconds: Duration,
    /// Measure training steps of these recipes with random weights instead: presets, or `all`.
    #[arg(
        long,
        value_name = "PRESET",
        value_delimiter = ',',
        conflicts_with = "networks"
    )]
    training: Vec<String>,
    #[command(flatten)]
    step: StepArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What a measured training step is like.
#[derive(Debug, clap::Args)]
struct StepArgs {
    /// Network of the student, with --training.
    #[arg(
        long,
        value_name = "ID",
        default_value = "efficientnet-b0",
        requires = "training"
    )]
    student: String,
    /// Network of the teacher, with --training.
    #[arg(
        long,
        value_name = "ID",
        default_value = "resnet50",
        requires = "training"
    )]
    teacher: String,
    /// In which numbers the networks compute (f32, bf16, f16, auto), with --training.
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        default_value = "auto",
        requires = "training"
    )]
    precision: Vec<String>,
    /// Pictures of a step, with --training.
    #[arg(long, value_name = "N", default_value = "128", requires = "training")]
    step_pictures: NonZero<usize>,
    /// Side of the views in pixels, with --training.
    #[arg(long, value_name = "N", default_value = "224", requires = "training")]
    size: NonZero<u32>,
    /// Steps that are measured, with --training.
    #[arg(long, value_name = "N", default_value = "10", requires = "training")]
    steps: NonZero<u32>,
}

#[derive(Serialize)]
struct Report {
    device: String,
    decode_per_second: f64,
    decode_per_second_all_cores: f64,
    embed: Vec<EmbedSpeed>,
    search: Vec<SearchRow>,
}

#[derive(Serialize)]
struct SearchRow {
    descriptors: usize,
    /// Through the graph, which is what a library of this size uses.
    queries_per_second: f64,
    recall_at_10: f64,
    queries_per_second_exact: f64,
    build_seconds: f64,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    if !args.networks.is_empty() {
        let request = JobRequest::BenchNetworks {
            networks: args.networks,
            batch_sizes: args.batch.into_iter().map(NonZero::get).collect(),
            measured: args.seconds,
            device: args.device,
        };
        return bench_networks::run(request, args.json, output);
    }
    if !args.training.is_empty() {
        let step = args.step;
        let order = TrainingOrder {
            presets: args.training,
            student: step.student,
            teacher: step.teacher,
            precisions: step.precision,
            batch: step.step_pictures.get(),
            size: step.size.get(),
            n_steps: step.steps.get(),
            device: args.device,
        };
        return bench_training::run(order, args.json, output);
    }
    if let Some(pictures) = args.augmentations {
        return bench_augmentations::run(pictures, args.json, output);
    }
    let session = Session::start(output)?;
    let device = args.device;
    let JobResult::Bench(report) = session.run(JobRequest::Bench { device })? else {
        return Err(WrongAnswer.into());
    };
    let report = Report::from(report);
    if args.json {
        output.json(&report)?;
    } else {
        report.print(output)?;
    }
    Ok(Success::Complete)
}

/// Seconds as a number, not below zero.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|err| format!("{err}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|err| format!("{err}"))
}

impl From<BenchReport> for Report {
    fn from(report: BenchReport) -> Self {
        let row = |(descriptors, bench): &(usize, crate::index::SearchBench)| SearchRow {
            descriptors: *descriptors,
            queries_per_second: bench.queries_per_second_hnsw,
            recall_at_10: bench.recall_at_10,
            queries_per_second_exact: bench.queries_per_second_exact,
            build_seconds: bench.build_seconds,
        };
        Self {
            search: report.search.iter().map(row).collect(),
            device: report.device,
            decode_per_second: report.decode_per_second,
            decode_per_second_all_cores: report.decode_per_second_all_cores,
            embed: report.embed,
        }
    }
}

impl Report {
    fn print(&self, output: &Output) -> anyhow::Result<()> {
        output.line(&format!(
            "Decoding: {:.0} photos/s on one core, {:.0} on all",
            self.decode_per_second, self.decode_per_second_all_cores,
        ))?;
        for speed in &self.embed {
            output.line(&format!(
                "Embedding with {} on {}, {} at once: {:.1} pictures/s",
                speed.model, self.device, speed.batch_size, speed.pictures_per_second,
            ))?;
        }
        for row in &self.search {
            output.line(&format!(
                "Searching {} descriptors: {:.0} queries/s, recall {:.3} ({:.0} exactly)",
                row.descriptors,
                row.queries_per_second,
                row.recall_at_10,
                row.queries_per_second_exact,
            ))?;
        }
        Ok(())
    }
}

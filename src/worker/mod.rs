//! Runs every job of the program, one compute thread for all tensor work, downloads beside it.
//!
//! - Owns: the compute thread, the decoding pool, events, the outcome of a job.
//! - Invariant: all tensor work happens on the compute thread; quick requests are answered there
//!   between two batches of a long job.
//! - Invariant: a job that panics ends as `Outcome::Crashed`, and the next one runs.
//! - Not here: what a job computes (the rooms below), how it looks (`app`, `cli`).
//! - To add a job: one file in `jobs/`, one variant of `JobRequest` and of `JobResult`.

mod budget;
mod compute;
mod embedders;
mod error;
mod events;
mod failure;
mod inbox;
mod job;
mod jobs;
mod libraries;
mod pool;
mod queue;
mod request;
mod shared;

pub use compute::Defaults;
pub use compute::Worker;
pub use error::WorkerError;
pub use failure::describe as describe_error;
pub use inbox::drain;
pub use job::Job;
pub use job::JobContext;
pub use job::Pace;
pub use request::ActiveJob;
pub use request::AugmentationRow;
pub use request::BenchReport;
pub use request::CompareReport;
pub use request::DatasetCheck;
pub use request::DatasetPart;
pub use request::DownloadOrder;
pub use request::DownloadReport;
pub use request::EmbedReport;
pub use request::EmbedSpeed;
pub use request::EvaluateOrder;
pub use request::Event;
pub use request::Failure;
pub use request::FindReport;
pub use request::IndexReport;
pub use request::JobId;
pub use request::JobRequest;
pub use request::JobResult;
pub use request::Match;
pub use request::NetworkBench;
pub use request::NetworkLeftOut;
pub use request::NetworkSpeed;
pub use request::Outcome;
pub use request::PictureCheck;
pub use request::PreviewOrder;
pub use request::PreviewReport;
pub use request::Source;
pub use request::TortureOrder;
pub use request::TortureResult;
pub use request::TrainingBench;
pub use request::TrainingCost;
pub use request::TrainingLeftOut;
pub use request::TrainingOrder;
pub use request::TrialReport;
pub use request::VerdictsReport;

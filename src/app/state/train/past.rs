//! Runs of before, as the list shows them.

use std::path::PathBuf;

use crate::distill::RunPoint;

/// How a run of before ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PastState {
    /// All its steps.
    Complete,
    /// Ended early by a person, with what it had.
    Finished,
    /// Cut off: it can go on. The share of its steps that are done.
    Interrupted { share: f32 },
}

/// One row of the list of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRun {
    pub dir: PathBuf,
    /// What the person reads: `ResNet-18, Balanced, 20 Nov 14:05`.
    pub name: String,
    pub state: PastState,
    /// Best held-out quality, 0 to 1.
    pub quality: Option<f32>,
    pub seconds: f64,
    /// The curve; read when the run is drawn for the first time.
    pub points: Option<Vec<RunPoint>>,
}

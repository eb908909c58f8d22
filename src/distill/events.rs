//! What a training run reports while it goes on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use super::JudgedChange;

/// One point of the curves: the values known at one step. One line of `curve.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunPoint {
    pub step: u64,
    /// Passes over the pictures, with a fraction.
    pub epoch: f32,
    /// Time spent training, without pauses and without time between two sittings.
    pub seconds: f64,
    /// Pictures seen.
    pub pictures: u64,
    /// By key: `loss`, `loss/<id>`, `quality/micro-ap`, `quality/recall`,
    /// `quality/judged-right`, `quality/judged-auc`, `lr`, `grad-norm`, `pictures-per-second`.
    pub values: BTreeMap<String, f32>,
}

/// One of the fixed queries and what the student finds for it now.
#[derive(Clone, Debug, PartialEq)]
pub struct StripRow {
    /// The picture an edited copy was made of.
    pub original: PathBuf,
    /// The edited copy that is searched with, as JPEG.
    pub query_jpeg: Vec<u8>,
    /// Best first, with the similarity.
    pub matches: Vec<(PathBuf, f32)>,
}

/// News of a run, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    Started {
        run_dir: PathBuf,
        steps: u64,
        epochs: u32,
        /// The step a resumed run goes on from.
        first_step: u64,
        /// The curve so far of a resumed run.
        points: Vec<RunPoint>,
    },
    Point(RunPoint),
    Strip(Vec<StripRow>),
    /// Something a person should know, in words.
    Notice(String),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    pub run_dir: PathBuf,
    pub steps: u64,
    pub seconds: f64,
    pub pictures: u64,
    /// Held-out micro-AP of the untrained and of the best student, 0 to 1.
    pub quality_before: Option<f32>,
    pub quality_best: Option<f32>,
    /// How many judged pairs are right, of those that were held out; only where pairs were judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<JudgedChange>,
    /// The best student, ready to be imported and used.
    pub model: PathBuf,
    /// It went through all its steps (false: ended early by `Finish now`).
    pub complete: bool,
}

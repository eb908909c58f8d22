//! `copylens compare`

use std::path::PathBuf;

use serde::Serialize;

use super::Success;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::data;
use crate::matching;
use crate::matching::Comparison;
use crate::matching::Verdict;
use crate::persist;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Source;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The first picture, usually the original.
    a: PathBuf,
    /// The second picture.
    b: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Write both pictures side by side with what connects them, as PNG.
    #[arg(long, value_name = "PICTURE")]
    out: Option<PathBuf>,
    /// Model to compare with.
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Device to compute on.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
}

/// The evidence, as the contract of the command line has it.
#[derive(Serialize)]
struct Evidence {
    similarity: f32,
    verdict: &'static str,
    /// Maps pixels of B onto A, row-major 2x3.
    transform: Option<[f64; 6]>,
    mirrored: bool,
    inliers: usize,
    /// `[ax, ay, bx, by, similarity]`, those that agree with the transform first.
    correspondences: Vec<[f32; 5]>,
}

pub(super) fn run(args: Args, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start(output)?;
    let request = JobRequest::Compare {
        a: Source::File(args.a),
        b: Source::File(args.b),
        model: args.model,
        device: args.device,
    };
    let JobResult::Compare(report) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    if let Some(out) = &args.out {
        let drawn = matching::side_by_side_png(&report.a, &report.b, &report.comparison);
        persist::save(out, &data::encode_png(&drawn)?)?;
    }
    let comparison = &report.comparison;
    if args.json {
        output.json(&Evidence::from(comparison))?;
        return Ok(Success::Complete);
    }
    output.line(&comparison.sentence)?;
    let n_inliers = comparison.inliers;
    let similarity = comparison.similarity;
    output.line(&format!(
        "Similarity {similarity:.3}, {n_inliers} matching places"
    ))?;
    if let Some(advice) = &comparison.advice {
        output.line(advice)?;
    }
    Ok(Success::Complete)
}

impl From<&Comparison> for Evidence {
    fn from(comparison: &Comparison) -> Self {
        let mut pairs: Vec<_> = comparison.correspondences.iter().collect();
        pairs.sort_by_key(|pair| !pair.inlier); // Stable: best first among equals.
        let numbers = |pair: &matching::Correspondence| {
            let [ax, ay] = pair.a;
            let [bx, by] = pair.b;
            [ax, ay, bx, by, pair.similarity]
        };
        Self {
            similarity: comparison.similarity,
            verdict: match comparison.verdict {
                Verdict::Same => "same",
                Verdict::Edited => "edited",
                Verdict::Maybe => "maybe",
                Verdict::Different => "different",
            },
            transform: comparison.transform.map(|affine| affine.m),
            mirrored: comparison.mirrored,
            inliers: comparison.inliers,
            correspondences: pairs.into_iter().map(numbers).collect(),
        }
    }
}

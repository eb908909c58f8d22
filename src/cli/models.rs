//! `copylens models`

use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use crate::models::ModelInfo;
use crate::models::ModelStore;
use crate::settings::Home;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One model, as the contract of the command line has it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    architecture: &'a str,
    dimensions: usize,
    file_bytes: u64,
    source: &'a str,
}

impl<'a> From<&'a ModelInfo> for Row<'a> {
    fn from(info: &'a ModelInfo) -> Self {
        Self {
            id: &info.id,
            architecture: &info.architecture,
            dimensions: info.dimensions,
            file_bytes: info.file_bytes,
            source: &info.source,
        }
    }
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Success> {
    let models = ModelStore::new(Home::find()?.models()).list();
    if args.json {
        let rows: Vec<Row<'_>> = models.iter().map(Row::from).collect();
        output.json(&rows)?;
        return Ok(Success::Complete);
    }
    for model in &models {
        output.line(&format!(
            "{:16} {}, {} numbers, {}, {}",
            model.id,
            model.architecture,
            model.dimensions,
            output::file_size(model.file_bytes),
            model.source,
        ))?;
    }
    Ok(Success::Complete)
}

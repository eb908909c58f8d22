//! `copylens import` and `copylens export`

use std::path::PathBuf;

use super::Success;
use super::output::Output;
use crate::models::ModelStore;
use crate::settings::Home;

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// A `.safetensors` file made by Copylens.
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// Id of the model.
    model: String,
    /// The file to write.
    file: PathBuf,
}

/// Prints the id of the new model.
pub(super) fn import(args: &ImportArgs, output: &Output) -> anyhow::Result<Success> {
    let model = ModelStore::new(Home::find()?.models()).import(&args.file)?;
    output.line(&model.id)?;
    Ok(Success::Complete)
}

pub(super) fn export(args: &ExportArgs, output: &Output) -> anyhow::Result<Success> {
    ModelStore::new(Home::find()?.models()).export(&args.model, &args.file)?;
    output.note(&format!("Written: {}", args.file.display()));
    Ok(Success::Complete)
}

//! What the Models place can ask for.

use std::path::PathBuf;

use crate::models::ModelInfo;

/// One thing the Models place can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelsCommand {
    /// Open the dialog for model files.
    AskForImport,
    /// Take model files into the model folder.
    Import(Vec<PathBuf>),
    /// Open the dialog for the place of a copy.
    AskForExport(String),
    ExportTo(String, PathBuf),
    /// Let the person type another name.
    EditName(String),
    KeepName,
    Rename(String, String),
    AskToDelete(String),
    KeepModel,
    Delete(String),
    /// Measure the pictures a second of a model on this computer.
    Measure(String),
    /// Search with this model from now on.
    Use(String),
    /// The models there are, as just read from disk.
    Take(Vec<ModelInfo>),
}

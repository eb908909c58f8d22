//! What the Models place can ask for.

use std::path::PathBuf;

use crate::download::Interrupted;
use crate::models::Look;
use crate::models::ModelInfo;

/// Whether the program has just been started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtStart {
    Yes,
    No,
}

/// One thing the Models place can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelsCommand {
    /// Open the dialog for model files.
    AskForImport,
    /// Look at model files and ask what is to become of them.
    Import(Vec<PathBuf>),
    /// What a file was recognized as.
    TakeLook(Box<Look>),
    /// A file that is no model was told of; go on without it.
    ForgetFile(PathBuf),
    /// Read the file that is asked about as another one of its candidates.
    ChooseCandidate(usize),
    /// Import the file that is asked about, under this name.
    ConfirmImport(String),
    RefuseImport,
    /// Show the published models that a text is about.
    SearchPublished(String),
    /// Open a row of the published models, or close it.
    OpenPublished(Option<&'static str>),
    /// Which of its files a row is downloaded as.
    ChooseFormat(&'static str, &'static str),
    /// Download a published model and import it, or go on with it.
    Get(&'static str),
    /// Stop a download and remove what has come.
    CancelDownload(&'static str),
    /// Remove what an interrupted download left.
    DiscardDownload(&'static str),
    /// Open the page of a published model in the browser.
    OpenPage(&'static str),
    /// The unfinished downloads, as just read from disk; at the start they are offered.
    TakeInterrupted(Vec<Interrupted>, AtStart),
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

//! What the Train place can ask for.

use std::path::PathBuf;

use crate::app::chart_picture::ChartPicture;
use crate::app::state::train::PastRun;
use crate::app::state::train::ShownRun;
use crate::distill::RunConfig;
use crate::distill::RunPoint;

/// One thing the Train place can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainCommand {
    ChoosePreset(&'static str),
    /// The recipe as the person typed it.
    EditRecipe(String),
    ChooseTeacher(Option<String>),
    ChooseStudent(String),
    /// A model the student starts from; `None` is nothing.
    ChooseStart(Option<String>),
    /// Open the dialog for folders of pictures.
    AskForFolders,
    AddFolders(Vec<PathBuf>),
    RemoveFolder(PathBuf),
    /// A device id; `None` is the fastest.
    ChooseDevice(Option<String>),
    /// Open the page about the method of the recipe.
    About(&'static str),
    CloseAbout,
    /// Open an address of that page in the browser.
    OpenSource(String),
    Preview(PreviewCommand),
    /// A few steps, for an estimate.
    Estimate,
    Start,
    /// Go on with a run from its last checkpoint.
    Resume(PathBuf),
    /// A run as read from its folder, ready to go on under this name.
    GoOn(Box<RunConfig>, String),
    /// Do not offer to go on with this run until the next start.
    Later(PathBuf),
    /// Show a run of before.
    Open(PathBuf),
    Show(Box<ShownRun>),
    /// Back to the four cards.
    NewRun,
    AskToDelete(PathBuf),
    KeepRun,
    Delete(PathBuf),
    /// The runs there are, as just read from disk.
    TakeRuns(Vec<PastRun>),
    /// Draw a past run beside the one on screen, or no longer.
    Overlay(PathBuf, bool),
    TakePoints(PathBuf, Vec<RunPoint>),
    ExportCsv,
    /// Save these charts as a picture.
    ExportPicture(Vec<ChartPicture>),
    /// Make the student of the run on screen the model that searches.
    UseForSearching,
}

/// What the strip of draws can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewCommand {
    DrawAgain,
    /// The next one of the training pictures.
    ShowAnother,
    AskForPicture,
    Choose(PathBuf),
    /// Counted from 0.
    ShowStage(usize),
}

//! Everything a screen can ask for.
//!
//! A view pushes commands while it draws; `apply` carries them out afterwards. What happens in the
//! background (dialogs, the clipboard, looking at dropped files) answers with commands too.

mod models;
mod settings;
mod test;
mod train;

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::state::FindLibrary;
use super::state::Notice;
use super::state::NoticeId;
use super::state::Place;
use crate::devices::DeviceInfo;
use crate::index::PictureId;
use crate::matching::Notch;
use crate::render::PreparedPair;
use crate::settings::Settings;
use crate::verdicts::Judgement;
use crate::verdicts::Verdicts;
use crate::worker::JobId;
use crate::worker::Source;

pub use models::AtStart;
pub use models::ModelsCommand;
pub use settings::SettingsCommand;
pub use test::TestCommand;
pub use train::PreviewCommand;
pub use train::TrainCommand;

/// The commands of one frame, in the order they were asked for.
pub type Commands = Vec<Command>;

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Show another place of the rail.
    Go(Place),
    /// Files or folders were dropped on the window.
    Drop(Vec<PathBuf>),
    /// Dropped, pasted or chosen paths after a look at the disk; what happens depends on the place.
    Take(Sorted),
    Find(FindCommand),
    Compare(CompareCommand),
    Train(TrainCommand),
    Test(TestCommand),
    Models(ModelsCommand),
    Settings(SettingsCommand),
    /// What computes on this computer, as just probed.
    TakeDevices(Vec<DeviceInfo>),
    /// Close the window, although jobs are running.
    CloseAnyway,
    /// Do not close the window after all.
    KeepOpen,
    /// Use these settings from now on, and save them.
    ChangeSettings(Box<Settings>),
    StopJob(JobId),
    /// Hold a job (`true`) or let it go on.
    PauseJob(JobId, bool),
    /// End a training run early and keep its best student.
    FinishJob(JobId),
    Tell(Notice),
    Dismiss(NoticeId),
    CopyText(String),
    /// Open the folder of a file in the file manager of the system.
    RevealFile(PathBuf),
    /// Open a folder in the file manager of the system.
    OpenFolder(PathBuf),
}

/// What the Find place can ask for.
#[derive(Clone, Debug)]
pub enum FindCommand {
    /// Search for copies of these pictures, one or many.
    Search(Vec<Source>),
    /// Ask the clipboard for a picture, a path or files.
    Paste,
    /// Let the person choose pictures to search with.
    ChoosePictures,
    /// Let the person choose folders to add to the library.
    ChooseFolders,
    AddFolders(Vec<PathBuf>),
    TryDemo,
    OpenLibrary(FindLibrary),
    SetNotch(Notch),
    SelectQuery(usize),
    SelectMatch(Option<PictureId>),
    SetThumbnailSize(f32),
    AnswerFolders(FolderAnswer),
    /// Put the library that is open aside, because it is damaged, and begin a new one.
    RebuildLibrary,
    /// Say about a match that it is a copy or not; `None` takes it back.
    Judge(PictureId, Option<Judgement>),
    /// Take back what was last said.
    UndoVerdict,
    /// Also show pairs that were marked as no copies, or no longer.
    ShowHidden(bool),
    /// What was said about pairs, as just read or saved.
    TakeVerdicts(Verdicts),
    /// Leave the results and show the drop zone again.
    Back,
}

/// What to do with a dropped folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderAnswer {
    AddToLibrary,
    SearchForCopies,
    Neither,
}

/// What the Compare sheet can ask for.
#[derive(Clone, Debug)]
pub enum CompareCommand {
    /// Compare the query with one of its matches.
    Open(PictureId),
    /// Compare any two pictures, such as a copy and the original that was missed.
    OpenPair(PathBuf, PathBuf),
    /// Go to the result this many places further on.
    Step(isize),
    /// Say about the two that they are copies or not, and go on; `None` takes it back.
    Judge(Option<Judgement>),
    /// Look at the pictures in this way, a row of `render::OVERLAYS`.
    SetOverlay(&'static str),
    SetAligned(bool),
    /// The pictures of a comparison are ready to be painted.
    Prepared(PreparedComparison),
    /// Let the person choose where the picture of both sides is saved.
    ChooseSavePath,
    SaveTo(PathBuf),
    Close,
}

/// Pictures that were made ready in the background.
#[derive(Clone)]
pub struct PreparedComparison {
    pub match_id: PictureId,
    pub is_aligned: bool,
    /// Taken out once.
    pub pair: Arc<Mutex<Option<PreparedPair>>>,
}

impl std::fmt::Debug for PreparedComparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PreparedComparison({:?})", self.match_id)
    }
}

/// Paths after a look at the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    pub pictures: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
    /// Model files of Copylens.
    pub models: Vec<PathBuf>,
    pub others: Vec<PathBuf>,
}

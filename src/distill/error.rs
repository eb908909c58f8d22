//! What can go wrong with a training run.

use std::path::PathBuf;

use crate::data::loader::LoaderError;
use crate::models::ModelError;
use crate::monitor::Cancelled;
use crate::persist::PersistError;
use crate::weights::WeightsError;

/// Why a run could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum DistillError {
    #[error("The recipe is not right{}: {reason}", line.map_or(String::new(), |line| format!(" in line {line}")))]
    Recipe { reason: String, line: Option<usize> },
    #[error("The recipe has version {found}, this Copylens reads up to version {newest}")]
    RecipeVersion { found: u32, newest: u32 },
    #[error("There is no recipe called {name:?}")]
    UnknownRecipe { name: String },
    #[error("There is no network called {name:?}")]
    UnknownStudent { name: String },
    #[error("This recipe learns from a teacher, and none was chosen")]
    NoTeacher,
    #[error("This recipe learns from pairs that were judged, and none were given")]
    NoPairs,
    #[error("Line {line} of the pairs does not fit: {reason} ({path})")]
    Pairs {
        path: PathBuf,
        line: usize,
        reason: String,
    },
    #[error("The method {method} learns on one device, and several were chosen")]
    OneDevice { method: &'static str },
    #[error("Only {found} readable pictures were found, this recipe needs at least {needed}")]
    TooFewPictures { found: usize, needed: usize },
    #[error("The loss was not a number {times} times in a row; the last good checkpoint is kept")]
    Diverged { times: u32 },
    #[error("The device has too little memory even for {micro_batch} pictures at a time")]
    OutOfMemory { micro_batch: usize },
    #[error("The folder already holds another run: {path}")]
    OtherRun { path: PathBuf },
    #[error("The checkpoint does not belong to this run: {path}")]
    Checkpoint { path: PathBuf, source: WeightsError },
    #[error("Cannot use the run folder: {path}")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Loader(#[from] LoaderError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Persist(#[from] PersistError),
    #[error("Training stopped")]
    Cancelled(#[from] Cancelled),
}

impl DistillError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Recipe { .. } => "Correct the recipe, or choose one of the presets.",
            Self::RecipeVersion { .. } => "Install a newer Copylens to use it.",
            Self::UnknownRecipe { .. } => "Choose a preset, or give the path of a recipe file.",
            Self::UnknownStudent { .. } => "Choose one of the networks of the Train place.",
            Self::NoTeacher => "Choose a teacher, or a recipe that learns without one.",
            Self::NoPairs => "Give a file of pairs, or choose a recipe that learns without one.",
            Self::Pairs { .. } => {
                "Correct the file: its header is `a,b,copy`, then two pictures and yes or no a line."
            }
            Self::OneDevice { .. } => "Choose one device, or another recipe.",
            Self::TooFewPictures { .. } => "Add a folder with more pictures.",
            Self::Diverged { .. } => "Start again with a lower learning rate.",
            Self::OutOfMemory { .. } => {
                "Choose a smaller student or smaller views, close other programs, or use another device."
            }
            Self::OtherRun { .. } => "Choose an empty folder, or resume that run.",
            Self::Checkpoint { .. } => "Start the run again in an empty folder.",
            Self::Folder { .. } => "Check that the disk has room and the folder may be changed.",
            Self::Loader(err) => err.advice(),
            Self::Model(err) => err.advice(),
            Self::Persist(err) => err.advice(),
            Self::Cancelled(_) => "Resume it whenever you like.",
        }
    }
}

//! What the Test place can ask for.

use std::path::PathBuf;

use crate::eval::report::KeptReport;

/// One thing to do.
#[derive(Clone, Debug)]
pub enum TestCommand {
    /// Let the person choose the folder of a data set.
    AskForData,
    SetData(PathBuf),
    /// A row of the table of protocols.
    ChooseProtocol(&'static str),
    /// An option of the protocol and its value.
    SetOption(&'static str, String),
    /// All options as usual.
    ResetOptions,
    /// Measure this model (`true`) or leave it out.
    ChooseModel(String, bool),
    Start,
    /// Stops what has not been measured yet.
    Stop,
    /// Let the person choose pictures of which copies are made.
    AskForPictures,
    AddPictures(Vec<PathBuf>),
    ForgetPictures,
    Torture,
    /// The reports that are kept, as just read.
    TakeReports(Vec<KeptReport>),
    /// Shows these reports over each other.
    Show(Vec<PathBuf>),
    /// Lays a report over the one on screen, or takes it away.
    Overlay(PathBuf, bool),
    /// Leaves the report.
    Back,
    /// Let the person choose where the reports on screen are saved.
    AskForExport,
    ExportTo(PathBuf),
}

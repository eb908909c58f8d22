//! What the Settings place can ask for, besides changing a setting.

/// One thing the Settings place can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsCommand {
    /// Look at the data folder and the log again.
    Look,
    /// What the look found.
    Take(Box<crate::app::state::Look>),
    /// Version, computer and the last lines of the log, for a bug report.
    CopyReport,
}

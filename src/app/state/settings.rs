//! What the Settings place shows besides the settings.

/// A part of the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSize {
    pub label: &'static str,
    pub bytes: u64,
}

/// What is on the disk, as of the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub sizes: Vec<FolderSize>,
    /// The last lines of the newest log file, oldest first.
    pub log: Vec<String>,
}

/// What the Settings place shows besides the settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsState {
    /// `None` until the first look is done.
    pub look: Option<Look>,
    /// The page was open in the last frame.
    pub is_open: bool,
}

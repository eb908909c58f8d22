//! Everything the screens read. Only `apply` changes it.

mod compare;
mod find;
pub mod models;
mod settings;
pub mod test;
pub mod train;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use crate::devices::DeviceInfo;
use crate::settings::Home;
use crate::settings::Settings;
use crate::worker::ActiveJob;
use crate::worker::Failure;
use crate::worker::JobId;

pub use compare::CompareState;
pub use compare::Compared;
pub use find::Answer;
pub use find::FindLibrary;
pub use find::FindState;
pub use find::Found;
pub use find::Judged;
pub use find::LibraryState;
pub use find::Query;
pub use find::source_name;
pub use models::ModelsState;
pub use settings::FolderSize;
pub use settings::Look;
pub use settings::SettingsState;
pub use test::TestState;
pub use train::TrainState;

use super::closing::Closing;
use super::thumbnails::Thumbnails;

/// A place of the rail; the table of `screens` has one row for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    #[default]
    Find,
    Train,
    Test,
    Models,
    Settings,
}

/// What the screens show, borrowed by them for one frame.
pub struct AppState {
    pub home: Home,
    pub settings: Settings,
    pub place: Place,
    pub find: FindState,
    /// The sheet over the results, when two pictures are compared.
    pub compare: Option<CompareState>,
    pub train: TrainState,
    pub test: TestState,
    pub models: ModelsState,
    pub settings_page: SettingsState,
    /// What computes on this computer; empty until it has been probed.
    pub devices: Vec<DeviceInfo>,
    pub closing: Closing,
    /// Running and waiting jobs, as of this frame.
    pub jobs: Vec<ActiveJob>,
    pub notices: Notices,
    pub surroundings: Surroundings,
    /// Textures of small pictures; filled in the background.
    pub thumbnails: Thumbnails,
}

impl AppState {
    pub fn new(home: Home, settings: Settings, surroundings: Surroundings) -> Self {
        let find = FindState::new(&home, &settings);
        Self {
            home,
            settings,
            place: Place::default(),
            find,
            compare: None,
            train: TrainState::default(),
            test: TestState::default(),
            models: ModelsState::default(),
            settings_page: SettingsState::default(),
            devices: Vec::new(),
            closing: Closing::default(),
            jobs: Vec::new(),
            notices: Notices::default(),
            surroundings,
            thumbnails: Thumbnails::default(),
        }
    }
}

impl AppState {
    /// Whether a job is a search, a comparison or a preview.
    pub fn is_quick(&self, id: JobId) -> bool {
        let is_search = self.find.queries.iter().any(|query| query.job == Some(id));
        let compare = self.compare.as_ref().and_then(|compare| compare.job);
        is_search || compare == Some(id) || self.train.preview.job == Some(id)
    }
}

/// What is known about the system around the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Files can be dropped on the window; not so on Wayland.
    pub can_drop: bool,
    /// How the window is drawn, in words.
    pub renderer: String,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            can_drop: true,
            renderer: String::new(),
        }
    }
}

/// One notice, for as long as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoticeId(pub u64);

/// Something a person should know: what happened, what it means, one button, details.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notice {
    /// What happened, one short sentence.
    pub title: String,
    /// What it means and what to do about it.
    pub advice: Option<String>,
    /// Shown on request: a list of files, the text of an error.
    pub details: Vec<String>,
    pub is_problem: bool,
    pub action: Option<NoticeAction>,
}

impl Notice {
    /// Something good or neutral.
    pub fn note(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Something that did not work.
    pub fn problem(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            is_problem: true,
            ..Self::default()
        }
    }

    /// A job that could not be done.
    pub fn failure(title: impl Into<String>, failure: &Failure) -> Self {
        Self {
            title: title.into(),
            advice: failure.advice.clone(),
            details: vec![failure.message.clone()],
            is_problem: true,
            action: None,
        }
    }

    pub fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub fn with_details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }

    pub fn with_action(mut self, action: NoticeAction) -> Self {
        self.action = Some(action);
        self
    }
}

/// The one button of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeAction {
    OpenFolder(PathBuf),
    RevealFile(PathBuf),
    Go(Place),
    AddPictures,
    /// Put a damaged library aside and begin a new one.
    RebuildLibrary,
    /// Take back what was last said about a pair.
    UndoVerdict,
}

/// The notices that are on screen, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    shown: Vec<(NoticeId, Notice)>,
    since: BTreeMap<NoticeId, Instant>,
    n_so_far: u64,
}

/// A notice that asks for nothing leaves by itself after this time.
pub const NOTICE_STAYS: Duration = Duration::from_secs(8);

/// More than this many at once hide the page.
const MAX_NOTICES: usize = 4;

impl Notices {
    /// Shows a notice; the same words twice are one notice.
    pub fn push(&mut self, notice: Notice) -> NoticeId {
        self.shown.retain(|(_, shown)| shown.title != notice.title);
        if self.shown.len() == MAX_NOTICES {
            self.shown.remove(0);
        }
        self.n_so_far += 1;
        let id = NoticeId(self.n_so_far);
        self.shown.push((id, notice));
        self.since.insert(id, Instant::now());
        id
    }

    /// Takes away what has been read by now; problems and lists stay until they are closed. Tells
    /// when the next one leaves.
    pub fn forget_old(&mut self, stays: Duration) -> Option<Duration> {
        let mut next: Option<Duration> = None;
        let since = &self.since;
        self.shown.retain(|(id, notice)| {
            if notice.is_problem || !notice.details.is_empty() {
                return true;
            }
            let left = since
                .get(id)
                .map(|since| stays.saturating_sub(since.elapsed()));
            let left = left.filter(|left| !left.is_zero());
            next = [next, left].into_iter().flatten().min();
            left.is_some()
        });
        next
    }

    pub fn dismiss(&mut self, id: NoticeId) {
        self.shown.retain(|(shown, _)| *shown != id);
    }

    /// Takes away the notices with this button.
    pub fn forget(&mut self, action: &NoticeAction) {
        let is_other = |notice: &Notice| notice.action.as_ref() != Some(action);
        self.shown.retain(|(_, notice)| is_other(notice));
    }

    pub fn iter(&self) -> impl Iterator<Item = &(NoticeId, Notice)> {
        self.shown.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_notice_twice_is_shown_once() {
        let mut notices = Notices::default();
        notices.push(Notice::note("Saved"));
        let second = notices.push(Notice::note("Saved"));
        assert_eq!(notices.iter().count(), 1);
        notices.dismiss(second);
        assert!(notices.is_empty());
    }

    #[test]
    fn a_note_leaves_by_itself_and_a_problem_stays() {
        let mut notices = Notices::default();
        notices.push(Notice::note("Saved"));
        notices.push(Notice::problem("Not saved"));
        assert!(notices.forget_old(NOTICE_STAYS).is_some());
        assert_eq!(notices.forget_old(Duration::ZERO), None);
        let titles: Vec<_> = notices.iter().map(|(_, notice)| &*notice.title).collect();
        assert_eq!(titles, ["Not saved"]);
        assert_eq!(notices.forget_old(NOTICE_STAYS), None);
    }

    #[test]
    fn old_notices_make_room() {
        let mut notices = Notices::default();
        for i in 0..10 {
            notices.push(Notice::note(format!("Notice {i}")));
        }
        assert_eq!(notices.iter().count(), MAX_NOTICES);
    }
}

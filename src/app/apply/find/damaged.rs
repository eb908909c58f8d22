//! The way out when the file of a library is damaged.

use super::forget_queries;
use super::open_demo;
use crate::app::apply::trouble;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::FindLibrary;
use crate::app::state::Notice;
use crate::app::state::NoticeAction;
use crate::worker::JobId;
use crate::worker::JobRequest;
use crate::worker::Outcome;

/// How the advice for a damaged library file begins to offer the way out.
const OFFER: &str = "Rebuild it";

/// Whether a failure is one that a new library solves. A sound library is never put aside, so a
/// wrong guess does no harm.
pub fn is_solved_by_rebuilding(advice: Option<&str>) -> bool {
    advice.is_some_and(|advice| advice.contains(OFFER))
}

/// Adds the button where it helps.
pub fn with_way_out(notice: Notice) -> Notice {
    if is_solved_by_rebuilding(notice.advice.as_deref()) {
        notice.with_action(NoticeAction::RebuildLibrary)
    } else {
        notice
    }
}

/// Puts the library that is open aside.
pub fn rebuild(state: &mut AppState, services: &Services) {
    let library = state.find.library;
    let library_state = state.find.library_state_mut(library);
    let id = services.jobs.submit(JobRequest::RebuildLibrary {
        library: library_state.folder.clone(),
    });
    library_state.rebuilding = Some(id);
}

/// Returns whether the job was a rebuilding of ours.
pub fn on_ended(state: &mut AppState, services: &Services, id: JobId, outcome: &Outcome) -> bool {
    let Some(library) = FindLibrary::ALL
        .into_iter()
        .find(|library| state.find.library_state(*library).rebuilding == Some(id))
    else {
        return false;
    };
    let library_state = state.find.library_state_mut(library);
    library_state.rebuilding = None;
    library_state.searchable = None;
    if let Some(notice) = trouble("The library could not be put aside", outcome) {
        state.notices.push(notice);
        return true;
    }
    forget_queries(state, services);
    match library {
        FindLibrary::Demo => open_demo(state, services),
        FindLibrary::Mine => {
            let notice = Notice::note("A new library was begun")
                .with_advice("Add your folders again; your pictures are where they were.")
                .with_action(NoticeAction::AddPictures);
            state.notices.push(notice);
        }
    }
    true
}

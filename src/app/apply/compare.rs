//! What the commands of the Compare sheet do.

use std::time::Instant;

use crate::app::command::CompareCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::CompareState;
use crate::app::state::Compared;
use crate::index::PictureId;
use crate::worker::Event;
use crate::worker::Failure;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Outcome;
use crate::worker::Source;

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, command: CompareCommand) {
    match command {
        CompareCommand::Open(id) => open(state, services, id),
        CompareCommand::Step(n) => step(state, services, n),
        CompareCommand::SetMode(mode) => {
            if let Some(compare) = &mut state.compare {
                compare.mode = mode;
            }
        }
        CompareCommand::SetAligned(is_aligned) => {
            if let Some(compare) = &mut state.compare {
                compare.is_aligned = is_aligned;
            }
        }
        CompareCommand::ChooseSavePath | CompareCommand::SaveTo(_) => {}
        CompareCommand::Close => state.compare = None,
    }
}

/// Takes in one piece of news.
pub fn on_event(state: &mut AppState, event: &Event) {
    let Some(compare) = &mut state.compare else {
        return;
    };
    let Event::Ended { id, outcome } = event else {
        return;
    };
    if compare.job != Some(*id) {
        return;
    }
    compare.job = None;
    compare.outcome = match outcome {
        Outcome::Done(JobResult::Compare(report)) => Compared::Done((**report).clone().into()),
        Outcome::Done(_) | Outcome::Stopped => Compared::Waiting,
        Outcome::Failed(failure) => Compared::Failed(failure.clone()),
        Outcome::Crashed(text) => Compared::Failed(Failure {
            message: text.clone(),
            advice: None,
        }),
    };
}

fn open(state: &mut AppState, services: &mut Services, id: PictureId) {
    let Some(query) = state.find.queries.get_mut(state.find.selected_query) else {
        return;
    };
    let Some(path) = query
        .found()
        .and_then(|found| found.matches.iter().find(|found| found.id == id))
        .map(|found| found.path.clone())
    else {
        return;
    };
    query.selected = Some(id);
    let job = services.jobs.submit(JobRequest::Compare {
        a: query.source.clone(),
        b: Source::File(path),
        model: None,
        device: None,
    });
    let (mode, is_aligned) = match &state.compare {
        Some(compare) => (compare.mode, compare.is_aligned),
        None => (crate::app::state::CompareMode::default(), true),
    };
    state.compare = Some(CompareState {
        match_id: id,
        job: Some(job),
        asked_at: Instant::now(),
        outcome: Compared::Waiting,
        mode,
        is_aligned,
    });
}

fn step(state: &mut AppState, services: &mut Services, n: isize) {
    let Some(current) = state.compare.as_ref().map(|compare| compare.match_id) else {
        return;
    };
    let shown = state.find.shown_matches();
    let Some(at) = shown.iter().position(|id| *id == current) else {
        return;
    };
    if let Some(next) = at.checked_add_signed(n).and_then(|at| shown.get(at)) {
        open(state, services, *next);
    }
}

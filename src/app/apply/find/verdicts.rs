//! What a person says about a pair: kept at once, saved in the background, taken back on request.

use crate::app::command::Command;
use crate::app::command::FindCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Judged;
use crate::app::state::Notice;
use crate::app::state::NoticeAction;
use crate::index::PictureId;
use crate::persist::PersistError;
use crate::settings::Home;
use crate::verdicts;
use crate::verdicts::Judgement;
use crate::verdicts::Record;
use crate::verdicts::Seen;
use crate::worker::Source;

/// Runs once, before the first frame.
pub fn start(state: &AppState, services: &Services) {
    let path = state.home.verdicts();
    services.background("load-verdicts", move || match verdicts::load(&path) {
        Ok(verdicts) => vec![Command::Find(FindCommand::TakeVerdicts(verdicts))],
        Err(err) => {
            let notice = Notice::problem("Your verdicts could not be read")
                .with_advice(advice(&err))
                .with_details(vec![err.to_string()]);
            vec![Command::Tell(notice)]
        }
    });
}

fn advice(err: &PersistError) -> &'static str {
    match err {
        PersistError::Damaged { .. } | PersistError::WrongKind { .. } => {
            "The file is kept; the next verdict begins a new one beside it."
        }
        PersistError::Write { .. } | PersistError::Read { .. } | PersistError::Version { .. } => {
            err.advice()
        }
    }
}

/// Notes what a person says about the picture that is searched with and one of its matches.
pub fn judge(
    state: &mut AppState,
    services: &Services,
    id: PictureId,
    judgement: Option<Judgement>,
) {
    let Some([query, matched]) = pair(state, id) else {
        return;
    };
    let find = &mut state.find;
    let before = find.verdicts.get(&query.hash, &matched.hash);
    if before == judgement {
        return;
    }
    let next = find.neighbor_of(id);
    let record = find
        .verdicts
        .judge(query.clone(), matched.clone(), judgement);
    find.judged.push(Judged {
        pictures: [query, matched],
        before,
    });
    let is_gone = !find.shown_matches().iter().any(|one| one.id == id);
    if is_gone && let Some(query) = find.queries.get_mut(find.selected_query) {
        query.selected = next;
    }
    if judgement == Some(Judgement::NotACopy) {
        let notice = Notice::note("Marked as not a copy")
            .with_advice("This pair is no longer shown.")
            .with_action(NoticeAction::UndoVerdict);
        state.notices.push(notice);
    }
    save(state.home.clone(), services, record);
}

/// Takes the last word back.
pub fn undo(state: &mut AppState, services: &Services) {
    let Some(Judged {
        pictures: [a, b],
        before,
    }) = state.find.judged.pop()
    else {
        return;
    };
    let record = state.find.verdicts.judge(a, b, before);
    state.notices.forget(&NoticeAction::UndoVerdict);
    save(state.home.clone(), services, record);
}

/// The picture that is searched with and a match; `None` where there is nothing to judge.
fn pair(state: &AppState, id: PictureId) -> Option<[Seen; 2]> {
    let query = state.find.query()?;
    let found = query.found()?;
    let matched = found.matches.iter().find(|one| one.id == id)?;
    if matched.same_file {
        return None;
    }
    let path = match &query.source {
        Source::File(path) => Some(path.clone()),
        Source::Pixels { .. } => None,
    };
    let query = Seen {
        hash: found.hash?,
        path,
    };
    let matched = Seen {
        hash: matched.hash,
        path: Some(matched.path.clone()),
    };
    Some([query, matched])
}

fn save(home: Home, services: &Services, record: Record) {
    services.background("save-verdict", move || {
        match verdicts::update(&home.verdicts(), vec![record]) {
            Ok(all) => vec![Command::Find(FindCommand::TakeVerdicts(all))],
            Err(err) => {
                let notice = Notice::problem("Your verdict could not be saved")
                    .with_advice(err.advice())
                    .with_details(vec![err.to_string()]);
                vec![Command::Tell(notice)]
            }
        }
    });
}

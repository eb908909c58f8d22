//! From a dropped model file to a model, with a question in between.

use std::path::PathBuf;

use super::change;
use super::problem;
use crate::app::command::Command;
use crate::app::command::ModelsCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::models::Asking;
use crate::models::Look;
use crate::models::import;

const TROUBLE: &str = "The model could not be imported";

/// Recognizes files in the background.
pub(super) fn look_at(state: &mut AppState, services: &Services, files: Vec<PathBuf>) {
    for file in files {
        if state.models.import.reading.contains(&file) {
            continue;
        }
        state.models.import.reading.push(file.clone());
        services.background("look-at-model", move || {
            let command = |command| Command::Models(command);
            match import::look(&file) {
                Ok(look) => vec![command(ModelsCommand::TakeLook(Box::new(look)))],
                Err(err) => vec![
                    command(ModelsCommand::ForgetFile(file)),
                    Command::Tell(problem(TROUBLE, err)),
                ],
            }
        });
    }
}

/// A file was recognized: asks about it, unless Copylens wrote it.
pub(super) fn take(state: &mut AppState, services: &Services, look: Look) {
    if !state.models.import.stop_reading(&look.path) {
        return; // Nobody wants it any more.
    }
    if look.is_own {
        change(state, services, TROUBLE, move |store| {
            let info = store.import(&look.path)?;
            Ok(Some(imported(&info.name)))
        });
        return;
    }
    let asking = Asking { look, chosen: 0 };
    state.models.import.asking.push_back(asking);
}

pub(super) fn choose(state: &mut AppState, chosen: usize) {
    if let Some(asking) = state.models.import.asking.front_mut()
        && chosen < asking.look.candidates.len()
    {
        asking.chosen = chosen;
    }
}

/// Imports the file that is asked about.
pub(super) fn confirm(state: &mut AppState, services: &Services, name: &str) {
    let Some(asking) = state.models.import.asking.pop_front() else {
        return;
    };
    let Some(candidate) = asking.candidate().cloned() else {
        return;
    };
    let name = match name.trim() {
        "" => candidate.card.name.clone(),
        name => name.to_owned(),
    };
    change(state, services, TROUBLE, move |store| {
        let path = &asking.look.path;
        let done = match candidate.published {
            Some(row) => store.import_published(path, row, Some(&name))?,
            None => store.import_as(path, Some(&candidate.card.architecture), Some(&name))?,
        };
        Ok(Some(imported(&done.info.name)))
    });
}

/// Goes on without the file that is asked about, or without those that are being read.
pub(super) fn refuse(state: &mut AppState) {
    if state.models.import.asking.pop_front().is_none() {
        state.models.import.reading.clear();
    }
}

fn imported(name: &str) -> Notice {
    Notice::note(format!("Imported {name:?}"))
}

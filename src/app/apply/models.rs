//! What the commands of the Models place do.

mod importing;
mod published;

use std::path::PathBuf;

use eframe::egui;

use super::change_settings;
use super::trouble;
use crate::app::command::AtStart;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::NoticeAction;
use crate::app::state::models::in_use;
use crate::app::widgets::words;
use crate::models::BUNDLED_ID;
use crate::models::ModelError;
use crate::models::ModelInfo;
use crate::models::ModelStore;
use crate::weights;
use crate::worker;
use crate::worker::Event;
use crate::worker::JobRequest;
use crate::worker::Outcome;

const MODEL_FILES: (&str, &[&str]) = ("Models", weights::ENDINGS);

/// Runs once, before the first frame.
pub fn start(state: &mut AppState, services: &mut Services) {
    reload(state, services);
    published::reload(state, services, AtStart::Yes);
}

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, command: ModelsCommand) {
    match command {
        ModelsCommand::AskForImport => ask_for_import(services),
        ModelsCommand::Import(files) => import(state, services, files),
        ModelsCommand::TakeLook(look) => importing::take(state, services, *look),
        ModelsCommand::ForgetFile(path) => {
            state.models.import.stop_reading(&path);
        }
        ModelsCommand::ChooseCandidate(chosen) => importing::choose(state, chosen),
        ModelsCommand::ConfirmImport(name) => importing::confirm(state, services, &name),
        ModelsCommand::RefuseImport => importing::refuse(state),
        ModelsCommand::SearchPublished(text) => state.models.published.search = text,
        ModelsCommand::OpenPublished(row) => state.models.published.open = row,
        ModelsCommand::ChooseFormat(row, format) => {
            state.models.published.formats.insert(row, format);
        }
        ModelsCommand::Get(row) => published::get(state, services, row),
        ModelsCommand::CancelDownload(row) => published::cancel(state, services, row),
        ModelsCommand::DiscardDownload(row) => published::discard(state, services, row),
        ModelsCommand::OpenPage(row) => published::open_page(services, row),
        ModelsCommand::TakeInterrupted(files, at_start) => {
            published::take(state, files, at_start);
        }
        ModelsCommand::AskForExport(id) => ask_for_export(state, services, id),
        ModelsCommand::ExportTo(id, path) => export(state, services, id, path),
        ModelsCommand::EditName(id) => state.models.editing_name = Some(id),
        ModelsCommand::KeepName => state.models.editing_name = None,
        ModelsCommand::Rename(id, name) => {
            state.models.editing_name = None;
            change(
                state,
                services,
                "The name could not be changed",
                move |store| store.rename(&id, name.trim()).map(|_| None),
            );
        }
        ModelsCommand::AskToDelete(id) => state.models.asks_to_delete = Some(id),
        ModelsCommand::KeepModel => state.models.asks_to_delete = None,
        ModelsCommand::Delete(id) => delete(state, services, id),
        ModelsCommand::Measure(id) => {
            let job = services.jobs.submit(JobRequest::MeasureModel {
                model: id.clone(),
                device: None,
            });
            state.models.measuring.insert(job, id);
        }
        ModelsCommand::Use(id) => use_model(state, services, id),
        ModelsCommand::Take(list) => take(state, services, list),
    }
}

/// Takes in one piece of news.
pub fn on_event(state: &mut AppState, services: &mut Services, event: &Event) {
    let Event::Ended { id, outcome } = event else {
        return;
    };
    if published::on_ended(state, services, *id, outcome) {
        return;
    }
    if let Some((_, model)) = state.models.switching.take_if(|(job, _)| job == id) {
        match trouble("The library could not be read with the new model", outcome) {
            Some(notice) => {
                state.notices.push(notice);
            }
            None if matches!(outcome, Outcome::Done(_)) => switch_to(state, services, &model),
            None => {}
        }
        return;
    }
    if state.models.measuring.remove(id).is_none() {
        return;
    }
    if let Some(notice) = trouble("The model could not be measured", outcome) {
        state.notices.push(notice);
    }
    if matches!(outcome, Outcome::Done(_)) {
        reload(state, services);
    }
}

/// Runs once per frame, after events and commands.
pub fn every_frame(_state: &mut AppState, _services: &mut Services, _ctx: &egui::Context) {}

/// Looks at model files; what Copylens did not write itself is asked about.
pub fn import(state: &mut AppState, services: &mut Services, files: Vec<PathBuf>) {
    importing::look_at(state, services, files);
}

/// Reads the models again.
pub fn reload(state: &AppState, services: &Services) {
    let store = ModelStore::new(state.home.models());
    services.background("list-models", move || vec![listed(&store)]);
}

/// Reads the library with a model, and searches with it as soon as that is done.
fn use_model(state: &mut AppState, services: &mut Services, id: String) {
    if in_use(&state.settings) == id {
        return;
    }
    if let Some((job, _)) = state.models.switching.take() {
        services.jobs.stop(job);
    }
    if !state.find.mine.exists {
        switch_to(state, services, &id);
        return;
    }
    let job = services.jobs.submit(JobRequest::Index {
        library: state.find.mine.folder.clone(),
        folders: Vec::new(),
        model: Some(id.clone()),
        device: None,
    });
    state.models.switching = Some((job, id));
}

/// Searches with a model from now on.
fn switch_to(state: &mut AppState, services: &mut Services, id: &str) {
    let mut settings = state.settings.clone();
    settings.model_in_use = (id != BUNDLED_ID).then(|| id.to_owned());
    change_settings(state, services, settings);
    super::find::on_model_changed(state, services);
    let name = state
        .models
        .find(id)
        .map_or(id, |model| model.name.as_str());
    let title = format!("{name:?} searches from now on");
    state.notices.push(Notice::note(title));
}

fn take(state: &mut AppState, services: &mut Services, list: Vec<ModelInfo>) {
    state.models.list = list;
    let chosen = state.settings.model_in_use.clone();
    let is_gone = chosen.is_some_and(|id| state.models.find(&id).is_none());
    if is_gone && !state.models.list.is_empty() {
        let mut settings = state.settings.clone();
        settings.model_in_use = None;
        change_settings(state, services, settings);
        let notice = Notice::problem("The model that searched is no longer there")
            .with_advice("The one that comes with Copylens searches from now on.");
        state.notices.push(notice);
    }
    super::train::on_models_changed(state);
}

fn listed(store: &ModelStore) -> Command {
    Command::Models(ModelsCommand::Take(store.list()))
}

/// Changes the model folder in the background, then reads it again.
fn change(
    state: &AppState,
    services: &Services,
    trouble: &'static str,
    work: impl FnOnce(&ModelStore) -> Result<Option<Notice>, ModelError> + Send + 'static,
) {
    let store = ModelStore::new(state.home.models());
    services.background("change-models", move || {
        let mut commands = Commands::new();
        match work(&store) {
            Ok(notice) => commands.extend(notice.map(Command::Tell)),
            Err(err) => commands.push(Command::Tell(problem(trouble, err))),
        }
        commands.push(listed(&store));
        commands
    });
}

fn problem(title: &str, err: ModelError) -> Notice {
    Notice::failure(title, &worker::describe_error(&err.into()))
}

fn delete(state: &mut AppState, services: &mut Services, id: String) {
    state.models.asks_to_delete = None;
    if in_use(&state.settings) == id {
        switch_to(state, services, BUNDLED_ID);
    }
    change(
        state,
        services,
        "The model could not be deleted",
        move |store| store.delete(&id).map(|()| None),
    );
}

fn ask_for_import(services: &Services) {
    let desktop = services.desktop.clone();
    services.background("choose-models", move || {
        let files = desktop.choose_files("Import models", MODEL_FILES);
        if files.is_empty() {
            return Commands::new();
        }
        vec![Command::Models(ModelsCommand::Import(files))]
    });
}

fn ask_for_export(state: &AppState, services: &Services, id: String) {
    let Some(model) = state.models.find(&id) else {
        return;
    };
    let name = format!("{}.safetensors", words::plain_file_name(&model.name));
    let desktop = services.desktop.clone();
    services.background("export-model", move || {
        desktop
            .choose_save_path(
                "Export the model; a name in .onnx makes a file of ONNX",
                &name,
            )
            .map(|path| Command::Models(ModelsCommand::ExportTo(id, path)))
            .into_iter()
            .collect()
    });
}

fn export(state: &AppState, services: &Services, id: String, path: PathBuf) {
    change(
        state,
        services,
        "The model could not be exported",
        move |store| {
            store.export(&id, &path)?;
            let notice =
                Notice::note("Exported the model").with_action(NoticeAction::RevealFile(path));
            Ok(Some(notice))
        },
    );
}

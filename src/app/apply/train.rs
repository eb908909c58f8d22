//! What the commands of the Train place do.

mod export;
mod preview;
mod runs;

use eframe::egui;

use super::change_settings;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::command::PreviewCommand;
use crate::app::command::Sorted;
use crate::app::command::TrainCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::Place;
use crate::app::state::train::Asked;
use crate::app::state::train::Phase;
use crate::app::state::train::ShownRun;
use crate::app::widgets::describe;
use crate::distill::Recipe;
use crate::distill::RunConfig;
use crate::distill::presets;
use crate::models::ARCHITECTURES;
use crate::models::BUNDLED_ID;
use crate::models::ModelInfo;
use crate::models::ModelStore;
use crate::worker::Event;
use crate::worker::JobRequest;

/// The network of the bundled model: it starts from what that one knows already.
const FIRST_STUDENT: &str = "mobilenet-v2";
const FIRST_PRESET: &str = "quick-demo";

/// Runs once, before the first frame.
pub fn start(state: &mut AppState, services: &mut Services) {
    let setup = &mut state.train.setup;
    setup.folders.clone_from(&state.settings.training_folders);
    setup.device.clone_from(&state.settings.device);
    let student = ARCHITECTURES
        .iter()
        .find(|spec| spec.id == FIRST_STUDENT)
        .or(ARCHITECTURES.first());
    setup.student = student.map_or(String::new(), |spec| spec.id.to_owned());
    setup.start_from = Some(BUNDLED_ID.to_owned());
    choose_preset(state, FIRST_PRESET);
    runs::reload(state, services);
}

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, command: TrainCommand) {
    let train = &mut state.train;
    match command {
        TrainCommand::ChoosePreset(id) => {
            choose_preset(state, id);
            forget_estimate(state, services);
        }
        TrainCommand::EditRecipe(text) => {
            train.setup.preset = None;
            set_recipe(state, text);
            forget_estimate(state, services);
        }
        TrainCommand::ChooseTeacher(id) => {
            train.setup.teacher = id;
            forget_estimate(state, services);
        }
        TrainCommand::ChooseStudent(id) => {
            train.setup.student = id;
            let models = &state.models.list;
            train.setup.start_from = natural_start(models, &train.setup.student);
            forget_estimate(state, services);
        }
        TrainCommand::ChooseStart(id) => {
            train.setup.start_from = id;
            forget_estimate(state, services);
        }
        TrainCommand::ChooseDevice(device) => {
            train.setup.device = device;
            forget_estimate(state, services);
        }
        TrainCommand::AskForFolders => ask_for_folders(services),
        TrainCommand::AddFolders(folders) => {
            for folder in folders {
                if !train.setup.folders.contains(&folder) {
                    train.setup.folders.push(folder);
                }
            }
            folders_changed(state, services);
        }
        TrainCommand::RemoveFolder(folder) => {
            train.setup.folders.retain(|other| *other != folder);
            folders_changed(state, services);
        }
        TrainCommand::About(method) => train.about = Some(method),
        TrainCommand::CloseAbout => train.about = None,
        TrainCommand::OpenSource(address) => {
            super::on_desktop(services, move |desktop| desktop.open_page(&address));
        }
        TrainCommand::Preview(command) => preview::apply(state, services, command),
        TrainCommand::Estimate => estimate(state, services),
        TrainCommand::Start => begin(state, services),
        TrainCommand::Resume(dir) => runs::resume(state, services, dir),
        TrainCommand::GoOn(config, name) => go(state, services, *config, name),
        TrainCommand::Later(dir) => {
            train.answered.insert(dir);
        }
        TrainCommand::Open(dir) => runs::open(services, dir, state.home.models()),
        TrainCommand::Show(run) => train.run = Some(*run),
        TrainCommand::NewRun => leave_run(state),
        TrainCommand::AskToDelete(dir) => train.asks_to_delete = Some(dir),
        TrainCommand::KeepRun => train.asks_to_delete = None,
        TrainCommand::Delete(dir) => runs::delete(state, services, dir),
        TrainCommand::TakeRuns(past) => runs::take(state, past),
        TrainCommand::Overlay(dir, is_shown) => runs::overlay(state, services, dir, is_shown),
        TrainCommand::TakePoints(dir, points) => {
            if let Some(past) = train.past.iter_mut().find(|past| past.dir == dir) {
                past.points = Some(points);
            }
        }
        TrainCommand::ExportCsv => export::csv(state, services),
        TrainCommand::ExportPicture(charts) => export::picture(state, services, charts),
        TrainCommand::UseForSearching => use_for_searching(state, services),
    }
}

/// The newest model of the same network: a student learns faster from there than from nothing.
fn natural_start(models: &[ModelInfo], student: &str) -> Option<String> {
    let same = models.iter().filter(|model| model.architecture == student);
    let newest = same.max_by_key(|model| model.created.clone());
    newest.map(|model| model.id.clone())
}

/// Takes in one piece of news.
pub fn on_event(state: &mut AppState, services: &mut Services, event: &Event) {
    if state.train.on_event(event) {
        runs::reload(state, services);
    }
}

/// Runs once per frame, after events and commands.
pub fn every_frame(state: &mut AppState, services: &mut Services, _ctx: &egui::Context) {
    let is_uncounted = matches!(state.train.pictures, Asked::None);
    if state.place == Place::Train && is_uncounted && !state.train.setup.folders.is_empty() {
        count_pictures(state, services);
    }
    preview::every_frame(state, services);
}

/// Takes paths that were dropped on the place: folders become training pictures, a picture shows
/// what the recipe makes of it.
pub fn take(state: &mut AppState, services: &mut Services, sorted: Sorted) {
    let Sorted {
        pictures,
        folders,
        models: _,
        others,
    } = sorted;
    if state.train.run.is_some() && !(folders.is_empty() && pictures.is_empty()) {
        let notice = Notice::note("A training is on screen")
            .with_advice("Folders can be added when it is over.");
        state.notices.push(notice);
        return;
    }
    if let [first, rest @ ..] = &*pictures
        && folders.is_empty()
    {
        let command = PreviewCommand::Choose(first.clone());
        preview::apply(state, services, command);
        if !rest.is_empty() {
            let notice = Notice::note("To learn from pictures, drop their folder")
                .with_advice("The first one shows what the recipe makes of it.");
            state.notices.push(notice);
        }
    }
    if pictures.is_empty() && folders.is_empty() && !others.is_empty() {
        state
            .notices
            .push(Notice::note("There is no folder among these files"));
    }
    if !folders.is_empty() {
        apply(state, services, TrainCommand::AddFolders(folders));
    }
}

/// The models there are have been read again.
pub fn on_models_changed(state: &mut AppState) {
    if state.train.setup.teacher.is_none() {
        let first = state.models.list.first();
        state.train.setup.teacher = first.map(|model| model.id.clone());
    }
}

fn choose_preset(state: &mut AppState, id: &'static str) {
    let Some(preset) = presets::PRESETS.iter().find(|preset| preset.id == id) else {
        return;
    };
    state.train.setup.preset = Some(preset.id);
    set_recipe(state, preset.toml.to_owned());
}

fn set_recipe(state: &mut AppState, text: String) {
    let setup = &mut state.train.setup;
    match Recipe::parse(&text) {
        Ok(recipe) => {
            setup.parsed = Some(recipe);
            setup.recipe_problem = None;
        }
        // The last good one keeps saying whether a teacher is needed while somebody types.
        Err(err) => setup.recipe_problem = Some(err.to_string()),
    }
    setup.recipe = text;
}

/// An estimate holds for one setup only.
fn forget_estimate(state: &mut AppState, services: &Services) {
    if let Asked::Waiting(id) = state.train.trial {
        services.jobs.stop(id);
    }
    state.train.trial = Asked::None;
}

fn folders_changed(state: &mut AppState, services: &mut Services) {
    forget_estimate(state, services);
    count_pictures(state, services);
    let mut settings = state.settings.clone();
    settings
        .training_folders
        .clone_from(&state.train.setup.folders);
    change_settings(state, services, settings);
}

fn count_pictures(state: &mut AppState, services: &mut Services) {
    if let Asked::Waiting(id) = state.train.pictures {
        services.jobs.stop(id);
    }
    let folders = state.train.setup.folders.clone();
    state.train.pictures = if folders.is_empty() {
        Asked::None
    } else {
        Asked::Waiting(services.jobs.submit(JobRequest::CheckPictures { folders }))
    };
}

fn ask_for_folders(services: &Services) {
    let desktop = services.desktop.clone();
    services.background("choose-training-folders", move || {
        let chosen = desktop.choose_folders("Folders with pictures to learn from");
        if chosen.is_empty() {
            return Commands::new();
        }
        vec![Command::Train(TrainCommand::AddFolders(chosen))]
    });
}

fn estimate(state: &mut AppState, services: &mut Services) {
    let dir = state.home.runs().join("trial");
    let config = state.train.setup.config(dir, &state.home.models());
    let id = services.jobs.submit(JobRequest::Trial(Box::new(config)));
    state.train.trial = Asked::Waiting(id);
}

fn begin(state: &mut AppState, services: &mut Services) {
    let setup = &state.train.setup;
    let Some(recipe_name) = setup.parsed.as_ref().map(|recipe| recipe.name.clone()) else {
        return;
    };
    let dir = runs::new_dir(&state.home.runs(), &recipe_name);
    let name = run_name(&recipe_name, &setup.student);
    let config = setup.config(dir, &state.home.models());
    forget_estimate(state, services);
    go(state, services, config, name);
}

fn go(state: &mut AppState, services: &mut Services, config: RunConfig, name: String) {
    let id = services
        .jobs
        .submit(JobRequest::Distill(Box::new(config.clone())));
    state.train.run = Some(ShownRun::new(Some(id), name, config));
    state.place = Place::Train;
}

/// What a run is called: `Balanced, ResNet-18`.
fn run_name(recipe_name: &str, student: &str) -> String {
    format!("{recipe_name}, {}", describe::architecture_label(student))
}

fn leave_run(state: &mut AppState) {
    let Some(run) = &state.train.run else {
        return;
    };
    if run.phase == Phase::Running {
        return;
    }
    // Somebody who stopped a run on purpose is not asked about it right away.
    state.train.answered.insert(run.config.run_dir.clone());
    state.train.run = None;
}

/// Imports the student of the run on screen and makes it the model that searches.
fn use_for_searching(state: &mut AppState, services: &mut Services) {
    let Some(run) = &mut state.train.run else {
        return;
    };
    let Phase::Done(summary) = &run.phase else {
        return;
    };
    run.is_used_for_searching = true;
    let (file, name) = (summary.model.clone(), run.name.clone());
    let store = ModelStore::new(state.home.models());
    services.background("use-student", move || {
        let named = store
            .import(&file)
            .and_then(|info| store.rename(&info.id, &name));
        match named {
            Ok(info) => vec![
                Command::Models(ModelsCommand::Take(store.list())),
                Command::Models(ModelsCommand::Use(info.id)),
            ],
            Err(err) => {
                let notice = Notice::problem("The student could not be taken over")
                    .with_advice(err.advice())
                    .with_details(vec![err.to_string()]);
                vec![Command::Tell(notice)]
            }
        }
    });
}

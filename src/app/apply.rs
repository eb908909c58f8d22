//! Carries out what the screens ask for, and takes in what the worker reports.
//!
//! Each area has a file: what its commands do, which events concern it, what it does each frame.

mod compare;
pub mod find;
mod models;
mod paths;
mod settings;
mod test;
mod train;

use eframe::egui;

use super::closing;
use super::closing::Closing;
use super::command::Command;
use super::command::Commands;
use super::command::Sorted;
use super::services::Services;
use super::state::AppState;
use super::state::NOTICE_STAYS;
use super::state::Notice;
use super::state::Place;
use crate::devices;
use crate::settings::Settings;
use crate::worker::Event;
use crate::worker::Failure;
use crate::worker::Outcome;

/// Runs once, before the first frame.
pub fn start(state: &mut AppState, services: &mut Services) {
    find::start(state, services);
    train::start(state, services);
    models::start(state, services);
    test::start(state, services);
    services.background("probe-devices", || {
        vec![Command::TakeDevices(devices::probe().to_vec())]
    });
}

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, ctx: &egui::Context, command: Command) {
    match command {
        Command::Go(place) => {
            compare::leave_pair(state, services);
            state.place = place;
        }
        Command::Drop(dropped) => services.background("dropped-files", move || {
            vec![Command::Take(paths::sorted(dropped))]
        }),
        Command::Take(sorted) => take(state, services, sorted),
        Command::Find(command) => find::apply(state, services, command),
        Command::Compare(command) => compare::apply(state, services, ctx, command),
        Command::Train(command) => train::apply(state, services, command),
        Command::Test(command) => test::apply(state, services, command),
        Command::Models(command) => models::apply(state, services, command),
        Command::Settings(command) => settings::apply(state, services, command),
        Command::TakeDevices(devices) => state.devices = devices,
        Command::CloseAnyway => closing::close_anyway(state, services),
        Command::KeepOpen => state.closing = Closing::No,
        Command::ChangeSettings(settings) => change_settings(state, services, *settings),
        Command::StopJob(id) => services.jobs.stop(id),
        Command::PauseJob(id, paused) => services.jobs.set_paused(id, paused),
        Command::FinishJob(id) => services.jobs.finish(id),
        Command::Tell(notice) => {
            state.notices.push(notice);
        }
        Command::Dismiss(id) => state.notices.dismiss(id),
        Command::CopyText(text) => on_desktop(services, move |desktop| desktop.copy_text(&text)),
        Command::RevealFile(path) => on_desktop(services, move |desktop| desktop.reveal(&path)),
        Command::OpenFolder(path) => on_desktop(services, move |desktop| desktop.open(&path)),
    }
}

/// Takes in one piece of news.
pub fn on_event(state: &mut AppState, services: &mut Services, event: &Event) {
    find::on_event(state, services, event);
    compare::on_event(state, services, event);
    train::on_event(state, services, event);
    models::on_event(state, services, event);
    test::on_event(state, services, event);
}

/// Runs once per frame, after events and commands.
pub fn every_frame(state: &mut AppState, services: &mut Services, ctx: &egui::Context) {
    if services.desktop.has_missed_dialog() {
        let advice = "Drop or paste the files instead, or install xdg-desktop-portal or zenity.";
        let notice = Notice::problem("This system has no dialog to choose files");
        state.notices.push(notice.with_advice(advice));
    }
    if let Some(left) = state.notices.forget_old(NOTICE_STAYS) {
        ctx.request_repaint_after(left);
    }
    find::every_frame(state, services, ctx);
    train::every_frame(state, services, ctx);
    models::every_frame(state, services, ctx);
    settings::every_frame(state, services);
    closing::every_frame(state, services, ctx);
}

/// Changes the settings, tells the worker, and saves them.
pub fn change_settings(state: &mut AppState, services: &Services, settings: Settings) {
    if settings == state.settings {
        return;
    }
    services.jobs.settings_changed(&settings);
    state.settings = settings.clone();
    let home = state.home.clone();
    services.background("save-settings", move || match settings.save(&home) {
        Ok(()) => Commands::new(),
        Err(err) => {
            let notice = Notice::problem(err.to_string()).with_advice(err.advice());
            vec![Command::Tell(notice)]
        }
    });
}

/// Gives paths to the place they were dropped on.
fn take(state: &mut AppState, services: &mut Services, sorted: Sorted) {
    let has_others =
        !sorted.pictures.is_empty() || !sorted.folders.is_empty() || !sorted.others.is_empty();
    if !sorted.models.is_empty() {
        models::import(state, services, sorted.models.clone());
        if !has_others && state.place == Place::Find {
            state.place = Place::Models;
        }
    }
    if !has_others {
        return;
    }
    match state.place {
        Place::Train => train::take(state, services, sorted),
        Place::Test => test::take(state, services, sorted),
        Place::Find | Place::Models | Place::Settings => find::take(state, services, sorted),
    }
}

fn on_desktop(
    services: &Services,
    work: impl FnOnce(&dyn super::services::Desktop) + Send + 'static,
) {
    let desktop = services.desktop.clone();
    services.background("desktop", move || {
        work(&*desktop);
        Commands::new()
    });
}

/// What to tell when a job did not end well; `None` when it did, or was stopped on request.
pub fn trouble(title: &str, outcome: &Outcome) -> Option<Notice> {
    match outcome {
        Outcome::Done(_) | Outcome::Stopped => None,
        Outcome::Failed(failure) => Some(Notice::failure(title, failure)),
        Outcome::Crashed(text) => Some(crash(title, text)),
    }
}

fn crash(title: &str, text: &str) -> Notice {
    let failure = Failure {
        message: text.to_owned(),
        advice: Some(
            "This is a fault of Copylens. Everything else goes on; you can try again.".into(),
        ),
    };
    Notice::failure(title, &failure)
}

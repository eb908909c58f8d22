//! What the commands of the Models place do.

use std::path::PathBuf;

use eframe::egui;

use crate::app::command::ModelsCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::worker::Event;

/// Runs once, before the first frame.
pub fn start(_state: &mut AppState, _services: &mut Services) {}

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, command: ModelsCommand) {
    match command {
        ModelsCommand::Import(files) => import(state, services, files),
    }
}

/// Takes in one piece of news.
pub fn on_event(_state: &mut AppState, _services: &mut Services, _event: &Event) {}

/// Runs once per frame, after events and commands.
pub fn every_frame(_state: &mut AppState, _services: &mut Services, _ctx: &egui::Context) {}

/// Takes model files into the model folder.
pub fn import(_state: &mut AppState, _services: &mut Services, _files: Vec<PathBuf>) {}

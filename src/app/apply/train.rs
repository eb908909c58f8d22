//! What the commands of the Train place do.

use eframe::egui;

use crate::app::command::Sorted;
use crate::app::command::TrainCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::worker::Event;

/// Runs once, before the first frame.
pub fn start(_state: &mut AppState, _services: &mut Services) {}

/// Does what one command asks for.
pub fn apply(_state: &mut AppState, _services: &mut Services, command: TrainCommand) {
    match command {}
}

/// Takes in one piece of news.
pub fn on_event(_state: &mut AppState, _services: &mut Services, _event: &Event) {}

/// Runs once per frame, after events and commands.
pub fn every_frame(_state: &mut AppState, _services: &mut Services, _ctx: &egui::Context) {}

/// Takes paths that were dropped on the place: folders become training pictures.
pub fn take(state: &mut AppState, services: &mut Services, sorted: Sorted) {
    super::find::take(state, services, sorted);
}

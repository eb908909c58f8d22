//! The Models place.

use eframe::egui;

use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::widgets::controls;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, _state: &AppState, _commands: &mut Commands) {
    theme::page().show(ui, |ui| controls::page_title(ui, "Models"));
}

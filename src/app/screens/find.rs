//! The Find place.

use eframe::egui;

use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::widgets::controls;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    if state.compare.is_some() {
        super::compare::ui(ui, state, commands);
        return;
    }
    theme::page().show(ui, |ui| controls::page_title(ui, "Find"));
}

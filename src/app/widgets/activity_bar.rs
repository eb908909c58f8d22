//! The bar at the bottom: every running job, how far it is, and how to hold or stop it.

use eframe::egui;

use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::theme;

/// Draws the bar.
pub fn ui(ui: &mut egui::Ui, state: &AppState, _commands: &mut Commands) {
    ui.horizontal_centered(|ui| {
        ui.add_space(theme::GROUP_GAP);
        if state.jobs.is_empty() {
            ui.weak("Nothing is running");
        }
        for job in &state.jobs {
            ui.label(&job.title);
        }
    });
}

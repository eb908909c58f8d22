//! What Copylens is, and what it does not do.

use eframe::egui;

use super::row_ui;
use crate::app::state::AppState;

pub fn privacy_ui(ui: &mut egui::Ui) {
    ui.label("Copylens connects to the network only to download a model that you ask for.");
    ui.weak(
        "Your pictures, models and trainings stay on this computer. Nothing is uploaded, nothing \
         is counted, and no updates are looked for.",
    );
}

pub fn ui(ui: &mut egui::Ui, _state: &AppState) {
    row_ui(ui, "Version", |ui| {
        ui.horizontal(|ui| ui.label(format!("Copylens {}", env!("CARGO_PKG_VERSION"))));
    });
    row_ui(ui, "Licence", |ui| {
        ui.horizontal(|ui| ui.label("MIT or Apache 2.0, as you prefer."));
    });
}

//! Light or dark, how large, and how much is shown.

use eframe::egui;

use super::change;
use super::row_ui;
use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::settings::Theme;

const THEMES: [(Theme, &str); 3] = [
    (Theme::System, "As the system"),
    (Theme::Light, "Light"),
    (Theme::Dark, "Dark"),
];
const SCALES: [f32; 5] = [1.0, 1.25, 1.5, 1.75, 2.0];

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    row_ui(ui, "Colors", |ui| {
        ui.horizontal_wrapped(|ui| {
            for (theme, label) in THEMES {
                let is_chosen = state.settings.theme == theme;
                if ui.selectable_label(is_chosen, label).clicked() {
                    change(state, commands, |settings| settings.theme = theme);
                }
            }
        });
    });
    row_ui(ui, "Size of everything", |ui| {
        ui.horizontal_wrapped(|ui| {
            for scale in SCALES {
                let is_chosen = (state.settings.scale - scale).abs() < 0.01;
                let label = format!("{:.0} %", scale * 100.0);
                if ui.selectable_label(is_chosen, label).clicked() {
                    change(state, commands, |settings| settings.scale = scale);
                }
            }
        });
    });
    row_ui(ui, "Details", |ui| {
        let mut details = state.settings.details;
        let label = "Show numbers, recipes and technical words";
        if ui.checkbox(&mut details, label).changed() {
            change(state, commands, |settings| settings.details = details);
        }
    });
}

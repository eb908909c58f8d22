//! What computes, and how the window is drawn.

use eframe::egui;

use super::change;
use super::row_ui;
use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::widgets::device_picker;
use crate::models::engine::Engine;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    row_ui(ui, "Searching uses", |ui| {
        let chosen = state.settings.device.as_deref();
        if let Some(device) = device_picker::ui(ui, "Searching uses", &state.devices, chosen) {
            change(state, commands, |settings| settings.device = device);
        }
    });
    if state.settings.details {
        row_ui(ui, "On the processor", |ui| {
            ui.label(Engine::name());
        });
    }
    if !state.surroundings.renderer.is_empty() {
        row_ui(ui, "Window drawn by", |ui| {
            ui.add(egui::Label::new(&state.surroundings.renderer).wrap());
        });
    }
    if cfg!(target_os = "linux") {
        row_ui(ui, "Wayland", |ui| {
            let mut prefers = state.settings.prefer_wayland;
            if ui.checkbox(&mut prefers, "Prefer Wayland").changed() {
                change(state, commands, |settings| {
                    settings.prefer_wayland = prefers;
                });
            }
            ui.weak(
                "Sharper on some screens, but files cannot be dropped on the window. Takes \
                     effect at the next start.",
            );
        });
    }
}

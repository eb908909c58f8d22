//! The Settings place: looks, computer, data, network, privacy, logs.
//!
//! - Owns: how settings look.
//! - Invariant: a choice is used and saved the moment it is made; there is no Apply button.
//! - Not here: the settings themselves (`settings`).
//! - To add a setting: one field of `Settings`, one row of the section it belongs to.

mod about;
mod appearance;
mod computer;
mod data_folder;
mod logs;
mod network;

use eframe::egui;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::widgets::controls;
use crate::settings::Settings;

/// Sections are no wider than this: long lines are hard to read.
const SECTION_WIDTH: f32 = 720.0;
const LABEL_WIDTH: f32 = 150.0;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    egui::ScrollArea::vertical()
        .id_salt("settings")
        .auto_shrink(false)
        .show(ui, |ui| {
            theme::page().show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GROUP_GAP;
                controls::page_title(ui, "Settings");
                section_ui(ui, "Appearance", |ui| appearance::ui(ui, state, commands));
                section_ui(ui, "Computer", |ui| computer::ui(ui, state, commands));
                section_ui(ui, "Data folder", |ui| data_folder::ui(ui, state, commands));
                section_ui(ui, "Network", |ui| network::ui(ui, state, commands));
                section_ui(ui, "Privacy", about::privacy_ui);
                section_ui(ui, "Log", |ui| logs::ui(ui, state, commands));
                section_ui(ui, "About", |ui| about::ui(ui, state));
            });
        });
}

/// Asks for the settings with one change.
fn change(state: &AppState, commands: &mut Commands, edit: impl FnOnce(&mut Settings)) {
    let mut settings = state.settings.clone();
    edit(&mut settings);
    commands.push(Command::ChangeSettings(Box::new(settings)));
}

fn section_ui(ui: &mut egui::Ui, title: &str, add_rows: impl FnOnce(&mut egui::Ui)) {
    let frame = theme::card(ui);
    let padding = frame.total_margin().sum().x;
    frame.show(ui, |ui| {
        ui.set_width((ui.available_width().min(SECTION_WIDTH) - padding).max(200.0));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            controls::card_title(ui, title);
            add_rows(ui);
        });
    });
}

/// A label and what belongs to it: beside it, or below where there is little room.
fn row_ui(ui: &mut egui::Ui, label: &str, add_control: impl FnOnce(&mut egui::Ui)) {
    if ui.available_width() < 3.0 * LABEL_WIDTH {
        ui.label(label);
        ui.vertical(add_control);
        return;
    }
    ui.horizontal_top(|ui| {
        let size = egui::vec2(LABEL_WIDTH, theme::HIT_HEIGHT);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(LABEL_WIDTH);
            ui.label(label);
        });
        ui.vertical(|ui| {
            ui.set_min_height(theme::HIT_HEIGHT);
            add_control(ui);
        });
    });
}

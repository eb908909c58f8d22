//! Where Copylens keeps its files, and how large they are.

use eframe::egui;
use egui_material_icons::icons;

use super::row_ui;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::widgets::controls;
use crate::app::widgets::words;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let root = &state.home.root;
    row_ui(ui, "Folder", |ui| {
        let path = root.display().to_string();
        ui.horizontal(|ui| {
            ui.add(egui::Label::new(&path).truncate().selectable(true))
                .on_hover_text(&path);
        });
        ui.horizontal_wrapped(|ui| {
            let open = controls::button(ui, Some(icons::ICON_FOLDER_OPEN), "Open the data folder");
            if open.clicked() {
                commands.push(Command::OpenFolder(root.clone()));
            }
            if controls::button(ui, Some(icons::ICON_CONTENT_COPY), "Copy the path").clicked() {
                commands.push(Command::CopyText(path.clone()));
            }
        });
    });
    row_ui(ui, "Size", |ui| match &state.settings_page.look {
        None => {
            ui.horizontal(|ui| ui.weak("Adding up"));
        }
        Some(look) => {
            let total: u64 = look.sizes.iter().map(|part| part.bytes).sum();
            ui.horizontal(|ui| ui.label(words::file_size(total)));
            let parts = look.sizes.iter().filter(|part| part.bytes > 0);
            let parts: Vec<String> = parts
                .map(|part| format!("{} {}", part.label, words::file_size(part.bytes)))
                .collect();
            if !parts.is_empty() {
                ui.weak(parts.join(", "));
            }
        }
    });
    ui.weak("Your pictures stay where they are. Only what Copylens computes from them is here.");
}

//! The last lines of the log.

use eframe::egui;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::SettingsCommand;
use crate::app::state::AppState;
use crate::app::widgets::controls;

const HEIGHT: f32 = 180.0;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let log = state.settings_page.look.as_ref().map(|look| &look.log);
    match log {
        None => {
            ui.weak("Reading the log");
        }
        Some(log) if log.is_empty() => {
            ui.weak("Nothing has been written yet.");
        }
        Some(log) => lines_ui(ui, log),
    }
    ui.horizontal_wrapped(|ui| {
        let open = controls::button(ui, Some(icons::ICON_FOLDER_OPEN), "Open the log folder");
        if open.clicked() {
            commands.push(Command::OpenFolder(state.home.logs()));
        }
        let copy = controls::button(ui, Some(icons::ICON_CONTENT_COPY), "Copy report");
        let tip = "Version, computer and these lines, to paste into a bug report";
        if copy.on_hover_text(tip).clicked() {
            commands.push(Command::Settings(SettingsCommand::CopyReport));
        }
        if controls::button(ui, Some(icons::ICON_REFRESH), "Read again").clicked() {
            commands.push(Command::Settings(SettingsCommand::Look));
        }
    });
}

fn lines_ui(ui: &mut egui::Ui, log: &[String]) {
    let row_height = ui.text_style_height(&egui::TextStyle::Monospace);
    egui::Frame::new()
        .fill(ui.visuals().code_bg_color)
        .corner_radius(ui.visuals().widgets.inactive.corner_radius)
        .inner_margin(egui::Margin::same(8))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            egui::ScrollArea::both()
                .id_salt("log")
                .max_height(HEIGHT)
                .auto_shrink([false, true])
                .stick_to_bottom(true)
                .show_rows(ui, row_height, log.len(), |ui, rows| {
                    for line in &log[rows] {
                        let text = egui::RichText::new(line).monospace();
                        ui.add(egui::Label::new(text).extend().selectable(true));
                    }
                });
        });
}

//! The card for the pictures to learn from.

use std::path::Path;

use eframe::egui;

use super::TrainPage;
use super::cards::Readiness;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::Asked;
use crate::app::state::train::FEWEST_PICTURES;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::words;
use crate::worker::PictureCheck;

/// Folders listed on the card; the rest is behind a scroll bar.
const FOLDERS_HEIGHT: f32 = 100.0;
const UNREADABLE_HEIGHT: f32 = 160.0;

pub fn readiness(page: &TrainPage<'_>) -> Readiness {
    if page.train.setup.folders.is_empty() {
        return Readiness::Todo;
    }
    match &page.train.pictures {
        Asked::None => Readiness::Todo,
        Asked::Waiting(_) => Readiness::Working,
        Asked::Ready(check) if check.readable >= FEWEST_PICTURES => Readiness::Ready,
        Asked::Ready(_) | Asked::Failed(_) => Readiness::Problem,
    }
}

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let folders = &page.train.setup.folders;
    if folders.is_empty() {
        ui.weak(if page.can_drop {
            "Drop folders here, or choose them. The more kinds of pictures, the better."
        } else {
            "Choose folders. The more kinds of pictures, the better."
        });
    } else {
        count_ui(ui, page);
        folders_ui(ui, folders, commands);
    }
    if ui.button("Add folders…").clicked() {
        commands.push(Command::Train(TrainCommand::AskForFolders));
    }
}

fn count_ui(ui: &mut egui::Ui, page: &TrainPage<'_>) {
    match &page.train.pictures {
        Asked::None => {
            ui.weak("Not counted yet");
        }
        Asked::Waiting(_) => {
            ui.weak("Counting the pictures");
        }
        Asked::Failed(failure) => {
            ui.colored_label(Palette::of(ui).problem, &failure.message);
        }
        Asked::Ready(check) => {
            ui.label(words::pictures(check.readable));
            if check.readable < FEWEST_PICTURES {
                let text =
                    format!("At least {FEWEST_PICTURES} are needed, a few hundred are good.");
                ui.colored_label(Palette::of(ui).problem, text);
            }
            unreadable_ui(ui, check);
        }
    }
}

fn unreadable_ui(ui: &mut egui::Ui, check: &PictureCheck) {
    let n_unreadable = check.unreadable.len();
    if n_unreadable == 0 {
        return;
    }
    let title = format!("Could not read {}", words::pictures(n_unreadable));
    egui::CollapsingHeader::new(title)
        .id_salt("unreadable")
        .show(ui, |ui| {
            let row_height = ui.text_style_height(&egui::TextStyle::Small);
            egui::ScrollArea::vertical()
                .max_height(UNREADABLE_HEIGHT)
                .auto_shrink([false, true])
                .show_rows(ui, row_height, n_unreadable, |ui, rows| {
                    for skipped in &check.unreadable[rows] {
                        let name = file_name(&skipped.path);
                        let text = format!("{name}: {}", skipped.reason);
                        ui.add(egui::Label::new(egui::RichText::new(text).small()).truncate())
                            .on_hover_text(skipped.path.display().to_string());
                    }
                });
        });
}

fn folders_ui(ui: &mut egui::Ui, folders: &[std::path::PathBuf], commands: &mut Commands) {
    egui::ScrollArea::vertical()
        .id_salt("folders")
        .max_height(FOLDERS_HEIGHT)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for folder in folders {
                folder_ui(ui, folder, commands);
            }
        });
}

fn folder_ui(ui: &mut egui::Ui, folder: &Path, commands: &mut Commands) {
    let name = file_name(folder);
    let size = egui::vec2(ui.available_width(), theme::HIT_HEIGHT);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        let icon = egui_material_icons::icons::ICON_CLOSE.rich_text();
        let remove = ui
            .add(egui::Button::new(icon).frame_when_inactive(false))
            .on_hover_text("Leave this folder out")
            .accessible_name(format!("Leave out {name}"));
        if remove.clicked() {
            let folder = folder.to_owned();
            commands.push(Command::Train(TrainCommand::RemoveFolder(folder)));
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add(egui::Label::new(name).truncate())
                .on_hover_text(folder.display().to_string());
        });
    });
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

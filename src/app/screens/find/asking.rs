//! Asks once what to do with a folder that was dropped.

use std::path::PathBuf;

use eframe::egui;
use egui::RichText;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::command::FolderAnswer;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::words;

const WIDTH: f32 = 440.0;

/// Draws the question over the page.
pub fn ui(ui: &egui::Ui, paths: &[PathBuf], commands: &mut Commands) {
    let modal = egui::Modal::new(egui::Id::unique("ask-about-folder"))
        .frame(theme::sheet(ui))
        .backdrop_color(Palette::of(ui).shade)
        .show(ui.ctx(), |ui| question_ui(ui, paths));
    let answer = match modal.inner {
        None if modal.should_close() => Some(FolderAnswer::Neither),
        answer => answer,
    };
    if let Some(answer) = answer {
        commands.push(Command::Find(FindCommand::AnswerFolders(answer)));
    }
}

fn question_ui(ui: &mut egui::Ui, paths: &[PathBuf]) -> Option<FolderAnswer> {
    ui.set_width(WIDTH);
    let title = match paths {
        [one] => format!("What should happen with “{}”?", words::file_name(one)),
        many => format!("What should happen with these {} folders?", many.len()),
    };
    ui.add(egui::Label::new(RichText::new(title).text_style(egui::TextStyle::Heading)).wrap());
    ui.add_space(theme::GAP);
    ui.weak("Pictures stay where they are. Copylens only remembers what they look like.");
    ui.add_space(theme::GROUP_GAP);
    let mut answer = None;
    ui.horizontal_wrapped(|ui| {
        let add = "Add to my pictures";
        if controls::primary_button(ui, Some(icons::ICON_PHOTO_LIBRARY), add).clicked() {
            answer = Some(FolderAnswer::AddToLibrary);
        }
        let search = "Search for copies of its pictures";
        if controls::button(ui, Some(icons::ICON_IMAGE_SEARCH), search).clicked() {
            answer = Some(FolderAnswer::SearchForCopies);
        }
        if controls::button(ui, None, "Cancel").clicked() {
            answer = Some(FolderAnswer::Neither);
        }
    });
    answer
}

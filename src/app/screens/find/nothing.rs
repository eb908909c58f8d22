//! Find when there is nothing to show: still searching, nothing found, nothing to search, or the
//! picture could not be read.

use eframe::egui;
use egui::RichText;
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons;

use super::results::hidden_ui;
use crate::app::apply::find::damaged::with_way_out;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::error_card;
use crate::app::state::AppState;
use crate::app::state::FindLibrary;
use crate::app::state::Found;
use crate::app::state::Notice;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::words;
use crate::matching::Notch;
use crate::worker::Failure;

/// Says why nothing was found and what to try.
pub fn ui(ui: &mut egui::Ui, state: &AppState, found: &Found, commands: &mut Commands) {
    let is_busy = !state.find.current().indexing.is_empty();
    if found.searched == 0 && is_busy {
        let why =
            "The first pictures are being read. Results appear here as soon as there are any.";
        message_ui(
            ui,
            icons::ICON_HOURGLASS_EMPTY,
            "Just a moment",
            why,
            |_| {},
        );
        return;
    }
    if found.searched == 0 {
        nothing_to_search_ui(ui, commands);
        return;
    }
    let title = if is_busy {
        "No copies so far"
    } else {
        "No copies found"
    };
    let n_loose = state.find.count(found, Notch::Loose);
    message_ui(
        ui,
        icons::ICON_IMAGE_SEARCH,
        title,
        &reason(state, found),
        |ui| {
            if n_loose > 0 && state.find.notch != Notch::Loose {
                let n = words::count(n_loose, "picture that is", "pictures that are");
                let label = format!("Show {n} a little alike");
                if controls::primary_button(ui, None, &label).clicked() {
                    commands.push(Command::Find(FindCommand::SetNotch(Notch::Loose)));
                }
            }
            if controls::button(ui, Some(icons::ICON_CREATE_NEW_FOLDER), "Add more folders…")
                .clicked()
            {
                commands.push(Command::Find(FindCommand::ChooseFolders));
            }
            hidden_ui(ui, state, found, commands);
        },
    );
}

fn reason(state: &AppState, found: &Found) -> String {
    let library = match state.find.library {
        FindLibrary::Mine => "your library",
        FindLibrary::Demo => "the demo library",
    };
    let n = words::count(found.searched, "picture", "pictures");
    let rest = match state.find.notch {
        Notch::Strict => "Strict shows only what is almost certain; Normal and Loose show more.",
        Notch::Normal => "Loose also shows pictures that are only a little alike.",
        Notch::Loose => "The original may lie in a folder that was not added yet.",
    };
    let others = match state.find.n_marked(found, state.find.notch) {
        0 => "",
        _ => " but those that you marked as not a copy",
    };
    format!("None of the {n} in {library}{others} looks like this one. {rest}")
}

fn nothing_to_search_ui(ui: &mut egui::Ui, commands: &mut Commands) {
    let title = "There is nothing to search yet";
    let why = "Add folders with your pictures, then Copylens can find the copies of this one. \
               The pictures stay where they are.";
    message_ui(ui, icons::ICON_PHOTO_LIBRARY, title, why, |ui| {
        let add = Some(icons::ICON_CREATE_NEW_FOLDER);
        if controls::primary_button(ui, add, "Add my pictures…").clicked() {
            commands.push(Command::Find(FindCommand::ChooseFolders));
        }
        if controls::button(ui, None, "Try the demo library").clicked() {
            commands.push(Command::Find(FindCommand::TryDemo));
        }
    });
}

/// Says that the picture could not be searched with.
pub fn failure_ui(ui: &mut egui::Ui, failure: &Failure, commands: &mut Commands) {
    ui.add_space(theme::PAGE_MARGIN);
    ui.vertical_centered(|ui| {
        ui.set_max_width(theme::READING_WIDTH);
        let notice = with_way_out(Notice::failure("This search did not work", failure));
        theme::card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                error_card::body_ui(ui, &notice, commands);
                ui.add_space(theme::GAP);
                if controls::button(ui, None, "Choose another picture…").clicked() {
                    commands.push(Command::Find(FindCommand::ChoosePictures));
                }
            });
        });
    });
}

/// A calm message in the middle of the room: an icon, what, why, and what to do.
fn message_ui(
    ui: &mut egui::Ui,
    icon: MaterialIcon,
    title: &str,
    why: &str,
    actions: impl FnOnce(&mut egui::Ui),
) {
    let palette = Palette::of(ui);
    ui.add_space((ui.available_height() / 2.0 - 120.0).max(theme::PAGE_MARGIN));
    ui.vertical_centered(|ui| {
        ui.set_max_width(theme::READING_WIDTH.min(ui.available_width()));
        ui.label(
            icon.rich_text()
                .size(theme::HERO_ICON_SIZE)
                .color(palette.weak),
        );
        ui.label(RichText::new(title).text_style(egui::TextStyle::Heading));
        ui.add(egui::Label::new(RichText::new(why).color(palette.weak)).wrap());
        ui.add_space(theme::GAP);
        actions(ui);
    });
}

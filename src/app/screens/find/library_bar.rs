//! Which library is searched, how much of it, and the way to add pictures.

use eframe::egui;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::state::AppState;
use crate::app::state::FindLibrary;
use crate::app::state::LibraryState;
use crate::app::widgets::controls;
use crate::app::widgets::segments;
use crate::app::widgets::segments::Segment;
use crate::app::widgets::words;

/// Draws the switch between the libraries and the button that adds folders.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let add = controls::button(ui, Some(icons::ICON_CREATE_NEW_FOLDER), "Add my pictures…");
    let help = "Add folders to your library. The pictures stay where they are. (Ctrl+Shift+O)";
    if add.on_hover_text(help).clicked() {
        commands.push(Command::Find(FindCommand::ChooseFolders));
    }
    if !state.find.demo.exists && state.find.library != FindLibrary::Demo {
        return;
    }
    let libraries = FindLibrary::ALL.map(|library| Segment {
        value: library,
        label: library.label(),
        figure: None,
        help: summary(state.find.library_state(library)),
    });
    if let Some(library) = segments::ui(ui, state.find.library, &libraries) {
        commands.push(Command::Find(FindCommand::OpenLibrary(library)));
    }
}

/// One line about a library: how many pictures can be found in it.
pub fn summary(library: &LibraryState) -> String {
    let is_busy = !library.indexing.is_empty();
    match (library.searchable, is_busy) {
        (Some(n), true) => format!(
            "{} can be found so far",
            words::count(n, "picture", "pictures")
        ),
        (None, true) => "Looking through the folders".into(),
        (Some(0), false) => "No pictures yet".into(),
        (Some(n), false) => format!("{} can be found", words::count(n, "picture", "pictures")),
        (None, false) if library.exists => "Ready to search".into(),
        (None, false) => "No pictures yet".into(),
    }
}

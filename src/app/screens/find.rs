//! The Find place: drop a picture, see its copies.

mod asking;
mod empty;
mod grid;
mod library_bar;
mod nothing;
mod query_panel;
mod results;

use eframe::egui;
use egui::Key;
use egui::Modifiers;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::state::AppState;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    if state.compare.is_some() {
        super::compare::ui(ui, state, commands);
        return;
    }
    if state.find.asking.is_none() {
        take_keys(ui, state, commands);
    }
    if state.find.queries.is_empty() {
        empty::ui(ui, state, commands);
    } else {
        results::ui(ui, state, commands);
    }
    if let Some(paths) = &state.find.asking {
        asking::ui(ui, paths, commands);
    }
}

fn take_keys(ui: &egui::Ui, state: &AppState, commands: &mut Commands) {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::O) {
        commands.push(Command::Find(FindCommand::ChooseFolders));
    }
    if pressed(Modifiers::COMMAND, Key::O) {
        commands.push(Command::Find(FindCommand::ChoosePictures));
    }
    if !state.find.judged.is_empty() && pressed(Modifiers::COMMAND, Key::Z) {
        commands.push(Command::Find(FindCommand::UndoVerdict));
    }
    if !state.find.queries.is_empty() && pressed(Modifiers::NONE, Key::Escape) {
        commands.push(Command::Find(FindCommand::Back));
    }
}

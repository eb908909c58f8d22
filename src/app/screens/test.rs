//! The Test place: a data set and what to measure on it, the person's own pictures, and the reports.
//!
//! - Owns: how measuring looks.
//! - Invariant: views read the state and push commands; they open no file and start no thread.
//! - Invariant: one filled button is on the page at most, the next thing to do.
//! - Not here: what is measured (`eval`), how charts are put on paper (`eval::report`).

mod charts;
mod models;
mod options;
mod pairs;
mod report;
mod reports;
mod setup;
mod torture;

use eframe::egui;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TestCommand;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::widgets::controls;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    if state.compare.is_some() {
        super::compare::ui(ui, state, commands);
        return;
    }
    let shown = state.test.on_screen();
    egui::ScrollArea::vertical()
        .id_salt(("test", shown.is_empty()))
        .auto_shrink(false)
        .show(ui, |ui| {
            theme::page().show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GROUP_GAP;
                if shown.is_empty() {
                    setup_ui(ui, state, commands);
                } else {
                    report::ui(ui, state, &shown, commands);
                }
            });
        });
}

fn setup_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        controls::page_title(ui, "Test");
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(theme::READING_WIDTH));
            ui.weak(
                "How well does a model find copies? Measure it on a data set with known answers, or \
                 with copies of your own pictures.",
            );
        });
    });
    models::ui(ui, state, commands);
    setup::ui(ui, state, commands);
    torture::ui(ui, state, commands);
    reports::ui(ui, state, commands);
}

/// A card as wide as the page.
fn card_ui(ui: &mut egui::Ui, title: &str, add_contents: impl FnOnce(&mut egui::Ui)) {
    theme::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            controls::card_title(ui, title);
            add_contents(ui);
        });
    });
}

fn push(commands: &mut Commands, command: TestCommand) {
    commands.push(Command::Test(command));
}

//! The Models place: one card per model, the one that searches is marked; below them what can be had.
//!
//! - Owns: how models look.
//! - Invariant: the page has one filled button at most: importing, while there is nothing else.
//! - Not here: the files (`models`), measuring (`worker`).

mod card;
mod facts;
mod import_sheet;
mod published;

use eframe::egui;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::state::AppState;
use crate::app::state::models::in_use;
use crate::app::theme;
use crate::app::widgets::controls;

pub use import_sheet::ui as import_sheet_ui;

const MIN_CARD_WIDTH: f32 = 340.0;
const MAX_CARD_WIDTH: f32 = 520.0;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    egui::ScrollArea::vertical()
        .id_salt("models")
        .auto_shrink(false)
        .show(ui, |ui| {
            theme::page().show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GROUP_GAP;
                header_ui(ui, state, commands);
                cards_ui(ui, state, commands);
                published::ui(ui, state, commands);
            });
        });
}

fn header_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        controls::page_title(ui, "Models");
        let text = if state.surroundings.can_drop {
            "A model turns pictures into what is compared. Drop a model file here to import it."
        } else {
            "A model turns pictures into what is compared."
        };
        ui.weak(text);
        let import = controls::button(ui, Some(icons::ICON_DOWNLOAD), "Import a model…");
        if import.clicked() {
            commands.push(Command::Models(ModelsCommand::AskForImport));
        }
    });
}

fn cards_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let models = &state.models.list;
    if models.is_empty() {
        ui.weak("Reading the models");
        return;
    }
    let width = ui.available_width();
    let n_columns = ((width / MIN_CARD_WIDTH) as usize).max(1);
    let gaps = theme::GROUP_GAP * (n_columns - 1) as f32;
    let card_width = ((width - gaps) / n_columns as f32).min(MAX_CARD_WIDTH);
    let used = in_use(&state.settings);
    for (row_idx, row) in models.chunks(n_columns).enumerate() {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GROUP_GAP;
            for model in row {
                let card = card::ModelCard {
                    model,
                    is_in_use: model.id == used,
                    is_switching: state.models.is_switching_to(&model.id),
                    is_measuring: state.models.is_measuring(&model.id),
                    is_editing_name: state.models.editing_name.as_ref() == Some(&model.id),
                    asks_to_delete: state.models.asks_to_delete.as_ref() == Some(&model.id),
                    measured: state.test.newest_of(&model.id),
                    details: state.settings.details,
                };
                ui.push_id((row_idx, &model.id), |ui| card.ui(ui, card_width, commands));
            }
        });
    }
}

//! The card with the models to measure.

use eframe::egui;

use super::card_ui;
use super::push;
use crate::app::command::Commands;
use crate::app::command::TestCommand;
use crate::app::state::AppState;
use crate::app::state::models::in_use;
use crate::app::theme;
use crate::app::widgets::describe;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    card_ui(ui, "Models", |ui| {
        let list = &state.models.list;
        if list.is_empty() {
            ui.weak("Reading the models");
            return;
        }
        if list.len() > 1 {
            ui.weak("Several are measured one after the other and compared, a student with its teacher.");
        }
        let used = in_use(&state.settings);
        let chosen = &state.test.models;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GROUP_GAP;
            for model in list {
                let mut is_chosen =
                    chosen.contains(&model.id) || (chosen.is_empty() && model.id == used);
                let name = egui::RichText::new(short(&model.name));
                let answer = ui
                    .checkbox(&mut is_chosen, name)
                    .on_hover_text(format!("{}: {}", model.name, describe::model_line(model)))
                    .accessible_name(format!("Measure {}", model.name));
                if answer.changed() {
                    push(
                        commands,
                        TestCommand::ChooseModel(model.id.clone(), is_chosen),
                    );
                }
            }
        });
    });
}

/// Names that would not fit on a line are cut; the whole one is in the hint.
pub fn short(name: &str) -> String {
    const MAX_CHARS: usize = 48;
    if name.chars().count() <= MAX_CHARS {
        return name.to_owned();
    }
    name.chars().take(MAX_CHARS - 1).chain(['…']).collect()
}

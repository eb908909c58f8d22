//! The recipe itself, for those who want to change it (Details): its main numbers, and all of it
//! as text.

use eframe::egui;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::Setup;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::distill::Recipe;

const N_ROWS: usize = 16;
const TEXT_HEIGHT: f32 = 320.0;

pub fn ui(ui: &mut egui::Ui, setup: &Setup, commands: &mut Commands) {
    theme::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = theme::GAP;
        controls::card_title(ui, "Recipe");
        let parsed = setup.parsed.as_ref();
        if let Some(recipe) = parsed.filter(|_| setup.recipe_problem.is_none()) {
            knobs_ui(ui, recipe, commands);
        }
        if let Some(problem) = &setup.recipe_problem {
            ui.colored_label(Palette::of(ui).problem, problem);
        }
        egui::CollapsingHeader::new("All of it as text")
            .id_salt("recipe as text")
            .default_open(setup.recipe_problem.is_some())
            .show(ui, |ui| text_ui(ui, setup, commands));
    });
}

/// The numbers that are changed most.
fn knobs_ui(ui: &mut egui::Ui, recipe: &Recipe, commands: &mut Commands) {
    let mut edited = recipe.clone();
    ui.horizontal_wrapped(|ui| {
        let Recipe {
            seed,
            network,
            data,
            optimiser,
            ..
        } = &mut edited;
        knob_ui(ui, "Passes", &mut optimiser.epochs, 1.0, 1.0..=10_000.0);
        let rate = &mut optimiser.learning_rate;
        knob_ui(ui, "Learning rate", rate, 0.001, 0.0001..=10.0);
        knob_ui(ui, "Pictures a step", &mut data.batch, 1.0, 2.0..=4096.0);
        let most = data.batch as f64;
        knob_ui(ui, "At once", &mut data.micro_batch, 1.0, 2.0..=most);
        knob_ui(ui, "Side in pixels", &mut data.size, 1.0, 32.0..=512.0);
        let dimensions = &mut network.dimensions;
        knob_ui(ui, "Numbers a picture", dimensions, 1.0, 8.0..=2048.0);
        knob_ui(ui, "Seed", seed, 1.0, 0.0..=1e9);
    });
    if edited != *recipe {
        edited.data.micro_batch = edited.data.micro_batch.min(edited.data.batch);
        let text = edited.to_toml();
        commands.push(Command::Train(TrainCommand::EditRecipe(text)));
    }
}

fn knob_ui<N: egui::emath::Numeric>(
    ui: &mut egui::Ui,
    label: &str,
    value: &mut N,
    speed: f64,
    range: std::ops::RangeInclusive<f64>,
) {
    ui.horizontal(|ui| {
        let label = ui.weak(label);
        let range = N::from_f64(*range.start())..=N::from_f64(*range.end());
        ui.add(egui::DragValue::new(value).speed(speed).range(range))
            .labelled_by(label.id);
        ui.add_space(theme::GAP);
    });
}

fn text_ui(ui: &mut egui::Ui, setup: &Setup, commands: &mut Commands) {
    egui::ScrollArea::vertical()
        .id_salt("recipe")
        .max_height(TEXT_HEIGHT)
        .show(ui, |ui| {
            let mut text = setup.recipe.clone();
            let editor = egui::TextEdit::multiline(&mut text)
                .code_editor()
                .desired_rows(N_ROWS)
                .desired_width(f32::INFINITY);
            if ui.add(editor).accessible_name("Recipe as text").changed() {
                commands.push(Command::Train(TrainCommand::EditRecipe(text)));
            }
        });
}

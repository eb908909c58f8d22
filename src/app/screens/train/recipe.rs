//! The recipe itself, for those who want to change it (Details): its main numbers, and all of it
//! as text.

use eframe::egui;
use egui_material_icons::icons;

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
const KNOB_WIDTH: f32 = 200.0;

pub fn ui(ui: &mut egui::Ui, setup: &Setup, commands: &mut Commands) {
    theme::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let parsed = setup.parsed.as_ref();
        ui.horizontal(|ui| {
            controls::card_title(ui, "Recipe");
            if let Some(recipe) = parsed {
                let method = recipe.method_spec();
                let about = controls::button(ui, Some(icons::ICON_INFO), "About this method");
                if about.on_hover_text(method.label).clicked() {
                    commands.push(Command::Train(TrainCommand::About(method.id)));
                }
            }
        });
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

/// The numbers that are changed most, in as many columns as there is room for.
fn knobs_ui(ui: &mut egui::Ui, recipe: &Recipe, commands: &mut Commands) {
    let mut edited = recipe.clone();
    all_knobs_ui(ui, &mut edited);
    if edited != *recipe {
        edited.data.micro_batch = edited.data.micro_batch.min(edited.data.batch);
        let text = edited.to_toml();
        commands.push(Command::Train(TrainCommand::EditRecipe(text)));
    }
}

fn all_knobs_ui(ui: &mut egui::Ui, recipe: &mut Recipe) {
    let Recipe {
        seed,
        network,
        data,
        optimiser,
        ..
    } = recipe;
    let most_at_once = data.batch as f64;
    let knobs = [
        Knob::new("Passes", &mut optimiser.epochs, 1.0, 1.0..=10_000.0),
        Knob::new(
            "Learning rate",
            &mut optimiser.learning_rate,
            0.001,
            0.0001..=10.0,
        ),
        Knob::new("Pictures a step", &mut data.batch, 1.0, 2.0..=4096.0),
        Knob::new("At once", &mut data.micro_batch, 1.0, 2.0..=most_at_once),
        Knob::new("Side in pixels", &mut data.size, 1.0, 32.0..=512.0),
        Knob::new(
            "Numbers a picture",
            &mut network.dimensions,
            1.0,
            8.0..=2048.0,
        ),
        Knob::new("Seed", seed, 1.0, 0.0..=1e9),
    ];
    let n_columns = ((ui.available_width() / KNOB_WIDTH) as usize).max(1);
    let mut knobs = knobs.into_iter().peekable();
    while knobs.peek().is_some() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for knob in knobs.by_ref().take(n_columns) {
                knob.ui(ui);
            }
        });
    }
}

/// A number of the recipe that can be dragged or typed.
struct Knob<'a> {
    label: &'static str,
    drag: egui::DragValue<'a>,
}

impl<'a> Knob<'a> {
    fn new<N: egui::emath::Numeric>(
        label: &'static str,
        value: &'a mut N,
        speed: f64,
        range: std::ops::RangeInclusive<f64>,
    ) -> Self {
        let range = N::from_f64(*range.start())..=N::from_f64(*range.end());
        let drag = egui::DragValue::new(value).speed(speed).range(range);
        Self { label, drag }
    }

    fn ui(self, ui: &mut egui::Ui) {
        let size = egui::vec2(KNOB_WIDTH, theme::HIT_HEIGHT);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(KNOB_WIDTH);
            ui.spacing_mut().item_spacing.x = theme::GAP;
            let label = ui.weak(self.label);
            ui.add(self.drag).labelled_by(label.id);
        });
    }
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

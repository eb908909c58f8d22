//! The options of a protocol, one row each.

use eframe::egui;

use super::push;
use crate::app::command::Commands;
use crate::app::command::TestCommand;
use crate::app::state::TestState;
use crate::eval::protocols::OptionKind;
use crate::eval::protocols::OptionSpec;
use crate::eval::protocols::ProtocolSpec;
use crate::eval::protocols::switch_text;

/// Ways of making the network input that are offered; the command line takes any size.
const INPUTS: &[(&str, &str)] = &[
    ("model", "Square of the model"),
    ("crop", "Middle, aspect kept"),
    ("square:224", "Square of 224"),
    ("square:288", "Square of 288"),
    ("square:320", "Square of 320"),
    ("short:288", "Shorter side 288"),
    ("long:800", "Longer side 800"),
    ("within:512", "Longer side at most 512"),
    ("within:1024", "Longer side at most 1024"),
];

pub fn ui(
    ui: &mut egui::Ui,
    test: &TestState,
    spec: &'static ProtocolSpec,
    commands: &mut Commands,
) {
    egui::Grid::new(("options", spec.id))
        .num_columns(2)
        .show(ui, |ui| {
            for option in spec.options {
                ui.label(option.label).on_hover_text(option.help);
                let value = test.option(option);
                if let Some(chosen) = value_ui(ui, option, &value) {
                    push(commands, TestCommand::SetOption(option.id, chosen));
                }
                ui.end_row();
            }
        });
    if !test.options.is_empty()
        && ui
            .button("Reset")
            .on_hover_text("All options as usual")
            .clicked()
    {
        push(commands, TestCommand::ResetOptions);
    }
}

/// Draws the value of an option; returns a new one.
fn value_ui(ui: &mut egui::Ui, option: &OptionSpec, value: &str) -> Option<String> {
    match option.kind {
        OptionKind::Switch { .. } => {
            let mut is_on = value == switch_text(true);
            let answer = ui
                .checkbox(&mut is_on, "")
                .on_hover_text(option.help)
                .accessible_name(option.label);
            answer.changed().then(|| switch_text(is_on).to_owned())
        }
        OptionKind::Number {
            low,
            high,
            is_whole,
            ..
        } => {
            let mut number: f64 = value.parse().unwrap_or(low);
            let mut drag = egui::DragValue::new(&mut number).range(low..=high);
            if is_whole {
                drag = drag.fixed_decimals(0);
            } else {
                drag = drag.speed(0.01).max_decimals(4);
            }
            let answer = ui
                .add(drag)
                .on_hover_text(option.help)
                .accessible_name(option.label);
            let number = if is_whole { number.round() } else { number };
            answer.changed().then(|| number.to_string())
        }
        OptionKind::Choice { choices, .. } => choice_ui(ui, option, value, choices),
        OptionKind::Input { .. } => choice_ui(ui, option, value, INPUTS),
    }
}

fn choice_ui(
    ui: &mut egui::Ui,
    option: &OptionSpec,
    value: &str,
    choices: &[(&str, &str)],
) -> Option<String> {
    let label = choices.iter().find(|(id, _)| *id == value);
    let label = label.map_or(value, |(_, label)| label);
    let mut chosen = None;
    egui::ComboBox::from_id_salt(option.id)
        .selected_text(label)
        .show_ui(ui, |ui| {
            for (id, label) in choices {
                if ui.selectable_label(*id == value, *label).clicked() {
                    chosen = Some((*id).to_owned());
                }
            }
        })
        .response
        .on_hover_text(option.help)
        .accessible_name(format!("{}, {label}", option.label));
    chosen
}

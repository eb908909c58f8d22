//! The card with the data set: what it is, what is missing, what can be measured on it.

use eframe::egui;
use egui_material_icons::icons;

use super::card_ui;
use super::options;
use super::push;
use crate::app::command::Commands;
use crate::app::command::TestCommand;
use crate::app::error_card;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::train::Asked;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::words;
use crate::eval::protocols;
use crate::worker::DatasetCheck;
use crate::worker::DatasetPart;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    card_ui(ui, "Data set", |ui| {
        let test = &state.test;
        folder_ui(ui, state, commands);
        match &test.check {
            Asked::None => {}
            Asked::Waiting(_) => {
                ui.weak("Looking at what it is");
            }
            Asked::Failed(failure) => {
                let notice = Notice::failure("This data set cannot be used", failure);
                error_card::body_ui(ui, &notice, commands);
            }
            Asked::Ready(check) => {
                checklist_ui(ui, check);
                protocols_ui(ui, state, check, commands);
            }
        }
        for (model, failure) in &test.failures {
            let title = format!("{model} could not be measured");
            error_card::body_ui(ui, &Notice::failure(title, failure), commands);
        }
        if test.running.is_empty() {
            start_ui(ui, state, commands);
        } else {
            running_ui(ui, state, commands);
        }
    });
}

fn folder_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let test = &state.test;
    ui.horizontal(|ui| {
        let label = if test.data.is_some() {
            "Choose another folder…"
        } else {
            "Choose a folder…"
        };
        let is_first = test.data.is_none() && test.pictures.is_empty();
        let button = if is_first {
            controls::primary_button(ui, Some(icons::ICON_FOLDER_OPEN), label)
        } else {
            controls::button(ui, Some(icons::ICON_FOLDER_OPEN), label)
        };
        if button.clicked() {
            push(commands, TestCommand::AskForData);
        }
        if let Some(data) = &test.data {
            ui.add(egui::Label::new(words::file_name(data)).truncate())
                .on_hover_text(data.display().to_string());
        }
    });
    if test.data.is_none() {
        ui.weak(if state.surroundings.can_drop {
            "Drop the folder or the archive of a data set here: DISC21, Copydays, CIFAR-10, ImageNet, \
             CUB-200, revisited Oxford and Paris, or folders of classes. It says what fits."
        } else {
            "Choose the folder of a data set: DISC21, Copydays, CIFAR-10, ImageNet, CUB-200, revisited \
             Oxford and Paris, or folders of classes. It says what fits."
        });
    }
}

fn checklist_ui(ui: &mut egui::Ui, check: &DatasetCheck) {
    let palette = Palette::of(ui);
    ui.label(egui::RichText::new(check.label).strong());
    ui.add(egui::Label::new(check.help).wrap());
    for part in &check.parts {
        let (icon, color) = match (part.found, part.is_needed) {
            (Some(_), _) => (icons::ICON_CHECK_CIRCLE, palette.accent),
            (None, true) => (icons::ICON_ERROR, palette.problem),
            (None, false) => (icons::ICON_RADIO_BUTTON_UNCHECKED, palette.weak),
        };
        ui.horizontal_wrapped(|ui| {
            ui.label(icon.rich_text().size(theme::ICON_SIZE).color(color));
            ui.label(capitalized(part.what));
            ui.weak(part_words(part));
        });
    }
    if let Some(problem) = &check.problem {
        ui.colored_label(palette.problem, format!("Cannot be used yet: {problem}."));
    }
    let is_incomplete = check.parts.iter().any(|part| part.found.is_none());
    if is_incomplete {
        ui.weak(format!("Where to get it: {}", check.origin));
    }
}

fn part_words(part: &DatasetPart) -> String {
    let count = |n: u64| words::pictures(usize::try_from(n).unwrap_or(usize::MAX));
    match (part.found, part.n_pictures, part.n_expected) {
        (Some(_), Some(n), Some(all)) if n < u64::from(all) => {
            format!(
                "{}; the published set has {}",
                count(n),
                words::grouped(all as usize)
            )
        }
        (Some(_), Some(n), _) => count(n),
        (Some(name), None, _) => name.to_owned(),
        (None, ..) => {
            let names: Vec<&str> = part.names.split('|').collect();
            let state = if part.is_needed {
                "missing"
            } else {
                "not there, and not needed"
            };
            format!("{state}: {}", names.join(" or "))
        }
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

fn protocols_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    check: &DatasetCheck,
    commands: &mut Commands,
) {
    if check.protocols.is_empty() {
        if check.problem.is_none() {
            ui.weak("It has no known answers, so nothing can be measured on it. Test with copies of its \
                     pictures instead, below.");
        }
        return;
    }
    ui.label(egui::RichText::new("What to measure").strong());
    let chosen = state.test.chosen();
    for id in &check.protocols {
        let Some(spec) = protocols::find(id) else {
            continue;
        };
        let is_chosen = chosen.is_some_and(|chosen| chosen.id == spec.id);
        if ui
            .radio(is_chosen, spec.label)
            .on_hover_text(spec.help)
            .clicked()
        {
            push(commands, TestCommand::ChooseProtocol(spec.id));
        }
        if is_chosen {
            ui.indent(("protocol", spec.id), |ui| {
                ui.weak(spec.help);
                if state.settings.details {
                    options::ui(ui, &state.test, spec, commands);
                }
            });
        }
    }
}

fn start_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    if state.test.chosen().is_none() {
        return;
    }
    ui.horizontal(|ui| {
        let n_models = state.test.models.len().max(1);
        let label = if n_models == 1 {
            "Measure".to_owned()
        } else {
            format!("Measure {n_models} models")
        };
        if controls::primary_button(ui, Some(icons::ICON_SCIENCE), &label).clicked() {
            push(commands, TestCommand::Start);
        }
        details_ui(ui, state, commands);
    });
}

/// The switch between the simple page and the one with options.
pub fn details_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let is_detailed = state.settings.details;
    let label = if is_detailed {
        "Hide details"
    } else {
        "Details"
    };
    if controls::button(ui, None, label).clicked() {
        let mut settings = state.settings.clone();
        settings.details = !is_detailed;
        commands.push(crate::app::command::Command::ChangeSettings(Box::new(
            settings,
        )));
    }
}

/// How far it is, and the way to stop it.
fn running_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    for (id, model) in &state.test.running {
        let Some(job) = state.jobs.iter().find(|job| job.id == *id) else {
            continue;
        };
        let share = job.progress.n_total.map_or(0.0, |total| {
            job.progress.n_done as f32 / total.max(1) as f32
        });
        let state_words = match (job.waiting, job.stopping, job.time_left) {
            (true, ..) => "waits for its turn".to_owned(),
            (_, true, _) => "stopping".to_owned(),
            (_, _, Some(left)) => {
                format!(
                    "{}, about {} left",
                    job.progress.stage,
                    words::duration(left)
                )
            }
            (_, _, None) => job.progress.stage.to_owned(),
        };
        ui.add(egui::Label::new(format!("{model}: {state_words}")).truncate());
        let bar = egui::ProgressBar::new(share)
            .desired_height(6.0)
            .fill(Palette::of(ui).accent);
        ui.add(bar)
            .accessible_name(format!("{model}, {}", words::percent(share)));
    }
    if ui
        .button("Stop")
        .on_hover_text("What has been described so far is kept for next time")
        .clicked()
    {
        push(commands, TestCommand::Stop);
    }
}

//! The card for the network that learns.

use eframe::egui;

use super::TrainPage;
use super::cards::Readiness;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::widgets::describe;
use crate::models;
use crate::models::ArchitectureSpec;
use crate::models::ModelInfo;

pub fn readiness(page: &TrainPage<'_>) -> Readiness {
    let student = &page.train.setup.student;
    if models::architecture(student).is_some() {
        Readiness::Ready
    } else {
        Readiness::Todo
    }
}

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let student = &page.train.setup.student;
    let chosen = models::architecture(student);
    let selected = chosen.map_or("Choose a student", |spec| spec.label);
    egui::ComboBox::from_id_salt("student")
        .selected_text(selected)
        .width(ui.available_width())
        .truncate()
        .show_ui(ui, |ui| {
            for spec in models::students() {
                let is_chosen = spec.id == student;
                let row = ui.selectable_label(
                    is_chosen,
                    format!("{}, {}", spec.label, describe::size_words(spec.parameters)),
                );
                if row.on_hover_text(spec.help).clicked() {
                    let id = spec.id.to_owned();
                    commands.push(Command::Train(TrainCommand::ChooseStudent(id)));
                }
            }
        })
        .response
        .accessible_name(format!("Student, {selected}"));
    match chosen {
        Some(spec) => {
            ui.weak(spec.help);
            start_ui(ui, page, spec, commands);
        }
        None => {
            ui.weak("Small ones are fast, large ones see more.");
        }
    }
}

/// What the student knows before the first lesson; only models of its own network fit.
fn start_ui(
    ui: &mut egui::Ui,
    page: &TrainPage<'_>,
    spec: &ArchitectureSpec,
    commands: &mut Commands,
) {
    let fitting = page.models.iter().filter(|m| m.architecture == spec.id);
    let fitting: Vec<&ModelInfo> = fitting.collect();
    if fitting.is_empty() {
        ui.weak("Starts from nothing.");
        return;
    }
    let start = page.train.setup.start_from.as_deref();
    let known = fitting.iter().find(|model| Some(&*model.id) == start);
    let selected = known.map_or("nothing", |model| &model.name);
    let choices = fitting.iter().map(|m| (Some(m.id.clone()), &*m.name));
    ui.horizontal(|ui| {
        ui.weak("Starts from");
        egui::ComboBox::from_id_salt("start-from")
            .selected_text(selected)
            .width(ui.available_width())
            .truncate()
            .show_ui(ui, |ui| {
                for (id, name) in choices.chain([(None, "nothing")]) {
                    let is_chosen = id.as_deref() == start;
                    if ui.selectable_label(is_chosen, name).clicked() {
                        commands.push(Command::Train(TrainCommand::ChooseStart(id)));
                    }
                }
            })
            .response
            .accessible_name(format!("Starts from {selected}"));
    });
}

//! The card for the network that learns.

use eframe::egui;

use super::TrainPage;
use super::cards::Readiness;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::widgets::describe;
use crate::models::ARCHITECTURES;

pub fn readiness(page: &TrainPage<'_>) -> Readiness {
    let student = &page.train.setup.student;
    if ARCHITECTURES.iter().any(|spec| spec.id == student) {
        Readiness::Ready
    } else {
        Readiness::Todo
    }
}

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let student = &page.train.setup.student;
    let chosen = ARCHITECTURES.iter().find(|spec| spec.id == student);
    let selected = chosen.map_or("Choose a student", |spec| spec.label);
    egui::ComboBox::from_id_salt("student")
        .selected_text(selected)
        .width(ui.available_width())
        .truncate()
        .show_ui(ui, |ui| {
            for spec in ARCHITECTURES {
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
            ui.weak(describe::size_words(spec.parameters));
        }
        None => {
            ui.weak("Small ones are fast, large ones see more.");
        }
    }
}

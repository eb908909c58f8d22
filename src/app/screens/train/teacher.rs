//! The card for the model that teaches.

use eframe::egui;

use super::TrainPage;
use super::cards::Readiness;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::widgets::describe;
use crate::models::ModelInfo;

const NO_TEACHER: &str = "None, learn from scratch";

fn chosen<'a>(page: &TrainPage<'a>) -> Option<&'a ModelInfo> {
    let id = page.train.setup.teacher.as_ref()?;
    page.models.iter().find(|model| &model.id == id)
}

pub fn readiness(page: &TrainPage<'_>) -> Readiness {
    let setup = &page.train.setup;
    match (setup.needs_teacher(), chosen(page)) {
        (false, _) | (true, Some(_)) => Readiness::Ready,
        (true, None) if setup.teacher.is_some() => Readiness::Problem,
        (true, None) => Readiness::Todo,
    }
}

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let setup = &page.train.setup;
    if !setup.needs_teacher() {
        ui.label(NO_TEACHER);
        ui.weak("This recipe learns from the pictures alone.");
        return;
    }
    let model = chosen(page);
    let selected = model.map_or("Choose a teacher", |model| model.name.as_str());
    egui::ComboBox::from_id_salt("teacher")
        .selected_text(selected)
        .width(ui.available_width())
        .truncate()
        .show_ui(ui, |ui| {
            for model in page.models {
                let is_chosen = setup.teacher.as_ref() == Some(&model.id);
                if ui.selectable_label(is_chosen, &model.name).clicked() {
                    let id = Some(model.id.clone());
                    commands.push(Command::Train(TrainCommand::ChooseTeacher(id)));
                }
            }
        })
        .response
        .accessible_name(format!("Teacher, {selected}"));
    match model {
        Some(model) => {
            ui.weak(describe::model_line(model));
        }
        None if setup.teacher.is_some() => {
            ui.weak("The chosen teacher is no longer there. Choose another one.");
        }
        None => {
            ui.weak("The student learns to see as the teacher sees.");
        }
    }
}

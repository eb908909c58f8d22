//! The list of runs of before.

use eframe::egui;

use super::TrainPage;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::PastRun;
use crate::app::state::train::PastState;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::words;

/// Rows are this high, so that a list of hundreds scrolls without being laid out.
const ROW_HEIGHT: f32 = 44.0;
const LIST_HEIGHT: f32 = 360.0;

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let past = &page.train.past;
    if past.is_empty() {
        return;
    }
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        ui.label(egui::RichText::new("Earlier trainings").text_style(theme::card_title()));
        egui::ScrollArea::vertical()
            .id_salt("runs")
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true])
            .show_rows(ui, ROW_HEIGHT, past.len(), |ui, rows| {
                for run in &past[rows] {
                    let asks = page.train.asks_to_delete.as_ref() == Some(&run.dir);
                    row_ui(ui, run, asks, commands);
                }
            });
    });
}

fn row_ui(ui: &mut egui::Ui, run: &PastRun, asks_to_delete: bool, commands: &mut Commands) {
    let size = egui::vec2(ui.available_width(), ROW_HEIGHT);
    ui.allocate_ui_with_layout(
        size,
        egui::Layout::right_to_left(egui::Align::Center),
        |ui| {
            if asks_to_delete {
                delete_question_ui(ui, run, commands);
            } else {
                buttons_ui(ui, run, commands);
            }
            let rest = egui::Layout::left_to_right(egui::Align::Center);
            ui.with_layout(rest, |ui| words_ui(ui, run));
        },
    );
}

fn buttons_ui(ui: &mut egui::Ui, run: &PastRun, commands: &mut Commands) {
    let mut push = |command| commands.push(Command::Train(command));
    let bin = egui_material_icons::icons::ICON_DELETE.rich_text();
    let delete = ui
        .button(bin)
        .on_hover_text("Delete this training")
        .accessible_name(format!("Delete {}", run.name));
    if delete.clicked() {
        push(TrainCommand::AskToDelete(run.dir.clone()));
    }
    let open = ui
        .button("Open")
        .accessible_name(format!("Open {}", run.name));
    if open.clicked() {
        push(TrainCommand::Open(run.dir.clone()));
    }
    if matches!(run.state, PastState::Interrupted { .. }) {
        let resume = ui
            .button("Continue")
            .accessible_name(format!("Continue {}", run.name));
        if resume.clicked() {
            push(TrainCommand::Resume(run.dir.clone()));
        }
    }
}

fn delete_question_ui(ui: &mut egui::Ui, run: &PastRun, commands: &mut Commands) {
    let problem = Palette::of(ui).problem;
    if ui.button("Keep").clicked() {
        commands.push(Command::Train(TrainCommand::KeepRun));
    }
    let delete = egui::RichText::new("Delete for good").color(problem);
    if ui.button(delete).clicked() {
        commands.push(Command::Train(TrainCommand::Delete(run.dir.clone())));
    }
    ui.weak("Models already in use stay.");
}

fn words_ui(ui: &mut egui::Ui, run: &PastRun) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.add(egui::Label::new(&run.name).truncate())
            .on_hover_text(run.dir.display().to_string());
        ui.add(egui::Label::new(egui::RichText::new(state_words(run)).weak().small()).truncate());
    });
}

fn state_words(run: &PastRun) -> String {
    let state = match run.state {
        PastState::Complete => "Complete".to_owned(),
        PastState::Finished => "Finished early".to_owned(),
        PastState::Interrupted { share } => format!("Stopped at {}", words::percent(share)),
    };
    match run.quality {
        Some(quality) => format!("{state}, quality {}", words::percent(quality)),
        None => state,
    }
}

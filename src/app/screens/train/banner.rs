//! What has to be said before anything else: a run that was cut off.

use eframe::egui;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::PastState;
use crate::app::state::train::TrainState;
use crate::app::theme;
use crate::app::widgets::words;

/// `Training stopped at 62 %. Continue?`
pub fn interrupted_ui(ui: &mut egui::Ui, train: &TrainState, commands: &mut Commands) {
    let Some(run) = train.interrupted() else {
        return;
    };
    let PastState::Interrupted { share } = run.state else {
        return;
    };
    theme::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            let icon = egui_material_icons::icons::ICON_HISTORY;
            ui.label(icon.rich_text().size(theme::ICON_SIZE));
            ui.label(format!(
                "Training stopped at {}. Continue?",
                words::percent(share)
            ));
            if ui.button("Continue").clicked() {
                commands.push(Command::Train(TrainCommand::Resume(run.dir.clone())));
            }
            if ui.button("Not now").clicked() {
                commands.push(Command::Train(TrainCommand::Later(run.dir.clone())));
            }
            if ui.button("Discard").clicked() {
                commands.push(Command::Train(TrainCommand::AskToDelete(run.dir.clone())));
            }
        });
        ui.add(egui::Label::new(egui::RichText::new(&run.name).weak()).truncate());
    });
}

//! The estimate and the start.

use eframe::egui;

use super::TrainPage;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::Asked;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::device_picker;
use crate::app::widgets::words;
use crate::worker::TrialReport;

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let setup = &page.train.setup;
    let is_usable = device_picker::effective(page.devices, setup.device.as_deref())
        .is_some_and(|device| device.usable);
    let missing = setup.missing(&page.train.pictures, is_usable, page.judged);
    let is_busy = matches!(page.train.trial, Asked::Waiting(_));
    ui.horizontal_wrapped(|ui| {
        let is_ready = missing.is_none();
        theme::primary(ui, |ui| {
            let start = ui
                .add_enabled(is_ready, egui::Button::new("Start training"))
                .on_hover_text("Ctrl+Enter");
            if start.clicked() || (is_ready && start_key(ui)) {
                commands.push(Command::Train(TrainCommand::Start));
            }
        });
        let estimate = ui
            .add_enabled(is_ready && !is_busy, egui::Button::new("Estimate the time"))
            .on_hover_text("Trains for a few steps and throws the result away");
        if estimate.clicked() {
            commands.push(Command::Train(TrainCommand::Estimate));
        }
        match missing {
            Some(missing) => {
                ui.weak(missing.advice());
            }
            None => trial_ui(ui, &page.train.trial),
        }
    });
}

fn start_key(ui: &egui::Ui) -> bool {
    ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::Enter))
}

fn trial_ui(ui: &mut egui::Ui, trial: &Asked<TrialReport>) {
    match trial {
        Asked::None => {}
        Asked::Waiting(_) => {
            ui.spinner();
            ui.weak("Trying a few steps");
        }
        Asked::Ready(report) => {
            ui.label(estimate_words(report));
        }
        Asked::Failed(failure) => {
            let advice = failure.advice.as_deref().unwrap_or_default();
            ui.colored_label(Palette::of(ui).problem, &failure.message)
                .on_hover_text(advice);
        }
    }
}

/// `About 38 min, 1.2 GB of memory, 41 pictures a second`.
pub fn estimate_words(report: &TrialReport) -> String {
    let time = words::duration(report.total);
    let rate = words::rate(report.pictures_per_second as f32);
    match report.memory_bytes {
        Some(n_bytes) => format!(
            "About {time}, {} of memory, {rate} pictures a second",
            words::file_size(n_bytes)
        ),
        None => format!("About {time}, {rate} pictures a second"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_estimate_is_a_plain_sentence() {
        let report = TrialReport {
            seconds_per_step: 1.0,
            pictures_per_second: 41.3,
            total: Duration::from_mins(38),
            memory_bytes: Some(1_200_000_000),
        };
        assert_eq!(
            estimate_words(&report),
            "About 38 min, 1.2 GB of memory, 41 pictures a second"
        );
    }
}

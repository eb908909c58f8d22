//! The card for what computes.

use eframe::egui;

use super::TrainPage;
use super::cards::Readiness;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::widgets::device_picker;

pub fn readiness(page: &TrainPage<'_>) -> Readiness {
    if page.devices.is_empty() {
        return Readiness::Working;
    }
    match device_picker::effective(page.devices, page.train.setup.device.as_deref()) {
        Some(device) if device.usable => Readiness::Ready,
        Some(_) | None => Readiness::Problem,
    }
}

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let chosen = page.train.setup.device.as_deref();
    let picked = device_picker::ui(ui, "Computer", page.devices, chosen);
    if let Some(device) = picked {
        commands.push(Command::Train(TrainCommand::ChooseDevice(device)));
    }
}

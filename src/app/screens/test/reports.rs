//! The list of earlier reports.

use eframe::egui;

use super::push;
use crate::app::command::Commands;
use crate::app::command::TestCommand;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::widgets::controls;
use crate::app::widgets::words;
use crate::eval::report::KeptReport;

/// Rows are this high, so that a long list scrolls without being laid out.
const ROW_HEIGHT: f32 = 44.0;
const LIST_HEIGHT: f32 = 360.0;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let reports = &state.test.reports;
    if reports.is_empty() {
        return;
    }
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        controls::card_title(ui, "Earlier reports");
        egui::ScrollArea::vertical()
            .id_salt("reports")
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true])
            .show_rows(ui, ROW_HEIGHT, reports.len(), |ui, rows| {
                for kept in &reports[rows] {
                    row_ui(ui, kept, commands);
                }
            });
    });
}

fn row_ui(ui: &mut egui::Ui, kept: &KeptReport, commands: &mut Commands) {
    let size = egui::vec2(ui.available_width(), ROW_HEIGHT);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        let report = &kept.report;
        let name = format!("Open: {}, {}", report.model.name, report.protocol_label());
        if ui.button("Open").accessible_name(name).clicked() {
            push(commands, TestCommand::Show(vec![kept.path.clone()]));
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let data = words::file_name(&report.data.path);
                let title = format!("{}, {}", report.model.name, report.protocol_label());
                ui.add(egui::Label::new(title).truncate());
                let small = format!("{}, {data}, {}", headline(kept), report.date());
                ui.add(egui::Label::new(egui::RichText::new(small).weak().small()).truncate());
            });
        });
    });
}

/// The first figure of a report in a few words.
pub fn headline(kept: &KeptReport) -> String {
    match kept.report.findings.figures.first() {
        Some(figure) => format!("{} {:.3}", figure.label, figure.value),
        None => "no figures".to_owned(),
    }
}

//! Facts about a model: what they are called, and what they are.

use eframe::egui;

const LABEL_WIDTH: f32 = 120.0;

/// A fact in words, cut to the width there is.
pub fn fact_ui(ui: &mut egui::Ui, label: &str, value: &str) {
    row_ui(ui, label, |ui| {
        ui.add(egui::Label::new(value).truncate())
            .on_hover_text(value);
    });
}

/// A fact with whatever shows it.
pub fn row_ui(ui: &mut egui::Ui, label: &str, add_value: impl FnOnce(&mut egui::Ui)) {
    ui.horizontal_wrapped(|ui| {
        let size = egui::vec2(LABEL_WIDTH, ui.spacing().interact_size.y);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(LABEL_WIDTH);
            ui.weak(label);
        });
        add_value(ui);
    });
}

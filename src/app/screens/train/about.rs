//! The page about a method, over everything else.

use eframe::egui;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::TrainState;
use crate::app::theme;
use crate::app::widgets::controls;
use crate::distill::methods;
use crate::distill::methods::MethodSpec;
use crate::distill::methods::about;
use crate::distill::methods::about::Body;

const WIDTH: f32 = 600.0;
/// What the title, the button and the margins need of the window's height.
const AROUND: f32 = 180.0;

/// Draws the page while one is open.
pub fn ui(ui: &mut egui::Ui, train: &TrainState, commands: &mut Commands) {
    let Some(spec) = train.about.and_then(methods::method) else {
        return;
    };
    let mut is_closed = false;
    let modal = egui::Modal::new(egui::Id::unique("about-method"))
        .frame(theme::sheet(ui))
        .show(ui.ctx(), |ui| {
            let room = ui.ctx().content_rect().size();
            ui.set_width(WIDTH.min(room.x - 2.0 * theme::PAGE_MARGIN - theme::GROUP_GAP));
            ui.spacing_mut().item_spacing.y = theme::GAP;
            controls::page_title(ui, spec.label);
            egui::ScrollArea::vertical()
                .id_salt("about-method")
                .max_height((room.y - AROUND).max(80.0))
                .show(ui, |ui| page_ui(ui, spec, commands));
            is_closed = controls::primary_button(ui, None, "Close").clicked();
        });
    if is_closed || modal.should_close() {
        commands.push(Command::Train(TrainCommand::CloseAbout));
    }
}

fn page_ui(ui: &mut egui::Ui, spec: &MethodSpec, commands: &mut Commands) {
    ui.set_width(ui.available_width());
    ui.add(egui::Label::new(spec.help).wrap());
    for section in about::sections(spec) {
        ui.add_space(theme::GAP);
        controls::card_title(ui, section.title);
        match section.body {
            Body::Text(text) => {
                ui.add(egui::Label::new(text).wrap().selectable(true));
            }
            Body::Formula(text) => formula_ui(ui, &text),
            Body::Points(points) => points_ui(ui, &points),
            Body::Links(links) => {
                for (name, address) in links {
                    if ui.link(&name).on_hover_text(&address).clicked() {
                        commands.push(Command::Train(TrainCommand::OpenSource(address)));
                    }
                }
            }
        }
    }
}

fn formula_ui(ui: &mut egui::Ui, text: &str) {
    egui::ScrollArea::horizontal()
        .id_salt("formula")
        .show(ui, |ui| {
            let text = egui::RichText::new(text).monospace();
            ui.add(egui::Label::new(text).extend().selectable(true));
        });
    ui.add(egui::Label::new(egui::RichText::new(about::SYMBOLS).weak().small()).wrap());
}

/// Marks of code are for Markdown; here the words stand alone.
fn points_ui(ui: &mut egui::Ui, points: &[String]) {
    for point in points {
        ui.horizontal_top(|ui| {
            ui.label("•");
            let text = point.replace('`', "");
            ui.add(egui::Label::new(text).wrap().selectable(true));
        });
    }
}

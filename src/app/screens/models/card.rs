//! One model: what it is, how good and how fast, and what can be done with it.

use eframe::egui;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::command::TestCommand;
use crate::app::state::Place;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::describe;
use crate::app::widgets::words;
use crate::eval::report::KeptReport;
use crate::models::ModelInfo;

use super::facts::fact_ui;
use super::facts::row_ui;

/// One card, borrowed for a frame.
pub struct ModelCard<'a> {
    pub model: &'a ModelInfo,
    pub is_in_use: bool,
    /// It will search once the library has been read with it.
    pub is_switching: bool,
    pub is_measuring: bool,
    pub is_editing_name: bool,
    pub asks_to_delete: bool,
    /// Its newest report.
    pub measured: Option<&'a KeptReport>,
    pub details: bool,
}

impl ModelCard<'_> {
    pub fn ui(&self, ui: &mut egui::Ui, width: f32, commands: &mut Commands) {
        let mut frame = theme::card(ui);
        if self.is_in_use {
            // The thicker line takes its room from the margin, so that cards stay equally large.
            frame.stroke = egui::Stroke::new(theme::FOCUS_RING, Palette::of(ui).accent);
            frame.inner_margin = egui::Margin::same(theme::GROUP_GAP as i8 - 1);
        }
        let padding = frame.total_margin().sum();
        frame.show(ui, |ui| {
            ui.set_width(width - padding.x);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                self.title_ui(ui, commands);
                ui.add_space(theme::GAP);
                self.facts_ui(ui, commands);
                ui.add_space(theme::GAP);
                if self.asks_to_delete {
                    self.delete_question_ui(ui, commands);
                } else {
                    self.buttons_ui(ui, commands);
                }
            });
        });
    }

    fn title_ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        if self.is_editing_name {
            self.name_editor_ui(ui, commands);
            return;
        }
        ui.horizontal(|ui| {
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| {
                if self.is_in_use {
                    let accent = Palette::of(ui).accent;
                    ui.label(egui::RichText::new("In use").color(accent).small());
                    ui.label(controls::icon_text(icons::ICON_CHECK_CIRCLE).color(accent));
                }
                let rest = egui::Layout::left_to_right(egui::Align::Center);
                ui.with_layout(rest, |ui| {
                    let name = egui::RichText::new(&self.model.name);
                    ui.add(egui::Label::new(name.text_style(theme::card_title())).truncate())
                        .on_hover_text(&self.model.name);
                });
            });
        });
    }

    fn name_editor_ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        let text_id = egui::Id::unique(("name of a model", &self.model.id));
        let mut text: String = ui
            .data(|data| data.get_temp(text_id))
            .unwrap_or_else(|| self.model.name.clone());
        ui.horizontal(|ui| {
            let editor = egui::TextEdit::singleline(&mut text)
                .char_limit(80)
                .desired_width((ui.available_width() - 150.0).max(80.0));
            let response = ui.add(editor).accessible_name("Name of the model");
            let is_first = ui.data(|data| data.get_temp::<String>(text_id).is_none());
            if is_first {
                response.request_focus();
            }
            let is_entered =
                response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let is_left = ui.input(|input| input.key_pressed(egui::Key::Escape));
            ui.data_mut(|data| data.insert_temp(text_id, text.clone()));
            let is_named = !text.trim().is_empty();
            let save = ui.add_enabled(is_named, egui::Button::new("Save"));
            let id = self.model.id.clone();
            if is_named && (is_entered || save.clicked()) {
                ui.data_mut(|data| data.remove_temp::<String>(text_id));
                commands.push(Command::Models(ModelsCommand::Rename(id, text)));
            } else if is_left || ui.button("Cancel").clicked() {
                ui.data_mut(|data| data.remove_temp::<String>(text_id));
                commands.push(Command::Models(ModelsCommand::KeepName));
            }
        });
    }

    fn facts_ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        let model = self.model;
        let architecture = describe::architecture_label(&model.architecture);
        fact_ui(ui, "Network", architecture);
        fact_ui(ui, "Comes from", &model.source);
        let quality = model
            .quality
            .map_or("Not measured".to_owned(), words::percent);
        fact_ui(ui, "Quality", &quality);
        if let Some(kept) = self.measured {
            measured_ui(ui, kept, &model.name, commands);
        }
        let size = words::file_size(model.file_bytes);
        fact_ui(
            ui,
            "Size",
            &format!("{size}, {} numbers a picture", model.dimensions),
        );
        self.speed_ui(ui, commands);
        if self.details {
            let preprocessing = &model.preprocessing;
            fact_ui(
                ui,
                "Reads pictures at",
                &format!("{} pixels", preprocessing.size),
            );
            fact_ui(ui, "Id", &model.id);
            if let Some(created) = &model.created {
                fact_ui(ui, "Made", created);
            }
        }
    }

    fn speed_ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        let name = &self.model.name;
        row_ui(ui, "Speed here", |ui| {
            let (text, verb) = match self.model.pictures_per_second {
                Some(rate) => (
                    format!("{} pictures a second", words::rate(rate)),
                    "Measure again",
                ),
                None => ("Not measured".to_owned(), "Measure"),
            };
            ui.label(text);
            if self.is_measuring {
                ui.weak("Measuring");
                return;
            }
            let measure = ui.button(verb).accessible_name(format!("{verb}: {name}"));
            if measure.clicked() {
                self.push(commands, ModelsCommand::Measure);
            }
        });
    }

    fn buttons_ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        let name = &self.model.name;
        ui.horizontal_wrapped(|ui| {
            if self.is_switching {
                ui.weak("Reading your pictures with it");
            } else if !self.is_in_use {
                let tip = "Your pictures are read once more; the old model searches until then";
                let use_it = ui
                    .button("Use for searching")
                    .on_hover_text(tip)
                    .accessible_name(format!("Use for searching: {name}"));
                if use_it.clicked() {
                    self.push(commands, ModelsCommand::Use);
                }
            }
            let export = ui
                .button("Export…")
                .accessible_name(format!("Export: {name}"));
            if export.clicked() {
                self.push(commands, ModelsCommand::AskForExport);
            }
            if self.model.bundled {
                return;
            }
            let rename = controls::icon_button(ui, icons::ICON_EDIT, &format!("Rename: {name}"));
            if rename.clicked() {
                self.push(commands, ModelsCommand::EditName);
            }
            let delete = controls::icon_button(ui, icons::ICON_DELETE, &format!("Delete: {name}"));
            if delete.clicked() {
                self.push(commands, ModelsCommand::AskToDelete);
            }
        });
    }

    fn delete_question_ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        ui.horizontal_wrapped(|ui| {
            ui.label("Delete this model for good?");
            let problem = Palette::of(ui).problem;
            let delete = egui::RichText::new("Delete").color(problem);
            if ui.button(delete).clicked() {
                self.push(commands, ModelsCommand::Delete);
            }
            if ui.button("Keep").clicked() {
                commands.push(Command::Models(ModelsCommand::KeepModel));
            }
        });
        if self.is_in_use {
            ui.weak("The one that comes with Copylens searches then.");
        }
    }

    fn push(&self, commands: &mut Commands, command: fn(String) -> ModelsCommand) {
        commands.push(Command::Models(command(self.model.id.clone())));
    }
}

/// The first figure of the newest report, and the way to it.
fn measured_ui(ui: &mut egui::Ui, kept: &KeptReport, name: &str, commands: &mut Commands) {
    row_ui(ui, "Measured", |ui| {
        let report = &kept.report;
        let figure = report.findings.figures.first();
        let text = figure.map_or(String::new(), |figure| {
            format!("{}: {:.3}", report.protocol, figure.value)
        });
        let hint = figure.map_or("", |figure| &figure.label);
        ui.label(text)
            .on_hover_text(format!("{hint}, {}", report.date()));
        let open = ui
            .button("Report")
            .accessible_name(format!("Open the report: {name}"));
        if open.clicked() {
            commands.push(Command::Test(TestCommand::Show(vec![kept.path.clone()])));
            commands.push(Command::Go(Place::Test));
        }
    });
}

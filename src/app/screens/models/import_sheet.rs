//! The question before a file of somebody else becomes a model.

use eframe::egui;

use super::facts::fact_ui;
use super::facts::row_ui;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::state::AppState;
use crate::app::state::models::Asking;
use crate::app::theme;
use crate::app::widgets::controls;
use crate::app::widgets::describe;
use crate::app::widgets::words;
use crate::models::ImportReport;
use crate::models::import::Candidate;

const WIDTH: f32 = 560.0;
const REPORT_HEIGHT: f32 = 160.0;
/// What a text field needs around its text.
const NAME_MARGIN: f32 = 32.0;
/// Longer lists are shown in part; the rest is counted.
const MAX_LINES: usize = 200;

/// Draws the question over everything else, while there is one.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let import = &state.models.import;
    if import.asking.is_empty() && import.reading.is_empty() {
        return;
    }
    let modal = egui::Modal::new(egui::Id::unique("import"))
        .frame(theme::sheet(ui))
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = theme::GAP;
            match import.asking.front() {
                Some(asking) => asking_ui(ui, asking, import.asking.len(), commands),
                None => reading_ui(ui, &import.reading, commands),
            }
        });
    if modal.should_close() {
        commands.push(Command::Models(ModelsCommand::RefuseImport));
    }
}

fn reading_ui(ui: &mut egui::Ui, reading: &[std::path::PathBuf], commands: &mut Commands) {
    controls::card_title(ui, "Reading…");
    for path in reading.iter().take(4) {
        ui.add(egui::Label::new(words::file_name(path)).truncate());
    }
    ui.horizontal(|ui| {
        ui.add(egui::Spinner::new().size(theme::ICON_SIZE));
        refuse_ui(ui, commands);
    });
}

fn asking_ui(ui: &mut egui::Ui, asking: &Asking, n_files: usize, commands: &mut Commands) {
    controls::card_title(ui, "Import this model?");
    let Some(candidate) = asking.candidate() else {
        return;
    };
    let room = ui.ctx().content_rect().height() - 220.0;
    egui::ScrollArea::vertical()
        .id_salt("import")
        .max_height(room.max(120.0))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP / 2.0;
            facts_ui(ui, asking, candidate, commands);
            report_ui(ui, &candidate.report);
        });
    let name = name_ui(ui, asking, candidate);
    ui.horizontal_wrapped(|ui| {
        if controls::primary_button(ui, None, "Import").clicked() {
            ui.data_mut(|data| data.remove_temp::<String>(name_id(asking)));
            commands.push(Command::Models(ModelsCommand::ConfirmImport(name)));
        }
        refuse_ui(ui, commands);
        if n_files > 1 {
            ui.weak(format!(
                "{} after this one",
                words::count(n_files - 1, "file", "files")
            ));
        }
    });
}

fn refuse_ui(ui: &mut egui::Ui, commands: &mut Commands) {
    if ui.button("Do not import").clicked() {
        commands.push(Command::Models(ModelsCommand::RefuseImport));
    }
}

/// What the file looks like.
fn facts_ui(ui: &mut egui::Ui, asking: &Asking, candidate: &Candidate, commands: &mut Commands) {
    let card = &candidate.card;
    fact_ui(ui, "File", &words::file_name(&asking.look.path));
    if asking.look.candidates.len() > 1 {
        row_ui(ui, "Read it as", |ui| choices_ui(ui, asking, commands));
    } else {
        fact_ui(ui, "Network", &title(candidate));
    }
    fact_ui(ui, "Head", describe::head_words(card.head));
    let numbers = words::grouped(card.dimensions);
    fact_ui(ui, "Numbers a picture", &numbers);
    fact_ui(
        ui,
        "Reads pictures at",
        &describe::preprocessing_words(&card.preprocessing),
    );
    let source = match candidate.published {
        Some(row) => format!("Published as {}", row.label),
        None => card.source.clone(),
    };
    fact_ui(ui, "Comes from", &source);
    if let Some(row) = candidate.published {
        fact_ui(ui, "Licence", row.publisher.licence);
    }
}

fn choices_ui(ui: &mut egui::Ui, asking: &Asking, commands: &mut Commands) {
    ui.vertical(|ui| {
        for (index, candidate) in asking.look.candidates.iter().enumerate() {
            let choice = ui.radio(index == asking.chosen, title(candidate));
            if choice.clicked() {
                let choose = ModelsCommand::ChooseCandidate(index);
                commands.push(Command::Models(choose));
            }
        }
    });
}

/// A candidate in a few words.
fn title(candidate: &Candidate) -> String {
    let network = describe::architecture_label(&candidate.card.architecture);
    match candidate.published {
        Some(row) => format!("{} ({network})", row.label),
        None => network.to_owned(),
    }
}

fn name_id(asking: &Asking) -> egui::Id {
    egui::Id::unique(("name of an import", &asking.look.path))
}

/// The field for the name; what is typed is kept beside it.
fn name_ui(ui: &mut egui::Ui, asking: &Asking, candidate: &Candidate) -> String {
    let id = name_id(asking);
    let typed: Option<String> = ui.data(|data| data.get_temp(id));
    let mut text = typed.unwrap_or_else(|| candidate.card.name.clone());
    row_ui(ui, "Name", |ui| {
        let editor = egui::TextEdit::singleline(&mut text)
            .char_limit(80)
            .desired_width((ui.available_width() - NAME_MARGIN).max(80.0));
        let response = ui.add(editor).accessible_name("Name of the model");
        if response.changed() {
            ui.data_mut(|data| data.insert_temp(id, text.clone()));
        }
    });
    text
}

/// What would become of each tensor, folded.
fn report_ui(ui: &mut egui::Ui, report: &ImportReport) {
    let n_left = report.unused.len();
    let title = if n_left == 0 {
        format!(
            "Report: {} used",
            words::count(report.mapped, "tensor", "tensors")
        )
    } else {
        format!(
            "Report: {} used, {} not known",
            words::count(report.mapped, "tensor", "tensors"),
            words::grouped(n_left)
        )
    };
    egui::CollapsingHeader::new(title)
        .id_salt("report")
        .show(ui, |ui| {
            egui::ScrollArea::vertical()
                .id_salt("report lines")
                .max_height(REPORT_HEIGHT)
                .show(ui, |ui| {
                    let ignored = report.ignored.iter();
                    let ignored: Vec<String> = ignored
                        .map(|one| format!("{}: {}", one.name, one.reason))
                        .collect();
                    list_ui(ui, "Left out", &ignored);
                    list_ui(ui, "Missing", &report.missing);
                    list_ui(ui, "Not known", &report.unused);
                    list_ui(ui, "Stored in another shape", &report.reshaped);
                });
        });
}

fn list_ui(ui: &mut egui::Ui, title: &str, lines: &[String]) {
    ui.label(format!("{title}: {}", words::grouped(lines.len())));
    for line in lines.iter().take(MAX_LINES) {
        controls::caption(ui, format!("  {line}"));
    }
    if lines.len() > MAX_LINES {
        ui.weak(format!(
            "  and {} more",
            words::grouped(lines.len() - MAX_LINES)
        ));
    }
}

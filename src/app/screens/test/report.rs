//! The page of a report, or of several laid over each other.

use std::collections::BTreeSet;

use eframe::egui;
use egui_material_icons::icons;

use super::card_ui;
use super::charts;
use super::models::short;
use super::pairs;
use super::push;
use super::setup;
use crate::app::command::Commands;
use crate::app::command::TestCommand;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::widgets::controls;
use crate::app::widgets::words;
use crate::eval::protocols;
use crate::eval::report;
use crate::eval::report::KeptReport;
use crate::eval::report::Report;

/// Figures in large letters.
const N_HEADLINES: usize = 4;
/// Unreadable pictures that are listed.
const MAX_UNREADABLE: usize = 50;

pub fn ui(ui: &mut egui::Ui, state: &AppState, shown: &[&KeptReport], commands: &mut Commands) {
    let reports: Vec<&Report> = shown.iter().map(|kept| &kept.report).collect();
    let Some(first) = reports.first() else {
        return;
    };
    title_ui(ui, state, first, shown, commands);
    headline_ui(ui, &reports);
    if reports.len() > 1 {
        compared_ui(ui, &reports);
    }
    for report in &reports {
        pairs::ui(ui, state, report, reports.len() > 1, commands);
    }
    charts::ui(ui, &reports);
    figures_ui(ui, &reports);
    published_ui(ui, first);
    if state.settings.details {
        for report in &reports {
            how_ui(ui, report);
        }
    }
}

fn title_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    first: &Report,
    shown: &[&KeptReport],
    commands: &mut Commands,
) {
    ui.horizontal_wrapped(|ui| {
        let back = controls::icon_button(ui, icons::ICON_ARROW_BACK, "Back to Test");
        if back.clicked() {
            push(commands, TestCommand::Back);
        }
        controls::page_title(ui, first.protocol_label());
    });
    let parts: Vec<String> = first
        .data
        .parts
        .iter()
        .map(|(name, n)| format!("{} {name}", words::grouped(*n)))
        .collect();
    let data = words::file_name(&first.data.path);
    let about = format!(
        "{data}: {}. Measured on {}.",
        parts.join(", "),
        first.date()
    );
    ui.add(egui::Label::new(egui::RichText::new(about).weak()).wrap())
        .on_hover_text(first.data.path.display().to_string());
    ui.horizontal_wrapped(|ui| {
        overlay_ui(ui, state, first, shown, commands);
        if controls::button(ui, Some(icons::ICON_SAVE), "Save report…").clicked() {
            push(commands, TestCommand::AskForExport);
        }
        setup::details_ui(ui, state, commands);
    });
    for note in &first.findings.notes {
        ui.weak(note);
    }
}

/// Other reports of the same protocol that can be laid over this one.
fn overlay_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    first: &Report,
    shown: &[&KeptReport],
    commands: &mut Commands,
) {
    let leading = shown.first().map(|kept| &kept.path);
    let others: Vec<&KeptReport> = state
        .test
        .reports
        .iter()
        .filter(|kept| kept.report.protocol == first.protocol && Some(&kept.path) != leading)
        .collect();
    if others.is_empty() {
        return;
    }
    let label = match shown.len() {
        0 | 1 => "Compare with".to_owned(),
        n => format!("Compare with ({})", n - 1),
    };
    let config = egui::containers::menu::MenuConfig::new()
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    egui::containers::menu::MenuButton::new(label)
        .config(config)
        .ui(ui, |ui| {
            egui::ScrollArea::vertical()
                .max_height(300.0)
                .show(ui, |ui| {
                    for kept in others {
                        let report = &kept.report;
                        let data = words::file_name(&report.data.path);
                        let name =
                            format!("{}, {data}, {}", short(&report.model.name), report.date());
                        let mut is_shown = shown.iter().any(|one| one.path == kept.path);
                        if ui.checkbox(&mut is_shown, name).changed() {
                            push(commands, TestCommand::Overlay(kept.path.clone(), is_shown));
                        }
                    }
                });
        });
}

fn headline_ui(ui: &mut egui::Ui, reports: &[&Report]) {
    for report in reports {
        theme::card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = theme::GAP;
                ui.add(egui::Label::new(card_name(report)).truncate());
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing.x = theme::PAGE_MARGIN;
                    for figure in report.findings.figures.iter().take(N_HEADLINES) {
                        ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 0.0;
                            let value = egui::RichText::new(format!("{:.3}", figure.value));
                            ui.label(value.text_style(theme::headline()));
                            controls::caption(ui, &figure.label).on_hover_text(&figure.help);
                        });
                    }
                });
                controls::caption(ui, speed_words(report));
                unreadable_ui(ui, report);
            });
        });
    }
}

fn card_name(report: &Report) -> egui::RichText {
    egui::RichText::new(&report.model.name).text_style(theme::card_title())
}

fn speed_words(report: &Report) -> String {
    let size = words::file_size(report.model.file_bytes);
    let numbers = format!("{size}, {} numbers a picture", report.model.dimensions);
    match report.computing.pictures_per_second {
        Some(rate) => format!("{numbers}, {} pictures a second", words::rate(rate as f32)),
        None => format!("{numbers}, all pictures were described before"),
    }
}

fn unreadable_ui(ui: &mut egui::Ui, report: &Report) {
    let unreadable = &report.findings.unreadable;
    if unreadable.is_empty() {
        return;
    }
    let title = format!("Could not read {}", words::pictures(unreadable.len()));
    egui::CollapsingHeader::new(title)
        .id_salt(("unreadable", &report.model.id, report.made))
        .show(ui, |ui| {
            for picture in unreadable.iter().take(MAX_UNREADABLE) {
                let text = format!("{}: {}", words::file_name(&picture.path), picture.reason);
                ui.add(egui::Label::new(egui::RichText::new(text).small()).truncate())
                    .on_hover_text(picture.path.display().to_string());
            }
        });
}

/// Every other model against the first, in words.
fn compared_ui(ui: &mut egui::Ui, reports: &[&Report]) {
    let Some((first, others)) = reports.split_first() else {
        return;
    };
    for other in others {
        let found = report::compare(first, other);
        let title = format!(
            "{} against {}",
            short(&other.model.name),
            short(&first.model.name)
        );
        card_ui(ui, &title, |ui| {
            if let Some(figure) = found.figures.first() {
                let difference = figure.second - figure.first;
                ui.label(format!("{}: {difference:+.3}", figure.label));
            }
            let n_all = found.n_better + found.n_worse + found.n_equal;
            if n_all > 0 {
                ui.label(format!(
                    "Of {}, {} found further up, {} further down, {} in the same place.",
                    words::count(n_all, "original is", "originals"),
                    found.n_better,
                    found.n_worse,
                    found.n_equal
                ));
            }
            let size = format!("{:.2} times as large", found.size);
            ui.label(match found.speed {
                Some(speed) => format!("{speed:.1} times as fast, {size}."),
                None => format!("{size}."),
            });
            for (id, a, b) in &found.options {
                ui.label(format!(
                    "The option {id} differs, {a} and {b}, so the figures are not comparable."
                ));
            }
        });
    }
}

fn figures_ui(ui: &mut egui::Ui, reports: &[&Report]) {
    card_ui(ui, "All figures", |ui| {
        egui::ScrollArea::horizontal()
            .id_salt("figures")
            .show(ui, |ui| {
                egui::Grid::new("figures").striped(true).show(ui, |ui| {
                    if reports.len() > 1 {
                        ui.label("");
                        for report in reports {
                            ui.label(short(&report.model.name));
                        }
                        ui.end_row();
                    }
                    let mut seen = BTreeSet::new();
                    for figure in reports.iter().flat_map(|report| &report.findings.figures) {
                        if !seen.insert(&figure.id) {
                            continue;
                        }
                        ui.label(&figure.label).on_hover_text(&figure.help);
                        for report in reports {
                            let value = report.figure(&figure.id);
                            ui.label(value.map_or(String::new(), |value| format!("{value:.4}")));
                        }
                        ui.end_row();
                    }
                });
            });
    });
}

fn published_ui(ui: &mut egui::Ui, report: &Report) {
    let spec = protocols::find(&report.protocol);
    let Some(spec) = spec.filter(|spec| !spec.published.is_empty()) else {
        return;
    };
    card_ui(ui, "Figures of others", |ui| {
        ui.weak("On the full data sets; a smaller one with the same layout gives other figures.");
        egui::ScrollArea::horizontal()
            .id_salt("published")
            .show(ui, |ui| {
                egui::Grid::new("published").striped(true).show(ui, |ui| {
                    for other in spec.published {
                        let mut figures = report.findings.figures.iter();
                        let known = figures.find(|figure| figure.id == other.figure);
                        ui.label(format!("{:.3}", other.value));
                        ui.label(known.map_or(other.figure, |figure| &figure.label));
                        ui.label(other.what);
                        ui.weak(other.source);
                        ui.end_row();
                    }
                });
            });
    });
}

fn how_ui(ui: &mut egui::Ui, report: &Report) {
    card_ui(
        ui,
        &format!("How {} was measured", short(&report.model.name)),
        |ui| {
            let computing = &report.computing;
            ui.label(format!(
                "On {}, {}. {} pictures were described, {} were known; {} in all. Copylens {}.",
                computing.device,
                computing.engine,
                words::grouped(computing.n_embedded),
                words::grouped(computing.n_cached),
                words::duration(std::time::Duration::from_secs_f64(
                    computing.seconds.max(0.0)
                )),
                report.made_by
            ));
            egui::Grid::new(("how", report.made, &report.model.id)).show(ui, |ui| {
                for (id, value) in &report.options {
                    ui.weak(id);
                    ui.label(value);
                    ui.end_row();
                }
            });
        },
    );
}

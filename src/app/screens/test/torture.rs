//! Copies of the person's own pictures: which are still found.

use std::path::Path;

use eframe::egui;
use egui_material_icons::icons;

use super::card_ui;
use super::charts;
use super::models::short;
use super::push;
use crate::app::command::Commands;
use crate::app::command::TestCommand;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::thumbnails::ThumbnailSource;
use crate::app::widgets::controls;
use crate::app::widgets::picture;
use crate::app::widgets::words;
use crate::eval::torture::Copied;
use crate::eval::torture::EDITS;
use crate::eval::torture::Tortured;
use crate::worker::TortureResult;

/// Pictures whose copies are drawn; all of them are counted.
const MAX_GRIDS: usize = 8;
const SIDE: f32 = 120.0;
const TEXT_HEIGHT: f32 = 32.0;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let test = &state.test;
    card_ui(ui, "Your own pictures", |ui| {
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(theme::READING_WIDTH));
            ui.weak(format!(
                "{} edited copies of each picture are made, cropped, mirrored, with text on them and so \
                 on, and looked for among the pictures beside it.",
                EDITS.len()
            ));
        });
        ui.horizontal_wrapped(|ui| {
            let add = controls::button(ui, Some(icons::ICON_ADD_PHOTO_ALTERNATE), "Add pictures…");
            if add.clicked() {
                push(commands, TestCommand::AskForPictures);
            }
            if test.pictures.is_empty() {
                return;
            }
            ui.label(words::pictures(test.pictures.len()));
            if ui
                .button("Clear")
                .accessible_name("Forget the pictures")
                .clicked()
            {
                push(commands, TestCommand::ForgetPictures);
            }
            let start = if test.chosen().is_some() {
                controls::button(ui, None, "Make copies and look for them")
            } else {
                controls::primary_button(ui, None, "Make copies and look for them")
            };
            if test.torturing.is_empty() && start.clicked() {
                push(commands, TestCommand::Torture);
            }
        });
        for (id, model) in &test.torturing {
            let job = state.jobs.iter().find(|job| job.id == *id);
            let stage = job.map_or("", |job| job.progress.stage);
            ui.weak(format!("{model}: {stage}"));
        }
        results_ui(ui, state, &test.tortured);
    });
}

fn results_ui(ui: &mut egui::Ui, state: &AppState, results: &[TortureResult]) {
    let Some(first) = results.first() else {
        return;
    };
    for result in results {
        let report = &result.report;
        ui.horizontal_wrapped(|ui| {
            let share = egui::RichText::new(words::percent(report.share_found()));
            ui.label(share.text_style(theme::headline()));
            let others = words::count(report.n_distractors, "other picture", "other pictures");
            ui.label(format!(
                "of the copies lead {} to the original, among {others}",
                short(&result.model.name)
            ));
        });
        if !report.unreadable.is_empty() {
            let n = words::pictures(report.unreadable.len());
            ui.colored_label(Palette::of(ui).problem, format!("Could not read {n}"));
        }
    }
    for (idx, picture) in first.report.pictures.iter().take(MAX_GRIDS).enumerate() {
        grid_ui(ui, state, idx, picture, results);
    }
    let n_more = first.report.pictures.len().saturating_sub(MAX_GRIDS);
    if n_more > 0 {
        ui.weak(format!(
            "{} more are counted above",
            words::pictures(n_more)
        ));
    }
    let models: Vec<String> = results.iter().map(|r| short(&r.model.name)).collect();
    let rows: Vec<charts::Row<'_>> = EDITS
        .iter()
        .enumerate()
        .map(|(idx, edit)| {
            let shares = results.iter().map(|result| {
                let edit = result.report.per_edit.get(idx)?;
                let share = edit.n_found as f32 / edit.n_copies.max(1) as f32;
                Some((share, format!("{} of {}", edit.n_found, edit.n_copies)))
            });
            (edit.label, shares.collect())
        })
        .collect();
    charts::bars_ui(ui, &models, &rows);
}

/// A picture and its copies, each marked as found or missed by every model.
fn grid_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    idx: usize,
    picture: &Tortured,
    results: &[TortureResult],
) {
    let found = picture.copies.iter().filter(|copy| copy.is_found).count();
    let title = format!(
        "{}: {found} of {} found",
        words::file_name(&picture.path),
        picture.copies.len()
    );
    egui::CollapsingHeader::new(title)
        .id_salt(("copies", idx))
        .default_open(idx == 0)
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = egui::Vec2::splat(theme::GAP);
                for (edit_idx, copy) in picture.copies.iter().enumerate() {
                    let by_model: Vec<(&str, &Copied)> = results
                        .iter()
                        .filter_map(|result| {
                            let picture = result.report.pictures.get(idx)?;
                            Some((result.model.name.as_str(), picture.copies.get(edit_idx)?))
                        })
                        .collect();
                    copy_ui(ui, state, (&picture.path, edit_idx), copy, &by_model);
                }
            });
        });
}

fn copy_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    (path, edit_idx): (&Path, usize),
    copy: &Copied,
    by_model: &[(&str, &Copied)],
) {
    let label = EDITS.get(edit_idx).map_or(copy.edit, |edit| edit.label);
    let size = egui::vec2(SIDE, SIDE + TEXT_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let n_found = by_model.iter().filter(|(_, copy)| copy.is_found).count();
    let word = match (n_found, by_model.len()) {
        (0, _) => "Missed".to_owned(),
        (n, all) if n == all => "Found".to_owned(),
        (n, all) => format!("{n} of {all} find it"),
    };
    let spoken = format!("{label}: {word}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
    response.on_hover_text(copy_hint(label, by_model));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let palette = Palette::of(ui);
    let place = egui::Rect::from_min_size(rect.min, egui::Vec2::splat(SIDE));
    let id = egui::Id::unique(("copy", path, copy.edit));
    let thumbnail = state.thumbnails.get(ui.ctx(), id, || {
        ThumbnailSource::Jpeg(copy.thumbnail.clone())
    });
    picture::paint(ui, place, &thumbnail);
    let color = if n_found == by_model.len() {
        palette.accent
    } else if n_found == 0 {
        palette.problem
    } else {
        palette.maybe
    };
    let below = egui::Rect::from_min_size(
        place.left_bottom() + egui::vec2(0.0, 2.0),
        egui::vec2(SIDE, TEXT_HEIGHT),
    );
    let lines = [
        (label.to_owned(), egui::TextStyle::Small, palette.text),
        (word, egui::TextStyle::Small, color),
    ];
    controls::paint_lines(ui, below, lines);
}

fn copy_hint(label: &str, by_model: &[(&str, &Copied)]) -> String {
    let lines = by_model.iter().map(|(model, copy)| {
        let other = copy.best_other.map_or_else(String::new, |other| {
            format!(", the most similar other picture {other:.2}")
        });
        format!("{model}: similarity {:.2}{other}", copy.similarity)
    });
    let lines: Vec<String> = lines.collect();
    format!("{label}\n{}", lines.join("\n"))
}

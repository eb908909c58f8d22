//! The pairs that went wrong, as pictures; a click compares them.

use std::path::Path;

use eframe::egui;

use super::card_ui;
use super::models::short;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::CompareCommand;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::picture;
use crate::app::widgets::words;
use crate::eval::report::Pair;
use crate::eval::report::Report;

/// Pairs shown before somebody asks for all.
const N_PAIRS: usize = 6;
const SIDE: f32 = 128.0;
const TEXT_HEIGHT: f32 = 32.0;

pub fn ui(
    ui: &mut egui::Ui,
    state: &AppState,
    report: &Report,
    is_named: bool,
    commands: &mut Commands,
) {
    for (title, help, pairs) in [
        (
            "Copies that were missed",
            "Each copy with the original it should have led to, the least alike first.",
            &report.findings.misses,
        ),
        (
            "Taken for copies",
            "Pictures and what they were most mistaken for, the most alike first.",
            &report.findings.false_matches,
        ),
    ] {
        if pairs.is_empty() {
            continue;
        }
        let name = if is_named {
            format!("{title}, {}", short(&report.model.name))
        } else {
            title.to_owned()
        };
        card_ui(ui, &name, |ui| {
            ui.weak(help);
            list_ui(ui, state, (title, report.made), pairs, commands);
        });
    }
}

fn list_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    id: (&str, u64),
    pairs: &[Pair],
    commands: &mut Commands,
) {
    let all_id = egui::Id::unique(("all pairs", id));
    let shows_all: bool = ui.data(|data| data.get_temp(all_id)).unwrap_or(false);
    let n_shown = if shows_all { pairs.len() } else { N_PAIRS };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(theme::GROUP_GAP, theme::GROUP_GAP);
        for pair in pairs.iter().take(n_shown) {
            if pair_ui(ui, state, pair).clicked() {
                let command = CompareCommand::OpenPair(pair.query.clone(), pair.reference.clone());
                commands.push(Command::Compare(command));
            }
        }
    });
    if pairs.len() > N_PAIRS {
        let label = if shows_all {
            "Show fewer".to_owned()
        } else {
            format!("Show all {}", pairs.len())
        };
        if ui.button(label).clicked() {
            ui.data_mut(|data| data.insert_temp(all_id, !shows_all));
        }
    }
}

/// Two thumbnails and a line below each; one control as a whole.
fn pair_ui(ui: &mut egui::Ui, state: &AppState, pair: &Pair) -> egui::Response {
    let size = egui::vec2(2.0 * SIDE + theme::GAP, SIDE + TEXT_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let label = format!(
        "Compare {} and {}",
        words::file_name(&pair.query),
        words::file_name(&pair.reference)
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
    let response = response.on_hover_text(hint(pair));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let palette = Palette::of(ui);
    let sides: [(&Path, String); 2] = [
        (&pair.query, words::file_name(&pair.query)),
        (&pair.reference, words::file_name(&pair.reference)),
    ];
    for (idx, (path, name)) in sides.into_iter().enumerate() {
        let corner = rect.min + egui::vec2(idx as f32 * (SIDE + theme::GAP), 0.0);
        let place = egui::Rect::from_min_size(corner, egui::Vec2::splat(SIDE));
        picture::paint(ui, place, &picture::of_file(ui, state, path));
        let below = egui::Rect::from_min_size(
            place.left_bottom() + egui::vec2(0.0, 2.0),
            egui::vec2(SIDE, TEXT_HEIGHT),
        );
        let mut lines = vec![(name, egui::TextStyle::Small, palette.text)];
        if idx == 0 {
            lines.push((similarity(pair), egui::TextStyle::Small, palette.weak));
        }
        controls::paint_lines(ui, below, lines);
    }
    if response.has_focus() || response.hovered() {
        let stroke = egui::Stroke::new(theme::FOCUS_RING, palette.accent);
        let ring = rect.expand(3.0);
        ui.painter().rect_stroke(
            ring,
            theme::THUMBNAIL_RADIUS,
            stroke,
            egui::StrokeKind::Outside,
        );
    }
    response
}

fn similarity(pair: &Pair) -> String {
    match pair.similarity {
        Some(similarity) => format!("Similarity {similarity:.2}"),
        None => "One cannot be read".to_owned(),
    }
}

fn hint(pair: &Pair) -> String {
    let place = match pair.rank {
        Some(rank) => format!("The original stands in place {rank}. "),
        None => String::new(),
    };
    let instead = match &pair.instead {
        Some((path, similarity)) => {
            format!(
                "First instead: {}, {similarity:.2}. ",
                words::file_name(path)
            )
        }
        None => String::new(),
    };
    format!("{place}{instead}Click to compare")
}

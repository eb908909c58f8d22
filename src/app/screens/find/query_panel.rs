//! The picture that is searched with; in a batch also the list of all of them.

use eframe::egui;
use egui::Align;
use egui::Color32;
use egui::Label;
use egui::Layout;
use egui::Rect;
use egui::Sense;
use egui::Stroke;
use egui::StrokeKind;
use egui::TextStyle;
use egui::Vec2;
use egui::WidgetInfo;
use egui::accesskit::Role;
use egui_material_icons::icons;

use super::results::status;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::state::Answer;
use crate::app::state::AppState;
use crate::app::state::Query;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::picture;
use crate::app::widgets::words;

/// Height of the query where there is no room for a column.
pub const STRIP_HEIGHT: f32 = 56.0;
const ROW_HEIGHT: f32 = 52.0;
const ROW_THUMBNAIL: f32 = 40.0;

/// Draws the column.
pub fn ui(ui: &mut egui::Ui, state: &AppState, query: &Query, commands: &mut Commands) {
    let n_queries = state.find.queries.len();
    let width = ui.available_width();
    let side = if n_queries > 1 {
        width.min((ui.available_height() * 0.35).max(120.0))
    } else {
        width
    };
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, side), Sense::hover());
    picture::paint(ui, rect, &thumbnail(ui, state, query));
    ui.add(Label::new(query.name()).truncate());
    controls::caption(ui, facts(query));
    ui.add_space(theme::GAP);
    if n_queries > 1 {
        list_ui(ui, state, commands);
        return;
    }
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        others_ui(ui, commands);
    });
}

/// Draws the query in one row.
pub fn strip_ui(ui: &mut egui::Ui, state: &AppState, query: &Query, commands: &mut Commands) {
    ui.horizontal(|ui| {
        let side = Vec2::splat(STRIP_HEIGHT);
        let (rect, _) = ui.allocate_exact_size(side, Sense::hover());
        picture::paint(ui, rect, &thumbnail(ui, state, query));
        let n_queries = state.find.queries.len();
        if n_queries > 1 {
            let at = state.find.selected_query;
            let previous = controls::icon_button(ui, icons::ICON_CHEVRON_LEFT, "Previous picture");
            if previous.clicked() && at > 0 {
                commands.push(Command::Find(FindCommand::SelectQuery(at - 1)));
            }
            ui.label(format!("{} of {n_queries}", at + 1));
            let next = controls::icon_button(ui, icons::ICON_CHEVRON_RIGHT, "Next picture");
            if next.clicked() {
                commands.push(Command::Find(FindCommand::SelectQuery(at + 1)));
            }
        }
        ui.vertical(|ui| {
            ui.add(Label::new(query.name()).truncate());
            let found = query.found().map(|found| status(state, found));
            controls::caption(ui, found.unwrap_or_else(|| facts(query)));
        });
    });
}

/// The picture as it was searched with, once it is there; before that the file itself.
fn thumbnail(ui: &egui::Ui, state: &AppState, query: &Query) -> crate::app::thumbnails::Thumbnail {
    match query.found() {
        Some(found) => picture::of_picture(ui, state, &found.picture),
        None => picture::of_source(ui, state, &query.source),
    }
}

fn facts(query: &Query) -> String {
    match &query.answer {
        Answer::Found(_) => "Your picture".into(),
        Answer::Waiting => "Searching".into(),
        Answer::Failed(_) => "Could not be searched with".into(),
    }
}

fn others_ui(ui: &mut egui::Ui, commands: &mut Commands) {
    let choose = controls::button(ui, Some(icons::ICON_ADD_PHOTO_ALTERNATE), "Choose another…");
    if choose.on_hover_text("Ctrl+O").clicked() {
        commands.push(Command::Find(FindCommand::ChoosePictures));
    }
    let paste = controls::button(ui, Some(icons::ICON_CONTENT_PASTE), "Paste a picture");
    if paste.on_hover_text("Ctrl+V").clicked() {
        commands.push(Command::Find(FindCommand::Paste));
    }
}

fn list_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let n = state.find.queries.len();
    controls::caption(ui, words::count(n, "picture", "pictures"));
    ui.spacing_mut().item_spacing.y = 0.0;
    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ROW_HEIGHT, n, |ui, rows| {
            for idx in rows {
                row_ui(ui, state, idx, commands);
            }
        });
}

fn row_ui(ui: &mut egui::Ui, state: &AppState, idx: usize, commands: &mut Commands) {
    let query = &state.find.queries[idx];
    let is_chosen = idx == state.find.selected_query;
    let size = Vec2::new(ui.available_width(), ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = query.name();
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, &name));
    let palette = Palette::of(ui);
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => palette.selection,
        (false, true) => palette.control_hovered,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, theme::CONTROL_RADIUS, fill);
    if response.has_focus() {
        let ring = Stroke::new(theme::FOCUS_RING, palette.accent);
        let radius = theme::CONTROL_RADIUS;
        ui.painter()
            .rect_stroke(rect, radius, ring, StrokeKind::Inside);
    }
    let thumbnail = Rect::from_min_size(
        rect.min + Vec2::splat((ROW_HEIGHT - ROW_THUMBNAIL) / 2.0),
        Vec2::splat(ROW_THUMBNAIL),
    );
    picture::paint(ui, thumbnail, &picture::of_source(ui, state, &query.source));
    let text = Rect::from_min_max(
        egui::pos2(thumbnail.right() + theme::GAP, rect.top() + 8.0),
        egui::pos2(rect.right() - theme::GAP, rect.bottom()),
    );
    let lines = [
        (name, TextStyle::Body, palette.text),
        (result(state, query), TextStyle::Small, palette.weak),
    ];
    controls::paint_lines(ui, text, lines);
    if response.clicked() {
        commands.push(Command::Find(FindCommand::SelectQuery(idx)));
    }
}

fn result(state: &AppState, query: &Query) -> String {
    match &query.answer {
        Answer::Waiting => "Waiting".into(),
        Answer::Failed(_) => "Could not be read".into(),
        Answer::Found(found) => match state.find.count(found, state.find.notch) {
            0 => "No copies".into(),
            n => words::count(n, "copy", "copies"),
        },
    }
}

//! Find with results: the query on the left, what was found in bands on the right.

use eframe::egui;
use egui::Align;
use egui::Layout;
use egui::Rect;
use egui::UiBuilder;
use egui::Vec2;
use egui_material_icons::icons;

use super::grid;
use super::library_bar;
use super::nothing;
use super::query_panel;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::state::Answer;
use crate::app::state::AppState;
use crate::app::state::Found;
use crate::app::state::Query;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::segments;
use crate::app::widgets::segments::Segment;
use crate::app::widgets::words;
use crate::matching::Notch;

const PANEL_WIDTH: f32 = 232.0;
/// Below this the query moves from its own column into the bar on top.
const NARROW: f32 = 640.0;
const BAR_HEIGHT: f32 = theme::TITLE_BAR_HEIGHT;
/// Below these widths the bar over the results leaves these out.
const ROOM_FOR_SIZE: f32 = 640.0;
const ROOM_FOR_STATUS: f32 = 440.0;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let Some(query) = state.find.query() else {
        return;
    };
    let page = ui
        .max_rect()
        .shrink2(Vec2::new(theme::PAGE_MARGIN, theme::GROUP_GAP));
    let is_narrow = page.width() < NARROW;
    let bar = Rect::from_min_size(page.min, Vec2::new(page.width(), BAR_HEIGHT));
    let mut top = bar.bottom() + theme::GAP;
    region(ui, bar, |ui| top_bar_ui(ui, state, is_narrow, commands));

    let mut left = page.left();
    if is_narrow {
        let strip = Rect::from_min_size(
            egui::pos2(page.left(), top),
            Vec2::new(page.width(), query_panel::STRIP_HEIGHT),
        );
        region(ui, strip, |ui| {
            query_panel::strip_ui(ui, state, query, commands);
        });
        top = strip.bottom() + theme::GAP;
    } else {
        let height = page.bottom() - top;
        let column =
            Rect::from_min_size(egui::pos2(page.left(), top), Vec2::new(PANEL_WIDTH, height));
        region(ui, column, |ui| query_panel::ui(ui, state, query, commands));
        left = column.right() + theme::PAGE_MARGIN;
    }

    let tools = Rect::from_min_max(
        egui::pos2(left, top),
        egui::pos2(page.right(), top + BAR_HEIGHT),
    );
    region(ui, tools, |ui| tools_ui(ui, state, query, commands));
    let main = Rect::from_min_max(
        egui::pos2(left, tools.bottom() + theme::GAP),
        egui::pos2(page.right() + grid::SCROLL_BAR, ui.max_rect().bottom()),
    );
    region(ui, main, |ui| main_ui(ui, state, query, commands));
}

/// Draws into a part of the page.
fn region(ui: &mut egui::Ui, rect: Rect, add_contents: impl FnOnce(&mut egui::Ui)) {
    let layout = Layout::top_down(Align::Min);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
    add_contents(&mut child);
}

fn top_bar_ui(ui: &mut egui::Ui, state: &AppState, is_narrow: bool, commands: &mut Commands) {
    ui.horizontal(|ui| {
        let back = controls::icon_button(ui, icons::ICON_ARROW_BACK, "Back to the start");
        if back.clicked() {
            commands.push(Command::Find(FindCommand::Back));
        }
        controls::page_title(ui, "Find");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !is_narrow {
                library_bar::ui(ui, state, commands);
            }
        });
    });
}

fn tools_ui(ui: &mut egui::Ui, state: &AppState, query: &Query, commands: &mut Commands) {
    ui.horizontal(|ui| {
        let room = ui.available_width();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if room > ROOM_FOR_SIZE {
                size_ui(ui, state, commands);
                ui.add_space(theme::GAP);
            }
            notch_ui(ui, state, query.found(), commands);
            if room > ROOM_FOR_STATUS {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let status = query.found().map(|found| status(state, found));
                    ui.add(egui::Label::new(status.unwrap_or_default()).truncate());
                    if let Some(found) = query.found() {
                        hidden_ui(ui, state, found, commands);
                    }
                });
            }
        });
    });
}

/// What was found, and in how much of the library.
pub fn status(state: &AppState, found: &Found) -> String {
    let n = state.find.count(found, state.find.notch);
    let copies = match n {
        0 => "No copies".to_owned(),
        n => words::count(n, "copy", "copies"),
    };
    let is_busy = !state.find.current().indexing.is_empty();
    if is_busy && found.searched < found.total {
        return format!(
            "{copies}. {} of {} searched so far",
            words::grouped(found.searched),
            words::grouped(found.total)
        );
    }
    format!(
        "{copies} in {}",
        words::count(found.searched, "picture", "pictures")
    )
}

/// Says that pairs marked as no copies are left out, and shows them on request.
pub fn hidden_ui(ui: &mut egui::Ui, state: &AppState, found: &Found, commands: &mut Commands) {
    let n = state.find.n_marked(found, state.find.notch);
    if n == 0 {
        return;
    }
    let is_shown = state.find.shows_hidden;
    let (label, help) = if is_shown {
        (
            format!("Hide {}", words::grouped(n)),
            "Leave out what you marked as not a copy",
        )
    } else {
        (
            format!("{} hidden, show", words::grouped(n)),
            "Also show what you marked as not a copy",
        )
    };
    let text = egui::RichText::new(label).text_style(egui::TextStyle::Small);
    if ui.link(text).on_hover_text(help).clicked() {
        commands.push(Command::Find(FindCommand::ShowHidden(!is_shown)));
    }
}

fn notch_ui(ui: &mut egui::Ui, state: &AppState, found: Option<&Found>, commands: &mut Commands) {
    let notches = Notch::ALL.map(|notch| Segment {
        value: notch,
        label: notch.label(),
        figure: Some(match found {
            Some(found) => words::grouped(state.find.count(found, notch)),
            None => String::new(),
        }),
        help: notch_help(notch).into(),
    });
    if let Some(notch) = segments::ui(ui, state.find.notch, &notches) {
        commands.push(Command::Find(FindCommand::SetNotch(notch)));
    }
}

fn notch_help(notch: Notch) -> &'static str {
    match notch {
        Notch::Strict => "Show only what is almost certainly a copy",
        Notch::Normal => "Show copies, and what may be one",
        Notch::Loose => "Also show pictures that are only a little alike",
    }
}

fn size_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let mut size = state.settings.thumbnail_size;
    ui.spacing_mut().slider_width = 88.0;
    let slider = egui::Slider::new(&mut size, 96.0..=320.0)
        .show_value(false)
        .step_by(8.0);
    let response = ui.add(slider).accessible_name("Size of the pictures");
    if response.on_hover_text("Size of the pictures").changed() {
        commands.push(Command::Find(FindCommand::SetThumbnailSize(size)));
    }
}

fn main_ui(ui: &mut egui::Ui, state: &AppState, query: &Query, commands: &mut Commands) {
    match &query.answer {
        Answer::Found(found) => {
            let bands = state.find.bands(found, state.find.notch);
            if bands.is_empty() {
                nothing::ui(ui, state, found, commands);
            } else {
                grid::ui(ui, state, query, &bands, commands);
            }
        }
        Answer::Failed(failure) => nothing::failure_ui(ui, failure, commands),
        Answer::Waiting => waiting_ui(ui, state, query),
    }
}

/// Keeps the room of what is loading; short waits show nothing at all.
fn waiting_ui(ui: &mut egui::Ui, state: &AppState, query: &Query) {
    let patience = std::time::Duration::from_secs_f32(theme::PATIENCE_SECS);
    let waited = query.asked_at.elapsed();
    if waited < patience {
        ui.ctx()
            .request_repaint_after(patience.saturating_sub(waited));
        return;
    }
    let palette = Palette::of(ui);
    let (n_columns, card) = grid::columns(ui.available_width(), state.settings.thumbnail_size);
    let step = card + Vec2::splat(grid::BETWEEN);
    let top = ui.cursor().min + Vec2::new(0.0, grid::HEADER_HEIGHT);
    for idx in 0..n_columns * 2 {
        let (row, column) = (idx / n_columns, idx % n_columns);
        let min = top + Vec2::new(column as f32 * step.x, row as f32 * step.y);
        let rect = Rect::from_min_size(min, card);
        ui.painter()
            .rect_filled(rect, theme::CARD_RADIUS, palette.card);
    }
    ui.weak("Searching");
}

//! The cards of what was found, in bands; only the visible rows are drawn.

use eframe::egui;
use egui::EventFilter;
use egui::FontId;
use egui::Id;
use egui::Key;
use egui::Modifiers;
use egui::Rect;
use egui::Sense;
use egui::Stroke;
use egui::StrokeKind;
use egui::TextStyle;
use egui::Vec2;
use egui::WidgetInfo;
use egui::accesskit::Role;
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::CompareCommand;
use crate::app::command::FindCommand;
use crate::app::state::AppState;
use crate::app::state::Query;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::picture;
use crate::app::widgets::verdict;
use crate::app::widgets::words;
use crate::index::PictureId;
use crate::matching::Band;
use crate::verdicts::Judgement;
use crate::worker::Match;

/// The scroll bar lies beside the cards, in the margin of the page.
pub const SCROLL_BAR: f32 = 16.0;
pub const HEADER_HEIGHT: f32 = 36.0;
const CARD_PADDING: f32 = 8.0;
const TEXT_HEIGHT: f32 = 76.0;
pub const BETWEEN: f32 = 12.0;

/// Size of a card around a thumbnail of this side.
pub fn card_size(thumbnail_side: f32) -> Vec2 {
    let side = thumbnail_side + 2.0 * CARD_PADDING;
    Vec2::new(side, side + TEXT_HEIGHT)
}

/// How many cards stand side by side, and how large they are: they share the whole width.
pub fn columns(width: f32, thumbnail_side: f32) -> (usize, Vec2) {
    let wanted = card_size(thumbnail_side).x;
    let n_columns = (((width + BETWEEN) / (wanted + BETWEEN)).round() as usize).max(1);
    let share = (width + BETWEEN) / n_columns as f32 - BETWEEN;
    let side = (share - 2.0 * CARD_PADDING).floor().max(16.0);
    (n_columns, card_size(side))
}

/// A line of the page: the header of a band, or a row of cards.
enum Line<'a> {
    Header(Band, usize),
    Cards(&'a [&'a Match]),
}

/// How a card stands out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Chosen,
    /// Chosen, and the keys go to it.
    Focused,
}

/// Draws the cards; keys move the selection while the results have the focus.
pub fn ui(
    ui: &mut egui::Ui,
    state: &AppState,
    query: &Query,
    bands: &[(Band, Vec<&Match>)],
    commands: &mut Commands,
) {
    let width = ui.available_width() - SCROLL_BAR;
    let (n_columns, card) = columns(width, state.settings.thumbnail_size);
    let lines = lines(bands, n_columns);
    let has_focus = focus_ui(ui);
    let moved = if has_focus {
        take_keys(ui, query, &lines, commands)
    } else {
        None
    };

    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_viewport(ui, |ui, viewport| {
            let height: f32 = lines.iter().map(|line| line_height(line, card)).sum();
            ui.set_height(height + theme::PAGE_MARGIN);
            let origin = ui.max_rect().min;
            let mut y = 0.0;
            for line in &lines {
                let line_height = line_height(line, card);
                let is_visible = y + line_height >= viewport.top() && y <= viewport.bottom();
                let is_target = moved.is_some_and(|id| holds(line, id));
                if is_visible || is_target {
                    let at = origin + Vec2::new(0.0, y);
                    line_ui(ui, state, query, line, at, card, has_focus, commands);
                }
                if is_target {
                    let row = Rect::from_min_size(
                        origin + Vec2::new(0.0, y),
                        Vec2::new(width, line_height),
                    );
                    ui.scroll_to_rect(row, None);
                }
                y += line_height;
            }
        });
}

/// The whole grid is one stop of the Tab key; within it the arrows move.
fn focus_ui(ui: &egui::Ui) -> bool {
    let id = Id::unique("results");
    let response = ui.interact(ui.available_rect_before_wrap(), id, Sense::FOCUSABLE);
    response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, "Results"));
    let is_free = ui.memory(|memory| memory.focused().is_none());
    if is_free {
        response.request_focus();
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    response.has_focus() || is_free
}

fn lines<'a>(bands: &'a [(Band, Vec<&'a Match>)], n_columns: usize) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for (band, matches) in bands {
        lines.push(Line::Header(*band, matches.len()));
        lines.extend(matches.chunks(n_columns).map(Line::Cards));
    }
    lines
}

fn line_height(line: &Line<'_>, card: Vec2) -> f32 {
    match line {
        Line::Header(..) => HEADER_HEIGHT,
        Line::Cards(_) => card.y + BETWEEN,
    }
}

fn holds(line: &Line<'_>, id: PictureId) -> bool {
    match line {
        Line::Header(..) => false,
        Line::Cards(cards) => cards.iter().any(|one| one.id == id),
    }
}

/// Returns the newly selected match.
fn take_keys(
    ui: &egui::Ui,
    query: &Query,
    lines: &[Line<'_>],
    commands: &mut Commands,
) -> Option<PictureId> {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let rows: Vec<&[&Match]> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Header(..) => None,
            Line::Cards(cards) => Some(*cards),
        })
        .collect();
    let here = query.selected.and_then(|id| position(&rows, id));
    if pressed(Key::Enter) {
        let first = rows.first().and_then(|row| row.first());
        let id = query.selected.or(first.map(|one| one.id))?;
        commands.push(Command::Compare(CompareCommand::Open(id)));
        return None;
    }
    for (key, judgement) in verdict::KEYS {
        if let Some(id) = query.selected.filter(|_| here.is_some())
            && pressed(key)
        {
            commands.push(Command::Find(FindCommand::Judge(id, judgement)));
            return None;
        }
    }
    let steps = [
        (Key::ArrowRight, 0, 1),
        (Key::ArrowLeft, 0, -1),
        (Key::ArrowDown, 1, 0),
        (Key::ArrowUp, -1, 0),
    ];
    let (_, down, right) = steps.into_iter().find(|(key, ..)| pressed(*key))?;
    let id = match here {
        None => rows.first()?.first()?.id,
        Some(here) => step(&rows, here, down, right)?,
    };
    commands.push(Command::Find(FindCommand::SelectMatch(Some(id))));
    Some(id)
}

fn position(rows: &[&[&Match]], id: PictureId) -> Option<(usize, usize)> {
    rows.iter().enumerate().find_map(|(row, cards)| {
        let column = cards.iter().position(|one| one.id == id)?;
        Some((row, column))
    })
}

/// The neighbor of a card; left and right run on over the ends of rows.
fn step(
    rows: &[&[&Match]],
    (row, column): (usize, usize),
    down: isize,
    right: isize,
) -> Option<PictureId> {
    if right != 0 {
        let all: Vec<&Match> = rows.iter().flat_map(|row| row.iter().copied()).collect();
        let here: usize = rows[..row].iter().map(|row| row.len()).sum::<usize>() + column;
        let there = here.checked_add_signed(right)?;
        return all.get(there).map(|one| one.id);
    }
    let target = rows.get(row.checked_add_signed(down)?)?;
    target.get(column).or(target.last()).map(|one| one.id)
}

#[expect(
    clippy::too_many_arguments,
    reason = "all of it is one line of the grid"
)]
fn line_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    query: &Query,
    line: &Line<'_>,
    at: egui::Pos2,
    card: Vec2,
    has_focus: bool,
    commands: &mut Commands,
) {
    match line {
        Line::Header(band, n) => header_ui(ui, *band, *n, at),
        Line::Cards(cards) => {
            for (column, found) in cards.iter().enumerate() {
                let x = column as f32 * (card.x + BETWEEN);
                let rect = Rect::from_min_size(at + Vec2::new(x, 0.0), card);
                let mark = match query.selected == Some(found.id) {
                    false => Mark::None,
                    true if has_focus => Mark::Focused,
                    true => Mark::Chosen,
                };
                card_ui(ui, state, query, found, rect, mark, commands);
            }
        }
    }
}

/// The word of a band; it always stands next to the color.
pub fn band_label(band: Band) -> &'static str {
    match band {
        Band::SameFile => "Same file",
        Band::Edited => "Same picture, edited",
        Band::Maybe => "Maybe",
        Band::None => "Different",
    }
}

fn band_icon(band: Band) -> MaterialIcon {
    match band {
        Band::SameFile => icons::ICON_FILE_COPY,
        Band::Edited => icons::ICON_CHECK_CIRCLE,
        Band::Maybe => icons::ICON_HELP,
        Band::None => icons::ICON_CANCEL,
    }
}

fn header_ui(ui: &egui::Ui, band: Band, n: usize, at: egui::Pos2) {
    let palette = Palette::of(ui);
    let painter = ui.painter();
    let y = at.y + HEADER_HEIGHT / 2.0 - 2.0;
    let icon = band_icon(band);
    let icon = painter.text(
        egui::pos2(at.x, y),
        egui::Align2::LEFT_CENTER,
        icon.codepoint,
        FontId::new(18.0, icon.font_family()),
        palette.band(band),
    );
    let font = theme::card_title().resolve(ui.style());
    let word = painter.text(
        egui::pos2(icon.right() + 6.0, y),
        egui::Align2::LEFT_CENTER,
        band_label(band),
        font,
        palette.text,
    );
    let count = painter.text(
        egui::pos2(word.right() + theme::GAP, y),
        egui::Align2::LEFT_CENTER,
        words::grouped(n),
        TextStyle::Body.resolve(ui.style()),
        palette.weak,
    );
    let id = Id::unique(("band", band_label(band)));
    let response = ui.interact(icon.union(count), id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, band_label(band)));
}

fn card_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    query: &Query,
    found: &Match,
    rect: Rect,
    mark: Mark,
    commands: &mut Commands,
) {
    let id = Id::unique(("card", found.id.0));
    let response = ui.interact(rect, id, Sense::CLICK);
    let name = words::file_name(&found.path);
    let is_chosen = mark != Mark::None;
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &name));
    let palette = Palette::of(ui);
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => palette.selection,
        (false, true) => palette.control_hovered,
        (false, false) => palette.card,
    };
    let stroke = match mark {
        Mark::Focused => Stroke::new(theme::FOCUS_RING, palette.accent),
        Mark::Chosen => Stroke::new(1.0, palette.accent),
        Mark::None => Stroke::new(1.0, palette.line),
    };
    let radius = theme::CARD_RADIUS;
    ui.painter()
        .rect(rect, radius, fill, stroke, StrokeKind::Inside);

    let side = rect.width() - 2.0 * CARD_PADDING;
    let thumbnail = Rect::from_min_size(rect.min + Vec2::splat(CARD_PADDING), Vec2::splat(side));
    picture::paint(ui, thumbnail, &picture::of_match(ui, state, found));
    let said = query
        .found()
        .and_then(|shown| state.find.judgement(shown, found));
    if let Some(judgement) = said {
        verdict::badge(ui, thumbnail, judgement);
    }
    let text = Rect::from_min_max(
        egui::pos2(thumbnail.left(), thumbnail.bottom() + 6.0),
        rect.max - Vec2::splat(CARD_PADDING),
    );
    card_text(ui, text, &name, found, said, state.settings.details);
    if response.clicked() {
        commands.push(Command::Find(FindCommand::SelectMatch(Some(found.id))));
        commands.push(Command::Compare(CompareCommand::Open(found.id)));
    }
    response.on_hover_text(found.path.display().to_string());
    let is_near = is_chosen || ui.rect_contains_pointer(rect);
    let can_judge = !found.same_file && query.found().is_some_and(|shown| shown.hash.is_some());
    if is_near
        && can_judge
        && let Some(clicked) = verdict::corner_ui(ui, thumbnail, said, &name)
    {
        let judgement = verdict::toggled(said, clicked);
        commands.push(Command::Find(FindCommand::Judge(found.id, judgement)));
    }
}

fn card_text(
    ui: &egui::Ui,
    room: Rect,
    name: &str,
    found: &Match,
    said: Option<Judgement>,
    details: bool,
) {
    let palette = Palette::of(ui);
    let lines = [
        (name.to_owned(), TextStyle::Body, palette.text),
        (
            likeness(found, said, details),
            TextStyle::Small,
            palette.text,
        ),
        (words::folder(&found.path), TextStyle::Small, palette.weak),
        (size(found), TextStyle::Small, palette.weak),
    ];
    controls::paint_lines(ui, room, lines);
}

fn likeness(found: &Match, said: Option<Judgement>, details: bool) -> String {
    let mut text = match said {
        Some(judgement) => verdict::spoken(judgement),
        None if found.same_file => "Identical",
        None => words::likeness(found.similarity),
    }
    .to_owned();
    if let Some(view) = found.view {
        text = format!("{text}, {view}");
    }
    if details {
        text = format!("{text} · {:.3}", found.similarity);
    }
    text
}

fn size(found: &Match) -> String {
    let bytes = words::file_size(found.file_bytes);
    format!("{} × {} · {bytes}", found.width, found.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(id: u64) -> Match {
        Match {
            id: PictureId(id),
            path: format!("/{id}.jpg").into(),
            hash: [id as u8; 32],
            similarity: 0.8,
            band: Band::Edited,
            same_file: false,
            view: None,
            file_bytes: 0,
            width: 1,
            height: 1,
            thumbnail: None,
        }
    }

    #[test]
    fn arrows_walk_over_rows_of_unequal_length() {
        let all: Vec<Match> = (0..5).map(found).collect();
        let refs: Vec<&Match> = all.iter().collect();
        let rows: Vec<&[&Match]> = vec![&refs[..3], &refs[3..]];
        let go = |from, down, right| step(&rows, from, down, right).map(|id| id.0);
        assert_eq!(go((0, 2), 0, 1), Some(3));
        assert_eq!(go((1, 0), 0, -1), Some(2));
        assert_eq!(go((0, 2), 1, 0), Some(4));
        assert_eq!(go((1, 1), 1, 0), None);
        assert_eq!(go((0, 0), 0, -1), None);
    }
}

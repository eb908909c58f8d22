//! The pictures of the Compare sheet, in the way of looking that was chosen.

use eframe::egui;
use egui::Align2;
use egui::CursorIcon;
use egui::Id;
use egui::Key;
use egui::Pos2;
use egui::Rect;
use egui::Sense;
use egui::Stroke;
use egui::TextStyle;
use egui::Vec2;
use egui::WidgetInfo;
use egui::accesskit::Role;

use super::stage;
use super::stage::Sight;
use crate::app::state::AppState;
use crate::app::state::CompareState;
use crate::app::state::Query;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::picture;
use crate::app::widgets::words;
use crate::render;
use crate::render::Layout;
use crate::render::OverlaySpec;
use crate::render::PairRenderer;
use crate::render::Stage;
use crate::render::Which;
use crate::worker::Match;

const BETWEEN: f32 = 12.0;
const GRIP: f32 = 12.0;

/// The rectangles of A and B; ways of looking that lay them on each other use one.
///
/// The query stays on the left, whichever of the two is the original.
pub fn rects(room: Rect, compare: &CompareState) -> [Rect; 2] {
    let [left, right] = halves(room);
    match (overlay(compare).layout, compare.is_swapped) {
        (Layout::SideBySide, false) => [left, right],
        (Layout::SideBySide, true) => [right, left],
        (Layout::Aligned, _) => [room, room],
    }
}

fn halves(room: Rect) -> [Rect; 2] {
    let middle = room.center().x;
    let (mut left, mut right) = (room, room);
    left.set_right(middle - BETWEEN / 2.0);
    right.set_left(middle + BETWEEN / 2.0);
    [left, right]
}

/// Draws the pictures; drag moves them, the wheel zooms.
pub fn ui(
    ui: &egui::Ui,
    rects: [Rect; 2],
    state: &AppState,
    compare: &CompareState,
    pair: &PairRenderer,
    sight: &mut Sight,
) {
    let overlay = overlay(compare);
    let size = pair.size(Which::A);
    let names = names(state, compare);
    let is_double = overlay.layout == Layout::SideBySide;
    let panes = if is_double { 2 } else { 1 };
    for (idx, rect) in rects.into_iter().enumerate().take(panes) {
        let name = if is_double {
            &names[idx]
        } else {
            overlay.label
        };
        pane_ui(ui, idx, rect, rects[0], size, name, sight);
    }

    let palette = Palette::of(ui);
    let is_space_held = ui.input(|input| input.key_down(Key::Space));
    let amount = stage::amount(ui, overlay);
    let stage = Stage {
        rects,
        view: sight.in_rect(rects[0], size),
        amount,
        // Blinking is done by hand, with Space: nothing moves by itself.
        seconds: if is_space_held {
            f64::from(amount) * 1.5
        } else {
            0.0
        },
        look: render::Look {
            ground: palette.picture_ground,
            hatch: palette.hatch,
        },
    };
    for (rect, shapes) in shapes(overlay, pair, &stage) {
        ui.painter_at(rect).extend(shapes);
    }

    match overlay.id {
        "wipe" => divider_ui(ui, rects[0], overlay),
        "blink" if !is_space_held => {
            let text = "Hold Space to see the other one";
            badge(ui, text, rects[0], Align2::RIGHT_BOTTOM);
        }
        _ => {}
    }
    if is_double || overlay.id == "wipe" {
        let second = if is_double {
            Align2::LEFT_BOTTOM
        } else {
            Align2::RIGHT_BOTTOM
        };
        badge(ui, &names[0], rects[0], Align2::LEFT_BOTTOM);
        badge(ui, &names[1], rects[1], second);
    } else if overlay.id == "blink" {
        let name = &names[usize::from(is_space_held)];
        badge(ui, name, rects[0], Align2::LEFT_BOTTOM);
    }
}

/// The way of looking that was chosen.
pub fn overlay(compare: &CompareState) -> &'static OverlaySpec {
    render::overlays::find(compare.overlay).unwrap_or(&render::OVERLAYS[0])
}

/// What is painted where. Side by side, an aligned copy lies in the frame of the original.
fn shapes(
    overlay: &OverlaySpec,
    pair: &PairRenderer,
    stage: &Stage,
) -> Vec<(Rect, Vec<egui::Shape>)> {
    let [rect_a, rect_b] = stage.rects;
    if overlay.id == "side-by-side" && pair.is_aligned() {
        let opaque = render::Aligned::BOnA { opacity: 1.0 };
        let copy = pair.paint_aligned(rect_b, opaque, stage.view, stage.look);
        let original = pair.paint_picture(rect_a, Which::A, stage.view);
        return vec![(rect_a, vec![original]), (rect_b, vec![copy])];
    }
    vec![(rect_a.union(rect_b), (overlay.paint)(pair, stage))]
}

/// A pane takes drags and the wheel; both panes always show the same place.
fn pane_ui(
    ui: &egui::Ui,
    idx: usize,
    rect: Rect,
    first: Rect,
    size: Vec2,
    name: &str,
    sight: &mut Sight,
) {
    let response = ui.interact(rect, Id::unique(("pane", idx)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let palette = Palette::of(ui);
    ui.painter()
        .rect_filled(rect, theme::THUMBNAIL_RADIUS, palette.picture_ground);
    if response.has_focus() {
        let ring = Stroke::new(theme::FOCUS_RING, palette.accent);
        let radius = theme::THUMBNAIL_RADIUS;
        ui.painter()
            .rect_stroke(rect, radius, ring, egui::StrokeKind::Outside);
    }
    if response.dragged() {
        sight.pan_by(response.drag_delta(), first, size);
    }
    if response.double_clicked() {
        match sight.view {
            None => sight.one_to_one(ui, first, size),
            Some(_) => sight.fit(),
        }
    }
    if let Some(pointer) = response.hover_pos() {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = (scroll / 240.0).exp() * pinch;
        if (factor - 1.0).abs() > 1e-3 {
            let in_first = first.min + (pointer - rect.min);
            sight.zoom_by(factor, in_first, first, size);
        }
    }
    let cursor = if sight.view.is_some() {
        CursorIcon::Grab
    } else {
        CursorIcon::Default
    };
    response.on_hover_and_drag_cursor(cursor);
}

fn divider_ui(ui: &egui::Ui, room: Rect, overlay: &OverlaySpec) {
    let divider = stage::amount(ui, overlay);
    let x = room.left() + room.width() * divider;
    let strip = Rect::from_center_size(
        Pos2::new(x, room.center().y),
        Vec2::new(GRIP * 2.0, room.height()),
    );
    let response = ui.interact(strip, Id::unique("wipe"), Sense::click_and_drag());
    response
        .widget_info(|| WidgetInfo::slider(true, f64::from(divider), "Position of the divider"));
    let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    if response.dragged() {
        let moved = divider + response.drag_delta().x / room.width();
        stage::set_amount(ui, overlay, moved.clamp(0.0, 1.0));
    }
    let palette = Palette::of(ui);
    let is_lit = response.hovered() || response.dragged() || response.has_focus();
    let color = if is_lit {
        palette.accent
    } else {
        palette.raised
    };
    ui.painter()
        .vline(x, room.y_range(), Stroke::new(2.0, color));
    ui.painter().circle(
        Pos2::new(x, room.center().y),
        GRIP,
        palette.raised,
        Stroke::new(2.0, palette.accent),
    );
}

/// Words in a corner of a picture.
fn badge(ui: &egui::Ui, text: &str, pane: Rect, align: Align2) {
    let palette = Palette::of(ui);
    let font = TextStyle::Small.resolve(ui.style());
    let mut job = egui::text::LayoutJob::simple_singleline(text.into(), font, palette.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width((pane.width() * 0.45).max(80.0));
    let galley = ui.painter().layout_job(job);
    let size = galley.size() + Vec2::new(16.0, 8.0);
    let rect = align.align_size_within_rect(size, pane.shrink(theme::GAP));
    let fill = palette.raised.gamma_multiply(0.92);
    ui.painter().rect_filled(rect, theme::CONTROL_RADIUS, fill);
    ui.painter()
        .galley(rect.min + Vec2::new(8.0, 4.0), galley, palette.text);
}

/// Keeps the room of the pictures: what is known already is shown right away.
pub fn waiting_ui(ui: &egui::Ui, room: Rect, state: &AppState, compare: &CompareState) {
    let [left, right] = halves(room);
    if let Some([a, b]) = &compare.files {
        picture::paint(ui, left, &picture::of_file(ui, state, a));
        picture::paint(ui, right, &picture::of_file(ui, state, b));
    } else if let Some(query) = state.find.query() {
        picture::paint(ui, left, &picture::of_source(ui, state, &query.source));
    }
    if let Some(matched) = matched(state, compare) {
        picture::paint(ui, right, &picture::of_match(ui, state, matched));
    }
    let patience = std::time::Duration::from_secs_f32(theme::PATIENCE_SECS);
    let waited = compare.asked_at.elapsed();
    if waited < patience {
        let rest = patience.saturating_sub(waited);
        ui.ctx().request_repaint_after(rest);
        return;
    }
    let text = "Looking for what the two have in common";
    let at = room.center_bottom() + Vec2::new(0.0, theme::GROUP_GAP);
    let font = TextStyle::Body.resolve(ui.style());
    let color = Palette::of(ui).weak;
    ui.painter().text(at, Align2::CENTER_TOP, text, font, color);
}

fn matched<'a>(state: &'a AppState, compare: &CompareState) -> Option<&'a Match> {
    if compare.files.is_some() {
        return None;
    }
    let found = state.find.query().and_then(Query::found)?;
    found.matches.iter().find(|one| one.id == compare.match_id)
}

/// The names of A and B.
fn names(state: &AppState, compare: &CompareState) -> [String; 2] {
    let mut names = if let Some(files) = &compare.files {
        files.each_ref().map(|file| words::file_name(file))
    } else {
        let query = state.find.query().map(Query::name);
        let matched = matched(state, compare).map(|one| words::file_name(&one.path));
        [query, matched].map(Option::unwrap_or_default)
    };
    if compare.is_swapped {
        names.reverse();
    }
    names
}

//! A row of joined buttons of which one is chosen.

use eframe::egui;
use egui::Color32;
use egui::Rect;
use egui::Sense;
use egui::Stroke;
use egui::StrokeKind;
use egui::TextStyle;
use egui::Vec2;
use egui::WidgetInfo;
use egui::accesskit::Role;

use crate::app::theme;
use crate::app::theme::Palette;

/// One of the buttons.
pub struct Segment<'a, T> {
    pub value: T,
    pub label: &'a str,
    /// A number that changes, in weak text behind the label.
    pub figure: Option<String>,
    pub help: String,
}

const PADDING: f32 = 12.0;
/// Room for a figure of five digits, so that counting moves nothing.
const FIGURE_WIDTH: f32 = 36.0;

/// Draws the row; returns what was clicked.
pub fn ui<T: Copy + PartialEq>(
    ui: &mut egui::Ui,
    chosen: T,
    segments: &[Segment<'_, T>],
) -> Option<T> {
    let mut clicked = None;
    let palette = Palette::of(ui);
    let font = TextStyle::Body.resolve(ui.style());
    let widths: Vec<f32> = segments
        .iter()
        .map(|segment| {
            let painter = ui.painter();
            let label = painter.layout_no_wrap(segment.label.into(), font.clone(), palette.text);
            let figure = segment.figure.as_ref().map_or(0.0, |_| FIGURE_WIDTH);
            label.size().x + 2.0 * PADDING + figure
        })
        .collect();
    let total = Vec2::new(widths.iter().sum(), theme::HIT_HEIGHT + 4.0);
    let (frame, _) = ui.allocate_exact_size(total, Sense::hover());
    let painter = ui.painter().clone();
    painter.rect_filled(frame, theme::CONTROL_RADIUS, palette.control);
    painter.rect_stroke(
        frame,
        theme::CONTROL_RADIUS,
        Stroke::new(1.0, palette.line),
        StrokeKind::Inside,
    );
    let mut left = frame.left();
    for (idx, (segment, width)) in segments.iter().zip(widths).enumerate() {
        let rect = Rect::from_min_size(egui::pos2(left, frame.top()), Vec2::new(width, total.y));
        left += width;
        let id = ui.scope_id().with(("segment", frame.left() as i32, idx));
        let response = ui.interact(rect, id, Sense::click());
        let is_chosen = segment.value == chosen;
        response.widget_info(|| {
            WidgetInfo::selected(Role::RadioButton, true, is_chosen, segment.label)
        });
        segment_ui(ui, rect, segment, is_chosen, &response);
        if response.on_hover_text(&segment.help).clicked() {
            clicked = Some(segment.value);
        }
    }
    clicked
}

fn segment_ui<T>(
    ui: &egui::Ui,
    rect: Rect,
    segment: &Segment<'_, T>,
    is_chosen: bool,
    response: &egui::Response,
) {
    let palette = Palette::of(ui);
    let painter = ui.painter();
    let inner = rect.shrink(3.0);
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => palette.selection,
        (false, true) => palette.control_hovered,
        (false, false) => Color32::TRANSPARENT,
    };
    painter.rect_filled(inner, theme::CONTROL_RADIUS - 2, fill);
    if response.has_focus() {
        let ring = Stroke::new(theme::FOCUS_RING, palette.accent);
        painter.rect_stroke(inner, theme::CONTROL_RADIUS - 2, ring, StrokeKind::Inside);
    }
    let font = TextStyle::Body.resolve(ui.style());
    let color = if is_chosen {
        palette.accent
    } else {
        palette.text
    };
    let label = painter.layout_no_wrap(segment.label.into(), font.clone(), color);
    let y = rect.center().y - label.size().y / 2.0;
    painter.galley(egui::pos2(rect.left() + PADDING, y), label, color);
    if let Some(figure) = &segment.figure {
        let figure = painter.layout_no_wrap(figure.clone(), font, palette.weak);
        let x = rect.right() - PADDING - figure.size().x;
        painter.galley(egui::pos2(x, y), figure, palette.weak);
    }
}

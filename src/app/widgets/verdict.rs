//! The two words a person can say about a pair of pictures.

use eframe::egui;
use egui::Align2;
use egui::FontId;
use egui::Key;
use egui::Rect;
use egui::Sense;
use egui::Stroke;
use egui::StrokeKind;
use egui::Vec2;
use egui::WidgetInfo;
use egui::accesskit::Role;
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons;

use super::segments;
use super::segments::Segment;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::verdicts::Judgement;

/// What each key says; U takes back what was said.
pub const KEYS: [(Key, Option<Judgement>); 3] = [
    (Key::Y, Some(Judgement::Copy)),
    (Key::N, Some(Judgement::NotACopy)),
    (Key::U, None),
];
/// Room of the two words.
pub const WIDE: f32 = 176.0;
/// Room of the two icons.
pub const NARROW: f32 = 2.0 * theme::HIT_HEIGHT + theme::GAP;

struct Word {
    judgement: Judgement,
    icon: MaterialIcon,
    label: &'static str,
    help: &'static str,
}

const WORDS: [Word; 2] = [
    Word {
        judgement: Judgement::Copy,
        icon: icons::ICON_CHECK,
        label: "Copy",
        help: "You say: one is a copy of the other (Y). Once more, or U, takes it back",
    },
    Word {
        judgement: Judgement::NotACopy,
        icon: icons::ICON_CLOSE,
        label: "Not a copy",
        help: "You say: not a copy (N). The pair is no longer shown. Once more, or U, takes it back",
    },
];

/// Draws both words, as icons where `width` is small, and returns what was clicked.
pub fn ui(ui: &mut egui::Ui, said: Option<Judgement>, width: f32) -> Option<Judgement> {
    if width < WIDE {
        return icons_ui(ui, said);
    }
    let segments = WORDS.map(|word| Segment {
        value: Some(word.judgement),
        label: word.label,
        figure: None,
        help: word.help.to_owned(),
    });
    segments::ui(ui, said, &segments).flatten()
}

fn icons_ui(ui: &mut egui::Ui, said: Option<Judgement>) -> Option<Judgement> {
    let size = Vec2::new(2.0 * theme::HIT_HEIGHT, theme::HIT_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    icons_at(ui, rect, said, "these two pictures")
}

/// Draws both words as icons into the lower right corner of a thumbnail, and returns what was
/// clicked.
pub fn corner_ui(
    ui: &mut egui::Ui,
    thumbnail: Rect,
    said: Option<Judgement>,
    name: &str,
) -> Option<Judgement> {
    let size = Vec2::new(2.0 * theme::HIT_HEIGHT, theme::HIT_HEIGHT);
    let corner = thumbnail.max - Vec2::splat(theme::GAP / 2.0);
    let rect = Rect::from_min_max(corner - size, corner);
    let palette = Palette::of(ui);
    ui.painter()
        .rect_filled(rect, theme::CONTROL_RADIUS, palette.card);
    icons_at(ui, rect, said, name)
}

fn icons_at(
    ui: &mut egui::Ui,
    rect: Rect,
    said: Option<Judgement>,
    name: &str,
) -> Option<Judgement> {
    let mut clicked = None;
    for (place, word) in WORDS.iter().enumerate() {
        let left = rect.left() + place as f32 * theme::HIT_HEIGHT;
        let min = egui::pos2(left, rect.top());
        let rect = Rect::from_min_size(min, Vec2::splat(theme::HIT_HEIGHT));
        let id = ui.scope_id().with(("verdict", name, word.label));
        let response = ui.interact(rect, id, Sense::click());
        let is_said = said == Some(word.judgement);
        let label = format!("{}: {name}", word.label);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_said, &label));
        icon_ui(ui, rect, word, is_said, &response);
        if response.on_hover_text(word.help).clicked() {
            clicked = Some(word.judgement);
        }
    }
    clicked
}

fn icon_ui(ui: &egui::Ui, rect: Rect, word: &Word, is_said: bool, response: &egui::Response) {
    let palette = Palette::of(ui);
    let painter = ui.painter();
    let inner = rect.shrink(2.0);
    if is_said {
        painter.rect_filled(inner, theme::CONTROL_RADIUS, palette.selection);
    } else if response.hovered() {
        painter.rect_filled(inner, theme::CONTROL_RADIUS, palette.control_hovered);
    }
    if response.has_focus() {
        let ring = Stroke::new(theme::FOCUS_RING, palette.accent);
        painter.rect_stroke(inner, theme::CONTROL_RADIUS, ring, StrokeKind::Inside);
    }
    let color = if is_said {
        palette.accent
    } else {
        palette.text
    };
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        word.icon.codepoint,
        FontId::new(theme::ICON_SIZE, word.icon.font_family()),
        color,
    );
}

/// What a click says: the same again takes it back.
pub fn toggled(said: Option<Judgement>, judgement: Judgement) -> Option<Judgement> {
    (said != Some(judgement)).then_some(judgement)
}

/// What was said, as the line of a card has it.
pub fn spoken(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Copy => "Marked a copy",
        Judgement::NotACopy => "Marked not a copy",
    }
}

/// Paints the mark of a judged picture into a corner of its thumbnail.
pub fn badge(ui: &egui::Ui, thumbnail: Rect, judgement: Judgement) {
    let palette = Palette::of(ui);
    let (icon, color) = match judgement {
        Judgement::Copy => (icons::ICON_CHECK_CIRCLE, palette.accent),
        Judgement::NotACopy => (icons::ICON_CANCEL, palette.weak),
    };
    let center = thumbnail.right_top() + Vec2::new(-theme::GAP * 1.5, theme::GAP * 1.5);
    let painter = ui.painter();
    painter.circle_filled(center, theme::GAP * 1.25, palette.card);
    painter.text(
        center,
        Align2::CENTER_CENTER,
        icon.codepoint,
        FontId::new(theme::ICON_SIZE, icon.font_family()),
        color,
    );
}

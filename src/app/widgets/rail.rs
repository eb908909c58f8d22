//! The left rail: the places, each with an icon and a word.

use eframe::egui;
use egui::Align2;
use egui::Color32;
use egui::CornerRadius;
use egui::FontId;
use egui::Sense;
use egui::Stroke;
use egui::StrokeKind;
use egui::Vec2;
use egui::WidgetInfo;
use egui::accesskit::Role;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::screens;
use crate::app::screens::ScreenSpec;
use crate::app::state::Place;
use crate::app::theme;
use crate::app::theme::Palette;

const CELL_HEIGHT: f32 = 68.0;
const PILL: Vec2 = Vec2::new(56.0, 32.0);

/// Draws the rail; a click asks for the place.
pub fn ui(ui: &mut egui::Ui, place: Place, commands: &mut Commands) {
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    ui.add_space(theme::GROUP_GAP);
    for screen in screens::SCREENS {
        let is_here = screen.place == place;
        if cell_ui(ui, screen, is_here).clicked() {
            commands.push(Command::Go(screen.place));
        }
    }
}

fn cell_ui(ui: &mut egui::Ui, screen: &ScreenSpec, is_here: bool) -> egui::Response {
    let size = Vec2::new(ui.available_width(), CELL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_here, screen.label));
    let response = response.on_hover_text(format!("{} (Ctrl+{})", screen.help, screen.key.name()));

    let palette = Palette::of(ui);
    let pill = egui::Rect::from_center_size(rect.center_top() + Vec2::new(0.0, 26.0), PILL);
    let fill = match (is_here, response.hovered()) {
        (true, _) => palette.selection,
        (false, true) => palette.control_hovered,
        (false, false) => Color32::TRANSPARENT,
    };
    let color = if is_here {
        palette.accent
    } else {
        palette.weak
    };
    let painter = ui.painter();
    painter.rect_filled(pill, CornerRadius::same(16), fill);
    if response.has_focus() {
        let ring = Stroke::new(theme::FOCUS_RING, palette.accent);
        painter.rect_stroke(pill, CornerRadius::same(16), ring, StrokeKind::Outside);
    }
    painter.text(
        pill.center(),
        Align2::CENTER_CENTER,
        screen.icon.codepoint,
        FontId::new(theme::RAIL_ICON_SIZE, screen.icon.font_family()),
        color,
    );
    let word_color = if is_here {
        palette.accent
    } else {
        palette.text
    };
    painter.text(
        pill.center_bottom() + Vec2::new(0.0, 4.0),
        Align2::CENTER_TOP,
        screen.label,
        FontId::proportional(12.0),
        word_color,
    );
    response
}

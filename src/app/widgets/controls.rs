//! Buttons and small controls in the style of the window.

use eframe::egui;
use egui::Color32;
use egui::Rect;
use egui::RichText;
use egui::TextStyle;
use egui::Vec2;
use egui::text::LayoutJob;
use egui::text::TextWrapping;
use egui_material_icons::MaterialIcon;

use crate::app::theme;
use crate::app::theme::Palette;

/// The one filled button of a page.
pub fn primary_button(
    ui: &mut egui::Ui,
    icon: Option<MaterialIcon>,
    label: &str,
) -> egui::Response {
    theme::primary(ui, |ui| button(ui, icon, label))
}

/// An ordinary button with an optional icon.
pub fn button(ui: &mut egui::Ui, icon: Option<MaterialIcon>, label: &str) -> egui::Response {
    let button = match icon {
        Some(icon) => egui::Button::new((icon_text(icon), label)),
        None => egui::Button::new(label),
    };
    let response = ui.add(button);
    response.accessible_name(label)
}

/// A button that shows only an icon; `label` is its name and its tooltip.
pub fn icon_button(ui: &mut egui::Ui, icon: MaterialIcon, label: &str) -> egui::Response {
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding.x = (theme::HIT_HEIGHT - theme::ICON_SIZE) / 2.0;
        let button = egui::Button::new(icon_text(icon))
            .frame_when_inactive(false)
            .min_size(Vec2::splat(theme::HIT_HEIGHT));
        ui.add(button)
    });
    let response = response.inner;
    response.accessible_name(label).on_hover_text(label)
}

/// An icon at the size of body text.
pub fn icon_text(icon: MaterialIcon) -> RichText {
    icon.rich_text().size(theme::ICON_SIZE)
}

/// The title of a page.
pub fn page_title(ui: &mut egui::Ui, title: &str) {
    ui.label(RichText::new(title).text_style(TextStyle::Heading));
}

/// The title of a card.
pub fn card_title(ui: &mut egui::Ui, title: &str) {
    ui.label(RichText::new(title).text_style(theme::card_title()));
}

/// Paints lines of text below each other, each cut to the width there is.
///
/// For rows and cards that are one control as a whole: the words are no controls of their own.
pub fn paint_lines(
    ui: &egui::Ui,
    room: Rect,
    lines: impl IntoIterator<Item = (String, TextStyle, Color32)>,
) {
    let mut at = room.min;
    for (text, style, color) in lines {
        let font = style.resolve(ui.style());
        let mut job = LayoutJob::simple_singleline(text, font, color);
        job.wrap = TextWrapping::truncate_at_width(room.width());
        let galley = ui.painter().layout_job(job);
        let height = galley.size().y;
        ui.painter().galley(at, galley, color);
        at.y += height + 1.0;
    }
}

/// A caption in weak text.
pub fn caption(ui: &mut egui::Ui, text: impl Into<String>) -> egui::Response {
    let color = Palette::of(ui).weak;
    ui.label(
        RichText::new(text)
            .text_style(TextStyle::Small)
            .color(color),
    )
}

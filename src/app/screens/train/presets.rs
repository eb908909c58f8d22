//! The row of ready-made recipes.

use eframe::egui;

use super::TrainPage;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::JudgedCounts;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::distill::presets::PRESETS;
use crate::distill::presets::Preset;

const MIN_WIDTH: f32 = 210.0;

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let chosen = page.train.setup.preset;
    let has_judged = page.judged != JudgedCounts::default();
    let is_shown = |preset: &&Preset| {
        let is_for_all = preset.simple || preset.learns_from_verdicts && has_judged;
        page.details || is_for_all || chosen == Some(preset.id)
    };
    let shown: Vec<&Preset> = PRESETS.iter().filter(is_shown).collect();
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        ui.label(egui::RichText::new("How thorough").text_style(theme::card_title()));
        let width = ui.available_width();
        let n_columns = ((width / MIN_WIDTH) as usize).clamp(1, shown.len().max(1));
        let gaps = theme::GAP * (n_columns - 1) as f32;
        let tile_width = (width - gaps) / n_columns as f32;
        for row in shown.chunks(n_columns) {
            ui.horizontal_top(|ui| {
                for preset in row {
                    let is_chosen = chosen == Some(preset.id);
                    if tile_ui(ui, preset, is_chosen, tile_width).clicked() {
                        let command = TrainCommand::ChoosePreset(preset.id);
                        commands.push(Command::Train(command));
                    }
                }
            });
        }
    });
}

/// One preset: a big button with its name and a sentence.
fn tile_ui(ui: &mut egui::Ui, preset: &Preset, is_chosen: bool, width: f32) -> egui::Response {
    let palette = Palette::of(ui);
    let inside = width - 2.0 * theme::GROUP_GAP;
    let title_font = theme::card_title().resolve(ui.style());
    let text_font = egui::TextStyle::Body.resolve(ui.style());
    let title = ui
        .fonts_mut(|fonts| fonts.layout_no_wrap(preset.label.to_owned(), title_font, palette.text));
    let text =
        ui.fonts_mut(|fonts| fonts.layout(preset.help.to_owned(), text_font, palette.weak, inside));
    let row_height: f32 = 3.0 * ui.text_style_height(&egui::TextStyle::Body);
    let height = title.size().y + text.size().y.max(row_height) + theme::GAP * 3.5;
    let (rect, response) = ui.allocate_exact_size(egui::vec2(width, height), egui::Sense::click());
    response.widget_info(|| {
        let label = format!("{}: {}", preset.label, preset.help);
        egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, label)
    });

    let fill = if is_chosen {
        palette.selection
    } else if response.hovered() {
        palette.control_hovered
    } else {
        palette.card
    };
    let stroke = if response.has_focus() || is_chosen {
        egui::Stroke::new(theme::FOCUS_RING, palette.accent)
    } else {
        egui::Stroke::new(1.0, palette.line)
    };
    let painter = ui.painter();
    painter.rect(
        rect,
        theme::CARD_RADIUS,
        fill,
        stroke,
        egui::StrokeKind::Inside,
    );
    let corner = rect.min + egui::vec2(theme::GROUP_GAP, theme::GAP * 1.5);
    let title_height = title.size().y;
    painter.galley(corner, title, palette.text);
    let below = corner + egui::vec2(0.0, title_height + theme::GAP / 2.0);
    painter.galley(below, text, palette.weak);
    if is_chosen {
        let mark = egui_material_icons::icons::ICON_CHECK_CIRCLE;
        painter.text(
            rect.right_top() + egui::vec2(-theme::GAP * 1.5, theme::GAP * 1.5),
            egui::Align2::RIGHT_TOP,
            mark.codepoint,
            egui::FontId::new(theme::ICON_SIZE, mark.font_family()),
            palette.accent,
        );
    }
    response
}

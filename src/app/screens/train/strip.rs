//! Eight fixed queries and what the student finds for them now.

use eframe::egui;

use super::TrainPage;
use crate::app::state::train::ShownRun;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::thumbnails::Thumbnail;
use crate::app::thumbnails::ThumbnailSource;
use crate::app::widgets::words;
use crate::distill::StripRow;

const SIDE: f32 = 72.0;
const N_MATCHES: usize = 5;

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, run: &ShownRun) {
    if run.strip.is_empty() {
        return;
    }
    theme::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = theme::GAP;
        ui.label(egui::RichText::new("What it finds now").text_style(theme::card_title()));
        ui.weak(
            "The same edited copies, searched for after every pass. A tick marks the picture the \
             copy was made of.",
        );
        let row_width = SIDE * (N_MATCHES + 1) as f32 + theme::GAP * (N_MATCHES + 5) as f32;
        let n_columns = ((ui.available_width() / row_width) as usize).clamp(1, 3);
        for rows in run.strip.chunks(n_columns) {
            ui.horizontal_top(|ui| {
                for row in rows {
                    row_ui(ui, page, run, row);
                    ui.add_space(theme::GROUP_GAP);
                }
            });
        }
    });
}

fn row_ui(ui: &mut egui::Ui, page: &TrainPage<'_>, run: &ShownRun, row: &StripRow) {
    let query_id = egui::Id::unique(("strip query", &run.config.run_dir, &row.original));
    let query = page.thumbnails.get(ui.ctx(), query_id, || {
        ThumbnailSource::Jpeg(std::sync::Arc::new(row.query_jpeg.clone()))
    });
    let response = picture_ui(ui, &query, None);
    let place = row
        .matches
        .iter()
        .position(|(path, _)| path == &row.original);
    let spoken = match place {
        Some(0) => "Edited copy: its original is found first".to_owned(),
        Some(place) => format!("Edited copy: its original is in place {}", place + 1),
        None => "Edited copy: its original is not found yet".to_owned(),
    };
    speak(response, spoken);
    ui.label(
        egui_material_icons::icons::ICON_ARROW_FORWARD
            .rich_text()
            .size(theme::ICON_SIZE)
            .weak(),
    );
    for (path, similarity) in row.matches.iter().take(N_MATCHES) {
        let id = egui::Id::unique(("strip match", path));
        let thumbnail = page
            .thumbnails
            .get(ui.ctx(), id, || ThumbnailSource::File(path.clone()));
        let is_original = path == &row.original;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let meaning = if is_original {
            "the original"
        } else {
            "another picture"
        };
        let spoken = format!("{name}, {meaning}, {} alike", words::percent(*similarity));
        speak(picture_ui(ui, &thumbnail, Some(is_original)), spoken);
    }
}

/// Says in words what a picture is, to the eye on hovering and to a screen reader.
fn speak(response: egui::Response, words: String) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &words));
    response.on_hover_text(words);
}

/// A letter-boxed picture; matches get a tick in their corner when they are right.
fn picture_ui(
    ui: &mut egui::Ui,
    thumbnail: &Thumbnail,
    is_original: Option<bool>,
) -> egui::Response {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(SIDE), egui::Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, theme::THUMBNAIL_RADIUS, palette.picture_ground);
    if let Some(texture) = thumbnail.texture() {
        let size = texture.size_vec2();
        let fitted = size * (SIDE / size.max_elem().max(1.0));
        let inside = egui::Rect::from_center_size(rect.center(), fitted);
        egui::Image::new(texture)
            .corner_radius(theme::THUMBNAIL_RADIUS)
            .paint_at(ui, inside);
    }
    if is_original == Some(true) {
        let stroke = egui::Stroke::new(theme::FOCUS_RING, palette.accent);
        let painter = ui.painter();
        painter.rect_stroke(
            rect,
            theme::THUMBNAIL_RADIUS,
            stroke,
            egui::StrokeKind::Inside,
        );
        let icon = egui_material_icons::icons::ICON_CHECK_CIRCLE;
        let corner = rect.right_bottom() - egui::Vec2::splat(theme::GAP * 1.25);
        painter.circle_filled(corner, theme::GAP, palette.card);
        painter.text(
            corner,
            egui::Align2::CENTER_CENTER,
            icon.codepoint,
            egui::FontId::new(theme::ICON_SIZE, icon.font_family()),
            palette.accent,
        );
    }
    response
}

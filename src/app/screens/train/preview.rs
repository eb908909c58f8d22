//! Eight views of a picture as the recipe draws them.

use std::sync::Arc;

use eframe::egui;
use egui_material_icons::icons;

use super::TrainPage;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::PreviewCommand;
use crate::app::command::TrainCommand;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::thumbnails::Thumbnail;
use crate::app::thumbnails::ThumbnailSource;
use crate::app::thumbnails::picture_id;
use crate::app::widgets::controls;
use crate::app::widgets::segments;
use crate::app::widgets::segments::Segment;
use crate::app::widgets::words;
use crate::data::Picture;
use crate::distill::preview::N_DRAWS;
use crate::worker::PreviewReport;

const SIDE: f32 = 112.0;
/// Stages of a recipe that have a button.
const STAGES: [&str; 6] = [
    "Stage 1", "Stage 2", "Stage 3", "Stage 4", "Stage 5", "Stage 6",
];

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    theme::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = theme::GAP;
        controls::card_title(ui, "What the student sees");
        let samples = page
            .train
            .pictures
            .ready()
            .map_or(&[][..], |check| &check.samples);
        let preview = &page.train.preview;
        if preview.picture(samples).is_none() {
            ui.weak(if page.can_drop {
                "Add a folder above, or drop a picture here, to see what the recipe makes of it."
            } else {
                "Add a folder above, or choose a picture, to see what the recipe makes of it."
            });
        } else if let Some(failure) = &preview.failure {
            ui.colored_label(Palette::of(ui).problem, &failure.message);
            ui.weak(failure.advice.as_deref().unwrap_or_default());
        } else {
            ui.weak(
                "Views of one picture as the recipe draws them; every pass draws new ones. \
                 Point at a view to read what was done.",
            );
            strip_ui(ui, page, preview.report.as_ref());
        }
        buttons_ui(ui, page, samples.len(), commands);
    });
}

fn strip_ui(ui: &mut egui::Ui, page: &TrainPage<'_>, report: Option<&PreviewReport>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::splat(theme::GAP);
        let Some(report) = report else {
            for _ in 0..=N_DRAWS {
                empty_ui(ui);
            }
            return;
        };
        let preview = &report.preview;
        let name = words::file_name(&report.picture);
        picture_ui(
            ui,
            page,
            &preview.picture,
            1.0,
            &format!("The picture: {name}"),
        );
        let draws = || preview.draws.iter().map(|draw| &draw.picture);
        let widest = draws().map(|one| one.width).max().unwrap_or(1).max(1);
        for (number, draw) in (1..).zip(&preview.draws) {
            let share = draw.picture.width as f32 / widest as f32;
            let spoken = format!("View {number}: {}", draw.words);
            picture_ui(ui, page, &draw.picture, share, &spoken);
        }
    });
}

/// A letter-boxed picture; a small view takes as much less room as it is smaller.
fn picture_ui(
    ui: &mut egui::Ui,
    page: &TrainPage<'_>,
    picture: &Arc<Picture>,
    share: f32,
    spoken: &str,
) {
    let source = || ThumbnailSource::Picture(picture.clone());
    let thumbnail = page.thumbnails.get(ui.ctx(), picture_id(picture), source);
    let side = (SIDE * share).round();
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(side), egui::Sense::hover());
    paint(ui, rect, &thumbnail);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, spoken));
    response.on_hover_text(spoken);
}

fn paint(ui: &egui::Ui, rect: egui::Rect, thumbnail: &Thumbnail) {
    let painter = ui.painter();
    let ground = Palette::of(ui).picture_ground;
    painter.rect_filled(rect, theme::THUMBNAIL_RADIUS, ground);
    if let Some(texture) = thumbnail.texture() {
        let size = texture.size_vec2();
        let fitted = size * (rect.width() / size.max_elem().max(1.0));
        let inside = egui::Rect::from_center_size(rect.center(), fitted);
        egui::Image::new(texture)
            .corner_radius(theme::THUMBNAIL_RADIUS)
            .paint_at(ui, inside);
    }
}

fn empty_ui(ui: &mut egui::Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(SIDE), egui::Sense::hover());
    let ground = Palette::of(ui).picture_ground;
    ui.painter()
        .rect_filled(rect, theme::THUMBNAIL_RADIUS, ground);
}

fn buttons_ui(ui: &mut egui::Ui, page: &TrainPage<'_>, n_samples: usize, commands: &mut Commands) {
    let preview = &page.train.preview;
    let mut ask = |command| commands.push(Command::Train(TrainCommand::Preview(command)));
    ui.horizontal_wrapped(|ui| {
        if preview.report.is_some() {
            let again = controls::button(ui, Some(icons::ICON_REFRESH), "Draw again");
            if again.clicked() {
                ask(PreviewCommand::DrawAgain);
            }
        }
        let is_chosen = preview.chosen.is_some();
        if n_samples > usize::from(!is_chosen) {
            let help = "Shows another one of the training pictures";
            let another = controls::button(ui, None, "Another picture");
            if another.on_hover_text(help).clicked() {
                ask(PreviewCommand::ShowAnother);
            }
        }
        if controls::button(ui, None, "Choose a picture…").clicked() {
            ask(PreviewCommand::AskForPicture);
        }
        let n_stages = preview
            .report
            .as_ref()
            .map_or(1, |report| report.preview.n_stages);
        if n_stages > 1 {
            let segments: Vec<Segment<'_, usize>> = STAGES[..n_stages.min(STAGES.len())]
                .iter()
                .enumerate()
                .map(|(value, label)| Segment {
                    value,
                    label,
                    figure: None,
                    help: "A stage of the recipe; each draws views of its own".to_owned(),
                })
                .collect();
            let shown = preview.stage.min(n_stages - 1);
            if let Some(stage) = segments::ui(ui, shown, &segments) {
                ask(PreviewCommand::ShowStage(stage));
            }
        }
    });
}

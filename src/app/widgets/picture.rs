//! Pictures as they are shown everywhere: whole, letter-boxed on a neutral ground.

use std::path::Path;
use std::sync::Arc;

use eframe::egui;
use egui::Align2;
use egui::FontId;
use egui::Id;
use egui::Rect;
use egui::Vec2;
use egui_material_icons::icons;

use crate::app::state::AppState;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::thumbnails::Thumbnail;
use crate::app::thumbnails::ThumbnailSource;
use crate::app::thumbnails::picture_id;
use crate::data::Picture;
use crate::worker::Match;
use crate::worker::Source;

/// A tiny picture is not blown up beyond this.
const MAX_ENLARGEMENT: f32 = 3.0;

/// The thumbnail of a found picture.
pub fn of_match(ui: &egui::Ui, state: &AppState, found: &Match) -> Thumbnail {
    let library = &state.find.current().folder;
    let id = Id::unique(("match", library, found.id.0));
    state
        .thumbnails
        .get(ui.ctx(), id, || match &found.thumbnail {
            Some(jpeg) => ThumbnailSource::Jpeg(jpeg.clone()),
            None => ThumbnailSource::File(found.path.clone()),
        })
}

/// The thumbnail of a picture that is searched with.
pub fn of_source(ui: &egui::Ui, state: &AppState, source: &Source) -> Thumbnail {
    match source {
        Source::File(path) => of_file(ui, state, path),
        Source::Pixels { picture, .. } => of_picture(ui, state, picture),
    }
}

/// The thumbnail of a file on disk.
pub fn of_file(ui: &egui::Ui, state: &AppState, path: &Path) -> Thumbnail {
    let id = Id::unique(("file", path));
    state
        .thumbnails
        .get(ui.ctx(), id, || ThumbnailSource::File(path.to_owned()))
}

/// The thumbnail of pixels in memory.
pub fn of_picture(ui: &egui::Ui, state: &AppState, picture: &Arc<Picture>) -> Thumbnail {
    let id = picture_id(picture);
    state
        .thumbnails
        .get(ui.ctx(), id, || ThumbnailSource::Picture(picture.clone()))
}

/// Draws a thumbnail into `rect`, whole and centered.
pub fn paint(ui: &egui::Ui, rect: Rect, thumbnail: &Thumbnail) {
    let palette = Palette::of(ui);
    ui.painter()
        .rect_filled(rect, theme::THUMBNAIL_RADIUS, palette.picture_ground);
    match thumbnail {
        Thumbnail::Ready(texture) => {
            let size = fitted(texture.size_vec2(), rect.size());
            let place = Rect::from_center_size(rect.center(), size);
            egui::Image::from_texture(texture)
                .corner_radius(theme::THUMBNAIL_RADIUS)
                .paint_at(ui, place);
        }
        Thumbnail::Making => {}
        Thumbnail::Unreadable => {
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                icons::ICON_BROKEN_IMAGE.codepoint,
                FontId::new(
                    theme::RAIL_ICON_SIZE,
                    icons::ICON_BROKEN_IMAGE.font_family(),
                ),
                palette.weak,
            );
        }
    }
}

/// The largest size with the shape of `picture` that fits into `room`.
pub fn fitted(picture: Vec2, room: Vec2) -> Vec2 {
    if picture.x <= 0.0 || picture.y <= 0.0 {
        return Vec2::ZERO;
    }
    let scale = (room.x / picture.x).min(room.y / picture.y);
    picture * scale.clamp(0.0, MAX_ENLARGEMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_never_cropped() {
        for (width, height) in [
            (1.0, 1.0),
            (20_000.0, 10.0),
            (10.0, 20_000.0),
            (640.0, 480.0),
        ] {
            let room = Vec2::splat(160.0);
            let size = fitted(Vec2::new(width, height), room);
            assert!(size.x <= room.x + 0.01 && size.y <= room.y + 0.01);
        }
    }
}

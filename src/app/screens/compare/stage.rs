//! What of the pictures is seen: zoom and position, the same for both, and one slider.

use eframe::egui;
use egui::Id;
use egui::Rect;
use egui::Vec2;

use crate::index::PictureId;
use crate::render::OverlaySpec;
use crate::render::ViewTransform;

/// One press of + or of the button.
pub const ZOOM_STEP: f32 = 1.25;

/// The look of the sheet; it belongs to nobody else.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sight {
    /// In pixels of the query; `None` shows the whole picture, however large the window is.
    pub view: Option<ViewTransform>,
    shown: Option<PictureId>,
}

impl Sight {
    /// A new pair of pictures starts with both whole.
    pub fn load(ui: &egui::Ui, shown: PictureId) -> Self {
        let kept: Option<Self> = ui.data(|data| data.get_temp(sight_id()));
        kept.filter(|sight| sight.shown == Some(shown))
            .unwrap_or(Self {
                view: None,
                shown: Some(shown),
            })
    }

    pub fn store(self, ui: &egui::Ui) {
        ui.data_mut(|data| data.insert_temp(sight_id(), self));
    }

    /// The view in a rectangle for a picture of this size.
    pub fn in_rect(&self, rect: Rect, size: Vec2) -> ViewTransform {
        match self.view {
            Some(view) => view,
            None => whole(rect, size),
        }
    }

    pub fn fit(&mut self) {
        self.view = None;
    }

    pub fn one_to_one(&mut self, ui: &egui::Ui, rect: Rect, size: Vec2) {
        let view = self.in_rect(rect, size).one_to_one(ui.pixels_per_point());
        self.view = Some(view.kept_inside(rect, size));
    }

    pub fn zoom_by(&mut self, factor: f32, pointer: egui::Pos2, rect: Rect, size: Vec2) {
        let view = self.in_rect(rect, size);
        let zoomed = view.zoomed(rect, size, pointer, factor);
        // All the way out is the state in which the picture follows the size of the window.
        let is_whole = factor < 1.0 && zoomed.zoom <= ViewTransform::fit(rect, size).zoom;
        self.view = (!is_whole).then_some(zoomed);
    }

    pub fn pan_by(&mut self, delta: Vec2, rect: Rect, size: Vec2) {
        if let Some(view) = self.view {
            self.view = Some(view.panned(rect, size, delta));
        }
    }
}

/// A tiny picture is not blown up to the size of the window.
const MAX_ENLARGEMENT: f32 = 8.0;

fn whole(rect: Rect, size: Vec2) -> ViewTransform {
    let view = ViewTransform::fit(rect, size);
    ViewTransform {
        zoom: view.zoom.min(MAX_ENLARGEMENT),
        ..view
    }
}

fn sight_id() -> Id {
    Id::unique("compare-sight")
}

/// The value of the slider of a way of looking.
pub fn amount(ui: &egui::Ui, overlay: &OverlaySpec) -> f32 {
    let default = overlay.amount.map_or(0.0, |amount| amount.default);
    ui.data(|data| data.get_temp(amount_id(overlay)))
        .unwrap_or(default)
}

pub fn set_amount(ui: &egui::Ui, overlay: &OverlaySpec, value: f32) {
    ui.data_mut(|data| data.insert_temp(amount_id(overlay), value));
}

fn amount_id(overlay: &OverlaySpec) -> Id {
    Id::unique(("compare-amount", overlay.id))
}

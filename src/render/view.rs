//! Which part of a picture is shown, and how large.

use eframe::egui::Pos2;
use eframe::egui::Rect;
use eframe::egui::Vec2;

use crate::matching::Affine;

/// The most points one pixel may cover.
const MAX_ZOOM: f32 = 32.0;

/// Zoom and pan of one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewTransform {
    /// The pixel position shown in the middle of the rectangle.
    pub center: [f32; 2],
    /// Points of the window per pixel of the picture.
    pub zoom: f32,
}

impl ViewTransform {
    /// The whole picture, as large as the rectangle allows. `size` in pixels.
    pub fn fit(rect: Rect, size: Vec2) -> Self {
        let zoom = (rect.width() / size.x.max(1.0)).min(rect.height() / size.y.max(1.0));
        Self {
            center: [size.x / 2.0, size.y / 2.0],
            zoom: zoom.clamp(1e-4, MAX_ZOOM),
        }
    }

    /// One pixel of the picture on one pixel of the screen, the same place in the middle.
    pub fn one_to_one(self, pixels_per_point: f32) -> Self {
        Self {
            zoom: pixels_per_point.recip(),
            ..self
        }
    }

    pub fn ui_from_picture(&self, rect: Rect, place: [f32; 2]) -> Pos2 {
        let [x, y] = self.center;
        rect.center() + Vec2::new(place[0] - x, place[1] - y) * self.zoom
    }

    pub fn picture_from_ui(&self, rect: Rect, pos: Pos2) -> [f32; 2] {
        let from_middle = (pos - rect.center()) / self.zoom;
        [
            self.center[0] + from_middle.x,
            self.center[1] + from_middle.y,
        ]
    }

    /// Larger or smaller by `factor`; what is under `pointer` stays there.
    pub fn zoomed(self, rect: Rect, size: Vec2, pointer: Pos2, factor: f32) -> Self {
        let smallest = Self::fit(rect, size).zoom;
        let zoom = (self.zoom * factor).clamp(smallest, MAX_ZOOM.max(smallest));
        let held = self.picture_from_ui(rect, pointer);
        let from_middle = (pointer - rect.center()) / zoom;
        let center = [held[0] - from_middle.x, held[1] - from_middle.y];
        Self { center, zoom }.kept_inside(rect, size)
    }

    /// Dragged by `delta` points.
    pub fn panned(self, rect: Rect, size: Vec2, delta: Vec2) -> Self {
        let center = [
            self.center[0] - delta.x / self.zoom,
            self.center[1] - delta.y / self.zoom,
        ];
        Self { center, ..self }.kept_inside(rect, size)
    }

    /// No more empty room on one side than on the other.
    pub fn kept_inside(self, rect: Rect, size: Vec2) -> Self {
        let keep = |center: f32, shown: f32, whole: f32| {
            if shown >= whole {
                whole / 2.0
            } else {
                center.clamp(shown / 2.0, whole - shown / 2.0)
            }
        };
        Self {
            center: [
                keep(self.center[0], rect.width() / self.zoom, size.x),
                keep(self.center[1], rect.height() / self.zoom, size.y),
            ],
            ..self
        }
    }

    /// The view of B that goes with this view of A.
    ///
    /// Both whole pictures go together; the further one zooms in, the more exactly B shows the
    /// same place at the same size, as far as the alignment knows it.
    pub fn of_other(
        self,
        [rect_a, rect_b]: [Rect; 2],
        [size_a, size_b]: [Vec2; 2],
        a_from_b: Option<&Affine>,
    ) -> Self {
        let (fit_a, fit_b) = (Self::fit(rect_a, size_a), Self::fit(rect_b, size_b));
        let magnified = self.zoom / fit_a.zoom;
        let relative = Self {
            center: [
                self.center[0] / size_a.x.max(1.0) * size_b.x,
                self.center[1] / size_a.y.max(1.0) * size_b.y,
            ],
            zoom: fit_b.zoom * magnified,
        };
        let aligned = a_from_b.and_then(|a_from_b| {
            let [x, y] = a_from_b.inverse()?.apply(self.center.map(f64::from));
            Some(Self {
                center: [x as f32, y as f32],
                zoom: (self.zoom * a_from_b.scale() as f32).max(fit_b.zoom),
            })
        });
        let Some(aligned) = aligned else {
            return relative.kept_inside(rect_b, size_b);
        };
        let share = (magnified - 1.0).clamp(0.0, 1.0);
        let mix = |from: f32, to: f32| from + share * (to - from);
        Self {
            center: [
                mix(relative.center[0], aligned.center[0]),
                mix(relative.center[1], aligned.center[1]),
            ],
            zoom: mix(relative.zoom.ln(), aligned.zoom.ln()).exp(),
        }
        .kept_inside(rect_b, size_b)
    }

    /// Maps the rectangle (0 to 1) to pixels of the picture.
    pub(super) fn picture_from_spot(&self, rect: Rect) -> Affine {
        let (width, height) = (rect.width() / self.zoom, rect.height() / self.zoom);
        Affine {
            m: [
                f64::from(width),
                0.0,
                f64::from(self.center[0] - width / 2.0),
                0.0,
                f64::from(height),
                f64::from(self.center[1] - height / 2.0),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect() -> Rect {
        Rect::from_min_size(Pos2::new(10.0, 20.0), Vec2::new(400.0, 300.0))
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let size = Vec2::new(4000.0, 3000.0);
        let pointer = Pos2::new(210.0, 150.0);
        let view = ViewTransform::fit(rect(), size).zoomed(rect(), size, pointer, 3.0);
        let before = ViewTransform::fit(rect(), size).picture_from_ui(rect(), pointer);
        let after = view.picture_from_ui(rect(), pointer);
        assert!((before[0] - after[0]).abs() < 1.0 && (before[1] - after[1]).abs() < 1.0);
        let back = view.ui_from_picture(rect(), after);
        assert!((back - pointer).length() < 0.01);
    }

    #[test]
    fn a_picture_cannot_be_lost_by_panning() {
        let size = Vec2::new(400.0, 300.0);
        let view = ViewTransform::fit(rect(), size);
        let panned = view.panned(rect(), size, Vec2::new(5000.0, -5000.0));
        assert_eq!(panned, view);
    }

    #[test]
    fn zoomed_in_both_sides_show_the_same_place() {
        let (size_a, size_b) = (Vec2::new(800.0, 600.0), Vec2::new(400.0, 300.0));
        let a_from_b = Affine::translation(200.0, 150.0);
        let view = ViewTransform {
            center: [300.0, 250.0],
            zoom: 4.0,
        };
        let other = view.of_other([rect(), rect()], [size_a, size_b], Some(&a_from_b));
        assert!((other.center[0] - 100.0).abs() < 0.1);
        assert!((other.center[1] - 100.0).abs() < 0.1);
        assert!((other.zoom - 4.0).abs() < 0.01);
    }
}

//! Lines between cells that see the same thing.

use eframe::egui;
use egui::Color32;
use egui::Pos2;
use egui::Rect;
use egui::Shape;
use egui::Stroke;
use egui::Vec2;

use super::view::ViewTransform;
use crate::matching;
use crate::matching::Correspondence;

const LINE_WIDTH: f32 = 1.5;
/// A wider, dark line below keeps the color readable on any picture.
const RIM_WIDTH: f32 = 3.5;
const DOT_RADIUS: f32 = 3.5;

/// Lines whose two ends are in sight, colored by their place in A.
pub fn paint(
    links: &[Correspondence],
    size_a: Vec2,
    [rect_a, rect_b]: [Rect; 2],
    [view_a, view_b]: [ViewTransform; 2],
) -> Vec<Shape> {
    let mut shapes = Vec::with_capacity(links.len() * 4);
    let rim = Stroke::new(RIM_WIDTH, Color32::from_black_alpha(90));
    for link in links {
        let from = view_a.ui_from_picture(rect_a, link.a);
        let to = view_b.ui_from_picture(rect_b, link.b);
        if !rect_a.contains(from) || !rect_b.contains(to) {
            continue;
        }
        let share = [link.a[0] / size_a.x.max(1.0), link.a[1] / size_a.y.max(1.0)];
        let [red, green, blue] = matching::position_color(share);
        let color = Color32::from_rgba_premultiplied(red, green, blue, 255);
        shapes.push(Shape::line_segment([from, to], rim));
        shapes.push(Shape::line_segment(
            [from, to],
            Stroke::new(LINE_WIDTH, color),
        ));
        shapes.extend([from, to].map(|end| dot(end, color)));
    }
    shapes
}

fn dot(center: Pos2, color: Color32) -> Shape {
    Shape::circle_filled(center, DOT_RADIUS, color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_sight_are_not_drawn() {
        let rect = |left: f32| Rect::from_min_size(Pos2::new(left, 0.0), Vec2::splat(100.0));
        let link = |x: f32| Correspondence {
            a: [x, 50.0],
            b: [x, 50.0],
            similarity: 0.9,
            inlier: true,
        };
        let size = Vec2::splat(100.0);
        let close = ViewTransform {
            center: [20.0, 50.0],
            zoom: 2.5,
        };
        let shapes = paint(
            &[link(20.0), link(90.0)],
            size,
            [rect(0.0), rect(200.0)],
            [close, close],
        );
        assert_eq!(shapes.len(), 4, "two lines and two dots of one link");
    }
}

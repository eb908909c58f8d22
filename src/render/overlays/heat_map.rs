//! How well each part of a picture is found in the other one.

use eframe::egui::Shape;

use super::Amount;
use super::Layout;
use super::OverlaySpec;
use super::Stage;
use super::side_by_side;
use crate::render::pair::PairRenderer;
use crate::render::pair::Which;

pub(super) const SPEC: OverlaySpec = OverlaySpec {
    id: "heat-map",
    label: "Heat map",
    help: "Colors each part by how well it is found in the other picture",
    layout: Layout::SideBySide,
    amount: Some(Amount {
        label: "Strength",
        lowest: 0.0,
        highest: 1.0,
        default: 0.5,
    }),
    paint,
};

fn paint(pair: &PairRenderer, stage: &Stage) -> Vec<Shape> {
    let mut shapes = side_by_side::paint(pair, stage);
    let view_b = pair.view_of_b(stage.rects, stage.view);
    let [rect_a, rect_b] = stage.rects;
    shapes.push(pair.paint_heat_map(rect_a, Which::A, stage.view, stage.amount));
    shapes.push(pair.paint_heat_map(rect_b, Which::B, view_b, stage.amount));
    shapes
}

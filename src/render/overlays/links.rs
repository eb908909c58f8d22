//! Lines between the places that agree.

use eframe::egui::Shape;

use super::Layout;
use super::OverlaySpec;
use super::Stage;
use super::side_by_side;
use crate::render::pair::PairRenderer;

pub(super) const SPEC: OverlaySpec = OverlaySpec {
    id: "links",
    label: "Links",
    help: "Joins the places that show the same thing with lines",
    layout: Layout::SideBySide,
    amount: None,
    paint,
};

fn paint(pair: &PairRenderer, stage: &Stage) -> Vec<Shape> {
    let mut shapes = side_by_side::paint(pair, stage);
    let view_b = pair.view_of_b(stage.rects, stage.view);
    shapes.extend(pair.paint_links(stage.rects, [stage.view, view_b]));
    shapes
}

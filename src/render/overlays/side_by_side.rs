//! Both pictures next to each other, zoomed together.

use eframe::egui::Shape;

use super::Layout;
use super::OverlaySpec;
use super::Stage;
use crate::render::pair::PairRenderer;
use crate::render::pair::Which;

pub(super) const SPEC: OverlaySpec = OverlaySpec {
    id: "side-by-side",
    label: "Side by side",
    help: "Shows both pictures next to each other and zooms them together",
    layout: Layout::SideBySide,
    amount: None,
    paint,
};

pub(super) fn paint(pair: &PairRenderer, stage: &Stage) -> Vec<Shape> {
    let [rect_a, rect_b] = stage.rects;
    let view_b = pair.view_of_b(stage.rects, stage.view);
    vec![
        pair.paint_picture(rect_a, Which::A, stage.view),
        pair.paint_picture(rect_b, Which::B, view_b),
    ]
}

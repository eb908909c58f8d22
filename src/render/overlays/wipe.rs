//! A divider between the original and the aligned copy.

use eframe::egui::Shape;

use super::Amount;
use super::Layout;
use super::OverlaySpec;
use super::Stage;
use crate::render::pair::PairRenderer;
use crate::render::params::Aligned;

pub(super) const SPEC: OverlaySpec = OverlaySpec {
    id: "wipe",
    label: "Wipe",
    help: "Shows the original left of a divider and the copy right of it",
    layout: Layout::Aligned,
    amount: Some(Amount {
        label: "Divider",
        lowest: 0.0,
        highest: 1.0,
        default: 0.5,
    }),
    paint,
};

fn paint(pair: &PairRenderer, stage: &Stage) -> Vec<Shape> {
    let split = stage.amount;
    vec![pair.paint_aligned(
        stage.rects[0],
        Aligned::Wipe { split },
        stage.view,
        stage.look,
    )]
}

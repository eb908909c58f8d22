//! The aligned copy over the original, as transparent as wanted.

use eframe::egui::Shape;

use super::Amount;
use super::Layout;
use super::OverlaySpec;
use super::Stage;
use crate::render::pair::PairRenderer;
use crate::render::params::Aligned;

pub(super) const SPEC: OverlaySpec = OverlaySpec {
    id: "laid-over",
    label: "Laid over",
    help: "Lays the copy over the original and hatches what it does not cover",
    layout: Layout::Aligned,
    amount: Some(Amount {
        label: "Opacity",
        lowest: 0.0,
        highest: 1.0,
        default: 0.5,
    }),
    paint,
};

fn paint(pair: &PairRenderer, stage: &Stage) -> Vec<Shape> {
    let opacity = stage.amount;
    vec![pair.paint_aligned(
        stage.rects[0],
        Aligned::BOnA { opacity },
        stage.view,
        stage.look,
    )]
}

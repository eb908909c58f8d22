//! What the aligned copy changes.

use eframe::egui::Shape;

use super::Amount;
use super::Layout;
use super::OverlaySpec;
use super::Stage;
use crate::render::pair::PairRenderer;
use crate::render::params::Aligned;

pub(super) const SPEC: OverlaySpec = OverlaySpec {
    id: "difference",
    label: "Difference",
    help: "Shows bright what the copy changes, apart from brightness and contrast",
    layout: Layout::Aligned,
    amount: Some(Amount {
        label: "Gain",
        lowest: 1.0,
        highest: 16.0,
        default: 3.0,
    }),
    paint,
};

fn paint(pair: &PairRenderer, stage: &Stage) -> Vec<Shape> {
    let gain = stage.amount;
    vec![pair.paint_aligned(
        stage.rects[0],
        Aligned::Difference { gain },
        stage.view,
        stage.look,
    )]
}

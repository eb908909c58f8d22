//! The original and the aligned copy in turn.

use eframe::egui::Shape;

use super::Amount;
use super::Layout;
use super::OverlaySpec;
use super::Stage;
use crate::render::pair::PairRenderer;
use crate::render::params::Aligned;

pub(super) const SPEC: OverlaySpec = OverlaySpec {
    id: "blink",
    label: "Blink",
    help: "Shows the original and the copy in turn at the same place",
    layout: Layout::Aligned,
    amount: Some(Amount {
        label: "Seconds per picture",
        lowest: 0.2,
        highest: 3.0,
        default: 0.8,
    }),
    paint,
};

fn paint(pair: &PairRenderer, stage: &Stage) -> Vec<Shape> {
    let mode = if shows_copy(stage.seconds, stage.amount) {
        Aligned::BOnA { opacity: 1.0 }
    } else {
        Aligned::A
    };
    vec![pair.paint_aligned(stage.rects[0], mode, stage.view, stage.look)]
}

fn shows_copy(seconds: f64, seconds_per_picture: f32) -> bool {
    let turns = seconds / f64::from(seconds_per_picture.max(0.1));
    turns.rem_euclid(2.0) >= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pictures_get_the_same_time() {
        let n_copy = (0..400).filter(|i| shows_copy(f64::from(*i) * 0.01, 0.5));
        assert_eq!(n_copy.count(), 200);
    }
}

//! The ways of looking at two pictures, in the order they stand on screen.

mod blink;
mod difference;
mod heat_map;
mod laid_over;
mod links;
mod side_by_side;
mod wipe;

use eframe::egui::Rect;
use eframe::egui::Shape;

use super::pair::Look;
use super::pair::PairRenderer;
use super::view::ViewTransform;

/// One way of looking at two pictures.
pub struct OverlaySpec {
    /// Kebab-case, never renamed.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub layout: Layout,
    /// The one thing that can be adjusted, if any.
    pub amount: Option<Amount>,
    /// Back to front.
    pub paint: fn(&PairRenderer, &Stage) -> Vec<Shape>,
}

/// How many rectangles a way of looking needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A in `Stage::rects[0]`, B in `Stage::rects[1]`.
    SideBySide,
    /// Both in `Stage::rects[0]`, in the frame of A.
    Aligned,
}

/// A slider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    pub label: &'static str,
    pub lowest: f32,
    pub highest: f32,
    pub default: f32,
}

/// Where and how to paint.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// Aligned ways of looking use the first only.
    pub rects: [Rect; 2],
    /// In pixels of A.
    pub view: ViewTransform,
    /// The value of the slider of [`OverlaySpec::amount`].
    pub amount: f32,
    /// Seconds of the window's clock, for blinking.
    pub seconds: f64,
    pub look: Look,
}

/// In the order on screen.
pub const OVERLAYS: &[OverlaySpec] = &[
    side_by_side::SPEC,
    links::SPEC,
    heat_map::SPEC,
    wipe::SPEC,
    blink::SPEC,
    laid_over::SPEC,
    difference::SPEC,
];

/// The way of looking with this id.
pub fn find(id: &str) -> Option<&'static OverlaySpec> {
    OVERLAYS.iter().find(|spec| spec.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_help_is_a_sentence() {
        for (i, spec) in OVERLAYS.iter().enumerate() {
            assert!(OVERLAYS[i + 1..].iter().all(|other| other.id != spec.id));
            assert!(spec.help.starts_with(char::is_uppercase), "{}", spec.id);
            assert!(spec.help.contains(' ') && !spec.help.ends_with('.'));
            assert!(find(spec.id).is_some());
        }
    }

    #[test]
    fn every_slider_starts_inside_its_range() {
        for amount in OVERLAYS.iter().filter_map(|spec| spec.amount) {
            assert!((amount.lowest..=amount.highest).contains(&amount.default));
        }
    }
}

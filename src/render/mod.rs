//! Paints two pictures and what they have in common.
//!
//! - Owns: the wgpu pipelines of `shaders/`, the drawing without a graphics card, zoom and pan, and
//!   the table of [`overlays`].
//! - Invariant: both routes are handed the same numbers and draw the same thing.
//! - Invariant: nothing here decides what matches; it is handed a finished comparison.
//! - Not here: comparing (`matching`), buttons and sliders (`app`).
//! - To add a way of looking: one file in `overlays/` and one row in [`overlays::OVERLAYS`].
//!
//! How a screen uses it:
//!
//! ```no_run
//! # use copylens::{data::Picture, matching::Comparison, render};
//! # use eframe::{egui, egui_wgpu::RenderState};
//! # fn screen(ui: &mut egui::Ui, gpu: Option<&RenderState>, a: &Picture, b: &Picture,
//! #     found: &Comparison, look: render::Look, amount: f32) {
//! // Once per comparison. `PreparedPair` takes the time and may be made on any thread.
//! let prepared = render::PreparedPair::new(a, b, found, gpu);
//! let pair = render::PairRenderer::new(ui.ctx(), gpu, prepared);
//!
//! // In every frame: two rectangles (aligned ways of looking use the first) and one view.
//! let overlay = render::overlays::find("links").expect("a row of the table");
//! let rect = ui.available_rect_before_wrap();
//! let rects = [rect.split_left_right_at_fraction(0.5).0, rect.split_left_right_at_fraction(0.5).1];
//! let size = pair.size(render::Which::A);
//! let view = render::ViewTransform::fit(rects[0], size); // keep it; `zoomed` and `panned` change it
//! let seconds = ui.input(|input| input.time);
//! let stage = render::Stage { rects, view, amount, seconds, look };
//! ui.painter().extend((overlay.paint)(&pair, &stage));
//! # }
//! ```
//!
//! `gpu` is `frame.wgpu_render_state()`; `None` draws on the processor and looks the same.

mod gpu;
mod links;
mod mips;
pub mod overlays;
mod pair;
mod params;
mod ramp;
mod software;
mod view;

pub use overlays::Amount;
pub use overlays::Layout;
pub use overlays::OVERLAYS;
pub use overlays::OverlaySpec;
pub use overlays::Stage;
pub use pair::Look;
pub use pair::PairRenderer;
pub use pair::PreparedPair;
pub use pair::Which;
pub use params::Aligned;
pub use view::ViewTransform;

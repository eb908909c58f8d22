//! Two pictures, ready to be painted again and again.

use eframe::egui;
use eframe::egui_wgpu::RenderState;
use egui::Color32;
use egui::Rect;
use egui::Shape;
use egui::Vec2;

use super::gpu::Gpu;
use super::links;
use super::mips::Mips;
use super::params;
use super::params::Aligned;
use super::params::HeatParams;
use super::params::PairParams;
use super::software::Software;
use super::view::ViewTransform;
use crate::data::Picture;
use crate::matching;
use crate::matching::Affine;
use crate::matching::Comparison;
use crate::matching::Correspondence;
use crate::matching::HeatMap;

/// The longest edge of a texture; every graphics card of the last ten years can do it.
const MAX_TEXTURE_SIDE: u32 = 8192;
/// Without a graphics card, less memory is worth more than the last detail.
const MAX_SOFTWARE_SIDE: u32 = 4096;
/// The longer edge of the picture on which brightness and contrast are matched.
const TONE_SIDE: f64 = 256.0;

/// One of the two pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    A,
    B,
}

/// The colors of the theme that end up in a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Behind pictures.
    pub ground: Color32,
    /// The lines over what lies outside the common region.
    pub hatch: Color32,
}

/// Everything that takes time, made without a window; may be built on any thread.
pub struct PreparedPair {
    pictures: [Mips; 2],
    heats: [HeatMap; 2],
    links: Vec<Correspondence>,
    a_from_b: Affine,
    is_aligned: bool,
    /// Contrast and brightness per channel that make B look like A.
    tone: [[f32; 2]; 3],
}

/// Paints two pictures and what they have in common.
pub struct PairRenderer {
    sizes: [Vec2; 2],
    heats: [HeatMap; 2],
    links: Vec<Correspondence>,
    a_from_b: Affine,
    b_from_a: Affine,
    is_aligned: bool,
    tone: [[f32; 2]; 3],
    route: Route,
}

enum Route {
    Gpu(Box<Gpu>),
    Software {
        drawn: Software,
        pictures: [Mips; 2],
    },
}

impl PreparedPair {
    /// Shrinks and halves the pictures; `gpu` is `None` where the window has no wgpu renderer.
    pub fn new(
        a: &Picture,
        b: &Picture,
        comparison: &Comparison,
        gpu: Option<&RenderState>,
    ) -> Self {
        let max_side = gpu.map_or(MAX_SOFTWARE_SIDE, |state| {
            let limit = state.device.limits().max_texture_dimension_2d;
            limit.min(MAX_TEXTURE_SIDE)
        });
        let whole = Affine::scaling(
            f64::from(a.width) / f64::from(b.width),
            f64::from(a.height) / f64::from(b.height),
        );
        let transform = comparison.transform.filter(|map| map.inverse().is_some());
        let a_from_b = transform.unwrap_or(whole);
        Self {
            pictures: [Mips::new(a, max_side), Mips::new(b, max_side)],
            heats: [comparison.heat_a.clone(), comparison.heat_b.clone()],
            links: matching::spread_lines(comparison, matching::MAX_LINES),
            is_aligned: transform.is_some(),
            tone: tone(a, b, &a_from_b),
            a_from_b,
        }
    }
}

impl PairRenderer {
    /// Hands the pictures to the graphics card, or keeps them for drawing without one.
    pub fn new(context: &egui::Context, gpu: Option<&RenderState>, prepared: PreparedPair) -> Self {
        let PreparedPair {
            pictures,
            heats,
            links,
            a_from_b,
            is_aligned,
            tone,
        } = prepared;
        let sizes = [&pictures[0], &pictures[1]].map(|mips| Vec2::from(mips.picture_size));
        let route = match gpu {
            Some(state) => Route::Gpu(Box::new(Gpu::new(
                state,
                [&pictures[0], &pictures[1]],
                [&heats[0], &heats[1]],
            ))),
            None => Route::Software {
                drawn: Software::new(context),
                pictures,
            },
        };
        Self {
            sizes,
            heats,
            links,
            b_from_a: a_from_b.inverse().unwrap_or(Affine::IDENTITY),
            a_from_b,
            is_aligned,
            tone,
            route,
        }
    }

    /// Size of a picture in pixels.
    pub fn size(&self, which: Which) -> Vec2 {
        self.sizes[which as usize]
    }

    /// False when nothing was proven: then the aligned views lay one picture on the other edge on
    /// edge.
    pub fn is_aligned(&self) -> bool {
        self.is_aligned
    }

    /// The view of B that goes with `view` of A, see [`ViewTransform::of_other`].
    pub fn view_of_b(&self, rects: [Rect; 2], view: ViewTransform) -> ViewTransform {
        let transform = self.is_aligned.then_some(&self.a_from_b);
        view.of_other(rects, self.sizes, transform)
    }

    /// One picture alone; `view` in its own pixels. Nothing is painted beside it.
    pub fn paint_picture(&self, rect: Rect, which: Which, view: ViewTransform) -> Shape {
        let shown = which as usize;
        let params = PairParams {
            picture_from_spot: params::rows(&view.picture_from_spot(rect)),
            other_from_picture: params::rows(&Affine::IDENTITY),
            sizes: self.sizes_of([shown, shown]),
            control: control(Aligned::A, rect),
            ..bytemuck::Zeroable::zeroed()
        };
        self.paint_pair(rect, [shown, shown], params)
    }

    /// The heat map of one picture, half transparent, to be painted over it.
    pub fn paint_heat_map(
        &self,
        rect: Rect,
        which: Which,
        view: ViewTransform,
        opacity: f32,
    ) -> Shape {
        let map = &self.heats[which as usize];
        let size = self.size(which);
        if map.values.is_empty() {
            return Shape::Noop;
        }
        let cells_from_picture = Affine::scaling(
            map.cols as f64 / f64::from(size.x),
            map.rows as f64 / f64::from(size.y),
        );
        let cell_from_spot = cells_from_picture * view.picture_from_spot(rect);
        let params = HeatParams::new(&cell_from_spot, [map.cols, map.rows], opacity);
        match &self.route {
            Route::Gpu(gpu) => gpu.heat(rect, which as usize, params),
            Route::Software { drawn, .. } => {
                let what = 10 + which as u8;
                image(rect, &drawn.heat(what, map, &params, params::points(rect)))
            }
        }
    }

    /// Both pictures laid on each other in the frame of A; `view` in pixels of A.
    pub fn paint_aligned(
        &self,
        rect: Rect,
        mode: Aligned,
        view: ViewTransform,
        look: Look,
    ) -> Shape {
        let mut contrast = [0.0; 4];
        let mut brightness = [0.0; 4];
        for (channel, [factor, levels]) in self.tone.into_iter().enumerate() {
            contrast[channel] = factor;
            brightness[channel] = levels / 255.0;
        }
        let params = PairParams {
            picture_from_spot: params::rows(&view.picture_from_spot(rect)),
            other_from_picture: params::rows(&self.b_from_a),
            sizes: self.sizes_of([0, 1]),
            contrast,
            brightness,
            ground: params::color(look.ground),
            hatch: params::color(look.hatch),
            control: control(mode, rect),
            output: [0.0; 4],
        };
        self.paint_pair(rect, [0, 1], params)
    }

    /// Lines between cells that see the same thing, colored by their place in A.
    pub fn paint_links(&self, rects: [Rect; 2], views: [ViewTransform; 2]) -> Vec<Shape> {
        links::paint(&self.links, self.sizes[0], rects, views)
    }

    fn paint_pair(&self, rect: Rect, [shown, other]: [usize; 2], params: PairParams) -> Shape {
        match &self.route {
            Route::Gpu(gpu) => gpu.pair(rect, [shown, other], params),
            Route::Software { drawn, pictures } => {
                let what = (shown * 2 + other) as u8;
                let handle = drawn.pair(what, &pictures[shown], &pictures[other], &params);
                image(rect, &handle)
            }
        }
    }

    fn sizes_of(&self, [shown, other]: [usize; 2]) -> [f32; 4] {
        let (shown, other) = (self.sizes[shown], self.sizes[other]);
        [shown.x, shown.y, other.x, other.y]
    }
}

fn control(mode: Aligned, rect: Rect) -> [f32; 4] {
    let [number, amount] = mode.control();
    let [width, height] = params::points(rect);
    [number, amount, width, height]
}

fn image(rect: Rect, handle: &egui::TextureHandle) -> Shape {
    let uv = Rect::from_min_max(egui::Pos2::ZERO, egui::Pos2::new(1.0, 1.0));
    Shape::image(handle.id(), rect, uv, Color32::WHITE)
}

/// Measured on a small copy: tone does not depend on detail.
fn tone(a: &Picture, b: &Picture, a_from_b: &Affine) -> [[f32; 2]; 3] {
    let longer = f64::from(a.width.max(a.height));
    let shrink = (TONE_SIDE / longer).min(1.0);
    let side = |pixels: u32| ((f64::from(pixels) * shrink).round() as u32).max(1);
    let (width, height) = (side(a.width), side(a.height));
    let small = Affine::scaling(
        f64::from(width) / f64::from(a.width),
        f64::from(height) / f64::from(a.height),
    );
    let (small_a, _) = matching::warp(a, &small, width, height);
    let (warped, inside) = matching::warp(b, &(small * *a_from_b), width, height);
    [0, 1, 2].map(|channel| matching::tone(&small_a, &warped, &inside, channel))
}

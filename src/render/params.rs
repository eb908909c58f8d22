//! What the shaders are told for one rectangle; the software route reads the same numbers.

use bytemuck::Pod;
use bytemuck::Zeroable;
use eframe::egui::Color32;
use eframe::egui::Rect;

use super::ramp;
use crate::matching::Affine;

/// How two pictures are laid on each other, in the frame of A.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aligned {
    /// The original alone.
    A,
    /// The copy over the original; 1 hides the original.
    BOnA { opacity: f32 },
    /// The original left of the divider, the copy right of it; 0 to 1 of the rectangle's width.
    Wipe { split: f32 },
    /// Absolute difference times `gain`, after brightness and contrast have been matched.
    Difference { gain: f32 },
}

impl Aligned {
    /// The number of the mode in `shaders/pair.wgsl`, and its amount.
    pub(super) fn control(self) -> [f32; 2] {
        match self {
            Self::A => [0.0, 0.0],
            Self::BOnA { opacity } => [1.0, opacity],
            Self::Wipe { split } => [2.0, split],
            Self::Difference { gain } => [3.0, gain],
        }
    }
}

/// `Params` of `shaders/pair.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct PairParams {
    pub picture_from_spot: [[f32; 4]; 2],
    pub other_from_picture: [[f32; 4]; 2],
    pub sizes: [f32; 4],
    pub contrast: [f32; 4],
    pub brightness: [f32; 4],
    pub ground: [f32; 4],
    pub hatch: [f32; 4],
    pub control: [f32; 4],
    pub output: [f32; 4],
}

/// `Params` of `shaders/heat_map.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct HeatParams {
    pub cell_from_spot: [[f32; 4]; 2],
    pub ramp: [[f32; 4]; 6],
    pub control: [f32; 4],
}

impl HeatParams {
    /// `grid` is columns and rows; `cell_from_spot` maps the rectangle (0 to 1) to cells.
    pub fn new(cell_from_spot: &Affine, grid: [usize; 2], opacity: f32) -> Self {
        Self {
            cell_from_spot: rows(cell_from_spot),
            ramp: ramp::STOPS.map(|stop| {
                let [red, green, blue] = stop.map(|level| f32::from(level) / 255.0);
                [red, green, blue, 1.0]
            }),
            control: [grid[0] as f32, grid[1] as f32, opacity, 0.0],
        }
    }
}

/// An affine map as the shaders read it.
pub fn rows(map: &Affine) -> [[f32; 4]; 2] {
    let m = map.m.map(|value| value as f32);
    [[m[0], m[1], m[2], 0.0], [m[3], m[4], m[5], 0.0]]
}

/// Applies a map as the shaders do.
pub fn apply(rows: &[[f32; 4]; 2], [x, y]: [f32; 2]) -> [f32; 2] {
    rows.map(|row| row[0] * x + row[1] * y + row[2])
}

/// sRGB-encoded color, 0 to 1.
pub fn color(color: Color32) -> [f32; 4] {
    [color.r(), color.g(), color.b(), 255].map(|level| f32::from(level) / 255.0)
}

/// The size of a rectangle in points.
pub fn points(rect: Rect) -> [f32; 2] {
    [rect.width(), rect.height()]
}

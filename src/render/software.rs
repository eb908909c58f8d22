//! Draws without a graphics card: the same pictures as the shaders, made on the processor.
//!
//! Used where the window has no wgpu renderer, and in tests.

use bytemuck::bytes_of;
use eframe::egui;
use egui::Color32;
use egui::ColorImage;
use egui::TextureHandle;
use egui::TextureOptions;
use parking_lot::Mutex;
use rayon::prelude::*;

use super::mips::Mips;
use super::params;
use super::params::HeatParams;
use super::params::PairParams;
use super::ramp;
use crate::matching::HeatMap;

/// The most samples along one edge of a drawing.
const MAX_SAMPLES: f32 = 2048.0;
/// Drawings that are kept: both pictures, both heat maps, and one aligned view.
const KEPT: usize = 5;

/// Distance between two hatch lines and their thickness in points, as in `shaders/pair.wgsl`.
const HATCH_STEP: f32 = 9.0;
const HATCH_LINE: f32 = 2.0;

/// Drawings of the last frames, newest last.
pub struct Software {
    context: egui::Context,
    kept: Mutex<Vec<(Vec<u8>, TextureHandle)>>,
}

impl Software {
    pub fn new(context: &egui::Context) -> Self {
        Self {
            context: context.clone(),
            kept: Mutex::default(),
        }
    }

    /// One picture, or two laid on each other; `what` tells pictures with equal numbers apart.
    pub fn pair(&self, what: u8, shown: &Mips, other: &Mips, params: &PairParams) -> TextureHandle {
        self.keep(what, bytes_of(params), || draw_pair(shown, other, params))
    }

    pub fn heat(
        &self,
        what: u8,
        map: &HeatMap,
        params: &HeatParams,
        points: [f32; 2],
    ) -> TextureHandle {
        let mut key = bytes_of(params).to_vec();
        key.extend_from_slice(bytes_of(&points));
        self.keep(what, &key, || draw_heat(map, params, points))
    }

    fn keep(&self, what: u8, key: &[u8], draw: impl FnOnce() -> ColorImage) -> TextureHandle {
        let mut full_key = vec![what];
        full_key.extend_from_slice(key);
        let mut kept = self.kept.lock();
        if let Some(place) = kept.iter().position(|(key, _)| *key == full_key) {
            let entry = kept.remove(place);
            kept.push(entry);
        } else {
            let options = TextureOptions::LINEAR;
            let handle = self.context.load_texture("comparison", draw(), options);
            if kept.len() >= KEPT {
                drop(kept.remove(0));
            }
            kept.push((full_key, handle));
        }
        kept[kept.len() - 1].1.clone()
    }
}

/// What `shaders/pair.wgsl` draws.
pub fn draw_pair(shown: &Mips, other: &Mips, params: &PairParams) -> ColorImage {
    let [width, height] = samples([params.control[2], params.control[3]]);
    let per_sample = params.picture_from_spot[0][0].abs() / width as f32;
    let other_scale = {
        let [x, y] = params.other_from_picture;
        (x[0] * y[1] - x[1] * y[0]).abs().sqrt()
    };
    let shown_level = shown.level_for(per_sample);
    let other_level = other.level_for(per_sample * other_scale);
    let [shown_size, other_size] = [[0, 1], [2, 3]].map(|i: [usize; 2]| i.map(|i| params.sizes[i]));
    draw(width, height, |spot| {
        let place = params::apply(&params.picture_from_spot, spot);
        if !is_inside(place, shown_size) {
            return Color32::TRANSPARENT;
        }
        let other_place = params::apply(&params.other_from_picture, place);
        let color = shown_level.sample(shares(place, shown_size));
        let both = is_inside(other_place, other_size);
        let [mode, amount] = [params.control[0], params.control[1]];
        let other = || other_level.sample(shares(other_place, other_size));
        let laid_over = || if both { other() } else { hatched(params, spot) };
        let result = match mode as u8 {
            1 => mix(color, laid_over(), amount),
            2 if spot[0] > amount => laid_over(),
            3 if both => difference(params, color, other()),
            3 => hatched(params, spot),
            _ => color,
        };
        opaque(result)
    })
}

/// What `shaders/heat_map.wgsl` draws.
pub fn draw_heat(map: &HeatMap, params: &HeatParams, points: [f32; 2]) -> ColorImage {
    let [width, height] = samples(points);
    let grid = [params.control[0], params.control[1]];
    let alpha = (params.control[2] * 255.0).round() as u8;
    draw(width, height, |spot| {
        let place = params::apply(&params.cell_from_spot, spot);
        if !is_inside(place, grid) {
            return Color32::TRANSPARENT;
        }
        let [red, green, blue] = ramp::color(smooth_value(map, place));
        Color32::from_rgba_unmultiplied(red, green, blue, alpha)
    })
}

fn draw(width: usize, height: usize, color_at: impl Fn([f32; 2]) -> Color32 + Sync) -> ColorImage {
    let mut pixels = vec![Color32::TRANSPARENT; width * height];
    pixels
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(row, line)| {
            let y = (row as f32 + 0.5) / height as f32;
            for (column, pixel) in line.iter_mut().enumerate() {
                *pixel = color_at([(column as f32 + 0.5) / width as f32, y]);
            }
        });
    ColorImage::new([width, height], pixels)
}

fn samples(points: [f32; 2]) -> [usize; 2] {
    points.map(|side| side.round().clamp(1.0, MAX_SAMPLES) as usize)
}

fn is_inside(place: [f32; 2], size: [f32; 2]) -> bool {
    (0..2).all(|axis| place[axis] >= 0.0 && place[axis] <= size[axis])
}

fn shares(place: [f32; 2], size: [f32; 2]) -> [f32; 2] {
    [place[0] / size[0], place[1] / size[1]]
}

fn mix(from: [f32; 3], to: [f32; 3], share: f32) -> [f32; 3] {
    [0, 1, 2].map(|i: usize| from[i] + share * (to[i] - from[i]))
}

fn difference(params: &PairParams, color: [f32; 3], other: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|i: usize| {
        let matched = params.contrast[i] * other[i] + params.brightness[i];
        (color[i] - matched).abs() * params.control[1]
    })
}

fn hatched(params: &PairParams, spot: [f32; 2]) -> [f32; 3] {
    let sum = spot[0] * params.control[2] + spot[1] * params.control[3];
    let along = (sum / HATCH_STEP).fract() * HATCH_STEP;
    let cover = HATCH_LINE * 0.5 + 0.5 - (along - HATCH_STEP * 0.5).abs();
    let [ground, hatch] = [params.ground, params.hatch].map(|c| [c[0], c[1], c[2]]);
    mix(ground, hatch, cover.clamp(0.0, 1.0))
}

fn opaque(color: [f32; 3]) -> Color32 {
    let [red, green, blue] = color.map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
    Color32::from_rgba_premultiplied(red, green, blue, 255)
}

/// Catmull-Rom over the cells, the border repeated outward.
fn smooth_value(map: &HeatMap, place: [f32; 2]) -> f32 {
    let from = place.map(|v| v - 0.5);
    let corner = from.map(f32::floor);
    let [x, y] = [0, 1].map(|axis: usize| weights(from[axis] - corner[axis]));
    let mut sum = 0.0;
    for (row, y) in y.iter().enumerate() {
        for (column, x) in x.iter().enumerate() {
            let clamped = |from: f32, step: usize, n: usize| {
                (from as i64 + step as i64 - 1).clamp(0, n as i64 - 1) as usize
            };
            let cell =
                clamped(corner[1], row, map.rows) * map.cols + clamped(corner[0], column, map.cols);
            sum += y * x * map.values[cell];
        }
    }
    sum.clamp(0.0, 1.0)
}

fn weights(s: f32) -> [f32; 4] {
    [
        s * (-0.5 + s * (1.0 - 0.5 * s)),
        1.0 + s * s * (-2.5 + 1.5 * s),
        s * (0.5 + s * (2.0 - 1.5 * s)),
        s * s * (-0.5 + 0.5 * s),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Picture;
    use crate::matching::Affine;
    use crate::render::Aligned;

    const WHITE: [f32; 4] = [1.0; 4];
    const BLUE: [f32; 4] = [0.0, 0.0, 1.0, 1.0];

    /// A is 40 x 20 and red; B is 20 x 20, green, and lies on the right half of A.
    fn drawn(mode: Aligned) -> ColorImage {
        let a = Mips::new(&Picture::filled(40, 20, [200, 0, 0]), 4096);
        let b = Mips::new(&Picture::filled(20, 20, [0, 200, 0]), 4096);
        let [number, amount] = mode.control();
        let params = PairParams {
            picture_from_spot: params::rows(&Affine::scaling(40.0, 20.0)),
            other_from_picture: params::rows(&Affine::translation(-20.0, 0.0)),
            sizes: [40.0, 20.0, 20.0, 20.0],
            contrast: WHITE,
            brightness: [0.0; 4],
            ground: WHITE,
            hatch: BLUE,
            control: [number, amount, 40.0, 20.0],
            output: [0.0; 4],
        };
        draw_pair(&a, &b, &params)
    }

    fn at(image: &ColorImage, x: usize, y: usize) -> [u8; 3] {
        let color = image.pixels[y * image.size[0] + x];
        [color.r(), color.g(), color.b()]
    }

    #[test]
    fn a_wipe_shows_the_copy_right_of_the_divider_only() {
        let image = drawn(Aligned::Wipe { split: 0.75 });
        assert_eq!(image.size, [40, 20]);
        assert_eq!(at(&image, 25, 10), [200, 0, 0]);
        assert_eq!(at(&image, 35, 10), [0, 200, 0]);
    }

    #[test]
    fn what_the_copy_does_not_cover_is_hatched() {
        let image = drawn(Aligned::BOnA { opacity: 1.0 });
        assert_eq!(at(&image, 30, 10), [0, 200, 0]);
        let left: Vec<[u8; 3]> = (0..18).map(|x| at(&image, x, 10)).collect();
        assert!(left.contains(&[255, 255, 255]) && left.contains(&[0, 0, 255]));
    }

    #[test]
    fn the_difference_is_measured_after_tones_are_matched() {
        let image = drawn(Aligned::Difference { gain: 0.5 });
        assert_eq!(at(&image, 30, 10), [100, 100, 0]);
    }

    #[test]
    fn the_heat_map_passes_through_its_values() {
        let map = HeatMap {
            rows: 1,
            cols: 3,
            values: vec![0.0, 1.0, 0.0],
        };
        let params = HeatParams::new(&Affine::scaling(3.0, 1.0), [3, 1], 1.0);
        let image = draw_heat(&map, &params, [3.0, 1.0]);
        assert_eq!(at(&image, 0, 0), ramp::color(0.0));
        assert_eq!(at(&image, 1, 0), ramp::color(1.0));
    }
}

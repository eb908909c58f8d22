//! Pixel work that several augmentations share.

use fast_image_resize::FilterType;
use fast_image_resize::PixelType;
use fast_image_resize::ResizeAlg;
use fast_image_resize::ResizeOptions;
use fast_image_resize::Resizer;
use fast_image_resize::images::Image;
use fast_image_resize::images::ImageRef;

use crate::data::Picture;

/// A rectangle of whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Area {
    pub(super) const fn of(picture: &Picture) -> Self {
        Self {
            left: 0,
            top: 0,
            width: picture.width,
            height: picture.height,
        }
    }
}

/// Cuts `area` out and brings it to `width x height`, antialiased bilinear as Pillow does it.
pub(super) fn resize_area(picture: &Picture, area: Area, width: u32, height: u32) -> Picture {
    if area == Area::of(picture) && (width, height) == (picture.width, picture.height) {
        return picture.clone();
    }
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .use_alpha(false)
        .crop(
            area.left.into(),
            area.top.into(),
            area.width.into(),
            area.height.into(),
        );
    let source = ImageRef::new(picture.width, picture.height, &picture.rgb, PixelType::U8x3)
        .expect("a picture holds three bytes per pixel");
    let mut target = Image::new(width, height, PixelType::U8x3);
    Resizer::new()
        .resize(&source, &mut target, &options)
        .expect("both sides are RGB and the area lies inside");
    Picture::new(width, height, target.into_vec())
}

/// The whole picture at another size.
pub(super) fn resize(picture: &Picture, width: u32, height: u32) -> Picture {
    resize_area(picture, Area::of(picture), width.max(1), height.max(1))
}

/// Pixels with opacity at another size, bilinear, colors weighted by their opacity.
pub(super) fn resize_rgba(rgba: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    let source = ImageRef::new(from.0, from.1, rgba, PixelType::U8x4)
        .expect("a sticker holds four bytes per pixel");
    let mut target = Image::new(to.0, to.1, PixelType::U8x4);
    Resizer::new()
        .resize(&source, &mut target, &options)
        .expect("both sides are RGBA");
    target.into_vec()
}

/// Draws `top` onto `canvas` with its upper left corner at `(left, top_edge)`; what lies outside
/// is cut off.
pub(super) fn paste(canvas: &mut Picture, top: &Picture, left: u32, top_edge: u32, opacity: f32) {
    let n_columns = top.width.min(canvas.width.saturating_sub(left)) as usize;
    let n_rows = top.height.min(canvas.height.saturating_sub(top_edge));
    let weight = (opacity.clamp(0.0, 1.0) * 256.0).round() as u32;
    for y in 0..n_rows {
        let from = y as usize * top.width as usize * 3;
        let to = ((top_edge + y) as usize * canvas.width as usize + left as usize) * 3;
        let source = &top.rgb[from..from + n_columns * 3];
        let target = &mut canvas.rgb[to..to + n_columns * 3];
        if weight == 256 {
            target.copy_from_slice(source);
            continue;
        }
        for (below, above) in target.iter_mut().zip(source) {
            *below = mix(*below, *above, weight);
        }
    }
}

/// Paints a rectangle; what lies outside the canvas is cut off.
pub(super) fn fill(canvas: &mut Picture, area: Area, color: [u8; 3]) {
    let right = (area.left + area.width).min(canvas.width);
    let bottom = (area.top + area.height).min(canvas.height);
    for y in area.top.min(bottom)..bottom {
        for x in area.left.min(right)..right {
            canvas.put(x, y, color);
        }
    }
}

/// `weight` of 256 parts of `above`, the rest of `below`.
pub(super) const fn mix(below: u8, above: u8, weight: u32) -> u8 {
    ((below as u32 * (256 - weight) + above as u32 * weight + 128) >> 8) as u8
}

pub(super) fn mix_color(below: [u8; 3], above: [u8; 3], weight: u32) -> [u8; 3] {
    [0, 1, 2].map(|channel| mix(below[channel], above[channel], weight))
}

/// Bilinear value at `(x, y)`, where pixel centers lie at half numbers; `None` outside.
///
/// The same rule as Pillow's transforms: outside means outside the edges of the picture, and the
/// outermost half pixel repeats the edge.
pub(super) fn sample(picture: &Picture, x: f32, y: f32) -> Option<[u8; 3]> {
    let (width, height) = (picture.width as f32, picture.height as f32);
    if !(0.0..width).contains(&x) || !(0.0..height).contains(&y) {
        return None;
    }
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let clamp = |value: f32, n: u32| (value.max(0.0) as u32).min(n - 1);
    let (x0, x1) = (clamp(left, picture.width), clamp(left + 1.0, picture.width));
    let (y0, y1) = (clamp(top, picture.height), clamp(top + 1.0, picture.height));
    let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| picture.pixel(x, y));
    Some([0, 1, 2].map(|channel| {
        let [a, b, c, d] = corners.map(|corner| f32::from(corner[channel]));
        let upper = a + (b - a) * dx;
        let lower = c + (d - c) * dx;
        (upper + (lower - upper) * dy) as u8
    }))
}

/// Luma as Pillow's mode `L` (ITU-R 601, 16-bit weights).
pub(super) const fn luma(pixel: [u8; 3]) -> u8 {
    let [r, g, b] = pixel;
    ((r as u32 * 19_595 + g as u32 * 38_470 + b as u32 * 7_471 + 0x8000) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_uses_the_weights_of_itu_601() {
        // 0.299 * 255 = 76.245, 0.587 * 255 = 149.685, 0.114 * 255 = 29.07.
        assert_eq!(luma([255, 0, 0]), 76);
        assert_eq!(luma([0, 255, 0]), 150);
        assert_eq!(luma([0, 0, 255]), 29);
        assert_eq!(luma([255, 255, 255]), 255);
    }

    #[test]
    fn a_sample_at_a_pixel_center_is_the_pixel() {
        let picture = Picture::new(2, 1, vec![10, 20, 30, 110, 120, 130]);
        assert_eq!(sample(&picture, 0.5, 0.5), Some([10, 20, 30]));
        assert_eq!(sample(&picture, 1.5, 0.5), Some([110, 120, 130]));
        assert_eq!(sample(&picture, 1.0, 0.5), Some([60, 70, 80]), "half way");
        assert_eq!(sample(&picture, 0.1, 0.5), Some([10, 20, 30]), "edge");
        assert_eq!(sample(&picture, -0.1, 0.5), None);
        assert_eq!(sample(&picture, 2.0, 0.5), None);
    }

    #[test]
    fn pasting_past_the_edge_is_cut_off() {
        let mut canvas = Picture::filled(3, 3, [0; 3]);
        paste(&mut canvas, &Picture::filled(3, 3, [200; 3]), 2, 1, 0.5);
        assert_eq!(canvas.pixel(2, 1), [100; 3]);
        assert_eq!(canvas.pixel(1, 1), [0; 3]);
        assert_eq!(canvas.pixel(2, 0), [0; 3]);
    }
}

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

/// How pixels are weighted when the size changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Bilinear,
    Bicubic,
}

impl Filter {
    const fn algorithm(self) -> ResizeAlg {
        ResizeAlg::Convolution(match self {
            Self::Bilinear => FilterType::Bilinear,
            Self::Bicubic => FilterType::CatmullRom,
        })
    }
}

/// Cuts `area` out and brings it to `size` (width, height), antialiased as Pillow does it.
pub(super) fn resize_area(
    picture: &Picture,
    area: Area,
    size: (u32, u32),
    filter: Filter,
) -> Picture {
    if area == Area::of(picture) && size == (picture.width, picture.height) {
        return picture.clone();
    }
    if size == (area.width, area.height) {
        return cut(picture, area);
    }
    let options = ResizeOptions::new()
        .resize_alg(filter.algorithm())
        .use_alpha(false)
        .crop(
            area.left.into(),
            area.top.into(),
            area.width.into(),
            area.height.into(),
        );
    let source = ImageRef::new(picture.width, picture.height, &picture.rgb, PixelType::U8x3)
        .expect("a picture holds three bytes per pixel");
    let mut target = Image::new(size.0, size.1, PixelType::U8x3);
    Resizer::new()
        .resize(&source, &mut target, &options)
        .expect("both sides are RGB and the area lies inside");
    Picture::new(size.0, size.1, target.into_vec())
}

/// A part as it is; `area` lies inside.
pub(super) fn cut(picture: &Picture, area: Area) -> Picture {
    let mut rgb = Vec::with_capacity(area.width as usize * area.height as usize * 3);
    for y in area.top..area.top + area.height {
        let start = (y as usize * picture.width as usize + area.left as usize) * 3;
        rgb.extend_from_slice(&picture.rgb[start..start + area.width as usize * 3]);
    }
    Picture::new(area.width, area.height, rgb)
}

/// The whole picture at another size.
pub(super) fn resize(picture: &Picture, width: u32, height: u32) -> Picture {
    let size = (width.max(1), height.max(1));
    resize_area(picture, Area::of(picture), size, Filter::Bilinear)
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
    let right = (area.left + area.width).min(canvas.width) as usize;
    let bottom = (area.top + area.height).min(canvas.height) as usize;
    let left = (area.left as usize).min(right);
    let row_bytes = canvas.width as usize * 3;
    for y in (area.top as usize).min(bottom)..bottom {
        let row = &mut canvas.rgb[y * row_bytes..][left * 3..right * 3];
        for pixel in row.chunks_exact_mut(3) {
            pixel.copy_from_slice(&color);
        }
    }
}

/// `weight` of 256 parts of `above`, the rest of `below`.
#[inline(always)]
pub(super) const fn mix(below: u8, above: u8, weight: u32) -> u8 {
    ((below as u32 * (256 - weight) + above as u32 * weight + 128) >> 8) as u8
}

pub(super) fn mix_color(below: [u8; 3], above: [u8; 3], weight: u32) -> [u8; 3] {
    [0, 1, 2].map(|channel| mix(below[channel], above[channel], weight))
}

/// Luma as Pillow's mode `L` (ITU-R 601, 16-bit weights).
#[inline(always)]
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
    fn pasting_past_the_edge_is_cut_off() {
        let mut canvas = Picture::filled(3, 3, [0; 3]);
        paste(&mut canvas, &Picture::filled(3, 3, [200; 3]), 2, 1, 0.5);
        assert_eq!(canvas.pixel(2, 1), [100; 3]);
        assert_eq!(canvas.pixel(1, 1), [0; 3]);
        assert_eq!(canvas.pixel(2, 0), [0; 3]);
    }
}

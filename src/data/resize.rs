//! Resizing, exactly as Pillow and torchvision do it.

use fast_image_resize::FilterType;
use fast_image_resize::PixelType;
use fast_image_resize::ResizeAlg;
use fast_image_resize::ResizeOptions;
use fast_image_resize::Resizer;
use fast_image_resize::images::Image;
use fast_image_resize::images::ImageRef;

use crate::data::Picture;
use crate::data::Preprocessing;

/// How the pixels between pixels are made up; each is antialiased, as in Pillow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    Bilinear,
    /// Catmull and Rom's cubic, a = -0.5.
    Bicubic,
    /// With three lobes.
    Lanczos,
}

/// Antialiased bilinear resize to `width` x `height`; the aspect ratio is not kept.
///
/// Within 2 of 255 of `PIL.Image.resize(.., BILINEAR)`, see `tests/golden_preprocess.rs`.
pub fn resize(picture: &Picture, width: u32, height: u32) -> Picture {
    resize_with(picture, width, height, Filter::Bilinear)
}

/// The same with another filter.
pub fn resize_with(picture: &Picture, width: u32, height: u32, filter: Filter) -> Picture {
    let (width, height) = (width.max(1), height.max(1));
    if (picture.width, picture.height) == (width, height) {
        return picture.clone();
    }
    let source = ImageRef::new(picture.width, picture.height, &picture.rgb, PixelType::U8x3)
        .expect("a picture holds three bytes per pixel");
    let mut target = Image::new(width, height, PixelType::U8x3);
    let filter = match filter {
        Filter::Bilinear => FilterType::Bilinear,
        Filter::Bicubic => FilterType::CatmullRom,
        Filter::Lanczos => FilterType::Lanczos3,
    };
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .expect("both sides have the same pixel type");
    Picture::new(width, height, target.into_vec())
}

/// Shrinks so that the longer side is at most `side`; a smaller picture stays as it is.
pub fn fit_within(picture: &Picture, side: u32) -> Picture {
    let (width, height) = fitted_size(picture.width, picture.height, side);
    resize(picture, width, height)
}

/// The size of a `width` x `height` picture whose longer side is at most `side`.
fn fitted_size(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let scale = f64::from(side.max(1)) / f64::from(longer);
    let shrunk = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    (shrunk(width), shrunk(height))
}

/// Network input: resized to the model's square, scaled to 0..1, normalized.
///
/// The result has `3 * size * size` values, plane by plane: all red, all green, all blue.
pub fn planes(picture: &Picture, preprocessing: &Preprocessing) -> Vec<f32> {
    let Preprocessing { size, mean, std } = *preprocessing;
    let resized = resize(picture, size, size);
    let mut planes = Vec::with_capacity(resized.rgb.len());
    for channel in 0..3 {
        let factor = 1.0 / (255.0 * std[channel]);
        let offset = mean[channel] / std[channel];
        let values = resized.rgb.iter().skip(channel).step_by(3);
        planes.extend(values.map(|&value| f32::from(value).mul_add(factor, -offset)));
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_averages_with_the_triangle_filter() {
        // Width 4 to 2: output 0 is centered on 1.0 (between pixel 0 and 1) with a triangle of
        // radius 2. Pixel centers 0.5, 1.5, 2.5 have weights 0.75, 0.75, 0.25 of 1.75.
        let levels = [0, 70, 140, 210_u8];
        let rgb = levels.iter().flat_map(|&v| [v, v, v]).collect();
        let resized = resize(&Picture::new(4, 1, rgb), 2, 1);
        let expected = (0.75 * 0.0 + 0.75 * 70.0 + 0.25 * 140.0) / 1.75_f64;
        assert_eq!(resized.rgb[0], expected.round() as u8);
    }

    #[test]
    fn fitting_never_enlarges_and_never_loses_a_side() {
        assert_eq!(fitted_size(100, 50, 200), (100, 50));
        assert_eq!(fitted_size(3000, 1, 100), (100, 1));
        assert_eq!(fitted_size(400, 300, 200), (200, 150));
    }

    #[test]
    fn planes_are_normalized_channel_by_channel() {
        let picture = Picture::filled(5, 7, [255, 0, 51]);
        let preprocessing = Preprocessing::imagenet(2);
        let planes = planes(&picture, &preprocessing);
        assert_eq!(planes.len(), 12);
        for (channel, value) in [1.0, 0.0, 0.2].into_iter().enumerate() {
            let expected = (value - preprocessing.mean[channel]) / preprocessing.std[channel];
            assert!((planes[channel * 4] - expected).abs() < 1e-5);
            assert!((planes[channel * 4 + 3] - expected).abs() < 1e-5);
        }
    }
}

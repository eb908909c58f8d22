//! How pictures are brought to the size that a network sees, as the sources of the protocols do it.
//!
//! | name | size | source |
//! |---|---|---|
//! | `model` | the square of the model, aspect not kept | SSCD's `skew`, RDCD, ISC21 |
//! | `square:320` | another square | DINO's Copydays (bicubic there) |
//! | `short:288` | the shorter side, aspect kept, the other side cut to a whole number | SSCD's `small_288` |
//! | `long:800` | the longer side, aspect kept, the other side rounded | SSCD's `long_800` |
//! | `within:512` | as `long`, but never enlarged | DINO's and revisitop's retrieval |
//! | `crop` | shorter side 8/7 of the model's, its middle cut out | k-NN and linear probes |

use crate::data::Filter;
use crate::data::Picture;
use crate::data::Preprocessing;
use crate::data::resize_with;

/// Smallest and largest side that may be asked for.
const SIDES: std::ops::RangeInclusive<u32> = 32..=2048;

/// Which size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Model,
    Square(u32),
    Short(u32),
    Long(u32),
    Within(u32),
    Crop,
}

impl Fit {
    /// By the name it has in options, such as `short:288`.
    pub fn from_name(name: &str) -> Option<Self> {
        let (kind, side) = match name.split_once(':') {
            Some((kind, side)) => (kind, Some(side.parse().ok()?)),
            None => (name, None),
        };
        let side = side.filter(|side| SIDES.contains(side));
        match (kind, side) {
            ("model", None) if !name.contains(':') => Some(Self::Model),
            ("crop", None) if !name.contains(':') => Some(Self::Crop),
            ("square", Some(side)) => Some(Self::Square(side)),
            ("short", Some(side)) => Some(Self::Short(side)),
            ("long", Some(side)) => Some(Self::Long(side)),
            ("within", Some(side)) => Some(Self::Within(side)),
            _ => None,
        }
    }

    /// Width and height of the network input for a picture of this size.
    fn size(self, width: u32, height: u32, model_side: u32) -> (u32, u32) {
        let (shorter, longer) = (width.min(height), width.max(height));
        let scaled = |side: u32, by: u32, of: u32| {
            let exact = f64::from(of) * f64::from(side) / f64::from(by.max(1));
            (exact as u32, exact.round() as u32)
        };
        match self {
            Self::Model => (model_side, model_side),
            Self::Square(side) => (side, side),
            Self::Short(side) => (
                scaled(side, shorter, width).0.max(1),
                scaled(side, shorter, height).0.max(1),
            ),
            Self::Within(side) if longer <= side => (width, height),
            Self::Long(side) | Self::Within(side) => (
                scaled(side, longer, width).1.max(1),
                scaled(side, longer, height).1.max(1),
            ),
            Self::Crop => {
                let side = (model_side * 8).div_ceil(7);
                Self::Short(side).size(width, height, model_side)
            }
        }
    }
}

/// A size, a filter, and a factor for descriptors at several scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input {
    pub fit: Fit,
    pub filter: Filter,
    /// 1, or the scale of one of several passes.
    pub scale: f64,
}

impl Input {
    pub const MODEL: Self = Self::new(Fit::Model, Filter::Bilinear);

    pub const fn new(fit: Fit, filter: Filter) -> Self {
        Self {
            fit,
            filter,
            scale: 1.0,
        }
    }

    /// Network input, and its height and width, which are multiples of `multiple`.
    pub fn planes(
        &self,
        picture: &Picture,
        preprocessing: &Preprocessing,
        multiple: u32,
    ) -> (Vec<f32>, [usize; 2]) {
        let side = preprocessing.size;
        let (width, height) = self.fit.size(picture.width, picture.height, side);
        let resized = if self.fit == Fit::Crop {
            let large = resize_with(picture, width, height, self.filter);
            middle(&large, side)
        } else {
            let at = |length: u32| rounded(f64::from(length), multiple);
            resize_with(picture, at(width), at(height), self.filter)
        };
        // Smaller scales are made from the input and not from the picture, as DINO does it.
        let resized = if self.scale == 1.0 {
            resized
        } else {
            let at = |length: u32| rounded(f64::from(length) * self.scale, multiple);
            let (width, height) = (at(resized.width), at(resized.height));
            resize_with(&resized, width, height, Filter::Bilinear)
        };
        let size = [resized.height as usize, resized.width as usize];
        (preprocessing.normalize(&resized), size)
    }
}

/// The next multiple, at least one.
fn rounded(length: f64, multiple: u32) -> u32 {
    let multiple = multiple.max(1);
    ((length / f64::from(multiple)).round() as u32).max(1) * multiple
}

/// The middle square, as torchvision's `CenterCrop` cuts it.
fn middle(picture: &Picture, side: u32) -> Picture {
    let (left, top) = (
        picture.width.saturating_sub(side) / 2,
        picture.height.saturating_sub(side) / 2,
    );
    cut(picture, [left, top, left + side, top + side])
}

/// A part of a picture: left, top, right, bottom. What lies outside is left out; at least one pixel
/// remains.
pub(super) fn cut(picture: &Picture, [left, top, right, bottom]: [u32; 4]) -> Picture {
    let (left, top) = (left.min(picture.width - 1), top.min(picture.height - 1));
    let (right, bottom) = (
        right.clamp(left + 1, picture.width),
        bottom.clamp(top + 1, picture.height),
    );
    let row_bytes = picture.width as usize * 3;
    let rows = picture.rgb.chunks_exact(row_bytes);
    let rows = rows.skip(top as usize).take((bottom - top) as usize);
    let part = rows.flat_map(|row| &row[left as usize * 3..right as usize * 3]);
    Picture::new(right - left, bottom - top, part.copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_sources() {
        for (name, size, expected) in [
            ("model", (400, 300), (224, 224)),
            ("square:320", (400, 300), (320, 320)),
            // 401 * 288 / 300 = 384.96, cut; 401 * 600 / 800 would not be.
            ("short:288", (401, 300), (384, 288)),
            ("long:800", (401, 300), (800, 599)),
            ("within:512", (401, 300), (401, 300)),
            ("within:200", (401, 300), (200, 150)),
            ("crop", (401, 300), (342, 256)),
        ] {
            let fit = Fit::from_name(name).unwrap();
            assert_eq!(fit.size(size.0, size.1, 224), expected, "{name}");
        }
        for name in ["", "square", "short:x", "long:1", "crop:3", "model:224"] {
            assert_eq!(Fit::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn crops_and_scales_end_at_the_right_size() {
        let picture = Picture::filled(401, 300, [9; 3]);
        let preprocessing = Preprocessing::imagenet(224);
        let crop = Input::new(Fit::Crop, Filter::Bicubic);
        let (planes, size) = crop.planes(&picture, &preprocessing, 1);
        assert_eq!((planes.len(), size), (3 * 224 * 224, [224, 224]));
        let half = Input {
            scale: 0.5,
            ..Input::new(Fit::Long(320), Filter::Lanczos)
        };
        // 320 x 239 becomes 320 x 240 at multiples of 16, its half 160 x 128: 120 / 16 = 7.5.
        assert_eq!(half.planes(&picture, &preprocessing, 16).1, [128, 160]);
    }

    #[test]
    fn a_part_stays_inside_of_the_picture() {
        let mut picture = Picture::filled(4, 3, [0; 3]);
        picture.put(2, 1, [7; 3]);
        assert_eq!(cut(&picture, [2, 1, 3, 2]), Picture::filled(1, 1, [7; 3]));
        let outside = cut(&picture, [9, 9, 20, 20]);
        assert_eq!((outside.width, outside.height), (1, 1));
    }
}

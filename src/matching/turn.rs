//! The eight ways a picture can be mirrored and turned by quarters.
//!
//! Dense descriptors follow neither, so each way is tried on its own.

use super::types::Affine;
use crate::data::Picture;

/// Mirror first, then turn clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub mirrored: bool,
    /// Clockwise quarter turns, 0 to 3.
    pub quarters: u8,
}

impl Turn {
    pub const UPRIGHT: Self = Self::new(false, 0);

    /// What is always tried.
    pub const USUAL: [Self; 2] = [Self::UPRIGHT, Self::new(true, 0)];

    /// What is tried when the usual ones lead to nothing.
    pub const UNUSUAL: [Self; 6] = [
        Self::new(false, 1),
        Self::new(false, 2),
        Self::new(false, 3),
        Self::new(true, 1),
        Self::new(true, 2),
        Self::new(true, 3),
    ];

    const fn new(mirrored: bool, quarters: u8) -> Self {
        Self { mirrored, quarters }
    }

    /// The way of turning B that comes closest to laying it on A.
    pub fn nearest(a_from_b: &Affine) -> Self {
        let mirrored = a_from_b.determinant() < 0.0;
        let [a, b, _, c, d, _] = a_from_b.m;
        let (a, c) = if mirrored { (-a, -c) } else { (a, c) };
        let quarters = (c - b).atan2(a + d) / std::f64::consts::FRAC_PI_2;
        Self::new(mirrored, (quarters.round() as i64).rem_euclid(4) as u8)
    }

    /// The picture mirrored and turned.
    pub fn apply(self, picture: &Picture) -> Picture {
        let mut turned = if self.mirrored {
            picture.mirrored()
        } else {
            picture.clone()
        };
        for _ in 0..self.quarters {
            turned = quarter_clockwise(&turned);
        }
        turned
    }

    /// Maps positions of a `width` x `height` picture to those of the turned one.
    pub fn turned_from_picture(self, width: f64, height: f64) -> Affine {
        let mut map = if self.mirrored {
            Affine {
                m: [-1.0, 0.0, width, 0.0, 1.0, 0.0],
            }
        } else {
            Affine::IDENTITY
        };
        let mut height_now = height;
        let mut width_now = width;
        for _ in 0..self.quarters {
            // Clockwise: the left edge becomes the top edge.
            let quarter = Affine {
                m: [0.0, -1.0, height_now, 1.0, 0.0, 0.0],
            };
            map = quarter * map;
            (width_now, height_now) = (height_now, width_now);
        }
        map
    }
}

fn quarter_clockwise(picture: &Picture) -> Picture {
    let (width, height) = (picture.height, picture.width);
    let mut rgb = Vec::with_capacity(picture.rgb.len());
    for y in 0..height {
        for x in 0..width {
            rgb.extend_from_slice(&picture.pixel(y, picture.height - 1 - x));
        }
    }
    Picture::new(width, height, rgb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_goes_where_the_map_says() {
        let mut picture = Picture::filled(5, 3, [0, 0, 0]);
        picture.put(3, 1, [255, 0, 0]);
        for turn in Turn::USUAL.into_iter().chain(Turn::UNUSUAL) {
            let turned = turn.apply(&picture);
            let [x, y] = turn.turned_from_picture(5.0, 3.0).apply([3.5, 1.5]);
            assert_eq!(turned.pixel(x as u32, y as u32), [255, 0, 0], "{turn:?}");
            assert_eq!(Turn::nearest(&turn.turned_from_picture(5.0, 3.0)), turn);
        }
    }
}

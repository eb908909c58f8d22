//! A picture in halving sizes, ready for a texture, so that small views do not flicker.

use rayon::prelude::*;

use crate::data;
use crate::data::Picture;

/// One size of the picture, four bytes per pixel.
pub struct Level {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// The picture, largest first, down to one pixel.
pub struct Mips {
    pub levels: Vec<Level>,
    /// Size of the picture before it was shrunk to fit a texture.
    pub picture_size: [f32; 2],
}

impl Mips {
    /// `max_side` is the longest edge a texture may have.
    pub fn new(picture: &Picture, max_side: u32) -> Self {
        let mut levels = Vec::new();
        if picture.width.max(picture.height) > max_side {
            levels.push(Level::new(&data::fit_within(picture, max_side)));
        } else {
            levels.push(Level::new(picture));
        }
        while let Some(half) = levels.last().and_then(Level::halved) {
            levels.push(half);
        }
        Self {
            levels,
            picture_size: [picture.width as f32, picture.height as f32],
        }
    }

    /// The size in which one sample covers about one pixel.
    pub fn level_for(&self, pixels_per_sample: f32) -> &Level {
        let top = &self.levels[0];
        let shrunk = self.picture_size[0] / top.width as f32;
        let steps = (pixels_per_sample / shrunk).max(1.0).log2().round() as usize;
        &self.levels[steps.min(self.levels.len() - 1)]
    }
}

impl Level {
    fn new(picture: &Picture) -> Self {
        let rgba = picture
            .rgb
            .chunks_exact(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect();
        Self {
            width: picture.width,
            height: picture.height,
            rgba,
        }
    }

    fn halved(&self) -> Option<Self> {
        if self.width.max(self.height) <= 1 {
            return None;
        }
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        let mut rgba = vec![255; width as usize * height as usize * 4];
        let (last_x, last_y) = (self.width as usize - 1, self.height as usize - 1);
        rgba.par_chunks_mut(width as usize * 4)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                    let columns = [(2 * x).min(last_x), (2 * x + 1).min(last_x)];
                    let rows = [(2 * y).min(last_y), (2 * y + 1).min(last_y)];
                    for (channel, level) in pixel.iter_mut().take(3).enumerate() {
                        let at = |x: usize, y: usize| u16::from(self.at(x, y, channel));
                        let sum = at(columns[0], rows[0])
                            + at(columns[1], rows[0])
                            + at(columns[0], rows[1])
                            + at(columns[1], rows[1]);
                        *level = ((sum + 2) / 4) as u8;
                    }
                }
            });
        Some(Self {
            width,
            height,
            rgba,
        })
    }

    fn at(&self, x: usize, y: usize, channel: usize) -> u8 {
        self.rgba[(y * self.width as usize + x) * 4 + channel]
    }

    /// Bilinear color at a place given as shares of width and height, 0 to 1 per channel.
    pub fn sample(&self, share: [f32; 2]) -> [f32; 3] {
        let (last_x, last_y) = (self.width as usize - 1, self.height as usize - 1);
        let x = (share[0] * self.width as f32 - 0.5).clamp(0.0, last_x as f32);
        let y = (share[1] * self.height as f32 - 0.5).clamp(0.0, last_y as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(last_x), (top + 1).min(last_y));
        let (share_x, share_y) = (x - left as f32, y - top as f32);
        [0, 1, 2].map(|channel: usize| {
            let at = |x: usize, y: usize| f32::from(self.at(x, y, channel)) / 255.0;
            let upper = at(left, top) + share_x * (at(right, top) - at(left, top));
            let lower = at(left, bottom) + share_x * (at(right, bottom) - at(left, bottom));
            upper + share_y * (lower - upper)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_halve_down_to_one_pixel_and_keep_the_color() {
        let mips = Mips::new(&Picture::filled(13, 5, [10, 20, 30]), 64);
        let sizes: Vec<(u32, u32)> = mips.levels.iter().map(|l| (l.width, l.height)).collect();
        assert_eq!(sizes, [(13, 5), (6, 2), (3, 1), (1, 1)]);
        assert_eq!(mips.levels[3].rgba, [10, 20, 30, 255]);
    }

    #[test]
    fn a_picture_too_large_for_a_texture_is_shrunk() {
        let mips = Mips::new(&Picture::filled(200, 50, [9, 9, 9]), 64);
        assert_eq!(mips.levels[0].width, 64);
        assert_eq!(mips.picture_size, [200.0, 50.0]);
    }
}

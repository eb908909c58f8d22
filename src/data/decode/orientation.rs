//! The eight EXIF orientations.

use crate::data::Picture;

/// Side of the square tiles in which pixels are moved, so that both sides stay in the cache.
const TILE: usize = 32;

/// How the stored pixels must be turned to stand upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation {
    exif: u8,
}

impl Orientation {
    /// Anything outside 1 to 8 means upright.
    pub(super) fn from_exif(exif: u8) -> Self {
        let exif = if (1..=8).contains(&exif) { exif } else { 1 };
        Self { exif }
    }

    pub(super) fn exif(self) -> u8 {
        self.exif
    }

    fn swaps_sides(self) -> bool {
        self.exif >= 5
    }

    pub(super) fn upright_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.swaps_sides() {
            (height, width)
        } else {
            (width, height)
        }
    }

    pub(super) fn apply(self, mut picture: Picture) -> Picture {
        match self.exif {
            2 => {
                mirror_rows(&mut picture);
                picture
            }
            3 => {
                reverse_pixels(&mut picture.rgb);
                picture
            }
            4 => {
                reverse_pixels(&mut picture.rgb);
                mirror_rows(&mut picture);
                picture
            }
            5..=8 => self.turned(&picture),
            _ => picture,
        }
    }

    /// The orientations that exchange width and height.
    fn turned(self, stored: &Picture) -> Picture {
        let (stored_width, stored_height) = (stored.width as usize, stored.height as usize);
        let (width, height) = (stored_height, stored_width);
        // Upright (x, y) is stored at column y and row x, each counted from one end or the other.
        let flips_column = matches!(self.exif, 7 | 8);
        let flips_row = matches!(self.exif, 6 | 7);
        let mut rgb = vec![0; stored.rgb.len()];
        for tile_y in (0..height).step_by(TILE) {
            for tile_x in (0..width).step_by(TILE) {
                for y in tile_y..(tile_y + TILE).min(height) {
                    let column = if flips_column {
                        stored_width - 1 - y
                    } else {
                        y
                    };
                    for x in tile_x..(tile_x + TILE).min(width) {
                        let row = if flips_row { stored_height - 1 - x } else { x };
                        let from = (row * stored_width + column) * 3;
                        let to = (y * width + x) * 3;
                        rgb[to..to + 3].copy_from_slice(&stored.rgb[from..from + 3]);
                    }
                }
            }
        }
        Picture::new(width as u32, height as u32, rgb)
    }
}

fn mirror_rows(picture: &mut Picture) {
    for row in picture.rgb.chunks_exact_mut(picture.width as usize * 3) {
        reverse_pixels(row);
    }
}

fn reverse_pixels(rgb: &mut [u8]) {
    rgb.reverse();
    for pixel in rgb.chunks_exact_mut(3) {
        pixel.swap(0, 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels are numbered; the expected order is worked out from the EXIF standard, which says
    /// where the stored first row and first column belong.
    fn check(exif: u8, expected: [u8; 6], width: u32, height: u32) {
        // Stored: 0 1 2
        //         3 4 5
        let rgb = (0..6).flat_map(|value| [value, value, value]).collect();
        let upright = Orientation::from_exif(exif).apply(Picture::new(3, 2, rgb));
        let values: Vec<u8> = upright.rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
        assert_eq!(values, expected, "orientation {exif}");
        assert_eq!(
            (upright.width, upright.height),
            (width, height),
            "orientation {exif}"
        );
    }

    #[test]
    fn every_orientation_is_turned_upright() {
        check(0, [0, 1, 2, 3, 4, 5], 3, 2);
        check(1, [0, 1, 2, 3, 4, 5], 3, 2);
        check(2, [2, 1, 0, 5, 4, 3], 3, 2);
        check(3, [5, 4, 3, 2, 1, 0], 3, 2);
        check(4, [3, 4, 5, 0, 1, 2], 3, 2);
        check(5, [0, 3, 1, 4, 2, 5], 2, 3);
        check(6, [3, 0, 4, 1, 5, 2], 2, 3);
        check(7, [5, 2, 4, 1, 3, 0], 2, 3);
        check(8, [2, 5, 1, 4, 0, 3], 2, 3);
        check(9, [0, 1, 2, 3, 4, 5], 3, 2);
    }
}

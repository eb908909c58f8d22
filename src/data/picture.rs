//! A decoded picture: upright, sRGB, 8 bits, no alpha.

/// Pixels of one picture after orientation, color profile and alpha have been applied.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// `[height][width][3]`, R G B.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

impl Picture {
    /// Takes pixels as they are; `rgb` holds `width * height * 3` bytes.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Self {
        assert_eq!(
            rgb.len(),
            width as usize * height as usize * 3,
            "three bytes per pixel"
        );
        Self { width, height, rgb }
    }

    /// One color everywhere.
    pub fn filled(width: u32, height: u32, color: [u8; 3]) -> Self {
        let rgb = color.repeat(width as usize * height as usize);
        Self::new(width, height, rgb)
    }

    pub fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        let start = (y as usize * self.width as usize + x as usize) * 3;
        [self.rgb[start], self.rgb[start + 1], self.rgb[start + 2]]
    }

    pub fn put(&mut self, x: u32, y: u32, color: [u8; 3]) {
        let start = (y as usize * self.width as usize + x as usize) * 3;
        self.rgb[start..start + 3].copy_from_slice(&color);
    }

    /// Left and right exchanged.
    pub fn mirrored(&self) -> Self {
        let row_bytes = self.width as usize * 3;
        let mut rgb = vec![0; self.rgb.len()];
        let rows = self.rgb.chunks_exact(row_bytes.max(3));
        for (row, target) in rows.zip(rgb.chunks_exact_mut(row_bytes.max(3))) {
            mirror(row, target);
        }
        Self::new(self.width, self.height, rgb)
    }
}

/// Writes the pixels of `row` to `target` from the last to the first.
fn mirror(row: &[u8], target: &mut [u8]) {
    let mut left = row.len();
    // Two pixels at a time: eight bytes are read of which the first two are not needed, and eight
    // are written of which the last two are written again.
    while left >= 12 {
        let start = row.len() - left;
        let word = u64::from_le_bytes(row[left - 8..left].try_into().expect("eight bytes")) >> 16;
        let turned = (word >> 24) | ((word & 0xff_ffff) << 24);
        target[start..start + 8].copy_from_slice(&turned.to_le_bytes());
        left -= 6;
    }
    let start = row.len() - left;
    let pixels = row[..left].chunks_exact(3).rev();
    for (pixel, target) in pixels.zip(target[start..].chunks_exact_mut(3)) {
        target.copy_from_slice(pixel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_every_length_are_mirrored() {
        for width in 1..12 {
            let bytes: Vec<u8> = (0..width * 6).map(|value| value as u8).collect();
            let picture = Picture::new(width, 2, bytes);
            let mirrored = picture.mirrored();
            for (x, y) in (0..width).flat_map(|x| [(x, 0), (x, 1)]) {
                assert_eq!(mirrored.pixel(x, y), picture.pixel(width - 1 - x, y));
            }
        }
    }
}

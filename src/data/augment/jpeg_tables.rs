//! The tables of the JPEG standard (ITU-T T.81, annex K.1).

/// Quantization of brightness at quality 50, row by row.
pub(super) const LUMA: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, //
    12, 12, 14, 19, 26, 58, 60, 55, //
    14, 13, 16, 24, 40, 57, 69, 56, //
    14, 17, 22, 29, 51, 87, 80, 62, //
    18, 22, 37, 56, 68, 109, 103, 77, //
    24, 35, 55, 64, 81, 104, 113, 92, //
    49, 64, 78, 87, 103, 121, 120, 101, //
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// Quantization of color at quality 50, row by row.
pub(super) const CHROMA: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, //
    18, 21, 26, 66, 99, 99, 99, 99, //
    24, 26, 56, 99, 99, 99, 99, 99, //
    47, 66, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99,
];

/// The table for a quality, by the rule of the Independent JPEG Group that Pillow uses.
pub(super) fn scaled(base: &[u16; 64], quality: u32) -> [f32; 64] {
    let quality = quality.clamp(1, 100);
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    base.map(|value| ((u32::from(value) * percent + 50) / 100).clamp(1, 255) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_scales_the_table_as_the_independent_jpeg_group_does() {
        assert_eq!(scaled(&LUMA, 50)[0], 16.0);
        assert_eq!(scaled(&LUMA, 75)[0], 8.0, "16 * 50 %");
        assert_eq!(scaled(&LUMA, 10)[0], 80.0, "16 * 500 %");
        assert_eq!(scaled(&LUMA, 100)[0], 1.0);
        assert_eq!(scaled(&LUMA, 0), scaled(&LUMA, 1), "0 counts as 1");
        assert_eq!(scaled(&LUMA, 1)[0], 255.0, "held at 255");
    }
}

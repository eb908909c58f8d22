//! The 3 x 3 convolutions of Pillow that weigh all eight neighbors alike.

use crate::data::Picture;

/// `ImageFilter.SMOOTH`: five thirteenths of the pixel, one of each neighbor.
pub(super) const fn smooth(center: i16, neighbors: i16) -> i16 {
    // Never half way between two levels, since 13 is odd.
    (2 * (5 * center + neighbors) + 13) / 26
}

/// `ImageFilter.EDGE_ENHANCE`: five times the pixel less half of each neighbor.
pub(super) const fn edge_enhance(center: i16, neighbors: i16) -> i16 {
    (10 * center - neighbors + 1) >> 1
}

/// `ImageFilter.EDGE_ENHANCE_MORE`: nine times the pixel less each neighbor.
pub(super) const fn edge_enhance_more(center: i16, neighbors: i16) -> i16 {
    9 * center - neighbors
}

/// `rule` of each value and the sum of its eight neighbors; the outermost pixels stay.
pub(super) fn convolve(picture: &Picture, rule: impl Fn(i16, i16) -> i16) -> Picture {
    let mut result = picture.clone();
    if picture.width < 3 || picture.height < 3 {
        return result;
    }
    let row_bytes = picture.width as usize * 3;
    let rows: Vec<&[u8]> = picture.rgb.chunks_exact(row_bytes).collect();
    let targets = result.rgb.chunks_exact_mut(row_bytes).skip(1);
    let mut columns = vec![0_i16; row_bytes];
    for (lines, target) in rows.windows(3).zip(targets) {
        let sources = lines[0].iter().zip(lines[1]).zip(lines[2]);
        for (sum, ((above, here), below)) in columns.iter_mut().zip(sources) {
            *sum = i16::from(*above) + i16::from(*here) + i16::from(*below);
        }
        let n = row_bytes - 6;
        let sums = columns[..n]
            .iter()
            .zip(&columns[3..3 + n])
            .zip(&columns[6..]);
        let pixels = target[3..3 + n].iter_mut().zip(&lines[1][3..3 + n]);
        for ((value, center), ((left, middle), right)) in pixels.zip(sums) {
            let center = i16::from(*center);
            let neighbors = left + middle + right - center;
            *value = rule(center, neighbors).clamp(0, 255) as u8;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_is_smoothed_into_thirteenths_and_the_rim_stays() {
        let mut dot = Picture::filled(4, 4, [0; 3]);
        dot.put(1, 1, [130; 3]);
        let smoothed = convolve(&dot, smooth);
        assert_eq!(smoothed.pixel(1, 1), [50; 3]);
        assert_eq!(smoothed.pixel(2, 2), [10; 3]);
        assert_eq!(smoothed.pixel(0, 0), [0; 3]);
        // 5 * 130 = 650 and -65 are cut off.
        let harder = convolve(&dot, edge_enhance);
        assert_eq!((harder.pixel(1, 1), harder.pixel(2, 1)), ([255; 3], [0; 3]));
    }

    #[test]
    fn a_flat_picture_stays_under_every_kernel() {
        let flat = Picture::filled(7, 5, [3, 100, 255]);
        for rule in [smooth, edge_enhance, edge_enhance_more] {
            assert_eq!(convolve(&flat, rule), flat);
        }
    }
}

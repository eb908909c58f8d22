//! Lays the copy onto the original, pixel by pixel.

use super::types::Affine;
use crate::data::Picture;

/// `b` as it lies on a `width` x `height` original, and which pixels it covers.
///
/// Bilinear; a copy that is much larger is halved first, so that nothing is skipped.
pub fn warp(b: &Picture, a_from_b: &Affine, width: u32, height: u32) -> (Picture, Vec<bool>) {
    let n_pixels = width as usize * height as usize;
    let mut rgb = vec![0; n_pixels * 3];
    let mut inside = vec![false; n_pixels];
    let Some(b_from_a) = a_from_b.inverse() else {
        return (Picture::new(width, height, rgb), inside);
    };
    let mut source = std::borrow::Cow::Borrowed(b);
    let mut shrink = 1.0;
    while b_from_a.scale() * shrink > 1.6 && source.width.min(source.height) >= 8 {
        source = std::borrow::Cow::Owned(halved(&source));
        shrink *= 0.5;
    }
    let (right, bottom) = (f64::from(b.width), f64::from(b.height));
    for (i, pixel) in rgb.chunks_exact_mut(3).enumerate() {
        let (column, row) = (i % width as usize, i / width as usize);
        let [x, y] = b_from_a.apply([column as f64 + 0.5, row as f64 + 0.5]);
        if x >= 0.0 && y >= 0.0 && x <= right && y <= bottom {
            inside[i] = true;
            pixel.copy_from_slice(&sample(&source, x * shrink, y * shrink));
        }
    }
    (Picture::new(width, height, rgb), inside)
}

/// Absolute difference of the original and the aligned copy after each channel's brightness and
/// contrast have been matched; `gain` makes small differences visible. Black outside the copy.
pub fn difference(a: &Picture, warped: &Picture, inside: &[bool], gain: f32) -> Picture {
    let mut rgb = vec![0; a.rgb.len()];
    for channel in 0..3 {
        let [contrast, brightness] = tone(a, warped, inside, channel);
        for (i, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
            let place = i * 3 + channel;
            let matched = contrast * f32::from(warped.rgb[place]) + brightness;
            let difference = (f32::from(a.rgb[place]) - matched).abs() * gain;
            rgb[place] = difference.clamp(0.0, 255.0) as u8;
        }
    }
    Picture::new(a.width, a.height, rgb)
}

/// Contrast and brightness per channel that make the aligned copy look most like the original.
pub fn tone(a: &Picture, warped: &Picture, inside: &[bool], channel: usize) -> [f32; 2] {
    let mut sums = [0.0_f64; 5];
    for (i, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
        let p = f64::from(a.rgb[i * 3 + channel]);
        let q = f64::from(warped.rgb[i * 3 + channel]);
        for (sum, value) in sums.iter_mut().zip([1.0, p, q, q * q, p * q]) {
            *sum += value;
        }
    }
    let [n, sum_a, sum_b, squares, products] = sums;
    let variance = squares - sum_b * sum_b / n.max(1.0);
    if n < 2.0 || variance <= n {
        return [1.0, ((sum_a - sum_b) / n.max(1.0)) as f32];
    }
    let contrast = ((products - sum_a * sum_b / n) / variance).clamp(0.2, 5.0);
    [contrast as f32, ((sum_a - contrast * sum_b) / n) as f32]
}

/// Halved until no edge is longer than `side`.
pub fn shrunk(picture: &Picture, side: u32) -> Picture {
    let mut small = std::borrow::Cow::Borrowed(picture);
    while small.width.max(small.height) > side && small.width.min(small.height) >= 2 {
        small = std::borrow::Cow::Owned(halved(&small));
    }
    small.into_owned()
}

fn halved(picture: &Picture) -> Picture {
    let (width, height) = (picture.width / 2, picture.height / 2);
    let stride = picture.width as usize * 3;
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height as usize {
        let upper = &picture.rgb[2 * y * stride..][..stride];
        let lower = &picture.rgb[(2 * y + 1) * stride..][..stride];
        for x in 0..width as usize {
            for channel in 0..3 {
                let at = |row: &[u8], column: usize| u16::from(row[column * 3 + channel]);
                let sum = at(upper, 2 * x)
                    + at(upper, 2 * x + 1)
                    + at(lower, 2 * x)
                    + at(lower, 2 * x + 1);
                rgb.push(((sum + 2) / 4) as u8);
            }
        }
    }
    Picture::new(width, height, rgb)
}

fn sample(picture: &Picture, x: f64, y: f64) -> [u8; 3] {
    let x = (x - 0.5).clamp(0.0, f64::from(picture.width - 1));
    let y = (y - 0.5).clamp(0.0, f64::from(picture.height - 1));
    let (left, top) = (x as u32, y as u32);
    let right = (left + 1).min(picture.width - 1);
    let bottom = (top + 1).min(picture.height - 1);
    let (share_x, share_y) = (x - f64::from(left), y - f64::from(top));
    let [upper_left, upper_right] = [picture.pixel(left, top), picture.pixel(right, top)];
    let [lower_left, lower_right] = [picture.pixel(left, bottom), picture.pixel(right, bottom)];
    [0, 1, 2].map(|channel: usize| {
        let mix = |p: u8, q: u8, share: f64| f64::from(p) + share * (f64::from(q) - f64::from(p));
        let upper = mix(upper_left[channel], upper_right[channel], share_x);
        let lower = mix(lower_left[channel], lower_right[channel], share_x);
        (upper + share_y * (lower - upper)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Picture {
        let rgb = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [x as u8 * 4, y as u8 * 4, 90]))
            .collect();
        Picture::new(width, height, rgb)
    }

    #[test]
    fn the_identity_changes_nothing() {
        let picture = ramp(40, 30);
        let (warped, inside) = warp(&picture, &Affine::IDENTITY, 40, 30);
        assert_eq!(warped, picture);
        assert!(inside.iter().all(|inside| *inside));
    }

    #[test]
    fn a_mirror_image_falls_onto_its_original() {
        let picture = ramp(40, 30);
        let mirror = Affine {
            m: [-1.0, 0.0, 40.0, 0.0, 1.0, 0.0],
        };
        let (warped, _) = warp(&picture.mirrored(), &mirror, 40, 30);
        assert_eq!(warped, picture);
    }

    #[test]
    fn a_darker_copy_shows_no_difference_and_a_spot_does() {
        let a = ramp(40, 30);
        let mut darker = a.clone();
        darker.rgb.iter_mut().for_each(|level| *level /= 2);
        let inside = vec![true; 1200];
        let spotless = difference(&a, &darker, &inside, 1.0);
        assert!(spotless.rgb.iter().all(|level| *level <= 3));
        darker.put(20, 15, [255, 255, 255]);
        let spot = difference(&a, &darker, &inside, 1.0).pixel(20, 15);
        assert!(spot[0] > 100 && spot[1] > 100);
    }
}

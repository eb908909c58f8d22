//! Which pairs are drawn as lines, in which color, and the two pictures with them as one picture.

use super::types::Comparison;
use super::types::Correspondence;
use crate::data;
use crate::data::Picture;

/// More lines than this hide the pictures.
pub const MAX_LINES: usize = 60;
/// Boxes along each edge of the original that lines are spread over.
const BOXES: usize = 8;

/// The longer edge of one picture, and the margins, of the saved comparison.
const SHEET_SIDE: u32 = 900;
const SHEET_MARGIN: u32 = 24;
/// The neutral ground of the window in its light theme.
const SHEET_GROUND: [u8; 3] = [0xF6, 0xF6, 0xF4];

/// At most `max` agreeing pairs, spread over the original, the best of each part first.
pub fn spread_lines(comparison: &Comparison, max: usize) -> Vec<Correspondence> {
    let agreeing = || comparison.correspondences.iter().filter(|pair| pair.inlier);
    let most = |axis: usize| agreeing().map(|pair| pair.a[axis]).fold(1.0, f32::max);
    let (width, height) = (most(0), most(1));
    let mut boxes = vec![Vec::new(); BOXES * BOXES];
    for pair in agreeing() {
        let place = |value: f32, size: f32| ((value / size * BOXES as f32) as usize).min(BOXES - 1);
        boxes[place(pair.a[1], height) * BOXES + place(pair.a[0], width)].push(*pair);
    }
    let deepest = boxes.iter().map(Vec::len).max().unwrap_or(0);
    (0..deepest)
        .flat_map(|depth| boxes.iter().filter_map(move |pairs| pairs.get(depth)))
        .take(max)
        .copied()
        .collect()
}

/// A color for a position (shares of width and height, 0 to 1): order in space stays visible.
pub fn position_color(share: [f32; 2]) -> [u8; 3] {
    const CORNERS: [[f32; 3]; 4] = [
        [230.0, 85.0, 60.0],  // top left: red
        [235.0, 180.0, 40.0], // top right: yellow
        [60.0, 90.0, 220.0],  // bottom left: blue
        [30.0, 180.0, 140.0], // bottom right: green
    ];
    let [x, y] = share.map(|value| value.clamp(0.0, 1.0));
    [0, 1, 2].map(|channel: usize| {
        let mix = |p: usize, q: usize| {
            CORNERS[p][channel] + x * (CORNERS[q][channel] - CORNERS[p][channel])
        };
        (mix(0, 1) + y * (mix(2, 3) - mix(0, 1))) as u8
    })
}

/// Both pictures side by side on a neutral ground, joined by lines; this is what "Save" writes.
pub fn side_by_side_png(a: &Picture, b: &Picture, comparison: &Comparison) -> Picture {
    let (small_a, small_b) = (shown(a), shown(b));
    let height = small_a.height.max(small_b.height);
    let mut sheet = Picture::filled(
        small_a.width + small_b.width + 3 * SHEET_MARGIN,
        height + 2 * SHEET_MARGIN,
        SHEET_GROUND,
    );
    let corner_a = [SHEET_MARGIN, SHEET_MARGIN + (height - small_a.height) / 2];
    let corner_b = [
        small_a.width + 2 * SHEET_MARGIN,
        SHEET_MARGIN + (height - small_b.height) / 2,
    ];
    paste(&mut sheet, &small_a, corner_a);
    paste(&mut sheet, &small_b, corner_b);
    let place = |from: [f32; 2], picture: &Picture, small: &Picture, corner: [u32; 2]| {
        [
            from[0] * small.width as f32 / picture.width as f32 + corner[0] as f32,
            from[1] * small.height as f32 / picture.height as f32 + corner[1] as f32,
        ]
    };
    for pair in spread_lines(comparison, MAX_LINES) {
        let share = [pair.a[0] / a.width as f32, pair.a[1] / a.height as f32];
        let from = place(pair.a, a, &small_a, corner_a);
        let to = place(pair.b, b, &small_b, corner_b);
        let color = position_color(share);
        line(&mut sheet, from, to, color);
        dot(&mut sheet, from, color);
        dot(&mut sheet, to, color);
    }
    sheet
}

fn shown(picture: &Picture) -> Picture {
    if picture.width.max(picture.height) > SHEET_SIDE {
        data::fit_within(picture, SHEET_SIDE)
    } else {
        picture.clone()
    }
}

fn paste(sheet: &mut Picture, picture: &Picture, [left, top]: [u32; 2]) {
    let row_bytes = picture.width as usize * 3;
    for (y, row) in picture.rgb.chunks_exact(row_bytes.max(3)).enumerate() {
        let start = ((top as usize + y) * sheet.width as usize + left as usize) * 3;
        sheet.rgb[start..start + row_bytes].copy_from_slice(row);
    }
}

/// A smooth line two pixels wide.
fn line(sheet: &mut Picture, from: [f32; 2], to: [f32; 2], color: [u8; 3]) {
    cover(sheet, from, to, 2.0, |x, y| {
        1.5 - distance_to_segment([x, y], from, to)
    })
    .for_each(sheet, color);
}

fn dot(sheet: &mut Picture, center: [f32; 2], color: [u8; 3]) {
    cover(sheet, center, center, 5.0, |x, y| {
        4.0 - (x - center[0]).hypot(y - center[1])
    })
    .for_each(sheet, color);
}

/// Pixels and how far a shape covers them.
struct Coverage(Vec<(u32, u32, f32)>);

impl Coverage {
    fn for_each(self, sheet: &mut Picture, color: [u8; 3]) {
        for (x, y, cover) in self.0 {
            let under = sheet.pixel(x, y);
            let mixed = [0, 1, 2].map(|channel: usize| {
                let (p, q) = (f32::from(under[channel]), f32::from(color[channel]));
                (p + cover * (q - p)).round() as u8
            });
            sheet.put(x, y, mixed);
        }
    }
}

fn cover(
    sheet: &Picture,
    from: [f32; 2],
    to: [f32; 2],
    reach: f32,
    depth: impl Fn(f32, f32) -> f32,
) -> Coverage {
    let range = |p: f32, q: f32, size: u32| {
        let first = (p.min(q) - reach).floor().max(0.0) as u32;
        let last = (p.max(q) + reach).ceil().max(0.0) as u32;
        first..last.min(size)
    };
    let mut covered = Vec::new();
    for y in range(from[1], to[1], sheet.height) {
        for x in range(from[0], to[0], sheet.width) {
            let cover = depth(x as f32 + 0.5, y as f32 + 0.5).clamp(0.0, 1.0);
            if cover > 0.0 {
                covered.push((x, y, cover));
            }
        }
    }
    Coverage(covered)
}

fn distance_to_segment(p: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let length = (along[0] * along[0] + along[1] * along[1]).max(1e-6);
    let share = ((p[0] - from[0]) * along[0] + (p[1] - from[1]) * along[1]) / length;
    let share = share.clamp(0.0, 1.0);
    (p[0] - from[0] - share * along[0]).hypot(p[1] - from[1] - share * along[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_corners_have_different_colors() {
        let colors = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]].map(position_color);
        for (i, color) in colors.iter().enumerate() {
            assert!(colors[i + 1..].iter().all(|other| other != color));
        }
    }
}

//! Copies of a picture whose place in the original is known exactly.

use copylens::data;
use copylens::data::Picture;
use copylens::matching::Affine;
use copylens::matching::warp;

/// A copy and the map of its pixels onto the original.
pub struct Copy {
    pub picture: Picture,
    pub a_from_b: Affine,
    /// Size of the part of the copy that comes from the original, from `corner` on.
    pub corner: [f64; 2],
    pub size: [f64; 2],
}

/// One way to make a copy.
pub struct Edit {
    pub name: &'static str,
    pub make: fn(&Picture, &Picture) -> Copy,
}

pub const EDITS: &[Edit] = &[
    edit("jpeg-10", |a, _| recolored(a, |p| jpeg(p, 10))),
    edit("blur", |a, _| recolored(a, |p| blurred(p, 5))),
    edit("dark-grey", |a, _| recolored(a, dark_grey)),
    edit("mirror", |a, _| moved(a, size(a), mirror(a))),
    edit("scale-0.3", |a, _| scaled(a, 0.3, 0.3)),
    edit("scale-3", |a, _| scaled(a, 3.0, 3.0)),
    edit("stretch", |a, _| scaled(a, 1.3, 0.9)),
    edit("crop-middle", |a, _| crop(a, [0.2, 0.2, 0.8, 0.8])),
    edit("crop-corner", |a, _| crop(a, [0.0, 0.35, 0.6, 1.0])),
    edit("crop-half", |a, _| crop(a, [0.5, 0.0, 1.0, 1.0])),
    edit("crop-third", |a, _| crop(a, [0.33, 0.3, 0.67, 0.64])),
    edit("turn-5", |a, _| turned(a, 5.0)),
    edit("turn-10", |a, _| turned(a, 10.0)),
    edit("turn-15", |a, _| turned(a, -15.0)),
    edit("quarter", |a, _| turned_by(a, 90.0, true)),
    edit("upside-down", |a, _| turned_by(a, 180.0, true)),
    edit("overlay", overlaid),
    edit("caption", |a, _| captioned(a)),
    edit("mirror-crop-turn", |a, _| mixed(a)),
];

const fn edit(name: &'static str, make: fn(&Picture, &Picture) -> Copy) -> Edit {
    Edit { name, make }
}

fn size(picture: &Picture) -> [f64; 2] {
    [f64::from(picture.width), f64::from(picture.height)]
}

/// The picture seen through `a_from_b`, `b_size` pixels large.
fn moved(a: &Picture, b_size: [f64; 2], a_from_b: Affine) -> Copy {
    let b_from_a = a_from_b.inverse().unwrap();
    let [width, height] = b_size.map(f64::round);
    let (picture, _) = warp(a, &b_from_a, width as u32, height as u32);
    Copy {
        picture,
        a_from_b,
        corner: [0.0, 0.0],
        size: [width, height],
    }
}

fn recolored(a: &Picture, change: impl Fn(&Picture) -> Picture) -> Copy {
    let mut copy = moved(a, size(a), Affine::IDENTITY);
    copy.picture = change(a);
    copy
}

fn mirror(a: &Picture) -> Affine {
    Affine {
        m: [-1.0, 0.0, f64::from(a.width), 0.0, 1.0, 0.0],
    }
}

fn scaled(a: &Picture, x: f64, y: f64) -> Copy {
    let [width, height] = size(a);
    let b_size = [(width * x).round(), (height * y).round()];
    moved(
        a,
        b_size,
        Affine::scaling(width / b_size[0], height / b_size[1]),
    )
}

fn crop(a: &Picture, [left, top, right, bottom]: [f64; 4]) -> Copy {
    let [width, height] = size(a);
    let corner = Affine::translation((left * width).round(), (top * height).round());
    moved(a, [(right - left) * width, (bottom - top) * height], corner)
}

/// Turned about the middle and cropped so that no corner is empty.
fn turned(a: &Picture, degrees: f64) -> Copy {
    turned_by(a, degrees, false)
}

fn turned_by(a: &Picture, degrees: f64, whole: bool) -> Copy {
    let [width, height] = size(a);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let [b_width, b_height] = if !whole {
        [width * 0.7, height * 0.7]
    } else if cos.abs() < 0.5 {
        [height, width]
    } else {
        [width, height]
    };
    let turn = Affine {
        m: [cos, -sin, 0.0, sin, cos, 0.0],
    };
    let to_middle = Affine::translation(-b_width / 2.0, -b_height / 2.0);
    let a_from_b = Affine::translation(width / 2.0, height / 2.0) * turn * to_middle;
    moved(a, [b_width, b_height], a_from_b)
}

/// The whole original at 0.6 of the size inside another picture.
fn overlaid(a: &Picture, other: &Picture) -> Copy {
    let mut canvas = data::resize(other, a.width, a.height);
    let small = scaled(a, 0.6, 0.6);
    let corner = [a.width / 4, a.height / 3];
    for y in 0..small.picture.height {
        for x in 0..small.picture.width {
            canvas.put(corner[0] + x, corner[1] + y, small.picture.pixel(x, y));
        }
    }
    let corner = corner.map(f64::from);
    Copy {
        picture: canvas,
        a_from_b: small.a_from_b * Affine::translation(-corner[0], -corner[1]),
        corner,
        size: small.size,
    }
}

/// A white bar with dark strokes over the lower fifth.
fn captioned(a: &Picture) -> Copy {
    let mut copy = recolored(a, Picture::clone);
    for y in a.height * 4 / 5..a.height {
        for x in 0..a.width {
            let stroke = (x / 5 + y / 9) % 3 == 0 && y % 23 > 8;
            copy.picture
                .put(x, y, if stroke { [20; 3] } else { [250; 3] });
        }
    }
    copy
}

/// Mirrored, two thirds of it, turned by 8 degrees, darker, JPEG 30.
fn mixed(a: &Picture) -> Copy {
    let mut copy = turned(a, 8.0);
    let mirror = mirror(&copy.picture);
    copy.a_from_b = copy.a_from_b * mirror;
    copy.picture = jpeg(&dark(&copy.picture.mirrored()), 30);
    copy
}

fn jpeg(picture: &Picture, quality: u8) -> Picture {
    let bytes = data::encode_jpeg(picture, quality);
    data::decode_bytes(&bytes, std::path::Path::new("copy.jpg")).unwrap()
}

fn dark(picture: &Picture) -> Picture {
    let rgb = picture.rgb.iter().map(|level| level / 10 * 7).collect();
    Picture::new(picture.width, picture.height, rgb)
}

fn dark_grey(picture: &Picture) -> Picture {
    let rgb = picture
        .rgb
        .chunks_exact(3)
        .flat_map(|p| {
            let luma = 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]);
            [(luma * 0.8) as u8; 3]
        })
        .collect();
    Picture::new(picture.width, picture.height, rgb)
}

/// A box blur, twice.
fn blurred(picture: &Picture, width: i64) -> Picture {
    let mut picture = picture.clone();
    for (dx, dy) in [(1, 0), (0, 1), (1, 0), (0, 1)] {
        let source = picture.clone();
        let last = [i64::from(source.width) - 1, i64::from(source.height) - 1];
        for y in 0..source.height {
            for x in 0..source.width {
                let mut sums = [0_u32; 3];
                for step in -(width / 2)..=width / 2 {
                    let column = (i64::from(x) + step * dx).clamp(0, last[0]) as u32;
                    let row = (i64::from(y) + step * dy).clamp(0, last[1]) as u32;
                    for (sum, level) in sums.iter_mut().zip(source.pixel(column, row)) {
                        *sum += u32::from(level);
                    }
                }
                picture.put(x, y, sums.map(|sum| (sum / width as u32) as u8));
            }
        }
    }
    picture
}

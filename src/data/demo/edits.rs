//! How the copies of the demo library differ from their originals.
//!
//! To add an edit, write its function and add its row in [`EDITS`]; to use it, name it in
//! [`COPIES`].

use std::f32::consts::PI;

use crate::data::Picture;
use crate::data::fit_within;
use crate::data::resize;

use super::canvas::Canvas;
use super::ink::around;
use super::ink::ink;
use super::lettering::Align;
use super::lettering::Lettering;
use super::outline::rounded;
use super::outline::star;

/// One row of [`EDITS`].
pub(super) struct Edit {
    /// What stands in brackets behind the name of the original.
    pub(super) label: &'static str,
    /// Quality of the JPEG the copy is saved as.
    pub(super) quality: u8,
    /// Makes the copy from the original and three pictures to put beside it.
    pub(super) apply: fn(&Picture, [&Picture; 3]) -> Picture,
}

const fn edit(
    label: &'static str,
    quality: u8,
    apply: fn(&Picture, [&Picture; 3]) -> Picture,
) -> Edit {
    Edit {
        label,
        quality,
        apply,
    }
}

/// Every edit.
pub(super) const EDITS: &[Edit] = &[
    edit("cropped", 88, |picture, _| {
        part(picture, [0.24, 0.16, 0.6, 0.66])
    }),
    edit("mirrored", 88, |picture, _| picture.mirrored()),
    edit("rotated", 88, |picture, _| rotated(picture, 0.2)),
    edit("on its side", 88, |picture, _| quarter_turned(picture)),
    edit("gray", 88, |picture, _| gray(picture)),
    edit("saved badly", 9, |picture, _| picture.clone()),
    edit("blurred", 88, |picture, _| blurred(picture)),
    edit("recolored", 88, |picture, _| recolored(picture)),
    edit("small", 80, |picture, _| fit_within(picture, 200)),
    edit("with a caption", 85, |picture, _| captioned(picture)),
    edit("with stickers", 85, |picture, _| with_stickers(picture)),
    edit("on a phone", 85, |picture, _| on_a_phone(picture)),
    edit("in a collage", 85, in_a_collage),
    edit("cropped and mirrored", 80, |picture, _| {
        part(picture, [0.1, 0.2, 0.55, 0.62]).mirrored()
    }),
];

/// The originals that have copies, and which.
pub(super) const COPIES: &[(&str, &[&str])] = &[
    ("alpine-dawn", &["cropped", "with a caption"]),
    ("balloons", &["mirrored", "in a collage"]),
    ("blue-planet", &["rotated", "saved badly"]),
    ("canal-houses", &["cropped and mirrored", "gray"]),
    ("fruit-bowl", &["recolored", "on a phone"]),
    ("forest-fox", &["with stickers", "cropped"]),
    ("ginger-cat", &["on a phone", "small"]),
    ("jazz-poster", &["rotated", "in a collage"]),
    ("lighthouse", &["with a caption", "blurred"]),
    ("pizza", &["on its side", "cropped"]),
    ("sailing-sunset", &["mirrored", "recolored"]),
    ("steam-train", &["saved badly", "cropped and mirrored"]),
    ("sunflower-vase", &["gray", "in a collage"]),
    ("tin-robot", &["cropped", "with stickers"]),
];

/// The part of a picture given as left, top, width and height, each a share of the whole.
fn part(picture: &Picture, [left, top, width, height]: [f32; 4]) -> Picture {
    let pixels = |share: f32, of: u32| (share * of as f32) as u32;
    let (x0, y0) = (pixels(left, picture.width), pixels(top, picture.height));
    let width = pixels(width, picture.width).max(1);
    let height = pixels(height, picture.height).max(1);
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    for y in y0..y0 + height {
        let start = ((y * picture.width + x0) * 3) as usize;
        rgb.extend_from_slice(&picture.rgb[start..start + (width * 3) as usize]);
    }
    Picture::new(width, height, rgb)
}

/// Turned by `angle` and enlarged until the corners are filled.
fn rotated(picture: &Picture, angle: f32) -> Picture {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let (sin, cos) = angle.sin_cos();
    let longer = width.max(height) / width.min(height);
    let scale = 1.0 / (cos + sin * longer);
    let mut turned = picture.clone();
    for y in 0..picture.height {
        for x in 0..picture.width {
            let (dx, dy) = (x as f32 - width / 2.0, y as f32 - height / 2.0);
            let from_x = (dx * cos + dy * sin) * scale + width / 2.0;
            let from_y = (dy * cos - dx * sin) * scale + height / 2.0;
            turned.put(x, y, between_pixels(picture, from_x, from_y));
        }
    }
    turned
}

/// The color between four pixels.
fn between_pixels(picture: &Picture, x: f32, y: f32) -> [u8; 3] {
    let x = x.clamp(0.0, picture.width as f32 - 1.001);
    let y = y.clamp(0.0, picture.height as f32 - 1.001);
    let (left, top) = (x as u32, y as u32);
    let (u, v) = (x.fract(), y.fract());
    let corners =
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| picture.pixel(left + dx, top + dy));
    let weights = [(1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v];
    [0, 1, 2].map(|channel: usize| {
        let terms = corners.iter().zip(weights);
        let sum: f32 = terms
            .map(|(color, weight)| f32::from(color[channel]) * weight)
            .sum();
        sum.round() as u8
    })
}

/// Turned right by a quarter.
fn quarter_turned(picture: &Picture) -> Picture {
    let mut turned = Picture::filled(picture.height, picture.width, [0; 3]);
    for y in 0..picture.height {
        for x in 0..picture.width {
            turned.put(picture.height - 1 - y, x, picture.pixel(x, y));
        }
    }
    turned
}

fn each_color(picture: &Picture, change: impl Fn([f32; 3]) -> [f32; 3]) -> Picture {
    let mut changed = picture.clone();
    for pixel in changed.rgb.chunks_exact_mut(3) {
        let color = change([pixel[0], pixel[1], pixel[2]].map(f32::from));
        pixel.copy_from_slice(&color.map(|level| level.round() as u8));
    }
    changed
}

fn gray(picture: &Picture) -> Picture {
    each_color(picture, |[r, g, b]| [0.299 * r + 0.587 * g + 0.114 * b; 3])
}

/// Warm, faded and strong in contrast, as a phone filter does it.
fn recolored(picture: &Picture) -> Picture {
    each_color(picture, |color| {
        let gray = color.iter().sum::<f32>() / 3.0;
        let tint = [1.16, 1.0, 0.76];
        [0, 1, 2].map(|channel: usize| {
            let faded = gray + (color[channel] - gray) * 0.62;
            ((faded - 118.0) * 1.22 + 132.0) * tint[channel]
        })
    })
}

fn blurred(picture: &Picture) -> Picture {
    let small = resize(picture, picture.width / 7, picture.height / 7);
    resize(&small, picture.width, picture.height)
}

fn captioned(picture: &Picture) -> Picture {
    let band = picture.height / 6;
    let mut c = Canvas::new(picture.width, picture.height + band, 1);
    c.rect(0.0, 0.0, c.w, c.h, "ffffff");
    c.paste(picture, 0, band);
    let size = band as f32 * 0.4;
    let foot = (c.w / 2.0, band as f32 * 0.64);
    c.write(
        "when the weekend is here",
        foot,
        Align::Center,
        Lettering::bold(size),
        "15151c",
    );
    c.into_picture()
}

fn with_stickers(picture: &Picture) -> Picture {
    let mut c = Canvas::new(picture.width, picture.height, 2);
    c.paste(picture, 0, 0);
    let (w, h) = (c.w, c.h);
    for (x, y, radius) in [(0.15, 0.2, 0.11), (0.85, 0.78, 0.13)] {
        let (x, y, radius) = (x * w, y * h, radius * w);
        c.circle(
            x,
            y,
            radius,
            around(x, y, radius, &[ink("ffe45e"), ink("ffb703")]),
        );
        for side in [-1.0, 1.0] {
            c.oval(
                x + side * radius * 0.36,
                y - radius * 0.22,
                radius * 0.11,
                radius * 0.19,
                "3d2b1f",
            );
        }
        let smile: Vec<_> = (0..9)
            .map(|k| super::outline::polar(x, y, radius * 0.6, PI * (0.15 + k as f32 * 0.7 / 8.0)))
            .collect();
        c.stroke(super::outline::smooth(&smile), "3d2b1f", radius * 0.12);
    }
    for (x, y, hex) in [(0.8, 0.2, "ff4d8d"), (0.22, 0.82, "4cc9f0")] {
        let shape = || star(x * w, y * h, w * 0.1, w * 0.045, 5, -PI / 2.0);
        c.stroke(shape(), "ffffff", w * 0.02);
        c.fill(shape(), hex);
    }
    c.into_picture()
}

fn on_a_phone(picture: &Picture) -> Picture {
    let (width, height) = (420, 820);
    let mut c = Canvas::new(width, height, 3);
    c.rect(0.0, 0.0, c.w, c.h, "101014");
    c.write(
        "9:41",
        (26.0, 38.0),
        Align::Left,
        Lettering::bold(19.0),
        "ffffff",
    );
    for bar in 0..4 {
        let tall = 6.0 + bar as f32 * 3.0;
        c.rect(334.0 + bar as f32 * 7.0, 38.0 - tall, 5.0, tall, "ffffff");
    }
    c.fill(rounded(372.0, 24.0, 28.0, 14.0, 4.0), "ffffff");
    c.circle(
        44.0,
        92.0,
        22.0,
        around(40.0, 86.0, 24.0, &[ink("ff9a8b"), ink("c86dd7")]),
    );
    c.write(
        "marta.draws",
        (78.0, 90.0),
        Align::Left,
        Lettering::bold(18.0),
        "ffffff",
    );
    c.write(
        "2 hours ago",
        (78.0, 110.0),
        Align::Left,
        Lettering::sans(15.0),
        "9a9aa6",
    );
    let shown_height = (picture.height * width / picture.width).min(520);
    c.paste(&resize(picture, width, shown_height), 0, 134);
    let foot = 134.0 + shown_height as f32;
    for (k, hex) in ["ff3b5c", "ffffff", "ffffff"].into_iter().enumerate() {
        c.ring(36.0 + k as f32 * 48.0, foot + 34.0, 14.0, hex, 3.0);
    }
    c.write(
        "1,204 likes",
        (24.0, foot + 82.0),
        Align::Left,
        Lettering::bold(18.0),
        "ffffff",
    );
    let comment = "new on my wall, what do you think?";
    c.write(
        comment,
        (24.0, foot + 110.0),
        Align::Left,
        Lettering::sans(17.0),
        "d5d5dd",
    );
    c.fill(rounded(140.0, c.h - 20.0, 140.0, 6.0, 3.0), "ffffff");
    c.into_picture()
}

fn in_a_collage(picture: &Picture, beside: [&Picture; 3]) -> Picture {
    let (side, gap) = (330, 12);
    let total = side * 2 + gap * 3;
    let mut c = Canvas::new(total, total, 4);
    c.rect(0.0, 0.0, c.w, c.h, "f5f1e8");
    let [a, b, d] = beside;
    for (k, shown) in [a, picture, b, d].into_iter().enumerate() {
        let (column, row) = (k as u32 % 2, k as u32 / 2);
        let square = centered_square(shown);
        let (x, y) = (gap + column * (side + gap), gap + row * (side + gap));
        c.paste(&resize(&square, side, side), x, y);
    }
    c.into_picture()
}

fn centered_square(picture: &Picture) -> Picture {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let side = width.min(height);
    let (w, h) = (side / width, side / height);
    part(picture, [(1.0 - w) / 2.0, (1.0 - h) / 2.0, w, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient() -> Picture {
        let mut picture = Picture::filled(40, 30, [0; 3]);
        for y in 0..30 {
            for x in 0..40 {
                picture.put(x, y, [x as u8 * 6, y as u8 * 8, 90]);
            }
        }
        picture
    }

    #[test]
    fn every_copy_names_an_edit_and_every_edit_is_used() {
        let used: Vec<&str> = COPIES
            .iter()
            .flat_map(|(_, edits)| edits.iter().copied())
            .collect();
        for label in &used {
            assert!(EDITS.iter().any(|edit| edit.label == *label), "{label}");
        }
        for edit in EDITS {
            assert!(used.contains(&edit.label), "{}", edit.label);
        }
    }

    #[test]
    fn every_edit_but_the_badly_saved_one_changes_the_picture() {
        let picture = gradient();
        for edit in EDITS {
            let copy = (edit.apply)(&picture, [&picture; 3]);
            assert_eq!(
                copy == picture,
                matches!(edit.label, "saved badly" | "small"),
                "{}",
                edit.label
            );
        }
    }

    #[test]
    fn a_quarter_turn_moves_the_first_corner_to_the_right() {
        let picture = gradient();
        let turned = quarter_turned(&picture);
        assert_eq!((turned.width, turned.height), (30, 40));
        assert_eq!(turned.pixel(29, 0), picture.pixel(0, 0));
        assert_eq!(turned.pixel(0, 0), picture.pixel(0, 29));
    }

    #[test]
    fn a_rotation_keeps_the_middle_and_turns_around_it() {
        let picture = gradient();
        let turned = rotated(&picture, 0.0);
        assert_eq!(turned, picture);
        let turned = rotated(&picture, 0.2);
        let (a, b) = (turned.pixel(20, 15), picture.pixel(20, 15));
        assert!(a[0].abs_diff(b[0]) <= 1 && a[1].abs_diff(b[1]) <= 1);
    }
}

//! Patterns of repeated shapes.

use std::f32::consts::PI;
use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::around;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::fractal;
use crate::data::demo::noise::hash;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::sector;
use crate::data::demo::outline::star;

pub(super) fn stained_glass(c: &mut Canvas) {
    let (w, h) = (c.w, c.h);
    let sites: Vec<_> = (0..90)
        .map(|_| {
            (
                c.range(0.0, w),
                c.range(0.0, h),
                c.below(7),
                c.range(0.75, 1.1),
            )
        })
        .collect();
    let inks = [
        "1d4e9e", "c1121f", "f4a300", "2a7f3f", "5a189a", "0fa3b1", "f7d08a",
    ]
    .map(|hex| ink(hex).levels());
    let seed = c.seed;
    c.each_pixel(|x, y, _| {
        let ring = (x - w / 2.0).hypot(y - h / 2.0);
        let (mut first, mut second, mut nearest) = (f32::MAX, f32::MAX, 0);
        for (idx, site) in sites.iter().enumerate() {
            let reach = (x - site.0).hypot(y - site.1);
            if reach < first {
                (second, first, nearest) = (first, reach, idx);
            } else if reach < second {
                second = reach;
            }
        }
        let is_lead =
            second - first < 5.0 || (ring - 150.0).abs() < 4.0 || (ring - 205.0).abs() < 4.0;
        if is_lead {
            return [20.0, 18.0, 22.0].map(|level| level + (second - first) * 4.0);
        }
        let shift = usize::from(ring < 150.0) + 3 * usize::from((150.0..205.0).contains(&ring));
        let light = sites[nearest].3
            * (0.72 + fractal(x / 17.0, y / 17.0, 3, seed) * 0.55)
            * (1.25 - ring / 640.0);
        inks[(sites[nearest].2 + shift) % 7].map(|level| level * light + 16.0)
    });
    for k in 0..12 {
        let angle = k as f32 / 12.0 * TAU;
        let (x, y) = polar(w / 2.0, h / 2.0, 12.0, angle);
        c.fill(
            petal(x, y, 116.0, 54.0, angle),
            around(
                w / 2.0,
                h / 2.0,
                130.0,
                &[
                    ink("fff3b0"),
                    ink(if k % 2 == 0 { "e63946" } else { "f77f00" }),
                ],
            ),
        );
        c.stroke(petal(x, y, 116.0, 54.0, angle), "17151a", 4.5);
    }
    c.circle(w / 2.0, h / 2.0, 24.0, "ffd166");
    c.ring(w / 2.0, h / 2.0, 24.0, "17151a", 5.0);
}

pub(super) fn truchet_tiles(c: &mut Canvas) {
    c.backdrop(&["0b3954", "0b3954"]);
    let side = 54.0;
    for row in 0..=(c.h / side) as usize {
        for column in 0..=(c.w / side) as usize {
            let (x, y) = (column as f32 * side, row as f32 * side);
            let tint = if (row + column) % 2 == 0 {
                "0f4c6b"
            } else {
                "0b3954"
            };
            c.rect(x, y, side, side, tint);
            let turn = if c.chance(0.5) { 0.0 } else { 0.25 };
            for (corner, from) in [((0.0, 0.0), 0.25), ((side, side), 0.75)] {
                let (corner, from) = if turn > 0.0 {
                    ((side - corner.0, corner.1), from + 0.25)
                } else {
                    (corner, from)
                };
                let (cx, cy) = (x + corner.0, y + corner.1);
                for (inner, outer, hex) in [
                    (0.26, 0.74, "ff7f51"),
                    (0.34, 0.66, "ffe1c6"),
                    (0.44, 0.56, "ce4257"),
                ] {
                    c.fill(
                        sector(cx, cy, (side * inner, side * outer), (from, from + 0.25)),
                        hex,
                    );
                }
            }
        }
    }
}

pub(super) fn bauhaus(c: &mut Canvas) {
    c.backdrop(&["efe6d5", "e8dcc6"]);
    let side = c.w / 5.0;
    let inks = ["d62828", "003049", "f2b705", "1d7874", "f4f1ea", "e8743b"];
    for row in 0..4 {
        for column in 0..5 {
            let (x, y) = (column as f32 * side, row as f32 * side);
            let ground = (row * 2 + column * 3) % 6;
            let figure = (ground + 1 + c.below(4)) % 6;
            c.rect(x, y, side, side, inks[ground]);
            let (mx, my, color) = (x + side / 2.0, y + side / 2.0, inks[figure]);
            match c.below(7) {
                0 => {
                    c.circle(mx, my, side * 0.42, color);
                    c.circle(mx, my, side * 0.2, inks[ground]);
                }
                1 => c.fill(sector(x, y, (0.0, side), (0.25, 0.5)), color),
                2 => c.poly(&[(x, y + side), (x + side, y + side), (mx, y)], color),
                3 => {
                    for k in 0..5 {
                        c.rect(x, y + k as f32 * side / 5.0, side, side / 10.0, color);
                    }
                }
                4 => {
                    c.fill(sector(mx, y, (0.0, side / 2.0), (0.25, 0.75)), color);
                    c.fill(
                        sector(mx, y + side, (0.0, side / 2.0), (-0.25, 0.25)),
                        inks[(figure + 2) % 6],
                    );
                }
                5 => {
                    for k in 0..16 {
                        c.circle(
                            x + (k % 4) as f32 * side / 4.0 + side / 8.0,
                            y + (k / 4) as f32 * side / 4.0 + side / 8.0,
                            side * 0.07,
                            color,
                        );
                    }
                }
                _ => c.fill(star(mx, my, side * 0.46, side * 0.2, 8, 0.2), color),
            }
        }
    }
    c.weather((3.0, 3.0), 7.0);
}

pub(super) fn mandala(c: &mut Canvas) {
    let (x, y) = (c.w / 2.0, c.h / 2.0);
    c.rect(
        0.0,
        0.0,
        c.w,
        c.h,
        around(x, y, c.w * 0.7, &[ink("3c096c"), ink("10002b")]),
    );
    let rings = [
        (0.46, 48, "e0aaff", 0.13),
        (0.4, 24, "ff9e00", 0.2),
        (0.31, 24, "9d4edd", 0.17),
        (0.25, 16, "ff5d8f", 0.2),
        (0.16, 12, "4cc9f0", 0.16),
        (0.06, 8, "ffe45e", 0.13),
    ];
    for (ring, (reach, n, hex, long)) in rings.into_iter().enumerate() {
        let (reach, long) = (reach * c.w, long * c.w);
        for k in 0..n {
            let angle = (k as f32 + (ring % 2) as f32 * 0.5) / n as f32 * TAU;
            let (px, py) = polar(x, y, reach - long * 0.5, angle);
            let wide = reach / n as f32 * 5.2;
            c.fill(petal(px, py, long * 0.8, wide, angle), ink(hex).alpha(0.85));
            c.fill(
                petal(px, py, long * 0.55, wide * 0.5, angle),
                ink(hex).darker(0.45),
            );
            let tip = polar(x, y, reach + long * 0.32, angle);
            c.circle(tip.0, tip.1, 3.4, "fff3d6");
            c.stroke(petal(px, py, long * 0.8, wide, angle), "fff3d6", 1.0);
        }
        c.ring(x, y, reach - long * 0.5, ink("fff3d6").alpha(0.8), 1.8);
        for k in 0..n * 2 {
            let dot = polar(x, y, reach - long * 0.58, k as f32 / (n * 2) as f32 * TAU);
            c.circle(dot.0, dot.1, 1.9, hex);
        }
    }
    c.fill(star(x, y, 22.0, 11.0, 12, 0.0), "fff3d6");
}

pub(super) fn quilt(c: &mut Canvas) {
    c.backdrop(&["f7efe2", "f7efe2"]);
    let side = 92.0;
    let cloths = [
        "b23a48", "2f4858", "e9b872", "588b8b", "f2e3bc", "8d5a97", "6b8f71",
    ];
    for row in 0..=(c.h / side) as usize {
        for column in 0..=(c.w / side) as usize {
            let (x, y) = (column as f32 * side, row as f32 * side);
            let (a, b) = (
                ink(cloths[(row * 3 + column) % 7]),
                ink(cloths[(row + column * 2 + 3) % 7]),
            );
            c.rect(x, y, side, side, a);
            c.placed((x + side / 2.0, y + side / 2.0), side / 2.0, 0.0, |c| {
                quilt_block(c, (row * 5 + column * 3) % 4, b);
            });
            for k in 0..12 {
                let (px, py) = (
                    x + hash(k, row as i32, 1) * side,
                    y + hash(k, column as i32, 2) * side,
                );
                c.fill(star(px, py, 3.0, 1.2, 5, k as f32), b.lighter(0.5));
            }
            for k in 0..14 {
                let at = k as f32 * side / 14.0;
                c.line(
                    (x + at, y + 3.0),
                    (x + at + 3.4, y + 3.0),
                    ink("ffffff").alpha(0.8),
                    1.3,
                );
                c.line(
                    (x + 3.0, y + at),
                    (x + 3.0, y + at + 3.4),
                    ink("ffffff").alpha(0.8),
                    1.3,
                );
            }
        }
    }
    c.weather((2.0, 5.0), 13.0);
}

fn quilt_block(c: &mut Canvas, kind: usize, color: Ink) {
    match kind {
        0 => {
            for k in 0..4 {
                c.placed((0.0, 0.0), 1.0, k as f32 * PI / 2.0, |c| {
                    c.poly(&[(0.0, 0.0), (0.95, 0.0), (0.95, 0.95)], color);
                });
            }
        }
        1 => c.fill(star(0.0, 0.0, 0.92, 0.4, 8, 0.2), color),
        2 => {
            for k in 0..4 {
                let half = 0.9 - k as f32 * 0.22;
                let tone = if k % 2 == 0 {
                    color
                } else {
                    color.lighter(0.55)
                };
                c.placed((0.0, 0.0), 1.0, PI / 4.0 * (k % 2) as f32, |c| {
                    c.rect(-half, -half, half * 2.0, half * 2.0, tone);
                });
            }
        }
        _ => {
            for k in 0..8 {
                c.fill(
                    petal(0.0, 0.0, 0.9, 0.4, k as f32 / 8.0 * TAU),
                    color.lighter((k % 2) as f32 * 0.4),
                );
            }
            c.circle(0.0, 0.0, 0.17, "f2e3bc");
        }
    }
}

pub(super) fn wave_scales(c: &mut Canvas) {
    c.backdrop(&["12355b", "12355b"]);
    let radius = 44.0;
    for row in 0..24 {
        for column in -1..10 {
            let x = column as f32 * radius * 2.0 + (row % 2) as f32 * radius;
            let y = row as f32 * radius * 0.5 + 8.0;
            let accent = hash(column, row, c.seed);
            let inks = if accent > 0.9 {
                ["d7263d", "fff4e0", "d7263d", "fff4e0"]
            } else if accent > 0.75 {
                ["c99b3f", "fff4e0", "c99b3f", "12355b"]
            } else {
                ["f4f7fb", "12355b", "f4f7fb", "3a6ea5"]
            };
            for (ring, hex) in inks.into_iter().enumerate() {
                c.circle(x, y, radius * (1.0 - ring as f32 * 0.24), hex);
            }
        }
    }
    c.weather((70.0, 70.0), 22.0);
}

pub(super) fn star_tiles(c: &mut Canvas) {
    c.backdrop(&["0d5c63", "0d5c63"]);
    let side = 116.0;
    for row in 0..6 {
        for column in 0..7 {
            let (x, y) = (column as f32 * side, row as f32 * side);
            c.fill(star(x, y, side * 0.5, side * 0.37, 8, 0.0), "f2e9dc");
            c.fill(
                star(x, y, side * 0.45, side * 0.33, 8, 0.0),
                if (row + column) % 2 == 0 {
                    "1d7fa6"
                } else {
                    "c8553d"
                },
            );
            c.fill(star(x, y, side * 0.33, side * 0.16, 8, 0.0), "f2c14e");
            c.fill(star(x, y, side * 0.17, side * 0.12, 8, PI / 8.0), "0b3c49");
            let (mx, my) = (x + side / 2.0, y + side / 2.0);
            c.fill(star(mx, my, side * 0.3, side * 0.12, 4, PI / 4.0), "78c0a8");
            c.stroke(
                star(mx, my, side * 0.3, side * 0.12, 4, PI / 4.0),
                "f2e9dc",
                3.0,
            );
            c.fill(star(mx, my, side * 0.1, side * 0.1, 4, 0.0), "f2c14e");
        }
    }
    c.weather((26.0, 26.0), 15.0);
    c.weather((3.0, 3.0), 9.0);
}

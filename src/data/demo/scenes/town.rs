//! Towns and streets.

use std::f32::consts::PI;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::between;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::polygon;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::sector;

pub(super) fn night_skyline(c: &mut Canvas) {
    c.backdrop(&["0a0f2c", "1c1f56", "5a2d6e", "d2607a"]);
    let (w, h) = (c.w, c.h);
    let water = h * 0.72;
    c.stars(80, h * 0.4);
    for layer in 0..3 {
        let mut x = -20.0;
        while x < w {
            let width = c.range(26.0, 62.0);
            let center = 1.0 - ((x / w) - 0.55).abs();
            let tall = c.range(60.0, 190.0) * center * (1.3 - layer as f32 * 0.25) + 30.0;
            let wall = Ink::ramp(&["6a5599", "3a3678", "171a44"], layer as f32 / 2.0);
            c.rect(x, water - tall, width, tall, wall);
            if c.chance(0.3) {
                c.line(
                    (x + width / 2.0, water - tall),
                    (x + width / 2.0, water - tall - 34.0),
                    wall,
                    2.0,
                );
                c.glow(x + width / 2.0, water - tall - 34.0, 9.0, "ff3344");
            }
            lit_windows(c, (x, water - tall), (width, tall));
            x += width + c.range(-4.0, 8.0);
        }
    }
    c.reflect(water, ink("0a0f2c"), 0.3);
}

fn lit_windows(c: &mut Canvas, corner: (f32, f32), size: (f32, f32)) {
    let mut y = corner.1 + 7.0;
    while y < corner.1 + size.1 - 8.0 {
        let mut x = corner.0 + 5.0;
        while x < corner.0 + size.0 - 6.0 {
            if c.chance(0.5) {
                let light = c.pick(&["ffd98a", "fff1c9", "ffb35c", "9fd3ff"]);
                c.rect(x, y, 4.2, 5.6, light);
            }
            x += 7.5;
        }
        y += 10.0;
    }
}

pub(super) fn canal_houses(c: &mut Canvas) {
    c.backdrop(&["cfe3ee", "f3ead9"]);
    let (w, h) = (c.w, c.h);
    let water = h * 0.7;
    let walls = [
        "8c3b2e", "e9d8a6", "3f5e5a", "c8553d", "f2e8cf", "588157", "6d597a", "d9a05b",
    ];
    let mut x = -12.0;
    for (idx, wall) in walls.into_iter().enumerate() {
        let width = 74.0 + (idx * 37 % 23) as f32;
        let tall = 210.0 + (idx * 53 % 70) as f32;
        c.placed((x, water), 1.0, 0.0, |c| {
            canal_house(c, idx, (width, tall), ink(wall));
        });
        x += width + 1.0;
    }
    c.rect(0.0, water - 6.0, w, 10.0, "5f5a55");
    for _ in 0..6 {
        let x = c.range(20.0, w - 40.0);
        c.rect(x, water - 26.0, 3.0, 22.0, "2b2b2b");
        c.circle(x + 1.5, water - 29.0, 4.0, "ffe7a8");
    }
    c.reflect(water + 4.0, ink("2f4a4a"), 0.35);
    c.placed((w * 0.63, h * 0.86), 1.0, 0.0, |c| {
        c.fill(
            blob(&[
                (-110.0, -8.0),
                (-60.0, -14.0),
                (60.0, -14.0),
                (116.0, -18.0),
                (90.0, 16.0),
                (-90.0, 16.0),
            ]),
            "23395b",
        );
        c.fill(rounded(-60.0, -34.0, 110.0, 24.0, 6.0), "f1e3c4");
        for k in 0..5 {
            c.fill(
                rounded(-52.0 + k as f32 * 21.0, -29.0, 14.0, 11.0, 2.0),
                "5c8aa8",
            );
        }
    });
}

fn canal_house(c: &mut Canvas, idx: usize, size: (f32, f32), wall: Ink) {
    let (width, tall) = size;
    c.rect(
        0.0,
        -tall,
        width,
        tall,
        between(
            (0.0, 0.0),
            (width, 0.0),
            &[wall.lighter(0.1), wall.darker(0.12)],
        ),
    );
    let gable = match idx % 3 {
        0 => polygon(&[(0.0, -tall), (width, -tall), (width * 0.5, -tall - 48.0)]),
        1 => polygon(&[
            (0.0, -tall),
            (0.0, -tall - 14.0),
            (width * 0.2, -tall - 14.0),
            (width * 0.2, -tall - 30.0),
            (width * 0.36, -tall - 30.0),
            (width * 0.36, -tall - 46.0),
            (width * 0.64, -tall - 46.0),
            (width * 0.64, -tall - 30.0),
            (width * 0.8, -tall - 30.0),
            (width * 0.8, -tall - 14.0),
            (width, -tall - 14.0),
            (width, -tall),
        ]),
        _ => blob(&[
            (0.0, -tall + 6.0),
            (width * 0.16, -tall - 22.0),
            (width * 0.34, -tall - 30.0),
            (width * 0.5, -tall - 52.0),
            (width * 0.66, -tall - 30.0),
            (width * 0.84, -tall - 22.0),
            (width, -tall + 6.0),
        ]),
    };
    c.fill(gable.clone(), wall);
    c.stroke(gable, "f7f3e8", 3.0);
    for row in 0..(tall / 9.0) as usize {
        let y = -(row as f32) * 9.0;
        c.line(
            (2.0, y),
            (width - 2.0, y),
            wall.darker(0.3).alpha(0.35),
            0.8,
        );
    }
    let n_rows = ((tall - 40.0) / 52.0) as usize;
    for row in 0..n_rows {
        for column in 0..3 {
            let (x, y) = (
                width * (0.12 + column as f32 * 0.28),
                -tall + 14.0 + row as f32 * 52.0,
            );
            c.rect(x - 2.0, y - 2.0, width * 0.2 + 4.0, 38.0, "f7f3e8");
            let glass = c.pick(&["32485c", "466a82", "f2c879", "26343f"]);
            c.rect(x, y, width * 0.2, 34.0, glass);
            c.line(
                (x + width * 0.1, y),
                (x + width * 0.1, y + 34.0),
                "f7f3e8",
                1.6,
            );
            c.line((x, y + 14.0), (x + width * 0.2, y + 14.0), "f7f3e8", 1.6);
        }
    }
    c.rect(width * 0.38, -38.0, width * 0.24, 38.0, wall.darker(0.6));
    c.line(
        (width * 0.5, -tall - 26.0),
        (width * 0.5, -tall - 12.0),
        "2b2b2b",
        2.4,
    );
}

pub(super) fn neon_rain(c: &mut Canvas) {
    c.backdrop(&["0b0820", "1b1038", "2a1145"]);
    let (w, h) = (c.w, c.h);
    let street = h * 0.68;
    for side in 0..2 {
        for step in 0..7 {
            let depth = step as f32 / 7.0;
            let edge = 26.0 + depth * w * 0.34;
            let x = if side == 0 {
                edge - 60.0
            } else {
                w - edge - 4.0
            };
            let top = 40.0 + depth * h * 0.42;
            let wall = Ink::ramp(&["140a2b", "3a1f5c"], depth);
            c.rect(x, top, 64.0, street - top, wall);
            let sign = c.pick(&["ff2a6d", "05d9e8", "f9f871", "b967ff", "01ffc3"]);
            let (sx, sy) = (x + 14.0, top + 26.0);
            let (sw, sh) = (26.0, 74.0 - depth * 40.0);
            c.glow(sx + sw / 2.0, sy + sh / 2.0, 80.0, sign.alpha(0.7));
            c.stroke(rounded(sx, sy, sw, sh, 5.0), sign, 2.6);
            for bar in 0..3 {
                let y = sy + sh * (0.25 + bar as f32 * 0.25);
                c.line((sx + 6.0, y), (sx + sw - 6.0, y), sign.lighter(0.5), 3.0);
            }
        }
    }
    c.glow(w / 2.0, street, 190.0, ink("ff2a6d").alpha(0.6));
    c.reflect(street, ink("0a0618"), 0.25);
    for _ in 0..70 {
        let (x, y) = c.anywhere();
        let size = c.range(8.0, 34.0);
        let color = c.pick(&["ff2a6d", "05d9e8", "f9f871", "b967ff"]);
        c.glowing(|c| c.circle(x, y, size, color.alpha(0.14)));
        c.ring(x, y, size, color.alpha(0.2), 1.2);
    }
    c.placed((w * 0.5, h * 0.92), 1.0, 0.0, |c| {
        c.fill(
            blob(&[
                (-14.0, 0.0),
                (-20.0, -70.0),
                (0.0, -96.0),
                (20.0, -70.0),
                (14.0, 0.0),
            ]),
            "07040f",
        );
        c.fill(sector(0.0, -96.0, (0.0, 74.0), (-0.25, 0.25)), "e63462");
        for spoke in 0..5 {
            let tip = polar(0.0, -96.0, 74.0, PI + spoke as f32 / 4.0 * PI);
            c.line((0.0, -168.0), tip, ink("7a1030"), 1.6);
        }
        c.line((0.0, -96.0), (0.0, -40.0), "07040f", 3.0);
    });
    for _ in 0..330 {
        let (x, y) = c.anywhere();
        c.line((x, y), (x - 3.0, y + 26.0), ink("cfe8ff").alpha(0.2), 1.0);
    }
}

pub(super) fn island_town(c: &mut Canvas) {
    c.backdrop(&["1a8fe3", "7cc6f2", "e5f5fb"]);
    let (w, h) = (c.w, c.h);
    c.rect(
        0.0,
        h * 0.3,
        w,
        h * 0.3,
        down(h * 0.3, h * 0.6, &[ink("0a6ebd"), ink("39a9db")]),
    );
    c.ridge(h * 0.32, 30.0, 3.0, "7d8fb3");
    for row in 0..6 {
        let base = h * 0.5 + row as f32 * 56.0;
        let mut x = -30.0 + (row % 2) as f32 * 24.0 + (5 - row) as f32 * 40.0;
        while x < w {
            let (width, tall) = (c.range(46.0, 84.0), c.range(46.0, 88.0));
            let wall = ink("fdfcf7").mix("dfe7f2", c.range(0.0, 0.6));
            c.rect(
                x,
                base - tall,
                width,
                tall + 70.0,
                between((x, 0.0), (x + width, 0.0), &[wall, wall.darker(0.16)]),
            );
            if c.chance(0.35) {
                let radius = width * 0.4;
                let dome = sector(x + width / 2.0, base - tall, (0.0, radius), (-0.25, 0.25));
                let fill = between((x, 0.0), (x + width, 0.0), &[ink("4aa3ff"), ink("1157c2")]);
                c.fill(dome, fill);
                c.line(
                    (x + width / 2.0, base - tall - radius),
                    (x + width / 2.0, base - tall - radius - 14.0),
                    "fdfcf7",
                    2.6,
                );
            } else {
                c.rect(x - 3.0, base - tall - 5.0, width + 6.0, 6.0, "eceff4");
            }
            let door = c.pick(&["1d5fbf", "2a9d8f", "d1495b", "1d5fbf"]);
            c.fill(
                rounded(x + width * 0.2, base - tall * 0.5, 13.0, 26.0, 6.0),
                door,
            );
            c.rect(x + width * 0.6, base - tall * 0.62, 12.0, 14.0, "2f4a73");
            if c.chance(0.4) {
                for _ in 0..22 {
                    let (bx, by) = (x + c.range(0.0, 32.0), base - c.range(0.0, 30.0));
                    let bloom = c.pick(&["d81b73", "ff5fa2", "3a7d44"]);
                    c.circle(bx, by, 3.2, bloom);
                }
            }
            x += width + c.range(-2.0, 12.0);
        }
    }
}

pub(super) fn isometric_city(c: &mut Canvas) {
    c.backdrop(&["ffe5d9", "ffcad4"]);
    let (w, h) = (c.w, c.h);
    let (dx, dy) = (36.0, 18.0);
    for row in 0..26_i32 {
        for column in 0..20_i32 {
            let x = (column - 10) as f32 * dx * 2.0 + (row % 2) as f32 * dx + w / 2.0;
            let y = row as f32 * dy + 10.0;
            if y > h + 150.0 {
                continue;
            }
            let is_road = (column + row / 2) % 4 == 0 || (row - column * 2).rem_euclid(9) == 0;
            if is_road {
                c.poly(
                    &[(x, y - dy), (x + dx, y), (x, y + dy), (x - dx, y)],
                    "6d6875",
                );
                c.line((x - 8.0, y + 4.0), (x + 8.0, y - 4.0), "ffe5a5", 1.6);
                continue;
            }
            if c.chance(0.2) {
                c.poly(
                    &[(x, y - dy), (x + dx, y), (x, y + dy), (x - dx, y)],
                    "95d5b2",
                );
                for (tx, ty) in [(-12.0, 0.0), (8.0, -5.0), (4.0, 8.0)] {
                    c.ball(x + tx, y + ty - 9.0, 8.0, "2d8a5b");
                }
                continue;
            }
            let tall = c.range(16.0, 92.0);
            let wall = c.pick(&[
                "f4a261", "e76f51", "2a9d8f", "e9c46a", "457b9d", "b5838d", "f1faee",
            ]);
            tower(c, (x, y), (dx * 0.92, dy * 0.92), tall, wall);
        }
    }
}

fn tower(c: &mut Canvas, at: (f32, f32), half: (f32, f32), tall: f32, wall: Ink) {
    let ((x, y), (dx, dy)) = (at, half);
    c.poly(
        &[
            (x - dx, y),
            (x, y + dy),
            (x, y + dy - tall),
            (x - dx, y - tall),
        ],
        wall.darker(0.12),
    );
    c.poly(
        &[
            (x + dx, y),
            (x, y + dy),
            (x, y + dy - tall),
            (x + dx, y - tall),
        ],
        wall.darker(0.35),
    );
    c.poly(
        &[
            (x, y - dy - tall),
            (x + dx, y - tall),
            (x, y + dy - tall),
            (x - dx, y - tall),
        ],
        wall.lighter(0.25),
    );
    let floors = (tall / 13.0) as usize;
    for floor in 0..floors {
        for k in 0..3 {
            let t = 0.18 + k as f32 * 0.27;
            let lift = 9.0 + floor as f32 * 13.0;
            let (wx, wy) = (x - dx + dx * t, y + dy * t - lift);
            c.poly(
                &[
                    (wx, wy),
                    (wx + 6.0, wy + 3.0),
                    (wx + 6.0, wy - 4.0),
                    (wx, wy - 7.0),
                ],
                "fff8e7",
            );
            let (wx, wy) = (x + dx - dx * t, y + dy * t - lift);
            c.poly(
                &[
                    (wx, wy),
                    (wx - 6.0, wy + 3.0),
                    (wx - 6.0, wy - 4.0),
                    (wx, wy - 7.0),
                ],
                "3d405b",
            );
        }
    }
}

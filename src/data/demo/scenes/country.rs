//! Woods, fields and villages.

use std::f32::consts::PI;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::fractal;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::petal;

pub(super) fn birch_wood(c: &mut Canvas) {
    c.backdrop(&["f6d365", "e8a33d", "9c4a1a"]);
    let (w, h) = (c.w, c.h);
    for _ in 0..900 {
        let (x, y) = c.anywhere();
        let color = c.pick(&["e2711d", "ffb627", "cc5803", "ffc971", "a63c06"]);
        let size = c.range(4.0, 17.0);
        c.circle(x, y * 0.75, size, color.alpha(0.35));
    }
    let ground = [ink("8a4b1f"), ink("3d1f0e")];
    c.ridge(h * 0.82, 30.0, 3.0, down(h * 0.78, h, &ground));
    for layer in 0..3 {
        let n_trunks = 5 + layer * 2;
        for _ in 0..n_trunks {
            let x = c.range(-10.0, w + 10.0);
            let half = (4.0 + layer as f32 * 5.0) * c.range(0.7, 1.2);
            let foot = h * (0.84 + layer as f32 * 0.07);
            let tilt = c.range(-12.0, 12.0);
            let pale = ink("f5efe2").mix("e8a33d", 0.4 - layer as f32 * 0.2);
            c.poly(
                &[
                    (x - half, foot),
                    (x + half, foot),
                    (x + tilt + half * 0.6, -5.0),
                    (x + tilt - half * 0.6, -5.0),
                ],
                pale,
            );
            for _ in 0..26 {
                let y = c.range(0.0, foot);
                let at = x + tilt * (1.0 - y / foot) + c.range(-half, half * 0.4);
                let long = c.range(2.0, half);
                c.line((at, y), (at + long, y + 1.0), "2b211c", 1.8);
            }
        }
    }
    for _ in 0..520 {
        let (x, y) = c.anywhere();
        let color = c.pick(&["d62828", "f77f00", "fcbf49", "8f2d0e"]);
        let angle = c.any_angle();
        let length = c.range(6.0, 13.0);
        c.fill(petal(x, y, length, length * 0.6, angle), color);
    }
}

pub(super) fn lavender_field(c: &mut Canvas) {
    c.backdrop(&["4f9bd9", "a9d6f0", "e9f3ef", "ffffff"]);
    let (w, h) = (c.w, c.h);
    let horizon = h * 0.42;
    for (x, y, size) in [
        (130.0, 80.0, 90.0),
        (420.0, 60.0, 120.0),
        (590.0, 120.0, 60.0),
    ] {
        c.cloud(x, y, size, ink("ffffff"), ink("c9d8e8"));
    }
    c.ridge(horizon, 46.0, 3.0, "86a7c4");
    c.ridge(horizon + 8.0, 30.0, 5.0, "5f8a63");
    c.rect(0.0, horizon + 4.0, w, h, "c8a26b");
    let vanish = (w * 0.62, horizon - 6.0);
    for row in 0..15 {
        let foot = (row as f32 - 5.0) * w * 0.135 - 60.0;
        let steps = 90;
        for step in 0..steps {
            let t = (step as f32 / steps as f32).powf(2.4);
            let x = vanish.0 + (foot - vanish.0) * t;
            let y = vanish.1 + (h + 30.0 - vanish.1) * t;
            let size = 1.2 + t * 30.0;
            let color = Ink::ramp(&["5b3d8c", "9b72cf", "c9a7eb"], c.range(0.0, 1.0));
            let (dx, dy) = (c.range(-0.6, 0.6) * size, c.range(-0.5, 0.3) * size);
            c.oval(x + dx, y + dy, size * 0.75, size * 0.5, color);
            c.oval(
                x + dx,
                y + dy - size * 0.3,
                size * 0.3,
                size * 0.25,
                color.lighter(0.3),
            );
        }
    }
    c.placed((w * 0.78, horizon + 14.0), 1.0, 0.0, |c| {
        c.rect(-34.0, -34.0, 68.0, 34.0, "f2dfc0");
        c.poly(
            &[(-40.0, -34.0), (40.0, -34.0), (28.0, -56.0), (-28.0, -56.0)],
            "b3532f",
        );
        for x in [-22.0, 2.0] {
            c.rect(x, -24.0, 9.0, 11.0, "4a6d8c");
        }
        c.rect(20.0, -22.0, 9.0, 22.0, "6b3f27");
        for x in [-62.0, -50.0, 52.0, 66.0] {
            c.oval(x, -24.0, 6.0, 27.0, "2d5337");
        }
    });
}

pub(super) fn winter_village(c: &mut Canvas) {
    c.backdrop(&["101a3c", "2d3f74", "7f8fbf"]);
    let (w, h) = (c.w, c.h);
    c.stars(120, h * 0.5);
    c.glow(w * 0.16, h * 0.17, 90.0, "dfe8ff");
    c.circle(w * 0.16, h * 0.17, 26.0, "f6f8ff");
    c.ridge(h * 0.55, 110.0, 5.0, "5a6ea6");
    c.ridge(
        h * 0.66,
        60.0,
        4.0,
        down(h * 0.55, h * 0.8, &[ink("dfe8fa"), ink("9fb2dd")]),
    );
    for row in 0..3 {
        for _ in 0..7 {
            let x = c.range(0.0, w);
            let y = h * (0.66 + row as f32 * 0.11);
            let size = 0.7 + row as f32 * 0.35;
            let wall = c.pick(&["a44a3f", "7d5a50", "c08552", "5e6472"]);
            if c.chance(0.6) {
                c.placed((x, y), size, 0.0, |c| snowy_house(c, wall));
            } else {
                c.pine(x, y, 70.0 * size, ink("1f3d4d"));
                c.pine(x + 2.0, y - 8.0, 44.0 * size, ink("dfe9f5").alpha(0.55));
            }
        }
        let top = h * (0.69 + row as f32 * 0.11);
        c.ridge(
            top + 12.0,
            26.0,
            4.0,
            down(top, top + 80.0, &[ink("f4f8ff"), ink("b4c5e8")]),
        );
    }
    for _ in 0..420 {
        let (x, y) = c.anywhere();
        let size = c.range(0.8, 3.0);
        c.circle(x, y, size, ink("ffffff").alpha(0.75));
    }
}

fn snowy_house(c: &mut Canvas, wall: Ink) {
    c.rect(-30.0, -36.0, 60.0, 40.0, wall);
    c.poly(
        &[(-30.0, -36.0), (30.0, -36.0), (0.0, -66.0)],
        wall.darker(0.2),
    );
    c.poly(
        &[
            (-38.0, -33.0),
            (0.0, -74.0),
            (38.0, -33.0),
            (30.0, -33.0),
            (0.0, -62.0),
            (-30.0, -33.0),
        ],
        "f7faff",
    );
    c.rect(14.0, -74.0, 9.0, 24.0, wall.darker(0.35));
    c.oval(18.0, -75.0, 7.0, 4.0, "f7faff");
    for x in [-20.0, 6.0] {
        c.rect(x, -27.0, 14.0, 14.0, "ffd166");
        c.line((x + 7.0, -27.0), (x + 7.0, -13.0), wall.darker(0.4), 1.4);
        c.glow(x + 7.0, -20.0, 24.0, ink("ffb84d").alpha(0.6));
    }
}

pub(super) fn thunderstorm(c: &mut Canvas) {
    c.backdrop(&["161a2b", "3a3f55", "8d8b84", "c7b37a"]);
    let (w, h) = (c.w, c.h);
    let seed = c.seed;
    c.each_pixel(|x, y, rgb| {
        let cover = (1.0 - y / 260.0).max(0.0);
        let puff = fractal(x / 90.0, y / 45.0, 6, seed);
        let level = 18.0 + puff * 105.0;
        let share = (cover * 1.6).min(1.0) * (puff * 1.5).min(1.0);
        [level * 0.95, level, level * 1.2]
            .map(|v| v * share)
            .into_iter()
            .zip(rgb)
            .map(|(cloud, sky)| cloud + sky * (1.0 - share))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or(rgb)
    });
    for (x, forks) in [(410.0, 5), (170.0, 3)] {
        let mut points = vec![(x, 120.0)];
        while points.len() < 13 {
            let (px, py) = points[points.len() - 1];
            points.push((px + c.range(-24.0, 24.0), py + c.range(14.0, 28.0)));
        }
        for idx in 0..forks {
            let start = points[2 + idx * 2];
            let end = (
                start.0 + c.range(-90.0, 90.0),
                start.1 + c.range(40.0, 90.0),
            );
            let middle = (
                f32::midpoint(start.0, end.0) + 12.0,
                f32::midpoint(start.1, end.1),
            );
            c.line(start, middle, "cfd8ff", 1.8);
            c.line(middle, end, "cfd8ff", 1.1);
        }
        for pair in points.windows(2) {
            c.glow(pair[0].0, pair[0].1, 46.0, ink("8fa0ff").alpha(0.5));
            c.line(pair[0], pair[1], "ffffff", 3.4);
        }
    }
    c.rect(
        0.0,
        h * 0.82,
        w,
        h,
        down(h * 0.82, h, &[ink("6e7a3a"), ink("22301c")]),
    );
    for _ in 0..700 {
        let x = c.range(0.0, w);
        let y = c.range(h * 0.82, h + 10.0);
        let tall = c.range(8.0, 30.0) * (y / h);
        let color = c.pick(&["c9b458", "8a8a3c", "4a5a2a"]);
        c.line((x, y), (x + tall * 0.35, y - tall), color, 1.4);
    }
    for _ in 0..260 {
        let (x, y) = c.anywhere();
        c.line((x, y), (x - 5.0, y + 22.0), ink("dfe6f5").alpha(0.22), 1.0);
    }
}

pub(super) fn tulip_windmill(c: &mut Canvas) {
    c.backdrop(&["68b6ef", "c7e6f7", "fdf6e3"]);
    let (w, h) = (c.w, c.h);
    for (x, y, size) in [
        (80.0, 110.0, 80.0),
        (300.0, 70.0, 100.0),
        (560.0, 130.0, 70.0),
    ] {
        c.cloud(x, y, size, ink("ffffff"), ink("d6e0ea"));
    }
    let horizon = h * 0.55;
    c.rect(0.0, horizon, w, h, "4f8f3a");
    c.placed((w * 0.72, horizon + 18.0), 1.25, 0.0, windmill);
    let bands = ["e63946", "ffb703", "f72585", "ffffff", "fb5607", "8338ec"];
    for (idx, hex) in bands.into_iter().enumerate() {
        let top = (idx as f32 / 6.0).powf(1.5);
        let bottom = ((idx as f32 + 1.0) / 6.0).powf(1.5);
        let (y0, y1) = (
            horizon + 10.0 + top * (h - horizon),
            horizon + 10.0 + bottom * (h - horizon),
        );
        let size = 2.5 + idx as f32 * 3.4;
        let n = (1100.0 / size) as usize;
        for _ in 0..n {
            let (x, y) = (c.range(-10.0, w + 10.0), c.range(y0, y1));
            c.line((x, y), (x, y + size * 1.6), "2f6b2a", size * 0.22);
            let color = ink(hex).darker(c.seed as f32 % 3.0 * 0.02);
            for tilt in [-0.4, 0.4, 0.0] {
                let shade = color.darker(if tilt == 0.0 { 0.0 } else { 0.18 });
                c.fill(petal(x, y, size * 1.3, size * 0.9, tilt - PI / 2.0), shade);
            }
        }
    }
}

fn windmill(c: &mut Canvas) {
    c.poly(
        &[(-34.0, 0.0), (34.0, 0.0), (20.0, -96.0), (-20.0, -96.0)],
        "8a4b32",
    );
    for row in 0..9 {
        let y = -8.0 - row as f32 * 10.0;
        c.line(
            (-33.0 - y * 0.14, y),
            (33.0 + y * 0.14, y),
            ink("5e2f1f").alpha(0.5),
            1.0,
        );
    }
    c.fill(
        blob(&[(-22.0, -96.0), (0.0, -124.0), (22.0, -96.0), (0.0, -90.0)]),
        "3d2b2b",
    );
    c.rect(-8.0, -22.0, 16.0, 22.0, "2d1f1a");
    for y in [-46.0, -74.0] {
        c.rect(-5.0, y, 10.0, 12.0, "f6e7c1");
    }
    for sail in 0..4 {
        c.placed((0.0, -104.0), 1.0, sail as f32 * PI / 2.0 + 0.45, |c| {
            c.rect(4.0, -3.0, 96.0, 3.0, "3d2b1f");
            c.rect(22.0, 0.0, 76.0, 17.0, "f7ecd6");
            for k in 0..8 {
                c.line(
                    (24.0 + k as f32 * 10.0, 0.0),
                    (24.0 + k as f32 * 10.0, 17.0),
                    "8a6b4a",
                    1.0,
                );
            }
            c.line((22.0, 8.0), (98.0, 8.0), "8a6b4a", 1.0);
        });
    }
}

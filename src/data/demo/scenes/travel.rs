//! Bridges, towers and things that travel.

use std::f32::consts::PI;
use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::around;
use crate::data::demo::ink::between;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::oval;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::polygon;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::smooth;

pub(super) fn suspension_bridge(c: &mut Canvas) {
    c.backdrop(&["f3b08d", "f7d6bf", "e8e6df", "c9d7dc"]);
    let (w, h) = (c.w, c.h);
    c.ridge(h * 0.55, 60.0, 4.0, "b7bfc8");
    c.ridge(h * 0.62, 60.0, 5.0, "8f9aa8");
    c.rect(
        0.0,
        h * 0.66,
        w,
        h,
        down(h * 0.66, h, &[ink("9fb6bf"), ink("4f7280"), ink("24414d")]),
    );
    for _ in 0..300 {
        let y = c.range(h * 0.67, h);
        let x = c.range(0.0, w);
        let long = (y - h * 0.6) * 0.16;
        c.line((x, y), (x + long, y), ink("f1e7dc").alpha(0.3), 1.2);
    }
    let red = ink("b8402a");
    let deck = h * 0.6;
    let cable = |x: f32| {
        let t = (x - 130.0) / (w - 260.0);
        let sag = 4.0 * t * (1.0 - t);
        if (0.0..=1.0).contains(&t) {
            90.0 + sag * 230.0
        } else {
            90.0 + (if t < 0.0 { -t } else { t - 1.0 }) * 640.0
        }
    };
    for step in 0..(w / 11.0) as usize {
        let x = step as f32 * 11.0;
        c.line((x, cable(x).min(deck)), (x, deck), red.darker(0.2), 1.1);
    }
    let points: Vec<_> = (0..=100)
        .map(|i| (i as f32 / 100.0 * w, cable(i as f32 / 100.0 * w).min(deck)))
        .collect();
    c.stroke(smooth(&points), red.darker(0.1), 4.5);
    for x in [130.0, w - 130.0] {
        for dx in [-17.0, 11.0] {
            c.rect(
                x + dx,
                78.0,
                8.0,
                h * 0.76 - 78.0,
                between(
                    (x + dx, 0.0),
                    (x + dx + 8.0, 0.0),
                    &[red.lighter(0.2), red.darker(0.3)],
                ),
            );
        }
        for y in [84.0, 140.0, 200.0, 262.0] {
            c.rect(x - 17.0, y, 36.0, 9.0, red);
        }
        c.rect(x - 30.0, h * 0.74, 62.0, 26.0, "6a6f73");
    }
    c.rect(0.0, deck, w, 11.0, red);
    for step in 0..40 {
        let x = step as f32 * w / 40.0;
        c.line(
            (x, deck + 11.0),
            (x + w / 80.0, deck + 22.0),
            red.darker(0.3),
            1.6,
        );
        c.line(
            (x + w / 80.0, deck + 22.0),
            (x + w / 40.0, deck + 11.0),
            red.darker(0.3),
            1.6,
        );
    }
    for band in 0..3 {
        let y = 70.0 + band as f32 * 150.0;
        let fog = [
            ink("ffffff").alpha(0.0),
            ink("fff7ee").alpha(0.5),
            ink("ffffff").alpha(0.0),
        ];
        c.rect(0.0, y, w, 110.0, down(y, y + 110.0, &fog));
    }
}

pub(super) fn lighthouse(c: &mut Canvas) {
    c.backdrop(&["1d3557", "457b9d", "a8dadc", "f1faee"]);
    let (w, h) = (c.w, c.h);
    for (x, y, size) in [(90.0, 180.0, 100.0), (400.0, 120.0, 80.0)] {
        c.cloud(x, y, size, ink("f8fbfd"), ink("a9c4d4"));
    }
    let sea = h * 0.62;
    c.rect(
        0.0,
        sea,
        w,
        h,
        down(sea, h, &[ink("2a6f97"), ink("013a63")]),
    );
    for row in 0..11 {
        let y = sea + (row as f32 / 11.0).powf(1.4) * (h - sea);
        let points: Vec<_> = (0..=32)
            .map(|i| {
                (
                    i as f32 * w / 32.0,
                    y + ((i * 7 + row * 5) as f32).sin() * (2.0 + row as f32),
                )
            })
            .collect();
        c.stroke(
            smooth(&points),
            ink("d6eef8").alpha(0.5),
            1.0 + row as f32 * 0.3,
        );
    }
    let cliff = [
        (w * 0.35, h),
        (w * 0.42, h * 0.8),
        (w * 0.5, h * 0.68),
        (w * 0.62, h * 0.63),
        (w * 0.8, h * 0.6),
        (w, h * 0.58),
        (w, h),
    ];
    c.poly(&cliff, down(h * 0.58, h, &[ink("6b705c"), ink("3a3a32")]));
    for _ in 0..160 {
        let (x, y) = (c.range(w * 0.45, w), c.range(h * 0.7, h));
        let shade = c.pick(&["2c2c26", "8a8c78", "4c4c40"]);
        let size = c.range(4.0, 16.0);
        c.poly(
            &[
                (x, y),
                (x + size, y - size * 0.4),
                (x + size * 1.3, y + size * 0.4),
            ],
            shade,
        );
    }
    c.ridge_on(
        &[
            (w * 0.5, h * 0.68),
            (w * 0.62, h * 0.63),
            (w * 0.8, h * 0.6),
            (w, h * 0.58),
        ],
        "7a9e4f",
    );
    c.placed((w * 0.68, h * 0.63), 1.0, 0.0, |c| {
        for band in 0..6 {
            let (y0, y1) = (-band as f32 * 44.0, -(band as f32 + 1.0) * 44.0);
            let half = |y: f32| 38.0 + y * 0.062;
            let color = if band % 2 == 0 {
                ink("f8f4ec")
            } else {
                ink("d62839")
            };
            let fill = between(
                (-38.0, 0.0),
                (38.0, 0.0),
                &[color, color.lighter(0.2), color.darker(0.35)],
            );
            c.poly(
                &[
                    (-half(y0), y0),
                    (half(y0), y0),
                    (half(y1), y1),
                    (-half(y1), y1),
                ],
                fill,
            );
        }
        c.rect(-30.0, -274.0, 60.0, 10.0, "22333b");
        c.rect(-17.0, -306.0, 34.0, 32.0, "fff3b0");
        for x in [-17.0, -6.0, 5.0, 16.0] {
            c.line((x, -306.0), (x, -274.0), "22333b", 2.0);
        }
        c.poly(&[(-23.0, -306.0), (23.0, -306.0), (0.0, -336.0)], "d62839");
        c.glow(0.0, -290.0, 110.0, "ffe9a0");
        c.glowing(|c| {
            c.poly(
                &[(0.0, -294.0), (-560.0, -400.0), (-560.0, -250.0)],
                between(
                    (0.0, 0.0),
                    (-480.0, 0.0),
                    &[ink("fff1b0").alpha(0.75), ink("fff1b0").alpha(0.0)],
                ),
            );
        });
        c.fill(rounded(-9.0, -34.0, 18.0, 34.0, 9.0), "5b3a29");
    });
}

impl Canvas {
    /// Grass along an edge.
    fn ridge_on(&mut self, edge: &[(f32, f32)], hex: &str) {
        for pair in edge.windows(2) {
            let n = ((pair[1].0 - pair[0].0) / 2.0) as usize;
            for step in 0..n {
                let t = step as f32 / n as f32;
                let x = pair[0].0 + (pair[1].0 - pair[0].0) * t;
                let y = pair[0].1 + (pair[1].1 - pair[0].1) * t;
                let tall = self.range(4.0, 15.0);
                let color = ink(hex).mix("31572c", self.range(0.0, 0.8));
                let lean = self.range(-5.0, 5.0);
                self.line((x, y + 12.0), (x + lean, y - tall), color, 2.6);
            }
        }
    }
}

pub(super) fn balloons(c: &mut Canvas) {
    c.backdrop(&["5fb7e5", "bfe5f2", "ffe9c9"]);
    let (w, h) = (c.w, c.h);
    c.cloud(w * 0.3, 300.0, 90.0, ink("ffffff"), ink("cfe2ee"));
    c.cloud(w * 0.75, 220.0, 110.0, ink("ffffff"), ink("cfe2ee"));
    for (base, color) in [(0.74, "9cc3a5"), (0.82, "6ea36f"), (0.9, "3f7d4f")] {
        c.ridge(h * base, 60.0, 4.0, color);
    }
    let palettes = [
        ["ef476f", "ffd166", "f78c6b"],
        ["118ab2", "e8f1f2", "06d6a0"],
        ["7209b7", "f72585", "ffca3a"],
        ["fb5607", "fff1d0", "3a86ff"],
        ["2b9348", "eeef20", "007f5f"],
    ];
    let spots = [
        (0.3, 0.33, 1.35),
        (0.72, 0.24, 0.95),
        (0.55, 0.62, 0.62),
        (0.12, 0.7, 0.5),
        (0.87, 0.6, 0.55),
    ];
    for ((x, y, size), inks) in spots.into_iter().zip(palettes) {
        c.placed((w * x, h * y), size, 0.0, |c| balloon(c, inks));
    }
}

fn balloon(c: &mut Canvas, inks: [&str; 3]) {
    for gore in 0..9 {
        let left = (gore as f32 / 9.0 * PI).cos() * -82.0;
        let right = ((gore as f32 + 1.0) / 9.0 * PI).cos() * -82.0;
        let shape = blob(&[
            (0.0, -98.0),
            (right * 0.75, -66.0),
            (right, 0.0),
            (right * 0.6, 66.0),
            (right * 0.2, 100.0),
            (left * 0.2, 100.0),
            (left * 0.6, 66.0),
            (left, 0.0),
            (left * 0.75, -66.0),
        ]);
        c.fill(shape, ink(inks[gore % 3]));
    }
    c.fill(
        oval(0.0, 0.0, 82.0, 98.0),
        around(
            -30.0,
            -40.0,
            130.0,
            &[
                ink("ffffff").alpha(0.4),
                ink("ffffff").alpha(0.0),
                ink("1a1030").alpha(0.35),
            ],
        ),
    );
    for x in [-13.0, -5.0, 5.0, 13.0] {
        c.line((x * 1.3, 98.0), (x, 134.0), "4a3526", 1.2);
    }
    c.fill(rounded(-15.0, 134.0, 30.0, 24.0, 4.0), "8a5a33");
    for y in [140.0, 146.0, 152.0] {
        c.line((-14.0, y), (14.0, y), "5e3a1f", 1.2);
    }
}

pub(super) fn steam_train(c: &mut Canvas) {
    c.backdrop(&["f4d9a6", "f2b880", "e08e79"]);
    let (w, h) = (c.w, c.h);
    c.circle(w * 0.75, 110.0, 60.0, "fff2cc");
    c.ridge(h * 0.6, 130.0, 5.0, "b0727a");
    c.ridge(h * 0.75, 80.0, 5.0, "7a5468");
    let deck = h * 0.56;
    let stone = ink("c9ad93");
    c.rect(0.0, deck, w, 26.0, stone.darker(0.1));
    for arch in 0..6 {
        let x = arch as f32 * w / 5.0 - 40.0;
        c.rect(
            x - 17.0,
            deck + 20.0,
            34.0,
            h,
            between(
                (x - 17.0, 0.0),
                (x + 17.0, 0.0),
                &[stone, stone.darker(0.35)],
            ),
        );
        let (left, right) = (x + 17.0, x + w / 5.0 - 17.0);
        let middle = f32::midpoint(left, right);
        let spandrel = polygon(
            &(0..=24)
                .map(|i| {
                    let angle = PI + i as f32 / 24.0 * PI;
                    polar(middle, deck + 86.0, (right - left) / 2.0, angle)
                })
                .chain([(right, deck + 20.0), (left, deck + 20.0)])
                .collect::<Vec<_>>(),
        );
        c.fill(spandrel, stone.darker(0.2));
        for row in 0..16 {
            let y = deck + 34.0 + row as f32 * 15.0;
            c.line((x - 17.0, y), (x + 17.0, y), ink("6b5244").alpha(0.5), 1.0);
        }
    }
    for car in 0..4 {
        let x = 16.0 + car as f32 * 104.0;
        c.fill(rounded(x, deck - 52.0, 96.0, 42.0, 5.0), "7d1d2d");
        c.rect(x, deck - 32.0, 96.0, 6.0, "e9c46a");
        for k in 0..5 {
            c.rect(x + 8.0 + k as f32 * 17.0, deck - 47.0, 11.0, 13.0, "fdf0d5");
        }
        wheels(c, x + 20.0, deck, 8.0);
        wheels(c, x + 76.0, deck, 8.0);
    }
    c.placed((440.0, deck), 1.0, 0.0, |c| {
        c.fill(rounded(0.0, -70.0, 40.0, 60.0, 4.0), "22333b");
        c.rect(8.0, -60.0, 24.0, 22.0, "f4d9a6");
        c.fill(
            rounded(36.0, -50.0, 96.0, 38.0, 15.0),
            between((0.0, -50.0), (0.0, -12.0), &[ink("5c677d"), ink("22333b")]),
        );
        c.rect(104.0, -82.0, 15.0, 34.0, "1a1a1a");
        c.rect(100.0, -86.0, 23.0, 7.0, "e9c46a");
        c.poly(&[(130.0, -14.0), (154.0, -2.0), (126.0, -2.0)], "7d1d2d");
        for x in [24.0, 66.0, 104.0] {
            wheels(c, x, 0.0, 14.0);
        }
    });
    for puff in 0..26 {
        let t = puff as f32 / 25.0;
        let (x, y) = (
            550.0 - t * 430.0 + c.range(-9.0, 9.0),
            deck - 98.0 - t * 92.0 + c.range(-12.0, 12.0),
        );
        let size = 11.0 + t * 34.0;
        c.circle(
            x,
            y,
            size,
            around(
                x,
                y,
                size,
                &[
                    ink("ffffff").alpha(0.75),
                    ink("f7ece1").alpha(0.5),
                    ink("f7ece1").alpha(0.0),
                ],
            ),
        );
    }
}

fn wheels(c: &mut Canvas, x: f32, y: f32, radius: f32) {
    c.circle(x, y - radius, radius, "1a1a1a");
    c.ring(x, y - radius, radius * 0.72, "c9ada7", 1.6);
    for spoke in 0..6 {
        let tip = polar(x, y - radius, radius * 0.72, spoke as f32 / 6.0 * TAU);
        c.line((x, y - radius), tip, "c9ada7", 1.2);
    }
}

pub(super) fn ferris_wheel(c: &mut Canvas) {
    c.backdrop(&["0d1b3e", "3a1c71", "d76d77", "ffaf7b"]);
    let (w, h) = (c.w, c.h);
    for (x, y, hex) in [
        (90.0, 90.0, "ffd166"),
        (420.0, 110.0, "06d6a0"),
        (330.0, 50.0, "ef476f"),
        (70.0, 260.0, "4cc9f0"),
    ] {
        for ray in 0..26 {
            let angle = ray as f32 / 26.0 * TAU;
            let reach = c.range(34.0, 62.0);
            let tip = polar(x, y, reach, angle);
            c.line(polar(x, y, 12.0, angle), tip, ink(hex).alpha(0.8), 1.6);
            c.glow(tip.0, tip.1, 6.0, hex);
        }
    }
    let (x, y, radius) = (w * 0.5, h * 0.52, 165.0);
    c.line((x, y), (x - 96.0, h), "f1faee", 8.0);
    c.line((x, y), (x + 96.0, h), "f1faee", 8.0);
    for ring in [radius, radius - 16.0, radius * 0.4] {
        c.ring(x, y, ring, "f8edeb", 3.0);
    }
    let cabins = ["e63946", "ffb703", "06d6a0", "4cc9f0", "f72585", "8ac926"];
    for spoke in 0..18 {
        let angle = spoke as f32 / 18.0 * TAU;
        let tip = polar(x, y, radius, angle);
        c.line((x, y), tip, ink("f8edeb").alpha(0.8), 1.8);
        c.glow(tip.0, tip.1, 12.0, "fff3b0");
        let color = ink(cabins[spoke % 6]);
        c.fill(rounded(tip.0 - 15.0, tip.1 + 5.0, 30.0, 24.0, 8.0), color);
        c.rect(tip.0 - 10.0, tip.1 + 10.0, 20.0, 8.0, color.lighter(0.6));
    }
    c.ball(x, y, 17.0, "ffb703");
    for tent in 0..6 {
        let left = tent as f32 * 92.0 - 20.0;
        for stripe in 0..6 {
            let color = if stripe % 2 == 0 { "c1121f" } else { "fdf0d5" };
            let (a, b) = (
                left + stripe as f32 * 14.0,
                left + (stripe + 1) as f32 * 14.0,
            );
            c.poly(
                &[(left + 42.0, h - 96.0), (b, h - 52.0), (a, h - 52.0)],
                color,
            );
            c.rect(a, h - 52.0, 14.0, 52.0, ink(color).darker(0.25));
        }
    }
}

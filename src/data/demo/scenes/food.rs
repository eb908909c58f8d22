//! Food and drink.

use std::f32::consts::PI;
use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::around;
use crate::data::demo::ink::between;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::fractal;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::oval;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::sector;
use crate::data::demo::outline::smooth;
use crate::data::demo::outline::star;

pub(super) fn fruit_bowl(c: &mut Canvas) {
    c.backdrop(&["3c4a3e", "26302a"]);
    c.weather((60.0, 60.0), 16.0);
    let (w, h) = (c.w, c.h);
    planks(c, h * 0.62, &["5c3a21", "8a5a33", "a8743f"], 46.0);
    c.shadow(w * 0.5, h * 0.88, 260.0, 40.0);
    let fruit = [
        (-140.0, -150.0, 52.0, "f3722c"),
        (-60.0, -196.0, 58.0, "c1121f"),
        (40.0, -190.0, 56.0, "f8961e"),
        (132.0, -150.0, 54.0, "90be6d"),
        (-20.0, -130.0, 60.0, "e5383b"),
        (74.0, -120.0, 52.0, "f9c74f"),
    ];
    c.placed((w * 0.5, h * 0.86), 1.0, 0.0, |c| {
        for (x, y, radius, hex) in fruit {
            c.ball(x, y, radius, hex);
            for _ in 0..60 {
                let (px, py) = polar(x, y, radius * c.range(0.0, 0.9), c.range(0.0, TAU));
                c.circle(px, py, 1.0, ink(hex).darker(0.35).alpha(0.4));
            }
            c.stroke(
                smooth(&[
                    (x, y - radius + 6.0),
                    (x + 3.0, y - radius - 6.0),
                    (x + 12.0, y - radius - 14.0),
                ]),
                "4a2c17",
                3.6,
            );
            c.fill(petal(x + 6.0, y - radius - 8.0, 30.0, 13.0, -0.4), "4f772d");
        }
        for k in 0..34 {
            let (x, y) = (
                176.0 + (k % 5) as f32 * 17.0 - (k / 5) as f32 * 5.0 - 40.0,
                -96.0 + (k / 5) as f32 * 15.0,
            );
            let shift = c.range(-4.0, 4.0);
            c.ball(x + shift, y, 13.0, "5a189a");
        }
        let bowl = blob(&[
            (-220.0, -96.0),
            (0.0, -74.0),
            (220.0, -96.0),
            (150.0, -12.0),
            (0.0, 8.0),
            (-150.0, -12.0),
        ]);
        c.fill(
            bowl,
            between(
                (-220.0, 0.0),
                (220.0, 0.0),
                &[ink("d8e2dc"), ink("ffffff"), ink("8fa3ad")],
            ),
        );
        for k in 0..22 {
            let t = k as f32 / 21.0 * 2.0 - 1.0;
            let (x, y) = (t * 168.0, -44.0 + (1.0 - t * t) * 14.0);
            c.fill(star(x, y, 9.0, 4.0, 4, 0.4), "2a6f97");
        }
        c.stroke(
            smooth(&[(-205.0, -78.0), (0.0, -56.0), (205.0, -78.0)]),
            "2a6f97",
            3.0,
        );
    });
}

/// A table top of planks.
pub(super) fn planks(c: &mut Canvas, top: f32, inks: &[&str], plank: f32) {
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.rect(0.0, top, w, h - top, ink(inks[0]));
    c.each_pixel(|x, y, rgb| {
        if y < top {
            return rgb;
        }
        let row = ((y - top) / plank).floor();
        let grain = fractal(x / 70.0 + row * 31.0, y / 3.2, 4, seed);
        let seam = if (y - top) % plank < 2.0 { 0.6 } else { 1.0 };
        Ink::ramp(inks, grain).levels().map(|level| level * seam)
    });
}

pub(super) fn citrus_slices(c: &mut Canvas) {
    c.backdrop(&["17bebb", "2ec4b6"]);
    let fruits = [
        ("f77f00", "fcbf49"),
        ("ffd60a", "fff3b0"),
        ("80b918", "dde5b6"),
        ("d62246", "ffb3c1"),
    ];
    for row in 0..5 {
        for column in 0..6 {
            let x = column as f32 * 132.0 + (row % 2) as f32 * 66.0 - 20.0;
            let y = row as f32 * 116.0 + 10.0;
            let (rind, flesh) = fruits[(row * 3 + column * 5) % 4];
            let radius = c.range(46.0, 60.0);
            let turn = c.any_angle();
            c.shadow(x + 9.0, y + 12.0, radius * 1.2, radius * 1.1);
            c.circle(x, y, radius, ink(rind));
            c.circle(x, y, radius * 0.91, "fff8e7");
            for wedge in 0..9 {
                let from = turn / TAU + wedge as f32 / 9.0;
                let shape = sector(
                    x,
                    y,
                    (radius * 0.07, radius * 0.84),
                    (from + 0.008, from + 0.1),
                );
                c.fill(shape, around(x, y, radius, &[ink(flesh), ink(rind)]));
                for _ in 0..9 {
                    let angle = (from + c.range(0.02, 0.09)) * TAU - PI / 2.0;
                    let reach = radius * c.range(0.25, 0.7);
                    let (px, py) = polar(x, y, reach, angle);
                    c.fill(
                        petal(px, py, radius * 0.16, radius * 0.05, angle),
                        ink("ffffff").alpha(0.35),
                    );
                }
            }
        }
    }
}

pub(super) fn latte(c: &mut Canvas) {
    let (w, h) = (c.w, c.h);
    planks(c, 0.0, &["d8b38a", "b98a5a", "e6c9a5"], 82.0);
    let (x, y) = (w * 0.46, h * 0.52);
    c.shadow(x + 26.0, y + 30.0, 226.0, 216.0);
    c.circle(
        x,
        y,
        196.0,
        around(x - 40.0, y - 40.0, 230.0, &[ink("ffffff"), ink("e3e6ea")]),
    );
    c.ring(x, y, 178.0, ink("b8c0c8").alpha(0.6), 2.0);
    c.fill(rounded(x + 120.0, y - 22.0, 84.0, 44.0, 18.0), "f4f6f8");
    c.circle(
        x,
        y,
        138.0,
        around(x - 30.0, y - 30.0, 170.0, &[ink("ffffff"), ink("cfd6dc")]),
    );
    c.circle(
        x,
        y,
        122.0,
        around(x, y, 124.0, &[ink("c68b59"), ink("a4693a"), ink("6f3f1d")]),
    );
    for leaf in 0..7 {
        let lift = leaf as f32 * 22.0 - 66.0;
        let wide = 74.0 - (leaf as f32 - 2.0).abs() * 9.0;
        let arc = smooth(&[
            (x - wide, y + lift - 20.0),
            (x - wide * 0.4, y + lift + 10.0),
            (x, y + lift + 22.0),
            (x + wide * 0.4, y + lift + 10.0),
            (x + wide, y + lift - 20.0),
        ]);
        c.stroke(arc, "f7ead9", 10.0);
    }
    c.line((x, y - 96.0), (x, y + 100.0), "f7ead9", 5.0);
    c.fill(petal(x, y - 60.0, 44.0, 52.0, -PI / 2.0), "f7ead9");
    c.placed((w * 0.84, h * 0.5), 1.0, 0.3, |c| {
        c.shadow(8.0, 12.0, 26.0, 190.0);
        c.fill(
            rounded(-6.0, -150.0, 12.0, 250.0, 6.0),
            between((-6.0, 0.0), (6.0, 0.0), &[ink("f1f3f5"), ink("868e96")]),
        );
        c.oval(
            0.0,
            118.0,
            24.0,
            38.0,
            around(-6.0, 110.0, 40.0, &[ink("ffffff"), ink("868e96")]),
        );
    });
    for _ in 0..26 {
        let (bx, by) = (c.range(20.0, w - 20.0), c.range(h * 0.82, h));
        let turn = c.any_angle();
        c.placed((bx, by), 1.0, turn, |c| {
            c.oval(2.0, 3.0, 13.0, 9.0, ink("3a2415").alpha(0.4));
            c.oval(
                0.0,
                0.0,
                12.0,
                8.0,
                around(-4.0, -3.0, 14.0, &[ink("8a5a34"), ink("3b2010")]),
            );
            c.stroke(
                smooth(&[(-10.0, 0.0), (-3.0, -2.0), (3.0, 2.0), (10.0, 0.0)]),
                "24120a",
                1.8,
            );
        });
    }
}

pub(super) fn pizza(c: &mut Canvas) {
    c.backdrop(&["d62839", "ba1b2c"]);
    let (w, h) = (c.w, c.h);
    for row in 0..14 {
        for column in 0..14 {
            if (row + column) % 2 == 0 {
                c.rect(
                    column as f32 * w / 14.0,
                    row as f32 * h / 14.0,
                    w / 14.0,
                    h / 14.0,
                    ink("fff5e6").alpha(0.9),
                );
            }
        }
    }
    let (x, y) = (w / 2.0, h / 2.0);
    c.shadow(x + 14.0, y + 18.0, 262.0, 262.0);
    c.circle(
        x,
        y,
        232.0,
        around(x, y, 232.0, &[ink("f2c078"), ink("e0a050"), ink("a8642a")]),
    );
    c.circle(x, y, 202.0, "b9301c");
    let cheese: Vec<_> = (0..40)
        .map(|k| polar(x, y, 186.0 + c.range(-9.0, 12.0), k as f32 / 40.0 * TAU))
        .collect();
    c.fill(
        blob(&cheese),
        around(x, y, 200.0, &[ink("ffe08a"), ink("f6c453")]),
    );
    for _ in 0..120 {
        let (px, py) = polar(x, y, c.range(0.0, 178.0), c.any_angle());
        let size = c.range(4.0, 15.0);
        let tone = c.pick(&["fff1b8", "e8a33d", "d9822b"]);
        c.circle(px, py, size, tone.alpha(0.45));
    }
    for k in 0..13 {
        let (px, py) = polar(
            x,
            y,
            if k < 4 { 66.0 } else { 146.0 },
            k as f32 * if k < 4 { TAU / 4.0 } else { TAU / 9.0 },
        );
        c.circle(px + 2.0, py + 3.0, 27.0, ink("5a1a0a").alpha(0.5));
        c.circle(
            px,
            py,
            27.0,
            around(px - 6.0, py - 6.0, 30.0, &[ink("e5533d"), ink("9d1f1a")]),
        );
        for _ in 0..14 {
            let (sx, sy) = polar(px, py, c.range(0.0, 21.0), c.any_angle());
            c.circle(sx, sy, 2.0, ink("ffb59e").alpha(0.7));
        }
    }
    for k in 0..16 {
        let (px, py) = polar(x, y, c.range(30.0, 180.0), k as f32 * 1.1);
        let turn = c.any_angle();
        if k % 2 == 0 {
            c.ring(px, py, 10.0, "2b2d1f", 6.0);
        } else {
            c.fill(petal(px, py, 44.0, 24.0, turn), "3a8a3a");
            c.line((px, py), polar(px, py, 38.0, turn), "1f5a26", 1.6);
        }
    }
    for cut in 0..4 {
        let angle = cut as f32 / 4.0 * PI + 0.2;
        c.line(
            polar(x, y, 228.0, angle),
            polar(x, y, -228.0, angle),
            ink("7a3a16").alpha(0.65),
            3.0,
        );
    }
}

pub(super) fn donuts(c: &mut Canvas) {
    c.backdrop(&["fde2e4", "cddafd"]);
    let icings = ["ff70a6", "8d5524", "fff3e0", "70d6ff", "c77dff", "ffd670"];
    for k in 0..7 {
        let reach = if k == 0 { 0.0 } else { 212.0 };
        let (x, y) = polar(c.w * 0.5, c.h * 0.5, reach, k as f32 / 6.0 * TAU);
        let radius = if k == 0 { 98.0 } else { 90.0 };
        c.shadow(x + 10.0, y + 14.0, radius * 1.25, radius * 1.2);
        let dough = oval(x, y, radius * 0.68, radius * 0.68);
        c.stroke(
            dough,
            around(x, y, radius, &[ink("b06a2c"), ink("e3a860"), ink("b06a2c")]),
            radius * 0.68,
        );
        let wavy: Vec<_> = (0..26)
            .map(|i| {
                polar(
                    x,
                    y,
                    radius * (0.9 + 0.05 * (i as f32 * 2.7).sin()),
                    i as f32 / 26.0 * TAU,
                )
            })
            .collect();
        let icing = ink(icings[k % 6]);
        for (t, shade) in [
            (0.5, icing.darker(0.15)),
            (0.44, icing),
            (0.12, icing.lighter(0.4)),
        ] {
            c.stroke(oval(x, y, radius * 0.66, radius * 0.66), shade, radius * t);
        }
        c.stroke(blob(&wavy), icing.darker(0.1), radius * 0.07);
        for _ in 0..70 {
            let reach = radius * c.range(0.46, 0.86);
            let (px, py) = polar(x, y, reach, c.any_angle());
            let tip = polar(px, py, 8.0, c.any_angle());
            let sprinkle = c.pick(&["ef476f", "ffd166", "06d6a0", "118ab2", "ffffff", "7209b7"]);
            c.line((px, py), tip, sprinkle, 3.2);
        }
    }
}

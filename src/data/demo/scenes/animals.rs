//! Animals where they live.

use std::f32::consts::PI;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::between;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::ridged;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::oval;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::smooth;
use crate::data::demo::outline::star;
use crate::data::demo::scenes::faces::eye;

pub(super) fn forest_fox(c: &mut Canvas) {
    c.backdrop(&["dce9d5", "9fc2a0", "5d8a66"]);
    let (w, h) = (c.w, c.h);
    for k in 0..26 {
        let x = c.range(-10.0, w);
        let wide = 6.0 + k as f32 * 0.9;
        c.rect(
            x,
            0.0,
            wide,
            h,
            Ink::ramp(&["b7cdb5", "6f9473", "35543f"], k as f32 / 25.0),
        );
    }
    c.ridge(h * 0.8, 36.0, 4.0, "3b5d3a");
    for _ in 0..420 {
        let (x, y) = (c.range(0.0, w), c.range(h * 0.76, h));
        let angle = c.any_angle();
        let leaf = c.pick(&["c8553d", "e09f3e", "7a8450", "9e2a2b"]);
        c.fill(petal(x, y, 15.0, 8.0, angle), leaf);
    }
    c.placed((w * 0.5, h * 0.88), 1.3, 0.0, |c| {
        c.shadow(10.0, 2.0, 160.0, 15.0);
        c.fill(
            blob(&[
                (60.0, -6.0),
                (150.0, -16.0),
                (186.0, -86.0),
                (148.0, -140.0),
                (122.0, -80.0),
                (80.0, -46.0),
            ]),
            "d4622a",
        );
        c.fill(
            blob(&[
                (186.0, -86.0),
                (148.0, -140.0),
                (136.0, -110.0),
                (156.0, -84.0),
            ]),
            "fff6ea",
        );
        c.fill(
            blob(&[
                (-66.0, 0.0),
                (-72.0, -90.0),
                (-30.0, -150.0),
                (40.0, -120.0),
                (84.0, -50.0),
                (80.0, 0.0),
            ]),
            down(-150.0, 0.0, &[ink("ea7f3a"), ink("b94c1c")]),
        );
        c.fill(
            blob(&[
                (-60.0, -8.0),
                (-58.0, -90.0),
                (-30.0, -130.0),
                (-6.0, -80.0),
                (-14.0, -8.0),
            ]),
            "fff6ea",
        );
        for x in [-52.0, -22.0] {
            c.fill(rounded(x - 13.0, -60.0, 26.0, 62.0, 12.0), "c9571f");
            c.fill(rounded(x - 14.0, -17.0, 28.0, 19.0, 9.0), "2b1a14");
        }
        c.poly(
            &[(-92.0, -178.0), (-84.0, -246.0), (-42.0, -204.0)],
            "2b1a14",
        );
        c.poly(&[(8.0, -204.0), (42.0, -250.0), (54.0, -178.0)], "2b1a14");
        c.poly(
            &[(-84.0, -184.0), (-76.0, -228.0), (-48.0, -204.0)],
            "ea7f3a",
        );
        c.poly(&[(14.0, -204.0), (36.0, -232.0), (46.0, -184.0)], "ea7f3a");
        c.fill(
            blob(&[
                (-98.0, -160.0),
                (-60.0, -212.0),
                (-18.0, -220.0),
                (26.0, -212.0),
                (62.0, -160.0),
                (20.0, -118.0),
                (-18.0, -92.0),
                (-56.0, -118.0),
            ]),
            "ea7f3a",
        );
        c.fill(
            blob(&[
                (-98.0, -158.0),
                (-50.0, -160.0),
                (-20.0, -124.0),
                (-18.0, -92.0),
                (-58.0, -116.0),
            ]),
            "fff6ea",
        );
        c.fill(
            blob(&[
                (62.0, -158.0),
                (14.0, -160.0),
                (-16.0, -124.0),
                (-18.0, -92.0),
                (22.0, -116.0),
            ]),
            "fff6ea",
        );
        for x in [-52.0, 16.0] {
            c.oval(x, -164.0, 10.0, 12.0, "1a1210");
            c.circle(x - 3.0, -168.0, 3.4, "ffffff");
        }
        c.oval(-18.0, -98.0, 12.0, 9.0, "1a1210");
    });
    for k in 0..60 {
        let x = k as f32 * w / 58.0;
        let tall = c.range(20.0, 66.0);
        let lean = c.range(-16.0, 16.0);
        c.stroke(
            smooth(&[
                (x, h + 4.0),
                (x + lean * 0.3, h - tall * 0.6),
                (x + lean, h - tall),
            ]),
            "274a2e",
            3.0,
        );
    }
}

pub(super) fn singing_whale(c: &mut Canvas) {
    c.backdrop(&["7fd8e8", "1d7ea8", "0a3358", "041729"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.each_pixel(|x, y, rgb| {
        let slant = x + y * 0.5;
        let beam = ridged(slant / 70.0, 0.5, 3, seed).powi(3) * (1.0 - y / h).max(0.0) * 90.0;
        rgb.map(|level| level + beam)
    });
    c.placed((w * 0.5, h * 0.52), 1.25, -0.12, |c| {
        c.fill(
            blob(&[
                (150.0, -8.0),
                (206.0, -44.0),
                (250.0, -92.0),
                (232.0, -34.0),
                (262.0, 16.0),
                (204.0, 4.0),
            ]),
            "1f4468",
        );
        let body = blob(&[
            (-206.0, 20.0),
            (-180.0, -50.0),
            (-90.0, -86.0),
            (30.0, -70.0),
            (130.0, -26.0),
            (214.0, -20.0),
            (140.0, 18.0),
            (40.0, 64.0),
            (-80.0, 88.0),
            (-172.0, 70.0),
        ]);
        c.fill(
            body,
            down(-90.0, 90.0, &[ink("4f86b5"), ink("2a5a86"), ink("1b3e63")]),
        );
        c.fill(
            blob(&[
                (-200.0, 36.0),
                (-120.0, 40.0),
                (-20.0, 44.0),
                (60.0, 46.0),
                (-30.0, 78.0),
                (-110.0, 90.0),
                (-172.0, 72.0),
            ]),
            "dbe9f2",
        );
        for k in 0..9 {
            let y = 46.0 + k as f32 * 4.6;
            c.stroke(
                smooth(&[
                    (-190.0 + k as f32 * 5.0, y),
                    (-100.0, y + 5.0),
                    (24.0 - k as f32 * 12.0, y),
                ]),
                "8fb0c9",
                1.8,
            );
        }
        c.fill(
            blob(&[
                (-60.0, 40.0),
                (-20.0, 44.0),
                (10.0, 110.0),
                (-4.0, 156.0),
                (-42.0, 108.0),
            ]),
            "2a5a86",
        );
        for _ in 0..90 {
            let (x, y) = (c.range(-170.0, 110.0), c.range(-66.0, 20.0));
            let size = c.range(0.8, 2.8);
            c.circle(x, y, size, ink("cfe4f2").alpha(0.45));
        }
        c.circle(-136.0, 18.0, 7.0, "0a1420");
        c.circle(-138.0, 15.0, 2.4, "ffffff");
        c.stroke(
            smooth(&[(-205.0, 30.0), (-160.0, 34.0), (-120.0, 44.0)]),
            "12304d",
            3.0,
        );
    });
    for _ in 0..70 {
        let (x, y) = c.anywhere();
        let size = c.range(2.0, 11.0);
        c.ring(x, y, size, ink("e3f8ff").alpha(0.5), 1.4);
    }
    for k in 0..40 {
        let (x, y) = (
            w * 0.74 + (k % 8) as f32 * 19.0 - (k / 8) as f32 * 12.0,
            h * 0.76 + (k / 8) as f32 * 17.0 + c.range(-5.0, 5.0),
        );
        c.fill(petal(x, y, 15.0, 7.0, PI), "f2b134");
        c.poly(&[(x, y), (x + 6.0, y - 4.0), (x + 6.0, y + 4.0)], "f2b134");
    }
}

pub(super) fn butterflies(c: &mut Canvas) {
    c.backdrop(&["f5efe0", "eee4cc"]);
    let (w, h) = (c.w, c.h);
    c.weather((4.0, 4.0), 6.0);
    let palettes = [
        ["e76f51", "f4a261", "264653"],
        ["3a86ff", "90e0ef", "03045e"],
        ["8338ec", "ff99c8", "240046"],
        ["2a9d8f", "e9c46a", "1b4332"],
        ["ffb703", "fb8500", "3d1f0e"],
        ["d00000", "ffba08", "1a0a0a"],
    ];
    for k in 0..12 {
        let (x, y) = (
            w * (0.14 + (k % 4) as f32 * 0.24),
            h * (0.19 + (k / 4) as f32 * 0.31),
        );
        let palette = palettes[(k * 5 + k / 4) % 6];
        c.shadow(x + 6.0, y + 10.0, 72.0, 52.0);
        c.placed((x, y), 0.82, (k as f32 * 1.7).sin() * 0.12, |c| {
            butterfly(c, palette, k);
        });
        c.rect(x - 30.0, y + 62.0, 60.0, 11.0, "fffdf6");
        for dash in 0..6 {
            c.line(
                (x - 24.0 + dash as f32 * 8.0, y + 68.0),
                (x - 19.0 + dash as f32 * 8.0, y + 68.0),
                "7a7264",
                1.6,
            );
        }
    }
}

fn butterfly(c: &mut Canvas, inks: [&str; 3], kind: usize) {
    let [main, spot, edge] = inks;
    let (long, low) = (
        58.0 + (kind % 3) as f32 * 9.0,
        40.0 + (kind % 4) as f32 * 6.0,
    );
    for side in [-1.0, 1.0] {
        let upper = blob(&[
            (0.0, -6.0),
            (side * long * 0.5, -long * 0.85),
            (side * long * 1.1, -long * 0.75),
            (side * long, -long * 0.15),
            (side * 14.0, 6.0),
        ]);
        let lower = blob(&[
            (0.0, 4.0),
            (side * low, 2.0),
            (side * low * 1.25, low * 0.7),
            (side * low * 0.6, low * 1.15),
            (side * 6.0, 26.0),
        ]);
        for wing in [lower, upper] {
            c.fill(
                wing.clone(),
                between(
                    (0.0, 0.0),
                    (side * long, -20.0),
                    &[ink(main).lighter(0.25), ink(main)],
                ),
            );
            c.stroke(wing, edge, 5.0);
        }
        for vein in 0..5 {
            let tip = polar(
                0.0,
                -4.0,
                long * 0.95,
                if side > 0.0 {
                    -1.0 + vein as f32 * 0.32
                } else {
                    PI + 1.0 - vein as f32 * 0.32
                },
            );
            c.line((0.0, -4.0), tip, ink(edge).alpha(0.7), 1.4);
        }
        for dot in 0..4 {
            let (x, y) = (
                side * long * (0.92 - dot as f32 * 0.03),
                -long * 0.6 + dot as f32 * long * 0.15,
            );
            c.circle(x, y, 4.2, spot);
        }
        c.circle(side * low * 0.8, low * 0.5, 10.0, edge);
        c.circle(side * low * 0.8, low * 0.5, 6.5, spot);
        c.stroke(
            smooth(&[(0.0, -26.0), (side * 9.0, -46.0), (side * 20.0, -54.0)]),
            edge,
            1.8,
        );
    }
    c.oval(0.0, 0.0, 5.5, 27.0, edge);
}

pub(super) fn toucan(c: &mut Canvas) {
    c.backdrop(&["0b4f3c", "137a4b", "5ab552"]);
    let (w, h) = (c.w, c.h);
    for _ in 0..80 {
        let (x, y) = c.anywhere();
        let angle = c.any_angle();
        let length = c.range(70.0, 170.0);
        let green = c.pick(&["0f6b43", "1f8f4f", "0a3f2e", "63b84f", "157a5a"]);
        c.fill(petal(x, y, length, length * 0.36, angle), green.alpha(0.8));
        c.line(
            (x, y),
            polar(x, y, length * 0.9, angle),
            green.lighter(0.25),
            1.4,
        );
    }
    c.stroke(
        smooth(&[(-20.0, h * 0.84), (w * 0.4, h * 0.8), (w + 20.0, h * 0.86)]),
        "4a2f1b",
        28.0,
    );
    c.placed((w * 0.4, h * 0.5), 1.15, 0.0, |c| {
        c.poly(
            &[(-40.0, 90.0), (-92.0, 236.0), (-58.0, 240.0), (-6.0, 110.0)],
            "15151c",
        );
        c.fill(
            blob(&[
                (-70.0, -30.0),
                (-30.0, -110.0),
                (40.0, -118.0),
                (66.0, -60.0),
                (50.0, 60.0),
                (0.0, 130.0),
                (-60.0, 100.0),
            ]),
            "17171f",
        );
        c.fill(
            blob(&[
                (0.0, -84.0),
                (50.0, -84.0),
                (58.0, -20.0),
                (36.0, 40.0),
                (0.0, 10.0),
            ]),
            "fff4d6",
        );
        c.fill(
            blob(&[(10.0, 6.0), (48.0, 0.0), (38.0, 44.0), (12.0, 34.0)]),
            "f28482",
        );
        let beak = blob(&[
            (44.0, -104.0),
            (110.0, -124.0),
            (180.0, -96.0),
            (210.0, -40.0),
            (186.0, -46.0),
            (120.0, -62.0),
            (50.0, -64.0),
        ]);
        c.fill(
            beak,
            between(
                (44.0, 0.0),
                (210.0, 0.0),
                &[ink("ffd60a"), ink("ff9e00"), ink("e5383b"), ink("1a1a1f")],
            ),
        );
        c.stroke(
            smooth(&[(50.0, -82.0), (120.0, -86.0), (186.0, -60.0)]),
            "7a3b00",
            3.0,
        );
        for k in 0..6 {
            c.line(
                (70.0 + k as f32 * 17.0, -84.0),
                (64.0 + k as f32 * 17.0, -68.0),
                "7a3b00",
                2.0,
            );
        }
        c.circle(24.0, -84.0, 24.0, "48cae4");
        eye(c, 24.0, -84.0, 13.0, "2b2b33");
        for k in 0..6 {
            c.fill(
                petal(
                    -46.0 + k as f32 * 6.0,
                    -20.0 + k as f32 * 15.0,
                    84.0,
                    24.0,
                    PI * 0.62,
                ),
                ink("26262f").lighter((k % 2) as f32 * 0.13),
            );
        }
        for x in [-6.0, 26.0] {
            c.stroke(
                smooth(&[(x, 118.0), (x + 4.0, 136.0), (x + 16.0, 142.0)]),
                "4aa3c7",
                8.0,
            );
        }
    });
}

pub(super) fn coral_reef(c: &mut Canvas) {
    c.backdrop(&["48cae4", "0096c7", "023e8a"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.each_pixel(|x, y, rgb| {
        let net = ridged(x / 44.0, y / 30.0, 2, seed).powi(6) * (1.0 - y / h) * 110.0;
        rgb.map(|level| level + net)
    });
    for k in 0..15 {
        let x = k as f32 / 14.0 * w + c.range(-16.0, 16.0);
        let color = c.pick(&["ff6b6b", "ff9f1c", "c77dff", "ff5d8f", "80ed99", "ffd166"]);
        let tall = c.range(70.0, 200.0);
        if k % 3 == 0 {
            branch(c, (x, h), -PI / 2.0, tall * 0.36, color);
        } else if k % 3 == 1 {
            for frond in 0..7 {
                let sway = (frond as f32 - 3.0) * 9.0;
                c.stroke(
                    smooth(&[
                        (x + sway, h),
                        (x + sway * 1.6 + 12.0, h - tall * 0.5),
                        (x + sway * 2.0 - 8.0, h - tall),
                    ]),
                    color,
                    7.0,
                );
            }
        } else {
            for ball in 0..12 {
                let (bx, by) = (x + c.range(-40.0, 40.0), h - c.range(0.0, tall * 0.4));
                c.ball(bx, by, 17.0, color);
                c.fill(star(bx, by, 9.0, 3.0, 6, ball as f32), color.darker(0.3));
            }
        }
    }
    let kinds = [
        ("ff7f11", "ffffff"),
        ("ffd60a", "1d3557"),
        ("f72585", "ffe5ec"),
        ("06d6a0", "073b4c"),
    ];
    for k in 0..13 {
        let (x, y) = (c.range(40.0, w - 40.0), c.range(50.0, h * 0.62));
        let (body, stripe) = kinds[k % 4];
        let size = c.range(0.5, 1.25);
        let flip = if c.chance(0.5) { 0.0 } else { PI };
        c.placed((x, y), size, flip, |c| {
            c.poly(
                &[(34.0, 0.0), (66.0, -24.0), (58.0, 0.0), (66.0, 24.0)],
                body,
            );
            c.fill(
                blob(&[(-44.0, 0.0), (-8.0, -28.0), (40.0, 0.0), (-8.0, 28.0)]),
                body,
            );
            for (x, half) in [(-18.0, 21.0), (4.0, 23.0), (22.0, 12.0)] {
                c.stroke(
                    smooth(&[(x, -half), (x - 5.0, 0.0), (x, half)]),
                    stripe,
                    6.0,
                );
            }
            c.circle(-31.0, -5.0, 5.5, "ffffff");
            c.circle(-32.0, -5.0, 3.0, "101018");
            c.stroke(oval(-6.0, 0.0, 40.0, 27.0), ink("101018").alpha(0.12), 2.0);
        });
    }
}

fn branch(c: &mut Canvas, from: (f32, f32), angle: f32, length: f32, color: Ink) {
    let tip = polar(from.0, from.1, length, angle);
    c.line(from, tip, color, length * 0.26);
    if length > 13.0 {
        for turn in [-0.55, 0.1, 0.6] {
            let wobble = c.range(-0.15, 0.15);
            branch(
                c,
                tip,
                angle + turn + wobble,
                length * 0.68,
                color.lighter(0.08),
            );
        }
    }
}

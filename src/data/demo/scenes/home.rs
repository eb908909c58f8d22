//! Things on tables and shelves.

use std::f32::consts::PI;
use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::around;
use crate::data::demo::ink::between;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::oval;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::sector;
use crate::data::demo::outline::smooth;
use crate::data::demo::outline::star;
use crate::data::demo::scenes::food::planks;

pub(super) fn sunflower_vase(c: &mut Canvas) {
    c.backdrop(&["f1e4c3", "e6cf9c"]);
    c.weather((90.0, 30.0), 14.0);
    let (w, h) = (c.w, c.h);
    c.rect(
        0.0,
        h * 0.78,
        w,
        h,
        down(h * 0.78, h, &[ink("6a8caf"), ink("43617f")]),
    );
    c.shadow(w * 0.56, h * 0.88, 160.0, 26.0);
    let heads = [
        (0.5, 0.2, 82.0),
        (0.24, 0.3, 70.0),
        (0.77, 0.28, 74.0),
        (0.36, 0.46, 66.0),
        (0.66, 0.45, 64.0),
        (0.14, 0.52, 50.0),
        (0.88, 0.5, 48.0),
    ];
    for (x, y, _) in heads {
        c.stroke(
            smooth(&[
                (w * x, h * y),
                (w * (0.5 + (x - 0.5) * 0.5), h * 0.55),
                (w * 0.5, h * 0.7),
            ]),
            "4f7032",
            8.0,
        );
    }
    for k in 0..12 {
        let angle = PI + k as f32 / 11.0 * PI;
        let (x, y) = polar(w * 0.5, h * 0.6, 60.0, angle);
        c.fill(
            petal(x, y, 90.0, 44.0, angle),
            ink("5a8a3a").darker(k as f32 % 3.0 * 0.15),
        );
    }
    for (x, y, radius) in heads {
        sunflower(c, w * x, h * y, radius);
    }
    let vase = blob(&[
        (w * 0.42, h * 0.6),
        (w * 0.58, h * 0.6),
        (w * 0.6, h * 0.68),
        (w * 0.68, h * 0.8),
        (w * 0.6, h * 0.92),
        (w * 0.4, h * 0.92),
        (w * 0.32, h * 0.8),
        (w * 0.4, h * 0.68),
    ]);
    c.fill(
        vase,
        between(
            (w * 0.32, 0.0),
            (w * 0.68, 0.0),
            &[ink("2f5d8a"), ink("7fb0d8"), ink("1f3f63")],
        ),
    );
    for k in 0..9 {
        let x = w * (0.37 + k as f32 * 0.033);
        c.fill(
            star(x, h * 0.8 + (k as f32 - 4.0).abs() * -1.5, 9.0, 9.0, 2, 0.0),
            "f4f1de",
        );
    }
}

fn sunflower(c: &mut Canvas, x: f32, y: f32, radius: f32) {
    for ring in 0..2 {
        for k in 0..22 {
            let angle = (k as f32 + ring as f32 * 0.5) / 22.0 * TAU + c.range(-0.05, 0.05);
            let hue = Ink::ramp(&["e09f1f", "ffca3a", "f7b32b"], c.range(0.0, 1.0));
            let (px, py) = polar(x, y, radius * 0.4, angle);
            c.fill(
                petal(
                    px,
                    py,
                    radius * (0.68 - ring as f32 * 0.12),
                    radius * 0.24,
                    angle,
                ),
                hue.darker(0.2 - ring as f32 * 0.2),
            );
        }
    }
    c.circle(
        x,
        y,
        radius * 0.5,
        around(
            x,
            y,
            radius * 0.5,
            &[ink("3a2412"), ink("5f3a18"), ink("2a170a")],
        ),
    );
    for k in 0..130 {
        let reach = (k as f32 / 130.0).sqrt() * radius * 0.47;
        let (px, py) = polar(x, y, reach, k as f32 * 2.399_963);
        let seed = if k % 3 == 0 { "b07a2a" } else { "1f1108" };
        c.circle(px, py, radius * 0.022, seed);
    }
}

pub(super) fn bookshelf(c: &mut Canvas) {
    let (w, h) = (c.w, c.h);
    planks(c, 0.0, &["4a2f1b", "6b452a", "7d5433"], 160.0);
    for shelf in 0..3 {
        let floor = (shelf as f32 + 1.0) * h / 3.0 - 16.0;
        c.rect(
            0.0,
            floor - h / 3.0 + 26.0,
            w,
            h / 3.0 - 26.0,
            down(
                floor - 140.0,
                floor,
                &[ink("120a05").alpha(0.75), ink("120a05").alpha(0.35)],
            ),
        );
        let mut x = 10.0;
        while x < w - 20.0 {
            let (thick, tall) = (c.range(13.0, 34.0), c.range(88.0, 128.0));
            let cover = c.pick(&[
                "9b2226", "005f73", "e9d8a6", "ca6702", "0a9396", "3d405b", "81b29a", "582f0e",
                "e07a5f", "f4f1de",
            ]);
            c.rect(
                x,
                floor - tall,
                thick,
                tall,
                between(
                    (x, 0.0),
                    (x + thick, 0.0),
                    &[cover.darker(0.25), cover.lighter(0.2), cover.darker(0.35)],
                ),
            );
            let band = cover.lighter(0.6);
            for at in [0.12, 0.17, 0.86] {
                c.rect(x, floor - tall * (1.0 - at), thick, 2.0, band);
            }
            for k in 0..6 {
                let long = c.range(0.2, 0.6) * thick;
                c.rect(
                    x + (thick - long) / 2.0,
                    floor - tall * 0.72 + k as f32 * 9.0,
                    long,
                    4.0,
                    band.alpha(0.8),
                );
            }
            x += thick + 1.0;
            if c.chance(0.08) {
                c.ball(x + 26.0, floor - 26.0, 26.0, "2a9d8f");
                x += 54.0;
            }
        }
        c.rect(0.0, floor, w, 16.0, "8a5c38");
        c.rect(0.0, floor, w, 3.0, "b98455");
    }
}

pub(super) fn cactus_pots(c: &mut Canvas) {
    c.backdrop(&["f9dcc4", "f8edeb"]);
    let (w, h) = (c.w, c.h);
    c.fill(
        rounded(w * 0.12, 26.0, w * 0.76, h * 0.56, 8.0),
        down(26.0, h * 0.6, &[ink("8ecae6"), ink("dff3fb")]),
    );
    c.cloud(w * 0.35, h * 0.3, 60.0, ink("ffffff"), ink("d3e6f0"));
    c.stroke(
        rounded(w * 0.12, 26.0, w * 0.76, h * 0.56, 8.0),
        "ffffff",
        14.0,
    );
    c.line((w * 0.5, 26.0), (w * 0.5, h * 0.6), "ffffff", 9.0);
    planks(c, h * 0.8, &["c9996b", "a9784a", "dcb58a"], 60.0);
    let pots = ["e07a5f", "3d5a80", "f2cc8f", "81b29a", "6d597a"];
    for (k, pot) in pots.into_iter().enumerate() {
        let x = w * (0.13 + k as f32 * 0.185);
        let floor = h * 0.86;
        c.shadow(x + 10.0, floor, 66.0, 12.0);
        c.placed((x, floor - 78.0), 1.0, 0.0, |c| succulent(c, k));
        let color = ink(pot);
        let fill = between(
            (x - 50.0, 0.0),
            (x + 50.0, 0.0),
            &[color.darker(0.15), color.lighter(0.25), color.darker(0.3)],
        );
        c.poly(
            &[
                (x - 46.0, floor - 76.0),
                (x + 46.0, floor - 76.0),
                (x + 34.0, floor),
                (x - 34.0, floor),
            ],
            fill,
        );
        c.fill(
            rounded(x - 51.0, floor - 88.0, 102.0, 20.0, 4.0),
            color.lighter(0.12),
        );
        for zig in 0..7 {
            let zx = x - 36.0 + zig as f32 * 12.0;
            c.stroke(
                smooth(&[
                    (zx - 6.0, floor - 40.0),
                    (zx, floor - 50.0),
                    (zx + 6.0, floor - 40.0),
                ]),
                color.lighter(0.6),
                2.4,
            );
        }
    }
}

fn succulent(c: &mut Canvas, kind: usize) {
    let green = ink("52796f");
    match kind {
        0 => {
            for k in 0..5 {
                let half = 40.0 * (1.0 - (k as f32 - 2.0).abs() * 0.36);
                c.oval(
                    0.0,
                    -60.0,
                    half + 4.0,
                    70.0,
                    green.mix("95d5b2", k as f32 / 5.0).alpha(0.55),
                );
            }
            for _ in 0..60 {
                let (x, y) = (c.range(-34.0, 34.0), c.range(-118.0, -10.0));
                c.line((x, y), (x + 4.0, y - 5.0), "fefae0", 1.2);
            }
            c.fill(star(0.0, -132.0, 17.0, 7.0, 6, 0.0), "ff4d8d");
        }
        1 => {
            for k in 0..26 {
                let angle = PI + k as f32 / 25.0 * PI;
                let length = 60.0 + (k * 29 % 60) as f32;
                c.fill(
                    petal(0.0, 0.0, length, 16.0, angle),
                    ink("2d6a4f").mix("b7e4c7", (k % 5) as f32 / 6.0),
                );
            }
        }
        2 => {
            for (x, y, r) in [
                (0.0, -38.0, 44.0),
                (-38.0, -90.0, 30.0),
                (34.0, -96.0, 33.0),
                (2.0, -138.0, 26.0),
            ] {
                c.oval(
                    x,
                    y,
                    r * 0.8,
                    r,
                    around(x - 9.0, y - 9.0, r * 1.2, &[ink("a7c957"), ink("386641")]),
                );
                for k in 0..16 {
                    let (px, py) = polar(x, y, r * 0.6 * (k as f32 / 16.0).sqrt(), k as f32 * 2.4);
                    c.fill(star(px, py, 4.0, 1.2, 5, 0.0), "f2e8cf");
                }
            }
        }
        3 => {
            for k in 0..9 {
                let (x, tall) = (k as f32 * 9.0 - 36.0, 110.0 + (k * 37 % 80) as f32);
                c.fill(
                    petal(x * 0.5, 0.0, tall, 21.0, -PI / 2.0 + (k as f32 - 4.0) * 0.1),
                    ink("386641"),
                );
                c.fill(
                    petal(
                        x * 0.5,
                        0.0,
                        tall * 0.92,
                        8.0,
                        -PI / 2.0 + (k as f32 - 4.0) * 0.1,
                    ),
                    ink("a7c957").alpha(0.7),
                );
            }
        }
        _ => {
            for ring in (1..6).rev() {
                for k in 0..11 {
                    let angle = k as f32 / 11.0 * TAU + ring as f32 * 0.3;
                    let hue = ink("8d99ae").mix("ffafcc", 1.0 - ring as f32 / 6.0);
                    let (x, y) = polar(0.0, -44.0, ring as f32 * 3.0, angle);
                    c.fill(
                        petal(x, y, ring as f32 * 9.5, ring as f32 * 6.0, angle),
                        hue.darker((k % 2) as f32 * 0.12),
                    );
                }
            }
        }
    }
}

pub(super) fn pebbles(c: &mut Canvas) {
    c.backdrop(&["3a4a52", "26343b"]);
    let (w, h) = (c.w, c.h);
    let mut stones: Vec<(f32, f32, f32)> = Vec::new();
    for attempt in 0..3200 {
        let radius = (58.0 - attempt as f32 * 0.03).max(5.0);
        let (x, y) = (c.range(-10.0, w + 10.0), c.range(-10.0, h + 10.0));
        let is_free = stones
            .iter()
            .all(|&(sx, sy, sr)| (x - sx).hypot(y - sy) > (radius + sr) * 0.93);
        if is_free {
            stones.push((x, y, radius));
        }
    }
    for (x, y, radius) in stones {
        let color = c.pick(&[
            "8d99ae", "b8b8aa", "6c757d", "a98467", "cbbba0", "4f5d75", "9a6b5b", "dfe0dc",
        ]);
        let wobble: Vec<_> = (0..9)
            .map(|k| polar(x, y, radius * c.range(0.84, 1.04), k as f32 / 9.0 * TAU))
            .collect();
        let shifted: Vec<_> = wobble
            .iter()
            .map(|&(px, py)| (px + radius * 0.12, py + radius * 0.16))
            .collect();
        c.fill(blob(&shifted), ink("10181c").alpha(0.6));
        c.fill(
            blob(&wobble),
            around(
                x - radius * 0.3,
                y - radius * 0.35,
                radius * 1.4,
                &[color.lighter(0.3), color, color.darker(0.45)],
            ),
        );
        for _ in 0..(radius * 0.8) as usize {
            let (px, py) = polar(x, y, radius * c.range(0.0, 0.8), c.any_angle());
            let speck = c.pick(&["ffffff", "1a1a1a", "5a4a3a"]);
            c.circle(px, py, 1.0, speck.alpha(0.4));
        }
        if radius > 26.0 && c.chance(0.4) {
            let turn = c.any_angle();
            c.stroke(
                smooth(&[
                    polar(x, y, radius * 0.85, turn),
                    polar(x, y, radius * 0.2, turn + 0.8),
                    polar(x, y, radius * 0.85, turn + PI),
                ]),
                ink("f1ede4").alpha(0.8),
                3.0,
            );
        }
    }
}

pub(super) fn record_grooves(c: &mut Canvas) {
    c.backdrop(&["f25c54", "f7b267"]);
    let (x, y) = (c.w * 0.44, c.h * 0.5);
    c.shadow(x + 20.0, y + 24.0, 236.0, 236.0);
    c.circle(x, y, 214.0, "17161c");
    for groove in 0..42 {
        let radius = 84.0 + groove as f32 * 3.0;
        let tone = if groove % 9 == 0 { "08070b" } else { "2b2a33" };
        c.ring(x, y, radius, tone, 1.2);
    }
    for turn in [0.1, 0.6] {
        c.glowing(|c| {
            c.fill(
                sector(x, y, (84.0, 210.0), (turn, turn + 0.09)),
                between(
                    (x, y - 200.0),
                    (x + 60.0, y + 200.0),
                    &[ink("8a8aa5").alpha(0.5), ink("30303f").alpha(0.1)],
                ),
            );
        });
    }
    c.circle(x, y, 78.0, "2ec4b6");
    c.fill(sector(x, y, (30.0, 78.0), (0.0, 0.5)), "ffbf69");
    c.ring(x, y, 60.0, "fff8ef", 2.0);
    c.circle(x, y, 8.0, "f25c54");
    c.stroke(
        smooth(&[
            (c.w * 0.92, 60.0),
            (c.w * 0.93, 190.0),
            (c.w * 0.86, 300.0),
            (x + 120.0, y + 70.0),
        ]),
        "e5e5ea",
        9.0,
    );
    c.stroke(oval(c.w * 0.92, 60.0, 24.0, 24.0), "3d3d47", 15.0);
    c.placed((x + 118.0, y + 72.0), 1.0, 0.9, |c| {
        c.rect(-9.0, -19.0, 18.0, 38.0, "22222b");
    });
}

//! Maps and charts: pictures with words.

use std::f32::consts::PI;
use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::around;
use crate::data::demo::ink::ink;
use crate::data::demo::lettering::Align;
use crate::data::demo::lettering::Lettering;
use crate::data::demo::noise::fractal;
use crate::data::demo::outline::block;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::sector;
use crate::data::demo::outline::smooth;
use crate::data::demo::outline::star;

pub(super) fn metro_map(c: &mut Canvas) {
    c.backdrop(&["fbfaf5", "fbfaf5"]);
    let (w, h) = (c.w, c.h);
    let river: Vec<_> = (0..9)
        .map(|k| {
            (
                k as f32 * w / 8.0 - 10.0,
                h * 0.6 + (k as f32 * 1.1).sin() * 70.0,
            )
        })
        .collect();
    c.stroke(smooth(&river), "c9e4f2", 44.0);
    let lines: [(&str, &[(f32, f32)]); 6] = [
        (
            "e4002b",
            &[
                (0.05, 0.22),
                (0.3, 0.22),
                (0.5, 0.42),
                (0.72, 0.42),
                (0.94, 0.2),
            ],
        ),
        (
            "0072ce",
            &[
                (0.08, 0.84),
                (0.3, 0.84),
                (0.5, 0.64),
                (0.5, 0.2),
                (0.62, 0.08),
            ],
        ),
        (
            "00a651",
            &[(0.1, 0.5), (0.36, 0.5), (0.62, 0.76), (0.92, 0.76)],
        ),
        (
            "f9a01b",
            &[(0.22, 0.06), (0.22, 0.62), (0.42, 0.92), (0.7, 0.92)],
        ),
        (
            "7b2d8b",
            &[(0.95, 0.52), (0.62, 0.52), (0.36, 0.26), (0.36, 0.06)],
        ),
        ("00a7b5", &[(0.78, 0.06), (0.78, 0.6), (0.9, 0.9)]),
    ];
    for (hex, stops) in lines {
        for pair in stops.windows(2) {
            let at = |p: (f32, f32)| (p.0 * w, p.1 * h);
            c.line(at(pair[0]), at(pair[1]), hex, 9.0);
        }
    }
    let names = [
        "Harbor",
        "Old Mill",
        "Museum",
        "Rosehill",
        "Airport",
        "Elm Park",
        "Castle",
        "Market",
        "Garden",
        "Stadium",
        "North Gate",
        "Canal",
        "Library",
        "Docks",
        "Observatory",
        "Zoo",
    ];
    let mut name = 0;
    for (_, stops) in lines {
        for pair in stops.windows(2) {
            for step in 0..2 {
                let t = step as f32 * 0.5;
                let (x, y) = (
                    (pair[0].0 + (pair[1].0 - pair[0].0) * t) * w,
                    (pair[0].1 + (pair[1].1 - pair[0].1) * t) * h,
                );
                c.circle(x, y, 7.5, "22223b");
                c.circle(x, y, 4.6, "ffffff");
                if step == 0 {
                    c.write(
                        names[name % 16],
                        (x + 9.0, y - 9.0),
                        Align::Left,
                        Lettering::sans(14.0),
                        "22223b",
                    );
                    name += 1;
                }
            }
        }
    }
    c.fill(rounded(w - 168.0, h - 62.0, 150.0, 44.0, 8.0), "22223b");
    c.write(
        "CITY METRO",
        (w - 93.0, h - 33.0),
        Align::Center,
        Lettering::bold(18.0),
        "ffffff",
    );
}

pub(super) fn harvest_chart(c: &mut Canvas) {
    c.backdrop(&["fffcf2", "fffcf2"]);
    let (w, h) = (c.w, c.h);
    c.write(
        "Orchard harvest",
        (40.0, 56.0),
        Align::Left,
        Lettering::bold(32.0),
        "264653",
    );
    c.write(
        "tons per year, four kinds of fruit",
        (40.0, 84.0),
        Align::Left,
        Lettering::sans(17.0),
        "6b705c",
    );
    let floor = h - 62.0;
    for grid in 0..6 {
        let y = floor - grid as f32 * 56.0;
        c.line((64.0, y), (w - 190.0, y), "d8d4c5", 1.2);
        c.write(
            &format!("{}", grid * 20),
            (56.0, y + 5.0),
            Align::Right,
            Lettering::mono(13.0),
            "6b705c",
        );
    }
    let inks = ["e76f51", "f4a261", "2a9d8f", "264653"];
    for year in 0..9 {
        let x = 78.0 + year as f32 * 41.0;
        let mut top = floor;
        for (kind, hex) in inks.into_iter().enumerate() {
            let tall = 16.0 + c.range(0.0, 44.0) + year as f32 * 2.6 * (kind as f32 * 0.4 + 0.4);
            top -= tall;
            c.rect(x, top, 28.0, tall - 2.0, hex);
        }
        c.write(
            &format!("{}", 71 + year),
            (x + 14.0, floor + 21.0),
            Align::Center,
            Lettering::mono(13.0),
            "264653",
        );
    }
    let trend: Vec<_> = (0..9)
        .map(|k| {
            (
                92.0 + k as f32 * 41.0,
                230.0 - k as f32 * 9.0 + ((k * 5 % 7) as f32 - 3.0) * 11.0,
            )
        })
        .collect();
    c.stroke(smooth(&trend), "9b2226", 3.0);
    for (x, y) in trend {
        c.circle(x, y, 5.0, "9b2226");
        c.circle(x, y, 2.4, "fffcf2");
    }
    let (px, py) = (w - 98.0, 178.0);
    let mut from = 0.0;
    for (hex, share) in inks.into_iter().zip([0.34, 0.27, 0.22, 0.17]) {
        c.fill(
            sector(px, py, (34.0, 78.0), (from, from + share - 0.006)),
            hex,
        );
        from += share;
    }
    for (k, (hex, label)) in inks
        .into_iter()
        .zip(["Cherries", "Peaches", "Pears", "Plums"])
        .enumerate()
    {
        let y = 312.0 + k as f32 * 32.0;
        c.fill(rounded(w - 158.0, y - 14.0, 18.0, 18.0, 4.0), hex);
        c.write(
            label,
            (w - 130.0, y),
            Align::Left,
            Lettering::sans(17.0),
            "264653",
        );
    }
}

pub(super) fn star_chart(c: &mut Canvas) {
    c.backdrop(&["0b1b3b", "0b1b3b"]);
    let (w, h) = (c.w, c.h);
    let (x, y, radius) = (w / 2.0, h / 2.0 - 8.0, h * 0.44);
    c.circle(x, y, radius + 16.0, "e8d8a8");
    c.circle(x, y, radius + 11.0, "0b1b3b");
    c.circle(
        x,
        y,
        radius,
        around(x, y, radius, &[ink("1e3f7a"), ink("0f244d")]),
    );
    for ring in 1..5 {
        c.ring(
            x,
            y,
            radius * ring as f32 / 5.0,
            ink("8fb0e8").alpha(0.4),
            1.0,
        );
    }
    for spoke in 0..12 {
        let angle = spoke as f32 / 12.0 * TAU;
        c.line(
            (x, y),
            polar(x, y, radius, angle),
            ink("8fb0e8").alpha(0.4),
            1.0,
        );
        let at = polar(x, y + 5.0, radius - 15.0, angle + 0.13);
        c.write(
            &format!("{}h", spoke * 2),
            at,
            Align::Center,
            Lettering::mono(12.0),
            "c9d9f5",
        );
    }
    for _ in 0..330 {
        let (sx, sy) = polar(x, y, radius * c.range(0.0, 1.0).sqrt(), c.any_angle());
        let size = c.range(0.5, 1.7);
        c.circle(sx, sy, size, ink("ffffff").alpha(0.8));
    }
    let names = [
        "Lyra", "Cygnus", "Draco", "Corvus", "Aquila", "Cetus", "Vela", "Hydra",
    ];
    for (k, name) in names.into_iter().enumerate() {
        let (cx, cy) = polar(
            x,
            y,
            radius * (0.42 + (k % 3) as f32 * 0.19),
            k as f32 / 8.0 * TAU + 0.3,
        );
        let stars: Vec<_> = (0..6)
            .map(|i| (cx + (i as f32 - 2.5) * 17.0, cy + c.range(-30.0, 30.0)))
            .collect();
        for pair in stars.windows(2) {
            c.line(pair[0], pair[1], "f2d16b", 1.5);
        }
        for &(sx, sy) in &stars {
            let size = c.range(3.5, 7.0);
            c.fill(star(sx, sy, size, size * 0.4, 4, 0.0), "fff6d5");
        }
        c.write(
            name,
            (cx, cy + 44.0),
            Align::Center,
            Lettering::sans(16.0).spaced(2.0),
            "f2d16b",
        );
    }
    c.write(
        "NORTHERN SKY",
        (24.0, 36.0),
        Align::Left,
        Lettering::bold(20.0),
        "e8d8a8",
    );
    c.write(
        "Epoch 1900",
        (w - 24.0, h - 22.0),
        Align::Right,
        Lettering::mono(15.0),
        "e8d8a8",
    );
}

pub(super) fn treasure_map(c: &mut Canvas) {
    c.backdrop(&["e5cf9f", "d8b878"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.each_pixel(|x, y, rgb| {
        let land = fractal(x / 150.0, y / 150.0, 5, seed)
            - ((x - w / 2.0) / w).powi(2) * 1.1
            - ((y - h / 2.0) / h).powi(2) * 1.1;
        let paper = (fractal(x / 40.0, y / 40.0, 4, seed + 4) - 0.5) * 40.0;
        let edge = ((land - 0.4).abs() * 120.0).min(1.0);
        let ground = if land > 0.4 {
            [205.0, 170.0, 105.0]
        } else {
            rgb
        };
        let ripple = if land < 0.4 && ((0.4 - land) * 90.0).fract() < 0.18 && land > 0.33 {
            0.8
        } else {
            1.0
        };
        ground.map(|level| (level + paper) * (0.35 + edge * 0.65) * ripple)
    });
    for k in 0..9 {
        let (x, y) = (
            w * 0.36 + (k % 3) as f32 * 36.0 - (k / 3) as f32 * 12.0,
            h * 0.36 + (k / 3) as f32 * 22.0,
        );
        c.poly(
            &[(x - 17.0, y + 13.0), (x, y - 17.0), (x + 17.0, y + 13.0)],
            "8a6236",
        );
        c.poly(
            &[(x, y - 17.0), (x + 17.0, y + 13.0), (x + 3.0, y + 13.0)],
            "5e3f20",
        );
    }
    for k in 0..12 {
        let (x, y) = (
            w * 0.56 + (k % 4) as f32 * 22.0,
            h * 0.62 + (k / 4) as f32 * 19.0,
        );
        c.line((x, y), (x, y + 9.0), "4a3018", 2.4);
        c.circle(x, y - 5.0, 9.0, ink("5f6b2e").darker((k % 3) as f32 * 0.12));
    }
    let path = [
        (0.28, 0.68),
        (0.36, 0.56),
        (0.46, 0.6),
        (0.52, 0.48),
        (0.6, 0.42),
        (0.64, 0.32),
    ];
    for pair in path.windows(2) {
        for step in 0..4 {
            let at = |t: f32| {
                (
                    (pair[0].0 + (pair[1].0 - pair[0].0) * t) * w,
                    (pair[0].1 + (pair[1].1 - pair[0].1) * t) * h,
                )
            };
            c.line(
                at(step as f32 / 4.0),
                at(step as f32 / 4.0 + 0.13),
                "7a1f16",
                4.0,
            );
        }
    }
    let (x, y) = (w * 0.65, h * 0.3);
    c.line((x - 14.0, y - 14.0), (x + 14.0, y + 14.0), "a4161a", 8.0);
    c.line((x + 14.0, y - 14.0), (x - 14.0, y + 14.0), "a4161a", 8.0);
    let (x, y) = (w * 0.86, h * 0.8);
    c.fill(star(x, y, 52.0, 12.0, 4, 0.0), "5e3f20");
    c.fill(star(x, y, 36.0, 10.0, 4, PI / 4.0), "a8793c");
    c.ring(x, y, 40.0, "5e3f20", 2.0);
    c.write(
        "N",
        (x, y - 56.0),
        Align::Center,
        Lettering::bold(19.0),
        "5e3f20",
    );
    c.write(
        "Isle of Parrots",
        (w * 0.5, 46.0),
        Align::Center,
        Lettering::sans(31.0).spaced(3.0),
        "4a3018",
    );
    c.stroke(
        smooth(&[
            (50.0, h - 70.0),
            (70.0, h - 96.0),
            (96.0, h - 72.0),
            (124.0, h - 100.0),
            (150.0, h - 66.0),
        ]),
        "4a5a3a",
        9.0,
    );
    c.circle(154.0, h - 68.0, 8.0, "4a5a3a");
    c.stroke(block(14.0, 14.0, w - 28.0, h - 28.0), "6b4a26", 4.0);
}

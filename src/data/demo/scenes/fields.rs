//! Pictures grown from noise and numbers.

use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::fractal;
use crate::data::demo::noise::hash;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::polygon;
use crate::data::demo::outline::smooth;

pub(super) fn flow_field(c: &mut Canvas) {
    c.backdrop(&["f4ede1", "efe3cf"]);
    let seed = c.seed;
    for stroke in 0..1150 {
        let (mut x, mut y) = c.anywhere();
        let mut points = vec![(x, y)];
        for _ in 0..14 {
            let angle = fractal(x / 230.0, y / 230.0, 2, seed) * TAU * 1.6;
            (x, y) = polar(x, y, 8.0, angle);
            points.push((x, y));
        }
        let color = Ink::ramp(
            &["003049", "d62828", "f77f00", "fcbf49", "2a9d8f"],
            fractal(x / 300.0, y / 300.0, 2, seed + 5) * 1.5 - 0.25,
        );
        let width = if stroke % 9 == 0 {
            7.0
        } else {
            1.2 + c.range(0.0, 3.2)
        };
        c.stroke(smooth(&points), color.alpha(0.85), width);
    }
}

pub(super) fn marbled_paper(c: &mut Canvas) {
    let seed = c.seed;
    c.each_pixel(|x, y, _| {
        let comb = (x / 44.0).sin()
            * 16.0
            * (if (x / 22.0) as i32 % 2 == 0 {
                1.0
            } else {
                -1.0
            });
        let (u, v) = (x / 110.0, (y + comb) / 110.0);
        let (a, b) = (
            fractal(u, v, 4, seed),
            fractal(u + 5.2, v + 1.3, 4, seed + 1),
        );
        let value = fractal(u + a * 4.0, v + b * 4.0, 4, seed + 2);
        let vein = (value * 46.0).sin() * 0.5 + 0.5;
        let base = Ink::ramp(
            &["14213d", "1b6ca8", "e9ecef", "d4a373", "9b2226", "14213d"],
            value * 1.9 - 0.45,
        );
        base.mix("f8f4e3", vein.powi(9) * 0.9).levels()
    });
}

pub(super) fn low_poly_peaks(c: &mut Canvas) {
    let (w, h, seed) = (c.w, c.h, c.seed);
    let (columns, rows) = (17, 13);
    let corner = |column: i32, row: i32| {
        let (jx, jy) = (
            hash(column, row, seed) - 0.5,
            hash(row, column, seed + 1) - 0.5,
        );
        (
            (column as f32 + jx * 0.8) * w / 15.0 - 20.0,
            (row as f32 + jy * 0.8) * h / 11.0 - 20.0,
        )
    };
    for row in 0..rows {
        for column in 0..columns {
            let quad = [
                corner(column, row),
                corner(column + 1, row),
                corner(column + 1, row + 1),
                corner(column, row + 1),
            ];
            for (half, triangle) in [[quad[0], quad[1], quad[2]], [quad[0], quad[2], quad[3]]]
                .iter()
                .enumerate()
            {
                let x = (triangle[0].0 + triangle[1].0 + triangle[2].0) / 3.0;
                let y = (triangle[0].1 + triangle[1].1 + triangle[2].1) / 3.0;
                let peak = h * 0.72
                    - (1.0 - ((x / w - 0.36) * 3.0).abs()).max(0.0) * h * 0.5
                    - (1.0 - ((x / w - 0.78) * 4.5).abs()).max(0.0) * h * 0.3;
                let shade = hash(column * 2 + half as i32, row, seed + 3) * 0.35;
                let color = if y < peak {
                    Ink::ramp(&["264653", "2a9d8f", "e9c46a", "f4a261"], y / peak)
                } else if y < peak + 52.0 {
                    ink("ffffff").darker(shade * 0.5)
                } else {
                    Ink::ramp(&["7d5a8c", "3d2c5e", "1d1a39"], (y - peak) / (h * 0.6))
                };
                let lit = color
                    .darker(shade * 0.6)
                    .lighter(if half == 0 { 0.13 } else { 0.0 });
                c.poly(triangle, lit);
                c.stroke(polygon(triangle), lit, 0.9);
            }
        }
    }
}

pub(super) fn contour_map(c: &mut Canvas) {
    let (w, h, seed) = (c.w, c.h, c.seed);
    let height = |x: f32, y: f32| fractal(x / 210.0, y / 210.0, 4, seed);
    c.each_pixel(|x, y, _| {
        let here = height(x, y);
        let slope = (height(x + 1.0, y) - here)
            .hypot(height(x, y + 1.0) - here)
            .max(0.0005);
        let level = here * 34.0;
        let to_line = (level - level.round()).abs() / (slope * 34.0);
        let is_main = (level.round() as i32) % 5 == 0;
        let water = here < 0.36;
        let ground = if water {
            ink("a9d3e5")
        } else {
            Ink::ramp(
                &["cfe3b4", "eef0c0", "f3d9a4", "d9a877", "ffffff"],
                (here - 0.36) * 2.6,
            )
        };
        let light = 1.0 + (height(x - 2.0, y - 2.0) - here) * 14.0;
        let line = (1.3 - to_line * if is_main { 0.7 } else { 1.2 }).clamp(0.0, 1.0);
        let line_ink = if water { "5b9fc4" } else { "9a5b2c" };
        ground
            .mix(line_ink, line * 0.9)
            .levels()
            .map(|value| value * light)
    });
    for k in 1..8 {
        c.line(
            (w * k as f32 / 8.0, 0.0),
            (w * k as f32 / 8.0, h),
            ink("30506b").alpha(0.35),
            0.9,
        );
        c.line(
            (0.0, h * k as f32 / 8.0),
            (w, h * k as f32 / 8.0),
            ink("30506b").alpha(0.35),
            0.9,
        );
    }
    let trail: Vec<_> = (0..12)
        .map(|k| {
            (
                30.0 + k as f32 * w / 12.5,
                h * 0.6 + (k as f32 * 1.4).sin() * 90.0,
            )
        })
        .collect();
    for pair in trail.windows(2) {
        for step in 0..5 {
            let t = step as f32 / 5.0;
            let at = |t: f32| {
                (
                    pair[0].0 + (pair[1].0 - pair[0].0) * t,
                    pair[0].1 + (pair[1].1 - pair[0].1) * t,
                )
            };
            c.line(at(t), at(t + 0.11), "d1203a", 3.0);
        }
    }
    for (k, point) in trail.iter().enumerate().step_by(4) {
        c.poly(
            &[
                (point.0, point.1 - 13.0),
                (point.0 + 11.0, point.1 + 7.0),
                (point.0 - 11.0, point.1 + 7.0),
            ],
            if k == 0 { "1d3557" } else { "d1203a" },
        );
    }
}

pub(super) fn julia_set(c: &mut Canvas) {
    let (w, h) = (c.w, c.h);
    c.each_pixel(|x, y, _| {
        let (mut re, mut im) = ((x - w / 2.0) / 225.0, (y - h / 2.0) / 225.0);
        let mut steps = 0.0;
        for _ in 0..90 {
            (re, im) = (re * re - im * im - 0.79, 2.0 * re * im + 0.152);
            if re * re + im * im > 16.0 {
                break;
            }
            steps += 1.0;
        }
        if steps >= 90.0 {
            return [8.0, 6.0, 24.0];
        }
        let smooth =
            steps + 1.0 - ((re * re + im * im).ln() * 0.5 / 2.0_f32.ln()).ln() / 2.0_f32.ln();
        let at = (smooth / 46.0).sqrt();
        Ink::ramp(
            &[
                "03071e", "370617", "9d0208", "e85d04", "ffba08", "fff8e1", "48cae4",
            ],
            at,
        )
        .levels()
    });
}

//! The sky beyond the air.

use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::around;
use crate::data::demo::ink::between;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::fractal;
use crate::data::demo::noise::hash;
use crate::data::demo::noise::ridged;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::oval;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::rounded;

pub(super) fn ringed_planet(c: &mut Canvas) {
    c.backdrop(&["0b0d1f", "1d1836", "0b0d1f"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.stars(300, h);
    let (cx, cy, radius) = (w * 0.5, h * 0.5, 138.0);
    c.each_pixel(|x, y, rgb| {
        let (dx, dy) = (x - cx, y - cy);
        // Ring plane: tilted and squashed.
        let (u, v) = (dx * 0.94 + dy * 0.34, (dy * 0.94 - dx * 0.34) * 3.4);
        let reach = u.hypot(v) / radius;
        let is_front = v > 0.0;
        let band = fractal(reach * 26.0, 0.5, 3, seed);
        let is_ring = reach > 1.32 && reach < 2.2 && !(1.84..1.9).contains(&reach);
        let ring =
            is_ring.then(|| Ink::ramp(&["6b5a48", "d9c3a0", "f4e8cf", "a88d6d"], band).levels());
        let inside = dx.hypot(dy) / radius;
        let mut color = rgb;
        if let Some(ring) = ring {
            color = [0, 1, 2].map(|k: usize| color[k] * 0.15 + ring[k] * 0.85);
        }
        if inside < 1.0 && !(is_front && is_ring) {
            let swirl = fractal(u / 60.0, v / 60.0, 4, seed + 3) * 0.5;
            let stripe = (v / 3.4 / radius * 9.0 + swirl * 2.4).sin() * 0.5 + 0.5;
            let body =
                Ink::ramp(&["c98b5a", "f3d9a4", "e0a96d", "fff0d0", "b5734a"], stripe).levels();
            let depth = (1.0 - inside * inside).sqrt();
            let light = ((-dx * 0.62 - dy * 0.5) / radius + depth * 0.6).clamp(0.04, 1.0);
            color = body.map(|level| level * light);
        }
        color
    });
    c.ball(w * 0.86, h * 0.2, 17.0, "9fb4c7");
    c.ball(w * 0.12, h * 0.78, 10.0, "d8a48f");
}

pub(super) fn blue_planet(c: &mut Canvas) {
    c.backdrop(&["02030a", "050816"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.stars(240, h);
    let (cx, cy, radius) = (w * 0.42, h * 0.66, h * 0.58);
    c.glow(cx, cy, radius * 1.16, ink("3a8dff").alpha(0.8));
    c.each_pixel(|x, y, rgb| {
        let (dx, dy) = ((x - cx) / radius, (y - cy) / radius);
        let inside = dx.hypot(dy);
        if inside > 1.0 {
            return rgb;
        }
        let depth = (1.0 - inside * inside).sqrt();
        let (u, v) = (
            dx / (0.6 + depth * 0.4) * 2.3,
            dy / (0.6 + depth * 0.4) * 2.3,
        );
        let land = fractal(u + 4.0, v, 6, seed);
        let surface = if land > 0.53 {
            Ink::ramp(
                &["3f7d3a", "8a9a5b", "c2a878", "f5f5f0"],
                (land - 0.53) * 4.4,
            )
        } else {
            Ink::ramp(&["05204f", "0b4f9e", "38a3d1"], land * 1.7)
        };
        let cloud = ((fractal(
            u * 1.3 + fractal(u, v, 3, seed + 7) * 2.0,
            v * 2.6,
            5,
            seed + 5,
        ) - 0.5)
            * 4.0)
            .clamp(0.0, 0.92);
        let light = (dx * 0.5 - dy * 0.62 + depth * 0.5).clamp(0.02, 1.0);
        let lit = surface
            .mix("ffffff", cloud)
            .levels()
            .map(|level| level * light);
        let haze = (inside.powi(6) * 0.7 * light).min(1.0);
        [(lit[0], 90.0), (lit[1], 170.0), (lit[2], 255.0)]
            .map(|(level, tint)| level + (tint - level) * haze)
    });
    c.placed((w * 0.82, h * 0.26), 0.9, -0.4, |c| {
        for side in [-1.0, 1.0] {
            c.rect(side * 62.0 - 38.0, -17.0, 76.0, 34.0, "1c3f94");
            for k in 0..7 {
                c.line(
                    (side * 62.0 - 38.0 + k as f32 * 12.6, -17.0),
                    (side * 62.0 - 38.0 + k as f32 * 12.6, 17.0),
                    "8fb8ff",
                    1.0,
                );
            }
        }
        c.fill(
            rounded(-22.0, -25.0, 44.0, 50.0, 8.0),
            between((-22.0, 0.0), (22.0, 0.0), &[ink("fff2cf"), ink("c9963f")]),
        );
        c.circle(0.0, -38.0, 15.0, "e9ecef");
    });
}

pub(super) fn spiral_galaxy(c: &mut Canvas) {
    c.backdrop(&["04040d", "0a0818"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.each_pixel(|x, y, rgb| {
        let (dx, dy) = ((x - w / 2.0) / 1.0, (y - h / 2.0) * 1.55);
        let (u, v) = (dx * 0.92 - dy * 0.4, dx * 0.4 + dy * 0.92);
        let reach = u.hypot(v) / 330.0;
        let angle = v.atan2(u);
        let arm = ((angle * 2.0 - (reach + 0.02).ln() * 5.2).cos() * 0.5 + 0.5).powf(1.7);
        let dust = fractal(u / 26.0, v / 26.0, 5, seed);
        let fade = (1.0 - reach).max(0.0).powf(1.1);
        let core = (-reach * 7.5).exp();
        let glow = arm * fade * (0.25 + dust * 1.3);
        let tint = Ink::ramp(&["fff0c9", "c7a0ff", "5aa0ff", "274b9f"], reach * 1.2).levels();
        let knots = if ridged(u / 15.0, v / 15.0, 3, seed + 8) > 0.9 {
            arm * fade * 90.0
        } else {
            0.0
        };
        [0, 1, 2].map(|k: usize| {
            rgb[k]
                + tint[k] * glow * 1.1
                + [255.0, 228.0, 175.0][k] * core * 1.3
                + [255.0, 70.0, 130.0][k] / 255.0 * knots
        })
    });
    c.stars(420, h);
    for _ in 0..16 {
        let (x, y) = c.anywhere();
        let size = c.range(5.0, 15.0);
        c.glow(x, y, size, "bcd4ff");
        c.line((x - size, y), (x + size, y), ink("ffffff").alpha(0.6), 0.8);
        c.line((x, y - size), (x, y + size), ink("ffffff").alpha(0.6), 0.8);
    }
}

pub(super) fn eclipse(c: &mut Canvas) {
    c.backdrop(&["060713", "0d1026", "2b1b3d"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.stars(90, h);
    let (cx, cy, radius) = (w * 0.5, h * 0.44, 98.0);
    c.each_pixel(|x, y, rgb| {
        let (dx, dy) = (x - cx, y - cy);
        let reach = dx.hypot(dy) / radius;
        if reach < 1.0 {
            return [6.0, 6.0, 10.0];
        }
        let angle = dy.atan2(dx);
        let rays = fractal(angle.cos() * 4.0 + 9.0, angle.sin() * 4.0, 4, seed);
        let fine = fractal(
            angle.cos() * 19.0,
            angle.sin() * 19.0 + reach * 0.6,
            3,
            seed + 2,
        );
        let corona = (-(reach - 1.0) * (3.6 - rays * 3.4)).exp() * (0.45 + fine * 0.9);
        [0, 1, 2].map(|k: usize| rgb[k] + [255.0, 236.0, 208.0][k] * corona)
    });
    c.glow(cx + radius * 0.72, cy - radius * 0.7, 66.0, "ffffff");
    c.circle(cx + radius * 0.71, cy - radius * 0.7, 8.0, "ffffff");
    c.ridge(h * 0.88, 60.0, 6.0, "090611");
    for x in [120.0, 150.0, 500.0] {
        c.circle(x, h * 0.83, 6.0, "050308");
        c.fill(
            blob(&[
                (x - 9.0, h * 0.9),
                (x - 7.0, h * 0.845),
                (x + 7.0, h * 0.845),
                (x + 9.0, h * 0.9),
            ]),
            "050308",
        );
    }
}

pub(super) fn rocket_launch(c: &mut Canvas) {
    c.backdrop(&["0f1f4b", "3f5fa8", "f0a27a", "ffd9a8"]);
    let (w, h) = (c.w, c.h);
    c.stars(70, h * 0.35);
    for step in 0..60 {
        let t = step as f32 / 59.0;
        let spread = 14.0 + t * 90.0;
        let (x, y) = (w * 0.52 + c.range(-spread, spread), h * 0.56 + t * h * 0.36);
        let size = 15.0 + t * 42.0;
        let color = Ink::ramp(&["fff3c9", "ffd0a0", "f1e4dc", "b9a9b5"], t);
        c.circle(
            x,
            y,
            size,
            around(
                x - size * 0.3,
                y - size * 0.3,
                size * 1.3,
                &[color.lighter(0.3), color, color.darker(0.25)],
            ),
        );
    }
    c.rect(0.0, h * 0.93, w, h * 0.1, "2b2d42");
    for k in 0..9 {
        let y = h * 0.93 - k as f32 * 44.0;
        c.line((w * 0.76, y), (w * 0.83, y), "8d2b2b", 4.0);
        c.line((w * 0.76, y), (w * 0.83, y - 44.0), "8d2b2b", 2.2);
        c.line((w * 0.83, y), (w * 0.76, y - 44.0), "8d2b2b", 2.2);
    }
    for x in [0.76, 0.83] {
        c.line((w * x, h * 0.93), (w * x, h * 0.93 - 396.0), "8d2b2b", 5.0);
    }
    c.placed((w * 0.52, h * 0.3), 1.25, 0.0, |c| {
        c.glow(0.0, 130.0, 130.0, "ffb347");
        c.fill(
            blob(&[
                (-20.0, 84.0),
                (20.0, 84.0),
                (28.0, 130.0),
                (0.0, 224.0),
                (-28.0, 130.0),
            ]),
            down(
                84.0,
                224.0,
                &[ink("ffffff"), ink("ffd60a"), ink("ff5400").alpha(0.2)],
            ),
        );
        c.poly(&[(-30.0, 84.0), (-58.0, 112.0), (-30.0, 34.0)], "c1121f");
        c.poly(&[(30.0, 84.0), (58.0, 112.0), (30.0, 34.0)], "9d0d18");
        c.fill(
            blob(&[
                (0.0, -118.0),
                (30.0, -46.0),
                (32.0, 40.0),
                (26.0, 86.0),
                (-26.0, 86.0),
                (-32.0, 40.0),
                (-30.0, -46.0),
            ]),
            between(
                (-32.0, 0.0),
                (32.0, 0.0),
                &[ink("ffffff"), ink("edf2f4"), ink("8d99ae")],
            ),
        );
        c.fill(
            blob(&[(0.0, -118.0), (21.0, -68.0), (0.0, -60.0), (-21.0, -68.0)]),
            "c1121f",
        );
        for (y, r) in [(-24.0, 14.0), (22.0, 10.0)] {
            c.circle(0.0, y, r + 4.0, "8d99ae");
            c.circle(
                0.0,
                y,
                r,
                around(-4.0, y - 4.0, r, &[ink("bde0fe"), ink("1d3557")]),
            );
        }
        c.rect(-31.0, 56.0, 62.0, 7.0, "c1121f");
    });
}

pub(super) fn moon_walk(c: &mut Canvas) {
    c.backdrop(&["000000", "05060d"]);
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.stars(170, h * 0.6);
    c.ball(w * 0.22, h * 0.22, 46.0, "3a7bd5");
    c.oval(w * 0.23, h * 0.2, 19.0, 9.0, ink("ffffff").alpha(0.6));
    let ground = h * 0.58;
    c.ridge(ground, 60.0, 4.0, "6f7278");
    c.rect(
        0.0,
        ground + 14.0,
        w,
        h,
        down(ground, h, &[ink("8d9096"), ink("c9cbd0")]),
    );
    c.each_pixel(|x, y, rgb| {
        if y < ground + 14.0 {
            return rgb;
        }
        let scale = 1.0 + (y - ground) / 60.0;
        let dust = (fractal(x / 8.0 / scale.sqrt(), y / 3.0, 4, seed) - 0.5) * 46.0
            + (hash(x as i32, y as i32, 8) - 0.5) * 22.0;
        rgb.map(|level| level + dust)
    });
    for _ in 0..34 {
        let y = c.range(ground + 22.0, h);
        let size = (y - ground) * c.range(0.08, 0.34);
        let x = c.range(0.0, w);
        c.oval(x, y, size, size * 0.33, ink("4a4c52").alpha(0.75));
        c.oval(
            x + size * 0.1,
            y + size * 0.07,
            size * 0.86,
            size * 0.25,
            ink("9a9da3").alpha(0.8),
        );
        c.stroke(oval(x, y, size, size * 0.33), ink("eef0f3").alpha(0.5), 1.4);
    }
    for step in 0..12 {
        let t = step as f32 / 11.0;
        c.oval(
            w * 0.9 - t * w * 0.24,
            h * 0.99 - t * 90.0 + (step % 2) as f32 * 7.0,
            9.0 - t * 4.0,
            4.0 - t * 1.6,
            ink("3a3c42").alpha(0.8),
        );
    }
    c.placed((w * 0.62, h * 0.78), 1.2, 0.0, |c| {
        c.shadow(46.0, 44.0, 74.0, 9.0);
        astronaut(c);
    });
    c.placed((w * 0.36, h * 0.78), 1.0, 0.0, |c| {
        c.line((0.0, 40.0), (0.0, -104.0), "e9ecef", 3.0);
        c.rect(0.0, -104.0, 76.0, 46.0, "ff6b35");
        for k in 0..3 {
            c.circle(20.0 + k as f32 * 19.0, -81.0, 6.5, "fff8f0");
        }
    });
}

fn astronaut(c: &mut Canvas) {
    let suit = ink("f1f3f5");
    c.fill(rounded(-34.0, -62.0, 68.0, 66.0, 10.0), suit.darker(0.3));
    for x in [-22.0, 4.0] {
        c.fill(rounded(x, -8.0, 19.0, 52.0, 8.0), suit.darker(0.08));
        c.fill(rounded(x - 2.0, 34.0, 25.0, 12.0, 5.0), "adb5bd");
    }
    c.fill(
        rounded(-27.0, -58.0, 54.0, 62.0, 16.0),
        between((-27.0, 0.0), (27.0, 0.0), &[suit, suit.darker(0.25)]),
    );
    c.line((-27.0, -44.0), (-54.0, -20.0), suit, 15.0);
    c.line((27.0, -44.0), (56.0, -68.0), suit.darker(0.1), 15.0);
    c.circle(0.0, -82.0, 32.0, suit);
    c.oval(
        3.0,
        -82.0,
        23.0,
        19.0,
        around(
            -4.0,
            -88.0,
            32.0,
            &[ink("ffe7a0"), ink("c77d1e"), ink("2b1a08")],
        ),
    );
    c.rect(-13.0, -34.0, 26.0, 17.0, "ced4da");
    for (k, hex) in ["e63946", "2a9d8f", "ffb703"].into_iter().enumerate() {
        c.circle(-7.0 + k as f32 * 7.0, -25.0, 2.6, hex);
    }
    for k in 0..3 {
        let tip = polar(-20.0, -100.0, 12.0, k as f32 / 3.0 * TAU);
        c.line((-20.0, -100.0), tip, ink("ffffff").alpha(0.4), 1.0);
    }
}

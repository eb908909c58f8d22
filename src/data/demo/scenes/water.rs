//! Seas, lakes and their shores.

use std::f32::consts::PI;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::around;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::fractal;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::smooth;

pub(super) fn northern_lights(c: &mut Canvas) {
    c.backdrop(&["040a1e", "0a2036", "12404a"]);
    let (w, h) = (c.w, c.h);
    let horizon = h * 0.66;
    c.stars(260, horizon);
    let seed = c.seed;
    c.each_pixel(|x, y, rgb| {
        let mut light = [0.0; 3];
        for (curtain, tint) in [[70.0, 255.0, 150.0], [120.0, 120.0, 255.0]]
            .iter()
            .enumerate()
        {
            let shift = curtain as f32 * 7.3;
            let path = (fractal(x / 190.0 + shift, shift, 3, seed) - 0.5) * 260.0;
            let foot = 250.0 + path - curtain as f32 * 60.0;
            let above = foot - y;
            if above > -12.0 {
                let fade = (-above.max(0.0) / 110.0).exp() * ((above + 12.0) / 24.0).min(1.0);
                let rays = fractal(x / 9.0 + path * 0.05, shift, 2, seed + 9);
                for (sum, tint) in light.iter_mut().zip(tint) {
                    *sum += tint * fade * (0.25 + rays * 0.75);
                }
            }
        }
        [0, 1, 2].map(|k: usize| rgb[k] + light[k] * 0.75)
    });
    c.ridge(horizon, 70.0, 7.0, "0a1a26");
    for step in 0..60 {
        let x = step as f32 / 59.0 * w + c.range(-6.0, 6.0);
        let height = c.range(18.0, 60.0);
        c.pine(x, horizon + 2.0, height, ink("061016"));
    }
    c.reflect(horizon, ink("04121c"), 0.35);
}

pub(super) fn sailing_sunset(c: &mut Canvas) {
    c.backdrop(&["3b1c4a", "b03a5b", "f98a4b", "ffd97a"]);
    let (w, h) = (c.w, c.h);
    let horizon = h * 0.58;
    for _ in 0..9 {
        let (x, y) = (c.range(0.0, w), c.range(30.0, horizon - 90.0));
        let size = c.range(60.0, 150.0);
        c.placed((x, y), 1.0, 0.0, |c| {
            for k in 0..6 {
                let spread = size * (1.0 - k as f32 * 0.14);
                let color = Ink::ramp(&["5b2a5e", "ffb38a"], k as f32 / 5.0).alpha(0.4);
                c.oval(c.seed as f32 % 7.0, k as f32 * 3.0, spread, 5.0, color);
            }
        });
    }
    c.glow(w * 0.5, horizon, 230.0, "ffb066");
    c.circle(
        w * 0.5,
        horizon - 12.0,
        58.0,
        down(horizon - 70.0, horizon, &[ink("fff1b8"), ink("ff9a4a")]),
    );
    c.reflect(horizon, ink("5a1f47"), 0.4);
    for _ in 0..420 {
        let y = c.range(horizon + 3.0, h);
        let depth = (y - horizon) / (h - horizon);
        let x = w * 0.5 + c.range(-1.0, 1.0) * (30.0 + depth * 150.0);
        let long = 4.0 + depth * 26.0;
        c.line(
            (x - long, y),
            (x + long, y),
            ink("ffe3a1").alpha(0.5),
            1.0 + depth * 1.6,
        );
    }
    c.placed((w * 0.27, horizon + 40.0), 1.5, 0.0, sailboat);
    c.placed((w * 0.8, horizon + 8.0), 0.55, 0.0, sailboat);
}

fn sailboat(c: &mut Canvas) {
    c.poly(
        &[(-46.0, 0.0), (48.0, 0.0), (34.0, 16.0), (-34.0, 16.0)],
        "24102e",
    );
    c.line((0.0, 0.0), (0.0, -112.0), "24102e", 2.6);
    c.poly(&[(4.0, -108.0), (4.0, -8.0), (52.0, -8.0)], "fff0d8");
    c.poly(&[(-4.0, -98.0), (-4.0, -8.0), (-36.0, -8.0)], "f0c4a0");
    for y in [-30.0, -52.0, -74.0] {
        c.line(
            (5.0, y),
            (44.0 + y * 0.35, y),
            ink("b07a6a").alpha(0.6),
            1.0,
        );
    }
    c.poly(&[(0.0, -112.0), (-18.0, -106.0), (0.0, -101.0)], "d5273e");
}

pub(super) fn palm_beach(c: &mut Canvas) {
    c.backdrop(&["0d8ecf", "6fd0e8", "d5f5f2"]);
    let (w, h) = (c.w, c.h);
    c.cloud(w * 0.25, 130.0, 110.0, ink("ffffff"), ink("bfe3ef"));
    c.cloud(w * 0.6, 90.0, 70.0, ink("ffffff"), ink("bfe3ef"));
    let horizon = h * 0.44;
    c.rect(
        0.0,
        horizon,
        w,
        h,
        down(
            horizon,
            h * 0.8,
            &[ink("0b6fa4"), ink("1fb5b5"), ink("9df0d8")],
        ),
    );
    c.ridge(horizon + 2.0, 22.0, 3.0, "3f7f6a");
    c.rect(0.0, horizon, w, 8.0, "0b6fa4");
    for _ in 0..260 {
        let y = horizon + 6.0 + (c.range(0.0, 1.0)).powf(1.6) * (h * 0.34);
        let x = c.range(0.0, w);
        c.line(
            (x, y),
            (x + c.seed as f32 % 5.0 + 14.0, y),
            ink("e8fff8").alpha(0.35),
            1.2,
        );
    }
    let shore: Vec<_> = (0..=8)
        .map(|i| (i as f32 * w / 8.0, h * 0.78 + (i as f32 * 1.3).sin() * 16.0))
        .chain([(w, h + 40.0), (0.0, h + 40.0)])
        .collect();
    c.stroke(blob(&shore), ink("ffffff").alpha(0.8), 9.0);
    c.fill(
        blob(&shore),
        down(h * 0.74, h, &[ink("f2d9a2"), ink("fbeccb")]),
    );
    for _ in 0..1200 {
        let (x, y) = (c.range(0.0, w), c.range(h * 0.82, h));
        c.circle(x, y, 0.8, ink("a8834a").alpha(0.5));
    }
    for (x, y, lean, size) in [(500.0, 440.0, -70.0, 1.0), (560.0, 460.0, 36.0, 0.8)] {
        c.placed((x, y), size, 0.0, |c| palm(c, lean));
    }
    c.placed((150.0, 430.0), 1.0, -0.25, |c| {
        for k in 0..8 {
            let (from, to) = (k as f32 / 8.0 * PI + PI, (k as f32 + 1.0) / 8.0 * PI + PI);
            let color = if k % 2 == 0 { "e63946" } else { "fff6e8" };
            let (a, b) = (polar(0.0, 0.0, 78.0, from), polar(0.0, 0.0, 78.0, to));
            c.poly(&[(0.0, -4.0), (a.0, a.1 * 0.62), (b.0, b.1 * 0.62)], color);
        }
        c.line((0.0, -46.0), (0.0, 56.0), "8a6b4a", 3.0);
    });
}

fn palm(c: &mut Canvas, lean: f32) {
    let trunk = [
        (0.0, 0.0),
        (lean * 0.2, -90.0),
        (lean * 0.6, -170.0),
        (lean, -236.0),
    ];
    c.stroke(smooth(&trunk), "6b4a2b", 15.0);
    c.stroke(smooth(&trunk), "8f6a42", 8.0);
    for frond in 0..11 {
        let angle = frond as f32 / 10.0 * PI * 1.25 - PI * 1.12;
        let (mid, tip) = (
            polar(lean, -240.0, 62.0, angle),
            polar(lean, -212.0, 122.0, angle),
        );
        let droop = (tip.0, tip.1 + 34.0);
        for k in 0..14 {
            let t = k as f32 / 13.0;
            let x = lean + (mid.0 - lean) * 2.0 * t * (1.0 - t) + (droop.0 - lean) * t * t;
            let y = -240.0 + (mid.1 + 240.0) * 2.0 * t * (1.0 - t) + (droop.1 + 240.0) * t * t;
            let color = ink("1f7a3d").mix("7bc043", t);
            c.fill(
                petal(x, y, 36.0 - t * 14.0, 7.0, angle + 1.0),
                color.darker(0.25),
            );
            c.fill(petal(x, y, 36.0 - t * 14.0, 7.0, angle - 0.7), color);
        }
    }
    for (x, y) in [(-9.0, 2.0), (7.0, 6.0), (0.0, 12.0)] {
        c.ball(lean + x, -236.0 + y, 9.0, "7a4a22");
    }
}

pub(super) fn moonlit_reeds(c: &mut Canvas) {
    c.backdrop(&["081229", "16305a", "3f6590"]);
    let (w, h) = (c.w, c.h);
    let horizon = h * 0.6;
    c.stars(150, h * 0.5);
    c.glow(w * 0.42, h * 0.22, 150.0, "b9cdf2");
    c.circle(
        w * 0.42,
        h * 0.22,
        62.0,
        around(w * 0.4, h * 0.2, 66.0, &[ink("fffef2"), ink("e4e2cf")]),
    );
    for (dx, dy, r) in [
        (-20.0, -12.0, 13.0),
        (14.0, 8.0, 18.0),
        (-8.0, 26.0, 9.0),
        (26.0, -22.0, 8.0),
    ] {
        c.circle(w * 0.42 + dx, h * 0.22 + dy, r, ink("b9b79f").alpha(0.45));
    }
    c.ridge(horizon, 70.0, 4.0, "10233f");
    c.ridge(horizon + 4.0, 30.0, 9.0, "0a182c");
    c.reflect(horizon, ink("0b1c36"), 0.25);
    for _ in 0..90 {
        let x = if c.chance(0.7) {
            c.range(0.0, w * 0.3)
        } else {
            c.range(w * 0.75, w)
        };
        let tall = c.range(90.0, 240.0);
        let lean = c.range(-26.0, 40.0);
        let stem = [
            (x, h + 5.0),
            (x + lean * 0.2, h - tall * 0.5),
            (x + lean, h - tall),
        ];
        c.stroke(smooth(&stem), "050d18", 2.4);
        if c.chance(0.45) {
            c.line(
                (x + lean, h - tall),
                (x + lean * 1.1, h - tall - 26.0),
                "23160f",
                8.0,
            );
        }
    }
    c.placed((w * 0.62, h * 0.72), 1.0, 0.0, |c| {
        c.fill(
            blob(&[
                (-40.0, 0.0),
                (-14.0, -16.0),
                (26.0, -12.0),
                (46.0, -22.0),
                (34.0, 8.0),
                (-10.0, 14.0),
            ]),
            "f3f6fb",
        );
        c.stroke(
            smooth(&[
                (-32.0, -4.0),
                (-52.0, -32.0),
                (-34.0, -58.0),
                (-50.0, -64.0),
            ]),
            "f3f6fb",
            9.0,
        );
        c.poly(&[(-52.0, -68.0), (-66.0, -58.0), (-50.0, -59.0)], "f08a24");
    });
}

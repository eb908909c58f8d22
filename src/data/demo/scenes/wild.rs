//! Mountains, deserts and ice.

use std::f32::consts::PI;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::noise::fractal;
use crate::data::demo::noise::ridged;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::polar;
use crate::data::demo::outline::smooth;

pub(super) fn alpine_dawn(c: &mut Canvas) {
    c.backdrop(&["29335c", "7b5e8b", "f2a07b", "fbe3b5"]);
    let (w, h) = (c.w, c.h);
    c.glow(w * 0.68, h * 0.46, 190.0, "ffd9a0");
    c.circle(w * 0.68, h * 0.46, 34.0, "fff4d6");
    let layers = [
        (0.52, 120.0, "a58bb0"),
        (0.62, 150.0, "75668f"),
        (0.74, 130.0, "48486f"),
        (0.86, 110.0, "262b4a"),
    ];
    for (idx, (base, height, color)) in layers.into_iter().enumerate() {
        let base = h * base;
        let inks = [ink(color), ink(color).lighter(0.35)];
        let fill = down(base - height * 0.6, base + 90.0, &inks);
        c.ridge(base, height, 4.0 + idx as f32 * 2.0, fill);
        let mist = [ink("ffe9d2").alpha(0.0), ink("ffe9d2").alpha(0.28)];
        c.rect(0.0, base, w, 80.0, down(base, base + 80.0, &mist));
    }
    for step in 0..46 {
        let x = step as f32 / 45.0 * w + c.range(-9.0, 9.0);
        let height = c.range(50.0, 130.0) * (0.5 + (x / w - 0.45).abs() * 1.3);
        c.pine(x, h + 6.0, height, ink("10152b"));
    }
}

pub(super) fn desert_dunes(c: &mut Canvas) {
    c.backdrop(&["2e86ab", "8cc7d6", "f8e2b6"]);
    let (w, h) = (c.w, c.h);
    c.glow(w * 0.22, h * 0.2, 140.0, "fff3c4");
    c.circle(w * 0.22, h * 0.2, 42.0, "fffbe6");
    for (step, base) in [0.5, 0.6, 0.74, 0.92].into_iter().enumerate() {
        let base = h * base;
        let tilt = step as f32 * 1.7;
        let crest = |x: f32| base - (x / w * 3.4 + tilt).sin() * 34.0 - x / w * 18.0;
        let mut lit: Vec<_> = (0..=40)
            .map(|i| (i as f32 * w / 40.0, crest(i as f32 * w / 40.0)))
            .collect();
        lit.extend([(w, h), (0.0, h)]);
        let warm = [ink("f6c177"), ink("d98c4a").darker(step as f32 * 0.06)];
        c.poly(&lit, down(base - 40.0, base + 120.0, &warm));
        for row in 0..26 {
            let drop = 8.0 + row as f32 * 7.0;
            let line: Vec<_> = (0..=30)
                .map(|i| {
                    let x = i as f32 * w / 30.0;
                    (x, crest(x) + drop + (x * 0.045 + row as f32).sin() * 3.0)
                })
                .collect();
            c.stroke(smooth(&line), ink("8a4b22").alpha(0.16), 1.6);
        }
    }
    for (x, y, size) in [(470.0, 400.0, 1.0), (540.0, 360.0, 0.6), (90.0, 430.0, 1.3)] {
        c.shadow(x + 30.0 * size, y, 60.0 * size, 8.0 * size);
        c.placed((x, y), size, 0.0, cactus);
    }
}

fn cactus(c: &mut Canvas) {
    let green = ink("2f6b46");
    for (from, bend, to) in [
        ((0.0, -35.0), (-26.0, -36.0), (-27.0, -66.0)),
        ((0.0, -22.0), (22.0, -22.0), (23.0, -58.0)),
    ] {
        c.stroke(smooth(&[from, bend, to]), green.darker(0.15), 11.0);
    }
    c.line((0.0, 0.0), (0.0, -92.0), green, 17.0);
    for x in [-5.0, 0.0, 5.0] {
        c.line((x, 0.0), (x, -92.0), green.lighter(0.25), 1.2);
    }
}

pub(super) fn red_canyon(c: &mut Canvas) {
    c.backdrop(&["5fa8d3", "bfe1ee", "ffe8c7"]);
    let (w, h) = (c.w, c.h);
    let seed = c.seed;
    c.each_pixel(|x, y, rgb| {
        let t = y / h;
        let width = 40.0 + t * t * 240.0 + (fractal(y / 40.0, 1.0, 4, seed) - 0.5) * 60.0;
        let middle = w * 0.5 + (t * 5.0).sin() * 60.0;
        let side = (x - middle).abs() - width;
        let crown = h * 0.2 + (fractal(x / 70.0, 5.0, 4, seed) - 0.4) * 90.0;
        let is_floor = side < 0.0 && y > h * 0.42;
        if is_floor {
            let sand = fractal(x / 60.0, y / 14.0, 4, seed + 6);
            return Ink::ramp(&["c98a55", "e8c08a", "8fa05a", "d9a066"], sand).levels();
        }
        if side < 0.0 || y < crown {
            return rgb;
        }
        let layer = fractal(
            x / 160.0,
            y / 9.0 + fractal(x / 50.0, y / 50.0, 3, seed) * 2.0,
            3,
            seed,
        );
        let rock = Ink::ramp(&["5e2418", "a8432a", "d9703f", "f0a868", "8c3523"], layer).levels();
        let light = 0.55
            + (1.0 - (side / 200.0).min(1.0)) * 0.25
            + ridged(x / 18.0, y / 60.0, 3, seed) * 0.25;
        rock.map(|level| level * light)
    });
    let river: Vec<_> = (0..=20)
        .map(|i| {
            let t = 0.45 + i as f32 / 20.0 * 0.57;
            (w * 0.5 + (t * 5.0).sin() * 60.0, h * t)
        })
        .collect();
    for pair in river.windows(2) {
        let depth = (pair[0].1 / h - 0.4) * 130.0;
        c.line(pair[0], pair[1], "1f8a8a", depth);
    }
    for pair in river.windows(2) {
        let depth = (pair[0].1 / h - 0.4) * 80.0;
        c.line(pair[0], pair[1], ink("7fe0cf").alpha(0.55), depth * 0.5);
    }
    for (x, y) in [(210.0, 70.0), (250.0, 92.0), (300.0, 60.0), (420.0, 84.0)] {
        c.stroke(
            smooth(&[
                (x - 12.0, y - 5.0),
                (x - 4.0, y - 6.0),
                (x, y),
                (x + 4.0, y - 6.0),
                (x + 12.0, y - 4.0),
            ]),
            "2b1a18",
            2.2,
        );
    }
}

pub(super) fn volcano(c: &mut Canvas) {
    c.backdrop(&["0b0a14", "2b1020", "6b1d1d", "b5391a"]);
    let (w, h) = (c.w, c.h);
    let seed = c.seed;
    c.each_pixel(|x, y, rgb| {
        let up = (200.0 - y).max(0.0) / 200.0;
        let near = (1.0 - ((x - 320.0 - up * 70.0) / (60.0 + up * 210.0)).abs()).max(0.0);
        let smoke = fractal(x / 46.0, y / 46.0 + 3.0, 5, seed) * near * 2.0;
        let glow = (y / 210.0).clamp(0.0, 1.0);
        let smoke_rgb = [70.0 + 150.0 * glow, 52.0 + 50.0 * glow, 60.0];
        let share = (smoke - 0.35).clamp(0.0, 0.85);
        [0, 1, 2].map(|k: usize| rgb[k] + (smoke_rgb[k] - rgb[k]) * share)
    });
    c.glow(w * 0.5, 190.0, 170.0, "ff5a1f");
    for _ in 0..170 {
        let angle = c.range(-PI * 0.85, -PI * 0.15);
        let reach = c.range(20.0, 180.0);
        let (x, y) = polar(w * 0.5, 196.0, reach, angle);
        let size = c.range(0.8, 3.2);
        let color = c.pick(&["ffd166", "ff7b00", "ffef9f"]);
        c.line(
            (x, y),
            (x - angle.cos() * 9.0, y - angle.sin() * 9.0),
            color,
            size,
        );
    }
    let cone = [
        (w * 0.44, 200.0),
        (w * 0.56, 200.0),
        (w * 0.7, 320.0),
        (w * 0.98, h),
        (w * 0.02, h),
        (w * 0.3, 320.0),
    ];
    c.poly(
        &cone,
        down(200.0, h, &[ink("3a1a1c"), ink("1a1118"), ink("0a0810")]),
    );
    for stream in 0..7 {
        let mut x = w * 0.5 + (stream as f32 - 3.0) * 10.0;
        let mut points = vec![(x, 200.0)];
        for step in 1..12 {
            x += (stream as f32 - 3.0) * 6.0 + c.range(-14.0, 14.0);
            points.push((x, 200.0 + step as f32 * 24.0));
        }
        c.stroke(smooth(&points), ink("ff3b0a").alpha(0.5), 13.0);
        c.stroke(smooth(&points), "ff8a1f", 6.0);
        c.stroke(smooth(&points), "ffe08a", 2.2);
    }
    c.shading(|c| c.weather((9.0, 9.0), 22.0));
}

pub(super) fn iceberg(c: &mut Canvas) {
    let (w, h) = (c.w, c.h);
    let sea = h * 0.36;
    c.backdrop(&["9ad1e8", "dff3fa", "f5fbff"]);
    c.rect(
        0.0,
        sea,
        w,
        h,
        down(sea, h, &[ink("1b8fb8"), ink("0b4f7d"), ink("04182f")]),
    );
    let seed = c.seed;
    let below = [
        (150.0, sea),
        (110.0, 260.0),
        (170.0, 380.0),
        (250.0, 520.0),
        (300.0, 600.0),
        (370.0, 500.0),
        (420.0, 350.0),
        (390.0, 240.0),
        (350.0, sea),
    ];
    c.poly(
        &below,
        down(
            sea,
            h * 0.95,
            &[ink("bff0f5"), ink("4fb4d0"), ink("0d4a78")],
        ),
    );
    let above = [
        (150.0, sea),
        (190.0, 160.0),
        (220.0, 170.0),
        (262.0, 70.0),
        (296.0, 130.0),
        (318.0, 110.0),
        (352.0, sea),
    ];
    c.poly(&above, down(60.0, sea, &[ink("ffffff"), ink("d8f0f8")]));
    c.poly(
        &[
            (262.0, 70.0),
            (296.0, 130.0),
            (318.0, 110.0),
            (352.0, sea),
            (286.0, sea),
        ],
        ink("9cc9dd").alpha(0.7),
    );
    for facet in [
        [(110.0, 260.0), (240.0, 300.0), (170.0, 380.0)],
        [(240.0, 300.0), (390.0, 240.0), (420.0, 350.0)],
        [(240.0, 300.0), (300.0, 600.0), (250.0, 520.0)],
        [(240.0, 300.0), (420.0, 350.0), (330.0, 470.0)],
    ] {
        c.poly(&facet, ink("052f55").alpha(0.22));
    }
    c.each_pixel(|x, y, rgb| {
        let light = if y > sea {
            let beam = fractal(x / 30.0 - y / 70.0, 2.0, 3, seed) * (1.0 - y / h);
            (ridged(x / 22.0, y / 14.0, 3, seed) - 0.6) * 22.0 + (beam - 0.2) * 60.0
        } else {
            (fractal(x / 8.0, y / 8.0, 3, seed) - 0.5) * 10.0
        };
        rgb.map(|level| level + light)
    });
    c.line((0.0, sea), (w, sea), ink("ffffff").alpha(0.8), 3.0);
    for _ in 0..60 {
        let (x, y) = (c.range(0.0, w), c.range(h * 0.55, h));
        c.ring(x, y, 2.6, ink("bfeaf5").alpha(0.4), 1.0);
    }
    for step in 0..9 {
        let (x, y) = (
            430.0 + (step % 3) as f32 * 18.0 - (step / 3) as f32 * 9.0,
            470.0 + (step / 3) as f32 * 16.0,
        );
        c.fill(petal(x, y, 15.0, 7.0, 0.1), "e8fbff");
    }
}

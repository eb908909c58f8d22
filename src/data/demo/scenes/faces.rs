//! Faces: animals, a robot and a person.

use std::f32::consts::PI;
use std::f32::consts::TAU;

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::around;
use crate::data::demo::ink::between;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::sector;
use crate::data::demo::outline::smooth;
use crate::data::demo::outline::star;

pub(super) fn ginger_cat(c: &mut Canvas) {
    c.backdrop(&["2a9d8f", "1b6e6a"]);
    let (w, h) = (c.w, c.h);
    for row in 0..9 {
        for column in 0..9 {
            let (x, y) = (
                column as f32 * 76.0 + (row % 2) as f32 * 38.0,
                row as f32 * 76.0,
            );
            c.fill(star(x, y, 13.0, 5.0, 4, 0.0), ink("f4f1de").alpha(0.3));
        }
    }
    let (x, y) = (w * 0.5, h * 0.53);
    c.fill(
        blob(&[
            (x - 190.0, h + 30.0),
            (x - 150.0, h * 0.78),
            (x, h * 0.68),
            (x + 150.0, h * 0.78),
            (x + 190.0, h + 30.0),
        ]),
        "d9772b",
    );
    fur(
        c,
        (x, h),
        (150.0, 120.0),
        &["f3a65a", "b3541e", "ffd9a8"],
        900,
    );
    for side in [-1.0, 1.0] {
        c.poly(
            &[
                (x + side * 50.0, y - 104.0),
                (x + side * 158.0, y - 196.0),
                (x + side * 152.0, y - 36.0),
            ],
            "d9772b",
        );
        c.poly(
            &[
                (x + side * 80.0, y - 104.0),
                (x + side * 142.0, y - 162.0),
                (x + side * 138.0, y - 60.0),
            ],
            "f3b8a0",
        );
    }
    c.oval(
        x,
        y,
        168.0,
        142.0,
        around(
            x,
            y - 30.0,
            190.0,
            &[ink("f6a95b"), ink("e5883a"), ink("c2651f")],
        ),
    );
    fur(
        c,
        (x, y),
        (150.0, 126.0),
        &["f9bf7c", "c2651f", "ffdfb5"],
        1500,
    );
    for k in 0..3 {
        let dx = (k as f32 - 1.0) * 36.0;
        c.fill(
            petal(x + dx, y - 62.0, 66.0, 19.0, -PI / 2.0 + dx * 0.006),
            "a84f17",
        );
    }
    for side in [-1.0, 1.0] {
        for k in 0..3 {
            let (px, py) = (x + side * 156.0, y - 6.0 + k as f32 * 28.0);
            c.fill(
                petal(px, py, 58.0, 15.0, if side > 0.0 { PI } else { 0.0 }),
                "a84f17",
            );
        }
        eye(c, x + side * 66.0, y - 12.0, 35.0, "8ac926");
        c.oval(x + side * 66.0, y - 12.0, 8.0, 30.0, "0a0808");
        c.oval(x + side * 36.0, y + 66.0, 46.0, 36.0, "fff3e0");
    }
    c.poly(
        &[(x - 19.0, y + 36.0), (x + 19.0, y + 36.0), (x, y + 58.0)],
        "d1495b",
    );
    c.stroke(
        smooth(&[
            (x - 36.0, y + 76.0),
            (x - 16.0, y + 84.0),
            (x, y + 60.0),
            (x + 16.0, y + 84.0),
            (x + 36.0, y + 76.0),
        ]),
        "5b2a1a",
        3.6,
    );
    for side in [-1.0, 1.0] {
        for k in 0..4 {
            let drop = k as f32 * 13.0;
            c.stroke(
                smooth(&[
                    (x + side * 44.0, y + 56.0 + drop * 0.5),
                    (x + side * 120.0, y + 40.0 + drop),
                    (x + side * 190.0, y + 36.0 + drop * 1.7),
                ]),
                "fffaf0",
                2.0,
            );
        }
    }
}

pub(super) fn night_owl(c: &mut Canvas) {
    c.backdrop(&["14213d", "2a3d66", "4f6d9e"]);
    let (w, h) = (c.w, c.h);
    c.stars(130, h);
    c.circle(
        w * 0.5,
        h * 0.4,
        210.0,
        around(w * 0.45, h * 0.35, 240.0, &[ink("fffbe0"), ink("f3e3a0")]),
    );
    let (x, y) = (w * 0.5, h * 0.52);
    c.oval(
        x,
        y + 30.0,
        132.0,
        178.0,
        around(x, y, 210.0, &[ink("9c6b43"), ink("6d4527"), ink("432816")]),
    );
    for row in 0..11 {
        for column in -4_i32..5 {
            let (px, py) = (
                x + column as f32 * 27.0 + (row % 2) as f32 * 13.0,
                y - 30.0 + row as f32 * 21.0,
            );
            let inside = ((px - x) / 92.0).powi(2) + ((py - y - 60.0) / 140.0).powi(2);
            if inside < 1.0 {
                c.fill(petal(px, py - 13.0, 32.0, 27.0, PI / 2.0), "e8d2ae");
                c.stroke(petal(px, py - 13.0, 32.0, 27.0, PI / 2.0), "8a5d38", 2.2);
            }
        }
    }
    for side in [-1.0, 1.0] {
        for k in 0..9 {
            let (px, py) = (
                x + side * (104.0 + (k % 3) as f32 * 9.0),
                y - 36.0 + k as f32 * 19.0,
            );
            c.fill(
                petal(px, py, 92.0, 30.0, PI / 2.0 + side * 0.24),
                ink("5a371e").lighter((k % 2) as f32 * 0.16),
            );
        }
        c.poly(
            &[
                (x + side * 20.0, y - 130.0),
                (x + side * 118.0, y - 196.0),
                (x + side * 118.0, y - 88.0),
            ],
            "5a371e",
        );
        for k in 0..28 {
            let angle = k as f32 / 28.0 * TAU;
            c.fill(
                petal(x + side * 54.0, y - 84.0, 66.0, 17.0, angle),
                ink("d9b98a").darker((k % 2) as f32 * 0.2),
            );
        }
        eye(c, x + side * 54.0, y - 84.0, 38.0, "f7b32b");
        for toe in 0..3 {
            c.oval(
                x + side * 48.0 + toe as f32 * 15.0 - 15.0,
                y + 206.0,
                8.0,
                17.0,
                "e0a030",
            );
        }
    }
    c.fill(petal(x, y - 74.0, 46.0, 30.0, PI / 2.0), "f2a03d");
    c.stroke(
        smooth(&[
            (-20.0, h * 0.87),
            (w * 0.3, h * 0.85),
            (w * 0.7, h * 0.88),
            (w + 20.0, h * 0.84),
        ]),
        "2e1c10",
        26.0,
    );
    c.stroke(
        smooth(&[
            (-20.0, h * 0.863),
            (w * 0.3, h * 0.843),
            (w * 0.7, h * 0.873),
            (w + 20.0, h * 0.833),
        ]),
        "553620",
        6.0,
    );
    for k in 0..16 {
        let px = if k < 8 {
            k as f32 * 15.0
        } else {
            w - (k - 8) as f32 * 16.0
        };
        let angle = c.any_angle();
        c.fill(petal(px, h * 0.86, 36.0, 15.0, angle), "3f6b3a");
    }
}

pub(super) fn tin_robot(c: &mut Canvas) {
    c.backdrop(&["ffb4a2", "ffcdb2"]);
    let (w, h) = (c.w, c.h);
    for k in 0..24 {
        let from = k as f32 / 24.0;
        if k % 2 == 0 {
            c.fill(
                sector(w * 0.5, h * 0.5, (0.0, 560.0), (from, from + 1.0 / 24.0)),
                ink("e5989b").alpha(0.6),
            );
        }
    }
    c.shadow(w * 0.5, h * 0.94, 170.0, 20.0);
    let tin = |x: f32, wide: f32, hex: &str| {
        between(
            (x, 0.0),
            (x + wide, 0.0),
            &[
                ink(hex).darker(0.3),
                ink(hex).lighter(0.4),
                ink(hex),
                ink(hex).darker(0.4),
            ],
        )
    };
    let x = w * 0.5;
    for side in [-1.0, 1.0] {
        for k in 0..7 {
            c.fill(
                rounded(
                    x + side * 128.0 - 19.0,
                    h * 0.46 + k as f32 * 19.0,
                    38.0,
                    17.0,
                    6.0,
                ),
                tin(x + side * 128.0 - 19.0, 38.0, "8d99ae"),
            );
        }
        c.stroke(
            sector(x + side * 128.0, h * 0.76, (22.0, 26.0), (0.6, 1.4)),
            "c1121f",
            11.0,
        );
        c.fill(
            rounded(x + side * 48.0 - 30.0, h * 0.74, 60.0, 88.0, 8.0),
            tin(x + side * 48.0 - 30.0, 60.0, "6d7b94"),
        );
        c.fill(
            rounded(x + side * 56.0 - 46.0, h * 0.88, 92.0, 36.0, 15.0),
            tin(x + side * 56.0 - 46.0, 92.0, "c1121f"),
        );
    }
    c.fill(
        rounded(x - 108.0, h * 0.4, 216.0, 226.0, 18.0),
        tin(x - 108.0, 216.0, "2a9d8f"),
    );
    c.fill(rounded(x - 78.0, h * 0.46, 156.0, 92.0, 10.0), "173f3f");
    let wave: Vec<_> = (0..30)
        .map(|k| {
            (
                x - 68.0 + k as f32 * 4.7,
                h * 0.53 + (k as f32 * 0.8).sin() * 20.0 * (k as f32 * 0.13).cos(),
            )
        })
        .collect();
    c.stroke(smooth(&wave), "7dffb3", 3.0);
    for (k, hex) in ["e63946", "ffb703", "8ecae6", "fb8500", "8ac926"]
        .into_iter()
        .enumerate()
    {
        c.ball(x - 66.0 + k as f32 * 33.0, h * 0.67, 12.0, hex);
    }
    for k in 0..8 {
        c.circle(
            x - 94.0 + (k % 2) as f32 * 188.0,
            h * 0.43 + (k / 2) as f32 * 58.0,
            5.0,
            "14504b",
        );
    }
    c.rect(
        x - 30.0,
        h * 0.35,
        60.0,
        36.0,
        tin(x - 30.0, 60.0, "8d99ae"),
    );
    c.fill(
        rounded(x - 88.0, h * 0.14, 176.0, 138.0, 24.0),
        tin(x - 88.0, 176.0, "edae49"),
    );
    for side in [-1.0, 1.0] {
        c.circle(x + side * 42.0, h * 0.23, 31.0, "3d3d47");
        eye(c, x + side * 42.0, h * 0.23, 24.0, "00b4d8");
        c.fill(
            rounded(x + side * 98.0 - 12.0, h * 0.2, 24.0, 48.0, 6.0),
            "c1121f",
        );
    }
    c.fill(rounded(x - 50.0, h * 0.3, 100.0, 25.0, 6.0), "3d3d47");
    for k in 0..9 {
        c.rect(x - 44.0 + k as f32 * 10.0, h * 0.305, 6.0, 19.0, "edf2f4");
    }
    c.line((x, h * 0.14), (x, h * 0.06), "8d99ae", 5.0);
    c.ball(x, h * 0.05, 14.0, "e63946");
    c.weather((5.0, 5.0), 12.0);
}

pub(super) fn lady_with_hat(c: &mut Canvas) {
    c.backdrop(&["f2cc8f", "e8b06b"]);
    let (w, h) = (c.w, c.h);
    for k in 0..14 {
        let x = k as f32 * w / 13.0;
        c.line((x, 0.0), (x, h), ink("fff3dc").alpha(0.35), 9.0);
    }
    let x = w * 0.5;
    let skin = ink("e0a67c");
    c.fill(
        blob(&[
            (x - 120.0, h * 0.34),
            (x, h * 0.2),
            (x + 120.0, h * 0.34),
            (x + 134.0, h * 0.7),
            (x - 134.0, h * 0.7),
        ]),
        "3a1f1a",
    );
    c.fill(
        blob(&[
            (x - 220.0, h + 40.0),
            (x - 170.0, h * 0.84),
            (x - 50.0, h * 0.76),
            (x + 50.0, h * 0.76),
            (x + 170.0, h * 0.84),
            (x + 220.0, h + 40.0),
        ]),
        down(h * 0.76, h, &[ink("2a6f97"), ink("173f5f")]),
    );
    for row in 0..5 {
        for column in 0..14 {
            c.circle(
                x - 180.0 + column as f32 * 28.0 + (row % 2) as f32 * 14.0,
                h * 0.86 + row as f32 * 22.0,
                5.0,
                "f4f1de",
            );
        }
    }
    c.fill(
        rounded(x - 37.0, h * 0.6, 74.0, 118.0, 26.0),
        skin.darker(0.14),
    );
    for k in 0..13 {
        let t = k as f32 / 12.0 * PI;
        c.ball(
            x + t.cos() * 56.0,
            h * 0.775 + t.sin() * 27.0,
            9.0,
            "f8f4e3",
        );
    }
    c.fill(
        blob(&[
            (x - 96.0, h * 0.4),
            (x - 82.0, h * 0.56),
            (x, h * 0.68),
            (x + 82.0, h * 0.56),
            (x + 96.0, h * 0.4),
            (x, h * 0.28),
        ]),
        around(x - 30.0, h * 0.42, 150.0, &[skin.lighter(0.25), skin]),
    );
    for side in [-1.0, 1.0] {
        c.circle(x + side * 56.0, h * 0.545, 21.0, ink("e5735f").alpha(0.4));
        c.oval(x + side * 41.0, h * 0.455, 21.0, 12.0, "fffaf2");
        c.circle(x + side * 41.0, h * 0.455, 10.0, "3d6b4f");
        c.circle(x + side * 41.0, h * 0.455, 5.0, "0f0a0a");
        c.stroke(
            smooth(&[
                (x + side * 62.0, h * 0.45),
                (x + side * 41.0, h * 0.432),
                (x + side * 20.0, h * 0.45),
            ]),
            "24120f",
            4.6,
        );
        c.stroke(
            smooth(&[
                (x + side * 68.0, h * 0.412),
                (x + side * 42.0, h * 0.398),
                (x + side * 18.0, h * 0.41),
            ]),
            "3a1f1a",
            6.0,
        );
        c.ball(x + side * 98.0, h * 0.56, 12.0, "f2b134");
    }
    c.stroke(
        smooth(&[
            (x + 4.0, h * 0.46),
            (x + 14.0, h * 0.53),
            (x - 6.0, h * 0.542),
        ]),
        skin.darker(0.35),
        3.4,
    );
    c.fill(
        blob(&[
            (x - 34.0, h * 0.598),
            (x - 12.0, h * 0.585),
            (x, h * 0.592),
            (x + 12.0, h * 0.585),
            (x + 34.0, h * 0.598),
            (x, h * 0.628),
        ]),
        "b3283a",
    );
    c.line((x - 30.0, h * 0.6), (x + 30.0, h * 0.6), "7a1526", 2.0);
    c.fill(
        blob(&[
            (x - 226.0, h * 0.36),
            (x - 130.0, h * 0.29),
            (x, h * 0.27),
            (x + 130.0, h * 0.29),
            (x + 226.0, h * 0.36),
            (x, h * 0.375),
        ]),
        "c1444f",
    );
    c.fill(
        blob(&[
            (x - 110.0, h * 0.31),
            (x - 104.0, h * 0.16),
            (x, h * 0.09),
            (x + 104.0, h * 0.16),
            (x + 110.0, h * 0.31),
        ]),
        down(h * 0.08, h * 0.31, &[ink("e0636c"), ink("a5323d")]),
    );
    c.fill(
        blob(&[
            (x - 111.0, h * 0.305),
            (x, h * 0.28),
            (x + 111.0, h * 0.305),
            (x + 108.0, h * 0.25),
            (x, h * 0.225),
            (x - 108.0, h * 0.25),
        ]),
        "fff3dc",
    );
    for k in 0..9 {
        let angle = k as f32 / 9.0 * TAU;
        c.fill(
            petal(x + 88.0, h * 0.27, 46.0, 26.0, angle),
            ink("f4a300").lighter((k % 2) as f32 * 0.3),
        );
    }
    c.circle(x + 88.0, h * 0.27, 15.0, "5b3a1f");
}

/// Short strokes that lie like fur around `(x, y)`.
fn fur(c: &mut Canvas, at: (f32, f32), size: (f32, f32), inks: &[&str], n: usize) {
    for _ in 0..n {
        let (angle, reach) = (c.any_angle(), c.range(0.0, 1.0).sqrt());
        let (x, y) = (
            at.0 + angle.cos() * reach * size.0,
            at.1 + angle.sin() * reach * size.1,
        );
        let color = c.pick(inks);
        let long = c.range(8.0, 17.0);
        c.line(
            (x, y),
            (
                x + angle.cos() * long * 0.6,
                y + angle.sin() * long * 0.3 + long * 0.6,
            ),
            color.alpha(0.55),
            1.6,
        );
    }
}

pub(super) fn eye(c: &mut Canvas, x: f32, y: f32, radius: f32, iris: &str) {
    c.circle(x, y, radius * 1.12, "14100e");
    c.circle(
        x,
        y,
        radius,
        around(
            x,
            y,
            radius,
            &[ink(iris).lighter(0.4), ink(iris), ink(iris).darker(0.4)],
        ),
    );
    c.circle(x, y, radius * 0.52, "0a0808");
    c.circle(x - radius * 0.3, y - radius * 0.34, radius * 0.24, "ffffff");
}

//! Posters and other printed things.

use crate::data::demo::canvas::Canvas;
use crate::data::demo::ink::Ink;
use crate::data::demo::ink::between;
use crate::data::demo::ink::down;
use crate::data::demo::ink::ink;
use crate::data::demo::lettering::Align;
use crate::data::demo::lettering::Lettering;
use crate::data::demo::noise::fractal;
use crate::data::demo::outline::blob;
use crate::data::demo::outline::block;
use crate::data::demo::outline::oval;
use crate::data::demo::outline::petal;
use crate::data::demo::outline::rounded;
use crate::data::demo::outline::sector;
use crate::data::demo::outline::smooth;
use crate::data::demo::outline::star;

pub(super) fn jazz_poster(c: &mut Canvas) {
    c.backdrop(&["14213d", "14213d"]);
    let (w, h) = (c.w, c.h);
    for k in 0..17 {
        let from = k as f32 / 34.0 - 0.25;
        let color = if k % 2 == 0 { "fca311" } else { "e76f51" };
        c.fill(
            sector(w * 0.5, h * 0.66, (0.0, 720.0), (from, from + 1.0 / 34.0)),
            ink(color).alpha(0.9),
        );
    }
    c.circle(w * 0.5, h * 0.66, 148.0, "14213d");
    c.placed((w * 0.5, h * 0.6), 1.25, 0.25, |c| {
        let brass = between(
            (-40.0, 0.0),
            (60.0, 0.0),
            &[ink("ffe8a3"), ink("e9b949"), ink("a8761a")],
        );
        c.stroke(
            smooth(&[
                (-40.0, -128.0),
                (-6.0, -122.0),
                (2.0, -60.0),
                (4.0, 40.0),
                (24.0, 92.0),
                (62.0, 84.0),
                (76.0, 30.0),
                (92.0, -20.0),
            ]),
            brass,
            23.0,
        );
        c.fill(
            blob(&[
                (62.0, 4.0),
                (60.0, -44.0),
                (104.0, -62.0),
                (138.0, -34.0),
                (104.0, 0.0),
            ]),
            "e9b949",
        );
        c.fill(
            blob(&[
                (78.0, -40.0),
                (104.0, -52.0),
                (126.0, -36.0),
                (100.0, -22.0),
            ]),
            "7a5312",
        );
        for k in 0..8 {
            let y = -74.0 + k as f32 * 19.0;
            c.circle(4.0 + (k % 2) as f32 * 9.0, y, 7.0, "fff5d6");
            c.ring(4.0 + (k % 2) as f32 * 9.0, y, 7.0, "7a5312", 1.6);
        }
        c.line((-40.0, -128.0), (-66.0, -120.0), "22181c", 9.0);
    });
    c.headline("JAZZ", (w * 0.5, 148.0), w * 0.82, "fdf6e3");
    c.rect(w * 0.08, 166.0, w * 0.84, 5.0, "fca311");
    c.write(
        "MIDNIGHT QUINTET",
        (w * 0.5, 204.0),
        Align::Center,
        Lettering::sans(28.0).spaced(5.0),
        "fdf6e3",
    );
    c.rect(0.0, h - 82.0, w, 82.0, "fdf6e3");
    c.write(
        "FRIDAY 21 MAY",
        (28.0, h - 44.0),
        Align::Left,
        Lettering::bold(27.0),
        "14213d",
    );
    c.write(
        "The Blue Cellar, doors at nine",
        (28.0, h - 18.0),
        Align::Left,
        Lettering::sans(18.0),
        "e76f51",
    );
    c.weather((3.0, 3.0), 8.0);
}

pub(super) fn lake_poster(c: &mut Canvas) {
    c.backdrop(&["f4e3b2", "f4e3b2"]);
    let (w, h) = (c.w, c.h);
    let (x0, y0, pw, ph) = (26.0, 26.0, w - 52.0, h - 150.0);
    c.rect(
        x0,
        y0,
        pw,
        ph,
        down(
            y0,
            y0 + ph * 0.6,
            &[ink("2b7a9e"), ink("f7c59f"), ink("ef8354")],
        ),
    );
    c.circle(w * 0.34, h * 0.3, 46.0, "fff3d6");
    for (k, hex) in ["5b7b9a", "3c5a7d", "22395b"].into_iter().enumerate() {
        let base = y0 + ph * (0.58 + k as f32 * 0.02);
        let peaks: Vec<_> = (0..7)
            .map(|i| {
                (
                    x0 + i as f32 * pw / 6.0,
                    base - if i % 2 == k % 2 {
                        150.0 - k as f32 * 42.0
                    } else {
                        20.0 + k as f32 * 12.0
                    },
                )
            })
            .collect();
        let mut outline = peaks.clone();
        outline.extend([(x0 + pw, base + 20.0), (x0, base + 20.0)]);
        c.poly(&outline, hex);
        for &(px, py) in peaks.iter().filter(|p| k == 1 && p.1 < base - 60.0) {
            if px > x0 + 20.0 && px < x0 + pw - 20.0 {
                c.poly(
                    &[
                        (px, py),
                        (px + 18.0, py + 40.0),
                        (px + 5.0, py + 32.0),
                        (px - 7.0, py + 44.0),
                        (px - 17.0, py + 36.0),
                    ],
                    "fdf6e3",
                );
            }
        }
    }
    c.rect(
        x0,
        y0 + ph * 0.61,
        pw,
        ph * 0.39,
        down(
            y0 + ph * 0.61,
            y0 + ph,
            &[ink("ef8354"), ink("2b7a9e"), ink("12355b")],
        ),
    );
    for k in 0..26 {
        let y = y0 + ph * 0.63 + k as f32 * 5.4;
        let (a, b) = (c.range(0.0, pw * 0.5), c.range(40.0, 150.0));
        c.line(
            (x0 + a, y),
            ((x0 + a + b).min(x0 + pw), y),
            ink("fdf6e3").alpha(0.45),
            2.0,
        );
    }
    c.placed((w * 0.64, y0 + ph * 0.86), 1.0, 0.0, |c| {
        c.fill(
            blob(&[
                (-84.0, -8.0),
                (-40.0, 2.0),
                (40.0, 2.0),
                (90.0, -12.0),
                (62.0, 20.0),
                (-58.0, 20.0),
            ]),
            "7a2e1d",
        );
        for x in [-24.0, 26.0] {
            c.circle(x, -30.0, 10.0, "3d2b1f");
            c.fill(
                rounded(x - 11.0, -22.0, 22.0, 26.0, 8.0),
                if x < 0.0 { "d62828" } else { "f2b705" },
            );
        }
        c.line((-66.0, -34.0), (-20.0, 26.0), "f4e3b2", 4.0);
    });
    c.stroke(block(x0, y0, pw, ph), "22395b", 5.0);
    c.headline("LAGO VERDE", (w * 0.5, h - 62.0), w * 0.84, "22395b");
    c.write(
        "BY BOAT, BY BIKE, BY TRAIN",
        (w * 0.5, h - 28.0),
        Align::Center,
        Lettering::sans(21.0).spaced(4.0),
        "b0472c",
    );
}

pub(super) fn type_specimen(c: &mut Canvas) {
    c.backdrop(&["f6f1e7", "f6f1e7"]);
    let (w, h) = (c.w, c.h);
    c.rect(0.0, 0.0, w * 0.47, h, "e4572e");
    c.write(
        "Ag",
        (w * 0.235, h * 0.52),
        Align::Center,
        Lettering::bold(270.0).spaced(0.0),
        "f6f1e7",
    );
    c.write(
        "Light, Book, Bold",
        (28.0, h - 32.0),
        Align::Left,
        Lettering::sans(22.0),
        "f6f1e7",
    );
    c.line(
        (28.0, h * 0.53),
        (w * 0.43, h * 0.53),
        ink("f6f1e7").alpha(0.7),
        1.6,
    );
    let rows = [
        "ABCDEFGHI",
        "JKLMNOPQR",
        "STUVWXYZ&",
        "abcdefghij",
        "klmnopqrs",
        "tuvwxyz?!",
        "0123456789",
    ];
    for (k, row) in rows.into_iter().enumerate() {
        let lettering = if k % 2 == 0 {
            Lettering::bold(36.0)
        } else {
            Lettering::mono(36.0)
        };
        let color = if k == 3 { "e4572e" } else { "22223b" };
        c.write(
            row,
            (w * 0.5 + 8.0, 54.0 + k as f32 * 46.0),
            Align::Left,
            lettering,
            color,
        );
    }
    c.write(
        "Sphinx of black quartz, judge my vow",
        (w * 0.5 + 8.0, h - 54.0),
        Align::Left,
        Lettering::sans(17.0),
        "4a4e69",
    );
    c.write(
        "The quick brown fox jumps over it",
        (w * 0.5 + 8.0, h - 28.0),
        Align::Left,
        Lettering::mono(14.5),
        "4a4e69",
    );
}

pub(super) fn sheet_music(c: &mut Canvas) {
    c.backdrop(&["f3e9d2", "ecdfc0"]);
    c.weather((60.0, 60.0), 12.0);
    let (w, _) = (c.w, c.h);
    c.write(
        "Waltz for a Rainy Day",
        (w * 0.5, 52.0),
        Align::Center,
        Lettering::sans(31.0),
        "2b2118",
    );
    c.write(
        "Andante",
        (34.0, 82.0),
        Align::Left,
        Lettering::sans(17.0),
        "2b2118",
    );
    for staff in 0..5 {
        let top = 104.0 + staff as f32 * 92.0;
        for line in 0..5 {
            let y = top + line as f32 * 10.0;
            c.line((26.0, y), (w - 26.0, y), "4a3b2a", 1.1);
        }
        c.stroke(
            smooth(&[
                (44.0, top + 56.0),
                (54.0, top + 40.0),
                (50.0, top - 6.0),
                (60.0, top - 14.0),
                (58.0, top + 6.0),
                (40.0, top + 26.0),
                (50.0, top + 40.0),
                (64.0, top + 30.0),
                (54.0, top + 20.0),
            ]),
            "2b2118",
            3.0,
        );
        let mut last: Option<(f32, f32)> = None;
        for beat in 0..17 {
            let x = 92.0 + beat as f32 * (w - 130.0) / 17.0;
            if beat % 6 == 5 {
                c.line((x, top), (x, top + 40.0), "2b2118", 2.0);
                last = None;
                continue;
            }
            let pitch = c.below(9) as f32;
            let y = top + 40.0 - pitch * 5.0;
            let is_open = c.chance(0.25);
            c.placed((x, y), 1.0, -0.35, |c| {
                if is_open {
                    c.stroke(oval(0.0, 0.0, 6.0, 4.2), "2b2118", 2.2);
                } else {
                    c.oval(0.0, 0.0, 7.0, 5.0, "2b2118");
                }
            });
            c.line((x + 6.0, y), (x + 6.0, y - 34.0), "2b2118", 1.8);
            if let Some((px, py)) = last.filter(|_| c.chance(0.6)) {
                c.line((px + 6.0, py - 34.0), (x + 6.0, y - 34.0), "2b2118", 5.0);
                last = None;
            } else {
                last = (!is_open).then_some((x, y));
            }
        }
        c.line((w - 26.0, top), (w - 26.0, top + 40.0), "2b2118", 4.0);
    }
    c.circle(w * 0.82, 420.0, 62.0, ink("8a5a2b").alpha(0.12));
    c.ring(w * 0.82, 420.0, 62.0, ink("8a5a2b").alpha(0.35), 6.0);
}

pub(super) fn chess_board(c: &mut Canvas) {
    let (w, h, seed) = (c.w, c.h, c.seed);
    c.each_pixel(|x, y, _| {
        Ink::ramp(
            &["3a2214", "5f3a20", "7a4d2b"],
            fractal(x / 90.0, y / 4.0, 4, seed),
        )
        .levels()
    });
    let side = h * 0.108;
    let (x0, y0) = ((w - side * 8.0) / 2.0, (h - side * 8.0) / 2.0);
    c.rect(
        x0 - 15.0,
        y0 - 15.0,
        side * 8.0 + 30.0,
        side * 8.0 + 30.0,
        "2a170c",
    );
    for square in 0..64 {
        let (column, row) = (square % 8, square / 8);
        let tone = if (column + row) % 2 == 0 {
            "ecd9b4"
        } else {
            "a8673a"
        };
        c.rect(
            x0 + column as f32 * side,
            y0 + row as f32 * side,
            side,
            side,
            tone,
        );
    }
    c.weather((50.0, 3.0), 12.0);
    let pieces = [
        (0, 0, 2),
        (4, 0, 5),
        (6, 0, 3),
        (1, 1, 0),
        (3, 1, 0),
        (5, 2, 0),
        (6, 1, 0),
        (2, 2, 1),
        (3, 3, 0),
        (4, 3, 0),
        (5, 4, 1),
        (2, 4, 0),
        (1, 5, 3),
        (0, 6, 0),
        (4, 6, 0),
        (6, 6, 0),
        (7, 6, 0),
        (5, 5, 4),
        (4, 7, 5),
        (7, 7, 2),
        (2, 6, 1),
    ];
    for (column, row, kind) in pieces {
        let (x, y) = (
            x0 + (column as f32 + 0.5) * side,
            y0 + (row as f32 + 0.5) * side,
        );
        let is_black = row < 4 && !(kind == 0 && row == 3 && column == 4);
        let color = ink(if is_black { "262224" } else { "f4ead6" });
        c.oval(
            x + 6.0,
            y + 8.0,
            side * 0.38,
            side * 0.36,
            ink("120a05").alpha(0.5),
        );
        c.ball(x, y, side * 0.36, color);
        let mark = if is_black {
            ink("8a8086")
        } else {
            ink("8a6b42")
        };
        match kind {
            0 => c.ball(x, y, side * 0.17, color),
            1 => c.fill(petal(x - 9.0, y + 7.0, side * 0.5, side * 0.24, -0.7), mark),
            2 => c.rect(x - 8.0, y - 8.0, 16.0, 16.0, mark),
            3 => c.fill(star(x, y, side * 0.26, side * 0.09, 3, 0.5), mark),
            4 => c.fill(star(x, y, side * 0.27, side * 0.15, 8, 0.0), mark),
            _ => {
                c.rect(x - 3.0, y - 13.0, 6.0, 26.0, mark);
                c.rect(x - 11.0, y - 6.0, 22.0, 6.0, mark);
            }
        }
    }
}

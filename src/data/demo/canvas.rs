//! The sheet the demo pictures are drawn on.

use std::f32::consts::TAU;

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tiny_skia::BlendMode;
use tiny_skia::FillRule;
use tiny_skia::LineCap;
use tiny_skia::LineJoin;
use tiny_skia::Paint;
use tiny_skia::Pixmap;
use tiny_skia::Stroke;
use tiny_skia::Transform;

use crate::data::Picture;

use super::ink::Fill;
use super::ink::Ink;
use super::ink::around;
use super::ink::between;
use super::ink::down;
use super::ink::ink;
use super::ink::off_center;
use super::noise;
use super::outline;
use super::outline::Outline;

/// A picture being drawn, with its own source of chance.
pub(super) struct Canvas {
    pixmap: Pixmap,
    pub(super) w: f32,
    pub(super) h: f32,
    pub(super) seed: u32,
    rng: ChaCha8Rng,
    place: Transform,
    blend: BlendMode,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32, seed: u32) -> Self {
        let pixmap = Pixmap::new(width, height).expect("the table of scenes has real sizes");
        Self {
            pixmap,
            w: width as f32,
            h: height as f32,
            seed,
            rng: ChaCha8Rng::seed_from_u64(u64::from(seed)),
            place: Transform::identity(),
            blend: BlendMode::SourceOver,
        }
    }

    // Chance.

    pub(super) fn range(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.rng.random::<f32>()
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n as u32) as usize
    }

    pub(super) fn chance(&mut self, share: f32) -> bool {
        self.rng.random::<f32>() < share
    }

    pub(super) fn pick(&mut self, inks: &[&str]) -> Ink {
        ink(inks[self.below(inks.len())])
    }

    pub(super) fn anywhere(&mut self) -> (f32, f32) {
        let (w, h) = (self.w, self.h);
        (self.range(0.0, w), self.range(0.0, h))
    }

    // Modes.

    /// Draws with the origin at `(x, y)`, scaled and turned (radians).
    pub(super) fn placed(
        &mut self,
        at: (f32, f32),
        scale: f32,
        angle: f32,
        draw: impl FnOnce(&mut Self),
    ) {
        let place = Transform::from_translate(at.0, at.1)
            .pre_concat(Transform::from_rotate(angle.to_degrees()))
            .pre_scale(scale, scale);
        let before = self.place;
        self.place = before.pre_concat(place);
        draw(self);
        self.place = before;
    }

    /// Draws light: colors add up towards white.
    pub(super) fn glowing(&mut self, draw: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.blend, BlendMode::Screen);
        draw(self);
        self.blend = before;
    }

    /// Draws shade: colors multiply towards black.
    pub(super) fn shading(&mut self, draw: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.blend, BlendMode::Multiply);
        draw(self);
        self.blend = before;
    }

    // Shapes.

    pub(super) fn fill(&mut self, outline: Outline, fill: impl Into<Fill>) {
        let Some(path) = outline else { return };
        let paint = self.paint_of(fill.into());
        self.pixmap
            .fill_path(&path, &paint, FillRule::Winding, self.place, None);
    }

    pub(super) fn stroke(&mut self, outline: Outline, fill: impl Into<Fill>, width: f32) {
        let Some(path) = outline else { return };
        let paint = self.paint_of(fill.into());
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        self.pixmap
            .stroke_path(&path, &paint, &stroke, self.place, None);
    }

    fn paint_of(&self, fill: Fill) -> Paint<'static> {
        Paint {
            shader: fill.0,
            blend_mode: self.blend,
            anti_alias: true,
            force_hq_pipeline: false,
        }
    }

    pub(super) fn backdrop(&mut self, inks: &[&str]) {
        let inks: Vec<Ink> = inks.iter().map(|hex| ink(hex)).collect();
        let (w, h) = (self.w, self.h);
        self.rect(0.0, 0.0, w, h, down(0.0, h, &inks));
    }

    pub(super) fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, fill: impl Into<Fill>) {
        self.fill(outline::block(x, y, w, h), fill);
    }

    pub(super) fn circle(&mut self, x: f32, y: f32, radius: f32, fill: impl Into<Fill>) {
        self.fill(outline::oval(x, y, radius, radius), fill);
    }

    pub(super) fn oval(&mut self, x: f32, y: f32, rx: f32, ry: f32, fill: impl Into<Fill>) {
        self.fill(outline::oval(x, y, rx, ry), fill);
    }

    pub(super) fn ring(&mut self, x: f32, y: f32, radius: f32, fill: impl Into<Fill>, width: f32) {
        self.stroke(outline::oval(x, y, radius, radius), fill, width);
    }

    pub(super) fn poly(&mut self, points: &[(f32, f32)], fill: impl Into<Fill>) {
        self.fill(outline::polygon(points), fill);
    }

    pub(super) fn line(
        &mut self,
        from: (f32, f32),
        to: (f32, f32),
        fill: impl Into<Fill>,
        width: f32,
    ) {
        self.stroke(outline::polyline(&[from, to]), fill, width);
    }

    /// A soft light that fades out at `radius`.
    pub(super) fn glow(&mut self, x: f32, y: f32, radius: f32, color: impl Into<Ink>) {
        let color = color.into();
        let inks = [color, color.alpha(color.alpha * 0.35), color.alpha(0.0)];
        self.glowing(|c| c.circle(x, y, radius, around(x, y, radius, &inks)));
    }

    /// A soft dark patch, for shadows on the ground.
    pub(super) fn shadow(&mut self, x: f32, y: f32, rx: f32, ry: f32) {
        let inks = [ink("140a14").alpha(0.5), ink("140a14").alpha(0.0)];
        self.placed((x, y), 1.0, 0.0, |c| {
            c.place = c.place.pre_scale(1.0, ry / rx);
            c.circle(0.0, 0.0, rx, around(0.0, 0.0, rx, &inks));
        });
    }

    /// A shaded ball lit from the upper left.
    pub(super) fn ball(&mut self, x: f32, y: f32, radius: f32, color: impl Into<Ink>) {
        let color = color.into();
        let focus = (x - radius * 0.35, y - radius * 0.4);
        let inks = [
            color.lighter(0.55),
            color.lighter(0.1),
            color,
            color.darker(0.5),
        ];
        self.circle(x, y, radius, off_center(focus, (x, y), radius * 1.1, &inks));
        let (shine_x, shine_y) = (x - radius * 0.38, y - radius * 0.45);
        self.glow(shine_x, shine_y, radius * 0.3, ink("ffffff").alpha(0.7));
    }

    /// A range of hills from edge to edge; `height` is how far crests rise above `base`.
    pub(super) fn ridge(&mut self, base: f32, height: f32, detail: f32, fill: impl Into<Fill>) {
        let seed = self.rng.random::<u32>() >> 8;
        let crest = |x: f32| {
            let at = noise::fractal(x / self.w * detail, 0.5, 5, seed);
            base - (at - 0.3) * height * 1.6
        };
        let n_steps = (self.w / 4.0) as usize;
        let mut points: Vec<_> = (0..=n_steps)
            .map(|step| {
                let x = step as f32 * 4.0;
                (x, crest(x))
            })
            .collect();
        points.push((self.w + 4.0, self.h));
        points.push((0.0, self.h));
        self.poly(&points, fill);
    }

    /// A scatter of stars in the upper part of the picture.
    pub(super) fn stars(&mut self, n: usize, down_to: f32) {
        for _ in 0..n {
            let x = self.range(0.0, self.w);
            let y = self.range(0.0, down_to);
            let radius = self.range(0.3, 1.0) * self.range(0.6, 1.5);
            let color = self.pick(&["ffffff", "cfe3ff", "fff0cf"]);
            let alpha = self.range(0.4, 1.0);
            self.circle(x, y, radius, color.alpha(alpha));
        }
    }

    /// A heap of soft balls.
    pub(super) fn cloud(&mut self, x: f32, y: f32, size: f32, light: Ink, shade: Ink) {
        for step in 0..14 {
            let along = step as f32 / 13.0 - 0.5;
            let radius = size * (0.3 - along.abs() * 0.3) * self.range(0.8, 1.3) + size * 0.06;
            let (ball_x, ball_y) = (x + along * size * 1.9, y - radius * self.range(0.3, 0.8));
            let fill = between(
                (ball_x, ball_y - radius),
                (ball_x, ball_y + radius),
                &[light, shade],
            );
            self.circle(ball_x, ball_y, radius, fill);
        }
    }

    /// A conifer standing on `(x, y)`.
    pub(super) fn pine(&mut self, x: f32, y: f32, height: f32, color: Ink) {
        let n_tiers = 7;
        for tier in 0..n_tiers {
            let part = tier as f32 / n_tiers as f32;
            let top = y - height + height * part * 0.9;
            let half = height * (0.05 + 0.2 * part) * self.range(0.85, 1.15);
            let bottom = top + height * 0.24;
            let shade = color.lighter(0.12 * (1.0 - part));
            let points = [
                (x, top),
                (x + half, bottom),
                (x + half * 0.3, bottom - height * 0.03),
                (x - half * 0.3, bottom - height * 0.02),
                (x - half, bottom),
            ];
            self.poly(&points, shade);
        }
    }

    // Pixels.

    /// Changes every pixel; colors are levels 0 to 255.
    pub(super) fn each_pixel(&mut self, change: impl Fn(f32, f32, [f32; 3]) -> [f32; 3]) {
        let width = self.pixmap.width() as usize;
        for (idx, pixel) in self.pixmap.data_mut().chunks_exact_mut(4).enumerate() {
            let (x, y) = ((idx % width) as f32, (idx / width) as f32);
            let rgb = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            let changed = change(x, y, rgb).map(|value| value.round() as u8);
            pixel[..3].copy_from_slice(&changed);
            pixel[3] = 255;
        }
    }

    /// Lightens and darkens by noise of about `size` pixels, as paper, plaster or cloth do.
    pub(super) fn weather(&mut self, size: (f32, f32), levels: f32) {
        let seed = self.seed;
        self.each_pixel(|x, y, rgb| {
            let value = noise::fractal(x / size.0, y / size.1, 3, seed + 77) - 0.5;
            rgb.map(|level| level + value * 2.0 * levels)
        });
    }

    /// The part above `horizon` mirrored below it, rippled and tinted.
    pub(super) fn reflect(&mut self, horizon: f32, tint: Ink, share: f32) {
        let (width, height) = (self.pixmap.width() as i32, self.pixmap.height() as i32);
        let horizon = horizon as i32;
        let tint = tint.levels();
        let data = self.pixmap.data_mut();
        for y in horizon..height {
            let depth = (y - horizon) as f32;
            for x in 0..width {
                let wave = noise::noise(x as f32 / 38.0, depth / (2.0 + depth * 0.03), 4) - 0.5;
                let from_x = (x + (wave * (2.0 + depth * 0.13)) as i32).clamp(0, width - 1);
                let from_y = (horizon - 1 - (depth + wave * depth * 0.35) as i32)
                    .clamp(0, horizon.max(1) - 1);
                let from = ((from_y * width + from_x) * 4) as usize;
                let to = ((y * width + x) * 4) as usize;
                for (channel, tint) in tint.iter().enumerate() {
                    let level = f32::from(data[from + channel]);
                    let mixed = level + (tint - level) * share + wave * 14.0;
                    data[to + channel] = mixed.round() as u8;
                }
                data[to + 3] = 255;
            }
        }
    }

    /// The finished picture, with a little grain and darker corners.
    pub(super) fn finish(mut self) -> Picture {
        let (half_w, half_h, seed) = (self.w / 2.0, self.h / 2.0, self.seed);
        self.each_pixel(|x, y, rgb| {
            let (dx, dy) = (x / half_w - 1.0, y / half_h - 1.0);
            let corner = 1.0 - 0.07 * (dx * dx + dy * dy);
            let grain = noise::hash(x as i32, y as i32, seed) - 0.5;
            rgb.map(|level| level * corner + grain * 9.0)
        });
        self.into_picture()
    }

    /// Covers a part of the canvas with a picture.
    pub(super) fn paste(&mut self, picture: &Picture, left: u32, top: u32) {
        let width = self.pixmap.width();
        let data = self.pixmap.data_mut();
        for (y, row) in picture
            .rgb
            .chunks_exact(picture.width as usize * 3)
            .enumerate()
        {
            let start = ((top as usize + y) * width as usize + left as usize) * 4;
            let target = data[start..].chunks_exact_mut(4);
            for (pixel, rgb) in target.zip(row.chunks_exact(3)) {
                pixel[..3].copy_from_slice(rgb);
                pixel[3] = 255;
            }
        }
    }

    /// The pixels as they are.
    pub(super) fn into_picture(self) -> Picture {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let mut rgb = Vec::with_capacity((width * height * 3) as usize);
        for pixel in self.pixmap.data().chunks_exact(4) {
            rgb.extend_from_slice(&pixel[..3]);
        }
        Picture::new(width, height, rgb)
    }

    /// A direction, in radians.
    pub(super) fn any_angle(&mut self) -> f32 {
        self.range(0.0, TAU)
    }
}

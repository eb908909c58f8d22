//! Words as shapes, in the fonts of the window.

use std::sync::LazyLock;

use ab_glyph::Font as _;
use ab_glyph::FontRef;
use ab_glyph::OutlineCurve;
use tiny_skia::Path;
use tiny_skia::PathBuilder;

use super::canvas::Canvas;
use super::ink::Ink;

/// The fonts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Ubuntu, thin; strengthened by the stroke of [`Lettering::weight`].
    Sans,
    /// Hack, a typewriter face.
    Mono,
}

static SANS: LazyLock<FontRef<'static>> =
    LazyLock::new(|| load(epaint_default_fonts::UBUNTU_LIGHT));
static MONO: LazyLock<FontRef<'static>> =
    LazyLock::new(|| load(epaint_default_fonts::HACK_REGULAR));

fn load(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the built-in fonts are whole")
}

impl Face {
    fn font(self) -> &'static FontRef<'static> {
        match self {
            Self::Sans => &SANS,
            Self::Mono => &MONO,
        }
    }
}

/// How words are set.
#[derive(Clone, Copy)]
pub(super) struct Lettering {
    pub(super) face: Face,
    /// Height of a line in pixels.
    pub(super) size: f32,
    /// Width of the stroke that makes the letters bolder, in pixels.
    pub(super) weight: f32,
    /// Extra room between letters in pixels.
    pub(super) spacing: f32,
}

impl Lettering {
    pub(super) fn sans(size: f32) -> Self {
        Self {
            face: Face::Sans,
            size,
            weight: size * 0.035,
            spacing: 0.0,
        }
    }

    pub(super) fn bold(size: f32) -> Self {
        Self {
            weight: size * 0.11,
            spacing: size * 0.08,
            ..Self::sans(size)
        }
    }

    pub(super) fn mono(size: f32) -> Self {
        Self {
            face: Face::Mono,
            weight: 0.0,
            ..Self::sans(size)
        }
    }

    pub(super) fn spaced(self, spacing: f32) -> Self {
        Self { spacing, ..self }
    }

    /// Width of `text` in pixels.
    pub(super) fn width(&self, text: &str) -> f32 {
        let n_letters = text.chars().count() as f32;
        let advances: f32 = text.chars().map(|letter| self.advance(letter)).sum();
        advances + self.spacing * (n_letters - 1.0).max(0.0)
    }

    fn scale(&self) -> f32 {
        self.size / self.face.font().units_per_em().unwrap_or(1000.0)
    }

    fn advance(&self, letter: char) -> f32 {
        let font = self.face.font();
        font.h_advance_unscaled(font.glyph_id(letter)) * self.scale()
    }

    /// The letters as one shape, starting at the origin and standing on the line `y = 0`.
    fn shape(&self, text: &str) -> Option<Path> {
        let font = self.face.font();
        let scale = self.scale();
        let mut builder = PathBuilder::new();
        let mut pen = 0.0;
        for letter in text.chars() {
            let glyph = font.glyph_id(letter);
            if let Some(outline) = font.outline(glyph) {
                push_glyph(&mut builder, &outline.curves, pen, scale);
            }
            pen += self.advance(letter) + self.spacing;
        }
        builder.finish()
    }
}

fn push_glyph(builder: &mut PathBuilder, curves: &[OutlineCurve], pen: f32, scale: f32) {
    let place = |point: ab_glyph::Point| (pen + point.x * scale, -point.y * scale);
    let mut last = None;
    for curve in curves {
        let (start, end) = match curve {
            OutlineCurve::Line(a, b)
            | OutlineCurve::Quad(a, _, b)
            | OutlineCurve::Cubic(a, _, _, b) => (*a, *b),
        };
        // A jump starts the next ring of the letter.
        if last != Some(start) {
            if last.is_some() {
                builder.close();
            }
            let (x, y) = place(start);
            builder.move_to(x, y);
        }
        let (x, y) = place(end);
        match curve {
            OutlineCurve::Line(..) => builder.line_to(x, y),
            OutlineCurve::Quad(_, a, _) => {
                let (ax, ay) = place(*a);
                builder.quad_to(ax, ay, x, y);
            }
            OutlineCurve::Cubic(_, a, b, _) => {
                let ((ax, ay), (bx, by)) = (place(*a), place(*b));
                builder.cubic_to(ax, ay, bx, by, x, y);
            }
        }
        last = Some(end);
    }
    builder.close();
}

/// Where the given point lies on the words.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

impl Canvas {
    /// Writes `text` with its foot at `(x, y)`.
    pub(super) fn write(
        &mut self,
        text: &str,
        at: (f32, f32),
        align: Align,
        lettering: Lettering,
        color: impl Into<Ink>,
    ) {
        let color = color.into();
        let width = lettering.width(text);
        let x = match align {
            Align::Left => at.0,
            Align::Center => at.0 - width / 2.0,
            Align::Right => at.0 - width,
        };
        let shape = lettering.shape(text);
        self.placed((x, at.1), 1.0, 0.0, |c| {
            if lettering.weight > 0.0 {
                c.stroke(shape.clone(), color, lettering.weight);
            }
            c.fill(shape, color);
        });
    }

    /// Writes `text` as large as fits into `width`, centered at `x`, standing on `y`.
    pub(super) fn headline(
        &mut self,
        text: &str,
        at: (f32, f32),
        width: f32,
        color: impl Into<Ink>,
    ) -> f32 {
        let at_hundred = Lettering::bold(100.0).width(text);
        let size = 100.0 * width / at_hundred;
        self.write(text, at, Align::Center, Lettering::bold(size), color);
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_words_are_wider_and_have_a_shape() {
        let lettering = Lettering::sans(20.0);
        assert!(lettering.width("HARBOR") > lettering.width("SEA"));
        assert!(lettering.shape("SEA").is_some());
        assert!(lettering.shape(" ").is_none());
    }
}

//! Charts as a picture.

use std::sync::LazyLock;

use ab_glyph::Font as _;
use ab_glyph::FontRef;
use ab_glyph::ScaleFont as _;
use tiny_skia::Color as SkiaColor;
use tiny_skia::Paint;
use tiny_skia::PathBuilder;
use tiny_skia::Pixmap;
use tiny_skia::Rect;
use tiny_skia::Stroke;
use tiny_skia::StrokeDash;
use tiny_skia::Transform;

use super::drawing::Color;
use super::drawing::Drawing;
use super::drawing::Item;
use super::drawing::WIDTH;
use crate::data::Picture;

/// Pixels of a point of the drawing.
const SCALE: f32 = 2.0;

static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).ok());

/// Paints charts below each other on white. Nothing when there are none.
pub fn paint(drawings: &[Drawing]) -> Option<Picture> {
    let height: f32 = drawings.iter().map(|drawing| drawing.height).sum();
    let size = [WIDTH * SCALE, height * SCALE].map(|side| side.ceil() as u32);
    let mut pixmap = Pixmap::new(size[0], size[1])?;
    pixmap.fill(SkiaColor::WHITE);
    let mut top = 0.0;
    for drawing in drawings {
        for item in &drawing.items {
            paint_item(&mut pixmap, item, top);
        }
        top += drawing.height;
    }
    let rgb = pixmap.pixels().iter();
    let rgb = rgb.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]);
    Some(Picture::new(size[0], size[1], rgb.collect()))
}

fn paint_item(pixmap: &mut Pixmap, item: &Item, top: f32) {
    let transform = Transform::from_translate(0.0, top).post_scale(SCALE, SCALE);
    match item {
        Item::Line {
            points,
            color,
            width,
            is_dashed,
        } => {
            let mut builder = PathBuilder::new();
            for (idx, [x, y]) in points.iter().enumerate() {
                if idx == 0 {
                    builder.move_to(*x, *y);
                } else {
                    builder.line_to(*x, *y);
                }
            }
            let stroke = Stroke {
                width: *width,
                dash: is_dashed
                    .then(|| StrokeDash::new(vec![8.0, 5.0], 0.0))
                    .flatten(),
                ..Stroke::default()
            };
            if let Some(path) = builder.finish() {
                pixmap.stroke_path(&path, &paint_of(*color, 1.0), &stroke, transform, None);
            }
        }
        Item::Box {
            corner,
            size,
            color,
            alpha,
        } => {
            if let Some(rect) = Rect::from_xywh(corner[0], corner[1], size[0], size[1]) {
                pixmap.fill_rect(rect, &paint_of(*color, *alpha), transform, None);
            }
        }
        Item::Words {
            text,
            at,
            size,
            color,
            align,
        } => {
            let at = [at[0] * SCALE, (at[1] + top) * SCALE];
            words(pixmap, text, at, size * SCALE, (*color, *align));
        }
    }
}

fn paint_of(color: Color, alpha: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    let [r, g, b] = color;
    paint.set_color_rgba8(r, g, b, (alpha * 255.0).round() as u8);
    paint
}

/// Text with its baseline at `at`.
fn words(pixmap: &mut Pixmap, text: &str, at: [f32; 2], size: f32, (color, align): (Color, f32)) {
    let Some(font) = FONT.as_ref() else {
        return;
    };
    let scaled = font.as_scaled(size);
    let advance = |c: char| scaled.h_advance(scaled.glyph_id(c));
    let width: f32 = text.chars().map(advance).sum();
    let mut x = at[0] - width * align;
    for c in text.chars() {
        let glyph = scaled.glyph_id(c);
        let glyph = glyph.with_scale_and_position(size, ab_glyph::point(x, at[1]));
        x += advance(c);
        let Some(outline) = font.outline_glyph(glyph) else {
            continue;
        };
        let corner = outline.px_bounds().min;
        outline.draw(|dx, dy, coverage| {
            let (px, py) = (corner.x + dx as f32, corner.y + dy as f32);
            blend(pixmap, px, py, color, coverage);
        });
    }
}

fn blend(pixmap: &mut Pixmap, x: f32, y: f32, color: Color, alpha: f32) {
    if x < 0.0 || y < 0.0 || x >= pixmap.width() as f32 || y >= pixmap.height() as f32 {
        return;
    }
    let at = (y as u32 * pixmap.width() + x as u32) as usize * 4;
    let pixel = &mut pixmap.data_mut()[at..at + 3];
    for (value, above) in pixel.iter_mut().zip(color) {
        let below = f32::from(*value);
        *value = (below + (f32::from(above) - below) * alpha.min(1.0)).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::super::charts;
    use super::super::example;
    use super::*;

    #[test]
    fn charts_become_a_picture_with_their_colors_in_it() {
        let report = example("a", 0.5);
        let picture = paint(&charts(&[&report])).unwrap();
        assert_eq!(picture.width, 2 * WIDTH as u32);
        let has = |color: [u8; 3]| picture.rgb.chunks_exact(3).any(|pixel| pixel == color);
        // The curve, and the ground.
        assert!(has([0x00, 0x72, 0xB2]) && has([255; 3]));
        assert!(paint(&[]).is_none());
    }
}

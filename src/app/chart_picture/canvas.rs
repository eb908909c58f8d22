//! Lines and text on a picture, with smooth edges.

use std::sync::LazyLock;

use ab_glyph::Font as _;
use ab_glyph::FontRef;
use ab_glyph::ScaleFont as _;
use eframe::egui;
use egui::Color32;
use egui::Pos2;

use crate::data::Picture;

static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).ok());

/// A picture that is being drawn.
pub struct Canvas {
    picture: Picture,
}

impl Canvas {
    pub fn new(width: u32, height: u32, ground: Color32) -> Self {
        Self {
            picture: Picture::filled(width, height, [ground.r(), ground.g(), ground.b()]),
        }
    }

    pub fn into_picture(self) -> Picture {
        self.picture
    }

    /// A line through all points; `dash` is the length of a dash and of a gap.
    pub fn line(
        &mut self,
        points: &[Pos2],
        width: f32,
        color: Color32,
        alpha: f32,
        dash: Option<[f32; 2]>,
    ) {
        let mut travelled = 0.0;
        for pair in points.windows(2) {
            let length = pair[0].distance(pair[1]);
            match dash {
                None => self.segment(pair[0], pair[1], width, color, alpha),
                Some(dash) => {
                    for (from, to) in dashes(travelled, length, dash) {
                        let at = |distance: f32| pair[0].lerp(pair[1], distance / length);
                        self.segment(at(from), at(to), width, color, alpha);
                    }
                }
            }
            travelled += length;
        }
    }

    fn segment(&mut self, a: Pos2, b: Pos2, width: f32, color: Color32, alpha: f32) {
        let reach = width / 2.0 + 1.0;
        let bounds = egui::Rect::from_two_pos(a, b).expand(reach);
        let along = b - a;
        let length_sq = along.length_sq();
        for y in clipped(bounds.y_range(), self.picture.height) {
            for x in clipped(bounds.x_range(), self.picture.width) {
                let pixel = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
                let share = if length_sq > 0.0 {
                    ((pixel - a).dot(along) / length_sq).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let distance = pixel.distance(a + along * share);
                let coverage = (width / 2.0 + 0.5 - distance).clamp(0.0, 1.0);
                self.blend(x, y, color, coverage * alpha);
            }
        }
    }

    /// Text with its baseline at `at`; `align` 0 starts there, 0.5 centers, 1 ends there. Returns
    /// how wide it is.
    pub fn text(&mut self, text: &str, at: Pos2, size: f32, color: Color32, align: f32) -> f32 {
        let Some(font) = FONT.as_ref() else {
            return 0.0;
        };
        let scaled = font.as_scaled(size);
        let advance = |c: char| scaled.h_advance(scaled.glyph_id(c));
        let width: f32 = text.chars().map(advance).sum();
        let mut x = at.x - width * align;
        for c in text.chars() {
            let glyph = scaled
                .glyph_id(c)
                .with_scale_and_position(size, ab_glyph::point(x, at.y));
            x += advance(c);
            let Some(outline) = font.outline_glyph(glyph) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, coverage| {
                let (px, py) = (corner.x + dx as f32, corner.y + dy as f32);
                if px >= 0.0 && py >= 0.0 {
                    self.blend(px as u32, py as u32, color, coverage);
                }
            });
        }
        width
    }

    fn blend(&mut self, x: u32, y: u32, color: Color32, alpha: f32) {
        if alpha <= 0.0 || x >= self.picture.width || y >= self.picture.height {
            return;
        }
        let below = self.picture.pixel(x, y);
        let above = [color.r(), color.g(), color.b()];
        let mixed = std::array::from_fn(|channel| {
            let (below, above) = (f32::from(below[channel]), f32::from(above[channel]));
            (below + (above - below) * alpha.min(1.0)).round() as u8
        });
        self.picture.put(x, y, mixed);
    }
}

/// The pixels of a range that are on the picture.
fn clipped(range: egui::Rangef, size: u32) -> std::ops::Range<u32> {
    let start = range.min.floor().clamp(0.0, size as f32) as u32;
    let end = range.max.ceil().clamp(0.0, size as f32) as u32;
    start..end
}

/// The drawn parts of a stretch that starts `travelled` along a dashed line.
fn dashes(travelled: f32, length: f32, [dash, gap]: [f32; 2]) -> Vec<(f32, f32)> {
    let period = dash + gap;
    let mut start = -(travelled % period);
    let mut parts = Vec::new();
    while start < length {
        let (from, to) = (start.max(0.0), (start + dash).min(length));
        if from < to {
            parts.push((from, to));
        }
        start += period;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_on_from_one_stretch_to_the_next() {
        assert_eq!(dashes(0.0, 40.0, [18.0, 12.0]), [(0.0, 18.0), (30.0, 40.0)]);
        // 10 of the second dash were drawn in the first stretch, 8 are left.
        assert_eq!(dashes(40.0, 20.0, [18.0, 12.0]), [(0.0, 8.0)]);
    }

    #[test]
    fn text_stays_on_the_picture_and_has_a_width() {
        let mut canvas = Canvas::new(40, 20, Color32::WHITE);
        let width = canvas.text("Loss", egui::pos2(-5.0, 15.0), 16.0, Color32::BLACK, 0.0);
        assert!(width > 20.0 && width < 60.0, "{width}");
        let picture = canvas.into_picture();
        assert!(picture.rgb.iter().any(|value| *value < 100));
    }
}

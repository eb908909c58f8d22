//! Charts as a picture for reports: drawn from the data, whatever the window shows of them.
//!
//! - Owns: the layout of a chart on paper, and drawing it.
//! - Invariant: the same charts give the same pixels, on any screen and at any size of the window.
//! - Not here: the charts in the window (`widgets::curve_plot`), the curves (`curves`).

mod canvas;

use eframe::egui;

use super::curves;
use super::curves::short_number;
use super::theme::Palette;
use super::widgets::curve_plot::Curve;
use super::widgets::curve_plot::YAxis;
use crate::data::Picture;
use canvas::Canvas;

const WIDTH: u32 = 1600;
const CHART_HEIGHT: u32 = 640;
const LEFT: f32 = 110.0;
const RIGHT: f32 = 40.0;
const TOP: f32 = 120.0;
const BOTTOM: f32 = 90.0;
const TITLE_SIZE: f32 = 32.0;
const TEXT_SIZE: f32 = 24.0;
const LINE_WIDTH: f32 = 4.0;
const RAW_ALPHA: f32 = 0.25;
const DASH: [f32; 2] = [18.0, 12.0];

/// One chart, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartPicture {
    pub title: String,
    /// What the horizontal axis counts.
    pub x_unit: &'static str,
    pub y_axis: YAxis,
    pub curves: Vec<Curve>,
}

/// Draws charts below each other, on the card color of the light theme.
pub fn draw(charts: &[ChartPicture]) -> Picture {
    let palette = Palette::of_mode(false);
    let height = CHART_HEIGHT * charts.len().max(1) as u32;
    let mut canvas = Canvas::new(WIDTH, height, palette.card);
    for (idx, chart) in charts.iter().enumerate() {
        chart.draw(&mut canvas, idx as f32 * CHART_HEIGHT as f32, palette);
    }
    canvas.into_picture()
}

/// Where the data lies in a chart.
struct Area {
    rect: egui::Rect,
    x: (f64, f64),
    y: (f64, f64),
}

impl Area {
    fn at(&self, [x, y]: [f64; 2]) -> egui::Pos2 {
        let share = |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)) as f32;
        egui::pos2(
            egui::lerp(self.rect.x_range(), share(x, self.x)),
            egui::lerp(self.rect.bottom()..=self.rect.top(), share(y, self.y)),
        )
    }
}

impl ChartPicture {
    fn draw(&self, canvas: &mut Canvas, top: f32, palette: &Palette) {
        canvas.text(
            &self.title,
            egui::pos2(LEFT, top + 44.0),
            TITLE_SIZE,
            palette.text,
            0.0,
        );
        self.draw_legend(canvas, top + 90.0, palette);
        let rect = egui::Rect::from_min_max(
            egui::pos2(LEFT, top + TOP),
            egui::pos2(WIDTH as f32 - RIGHT, top + CHART_HEIGHT as f32 - BOTTOM),
        );
        let Some((x, y)) = self.ranges() else {
            return;
        };
        let area = Area { rect, x, y };
        self.draw_axes(canvas, &area, palette);
        for curve in &self.curves {
            let raw = self.line(&curve.lines.raw, &area);
            let smooth = self.line(&curve.lines.smooth, &area);
            if raw != smooth {
                canvas.line(&raw, LINE_WIDTH / 2.0, curve.color, RAW_ALPHA, None);
            }
            let dash = curve.is_dashed.then_some(DASH);
            canvas.line(&smooth, LINE_WIDTH, curve.color, 1.0, dash);
        }
    }

    fn line(&self, points: &[[f64; 2]], area: &Area) -> Vec<egui::Pos2> {
        curves::thinned(points, area.x, area.rect.width() as usize)
            .into_iter()
            .filter_map(|[x, y]| Some(area.at([x, self.y_axis.position(y)?])))
            .collect()
    }

    /// What the axes show: everything, with a little room above and below.
    fn ranges(&self) -> Option<((f64, f64), (f64, f64))> {
        let mut x = (f64::INFINITY, f64::NEG_INFINITY);
        let mut y = x;
        if self.y_axis == YAxis::Share {
            y = (0.0, 0.1);
        }
        let widen = |range: &mut (f64, f64), value: f64| {
            range.0 = range.0.min(value);
            range.1 = range.1.max(value);
        };
        for point in self.curves.iter().flat_map(|curve| &curve.lines.raw) {
            if let Some(position) = self.y_axis.position(point[1]) {
                widen(&mut x, point[0]);
                widen(&mut y, position);
            }
        }
        if x.0 > x.1 {
            return None;
        }
        let room = |(low, high): (f64, f64), share: f64| {
            let room = ((high - low) * share).max(1e-9);
            (low - room, high + room)
        };
        Some((room(x, 0.01), room(y, 0.06)))
    }

    fn draw_axes(&self, canvas: &mut Canvas, area: &Area, palette: &Palette) {
        let rect = area.rect;
        let y_ticks: Vec<f64> = match self.y_axis {
            YAxis::Logarithm => curves::log_ticks(area.y.0, area.y.1)
                .into_iter()
                .map(|tick| tick.position)
                .collect(),
            YAxis::Share | YAxis::Number => curves::linear_ticks(area.y.0, area.y.1),
        };
        for position in y_ticks {
            let at = area.at([area.x.0, position]);
            let ends = [at, egui::pos2(rect.right(), at.y)];
            canvas.line(&ends, 1.5, palette.line, 1.0, None);
            let label = self.y_axis.tick_label(position);
            let corner = egui::pos2(rect.left() - 12.0, at.y + TEXT_SIZE * 0.35);
            canvas.text(&label, corner, TEXT_SIZE, palette.weak, 1.0);
        }
        for x in curves::linear_ticks(area.x.0, area.x.1) {
            let at = area.at([x, area.y.0]);
            let tick = [at, at + egui::vec2(0.0, 8.0)];
            canvas.line(&tick, 1.5, palette.line, 1.0, None);
            let corner = at + egui::vec2(0.0, 36.0);
            canvas.text(&short_number(x), corner, TEXT_SIZE, palette.weak, 0.5);
        }
        let below = egui::pos2(rect.center().x, rect.bottom() + 74.0);
        canvas.text(self.x_unit, below, TEXT_SIZE, palette.weak, 0.5);
    }

    fn draw_legend(&self, canvas: &mut Canvas, y: f32, palette: &Palette) {
        let mut x = LEFT;
        for curve in &self.curves {
            let middle = y - TEXT_SIZE * 0.35;
            let sample = [egui::pos2(x, middle), egui::pos2(x + 44.0, middle)];
            let dash = curve.is_dashed.then_some(DASH);
            canvas.line(&sample, LINE_WIDTH, curve.color, 1.0, dash);
            let corner = egui::pos2(x + 54.0, y);
            let width = canvas.text(&curve.name, corner, TEXT_SIZE, palette.text, 0.0);
            x += 54.0 + width + 40.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::widgets::curve_plot::Lines;

    fn chart(y_axis: YAxis, value: f64) -> ChartPicture {
        let points = vec![[0.0, value], [10.0, value]];
        ChartPicture {
            title: "Loss".to_owned(),
            x_unit: "steps",
            y_axis,
            curves: vec![Curve {
                name: "Loss".to_owned(),
                color: Palette::of_mode(false).curves[0],
                is_dashed: false,
                lines: Arc::new(Lines {
                    raw: points.clone(),
                    smooth: points,
                }),
            }],
        }
    }

    #[test]
    fn a_flat_curve_is_a_line_of_its_color_across_the_chart() {
        let picture = draw(&[chart(YAxis::Number, 1.0)]);
        assert_eq!((picture.width, picture.height), (WIDTH, CHART_HEIGHT));
        let color = Palette::of_mode(false).curves[0];
        let color = [color.r(), color.g(), color.b()];
        let middle = (TOP + CHART_HEIGHT as f32 - BOTTOM) / 2.0;
        for x in [300, 800, 1400] {
            assert_eq!(picture.pixel(x, middle as u32), color);
        }
    }

    #[test]
    fn charts_without_points_are_drawn_empty() {
        let mut empty = chart(YAxis::Logarithm, 0.0);
        let picture = draw(&[empty.clone()]);
        let color = Palette::of_mode(false).card;
        assert_eq!(picture.pixel(800, 300), [color.r(), color.g(), color.b()]);
        empty.curves.clear();
        assert_eq!(draw(&[empty]).height, CHART_HEIGHT);
    }
}

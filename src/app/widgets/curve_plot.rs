//! Curves of one or more runs in one plot: raw faint, smoothed on top, values under the pointer.

use std::path::Path;
use std::sync::Arc;

use eframe::egui;
use egui_plot::GridInput;
use egui_plot::GridMark;
use egui_plot::HoverPosition;
use egui_plot::Line;
use egui_plot::LineStyle;
use egui_plot::Plot;
use egui_plot::PlotBounds;
use egui_plot::PlotPoints;
use egui_plot::Points;

use crate::app::curves;
use crate::app::curves::Series;
use crate::app::curves::XAxis;
use crate::app::curves::short_number;
use crate::app::theme::Palette;
use crate::app::widgets::words;
use crate::distill::RunPoint;

/// How strongly the raw curve shows under the smoothed one.
const RAW_ALPHA: f32 = 0.25;
/// Curves with fewer points show each of them.
const N_POINTS_WITH_DOTS: usize = 60;
const LINE_WIDTH: f32 = 2.0;

/// What the vertical axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YAxis {
    /// A share, 0 to 1, shown in percent.
    Share,
    Number,
    /// Powers of ten have equal distances; values of 0 and below are left out.
    Logarithm,
}

/// One line of the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub name: String,
    pub color: egui::Color32,
    /// Lines of other runs are dashed.
    pub is_dashed: bool,
    pub lines: Arc<Lines>,
}

/// A curve before and after smoothing, in the units of the run.
#[derive(Debug, Default, PartialEq)]
pub struct Lines {
    pub raw: Vec<[f64; 2]>,
    pub smooth: Vec<[f64; 2]>,
}

impl Lines {
    /// The lines of `key`, computed again only when the run or a choice has changed.
    pub fn cached(
        ui: &egui::Ui,
        run: &Path,
        points: &[RunPoint],
        key: &str,
        x_axis: XAxis,
        smoothing: f32,
    ) -> Arc<Self> {
        #[derive(Clone)]
        struct Cached {
            stamp: (usize, u64, XAxis, u32),
            lines: Arc<Lines>,
        }
        let id = egui::Id::unique(("lines of a curve", run, key));
        let last_step = points.last().map_or(0, |point| point.step);
        let stamp = (points.len(), last_step, x_axis, smoothing.to_bits());
        let known: Option<Cached> = ui.data(|data| data.get_temp(id));
        if let Some(known) = known.filter(|known| known.stamp == stamp) {
            return known.lines;
        }
        let raw = Series::new(points, key, x_axis).points;
        let smooth = curves::smoothed(&raw, smoothing);
        let lines = Arc::new(Self { raw, smooth });
        let cached = Cached {
            stamp,
            lines: lines.clone(),
        };
        ui.data_mut(|data| data.insert_temp(id, cached));
        lines
    }
}

/// A plot of several curves.
pub struct CurvePlot<'a> {
    pub id: &'static str,
    /// What a screen reader says the plot is.
    pub label: &'a str,
    pub curves: &'a [Curve],
    pub x_axis: XAxis,
    pub y_axis: YAxis,
    pub height: f32,
}

impl CurvePlot<'_> {
    pub fn ui(&self, ui: &mut egui::Ui) -> egui::Response {
        let palette = Palette::of(ui);
        let y_axis = self.y_axis;
        let bounds_id = egui::Id::unique(("bounds of a plot", self.id));
        let n_columns = ui.available_width().max(1.0) as usize;
        let last_bounds: Option<PlotBounds> = ui.data(|data| data.get_temp(bounds_id));
        let range = last_bounds.map_or((f64::NEG_INFINITY, f64::INFINITY), |bounds| {
            (bounds.min()[0], bounds.max()[0])
        });

        let mut plot = Plot::new(self.id)
            .height(self.height)
            .show_background(false)
            .allow_scroll(false)
            .allow_zoom([true, true])
            .allow_boxed_zoom(true)
            .show_crosshair(false)
            .grid_color(palette.line)
            .set_margin_fraction(egui::vec2(0.02, 0.08))
            .y_axis_min_width(44.0)
            .y_axis_formatter(move |mark, _| y_axis.tick_label(mark.value))
            .x_axis_formatter(|mark, _| short_number(mark.value))
            .label_formatter(|position| self.hover_text(position));
        match self.y_axis {
            YAxis::Logarithm => plot = plot.y_grid_spacer(log_grid),
            YAxis::Share => plot = plot.include_y(0.0).include_y(0.1),
            YAxis::Number => {}
        }
        let shown = plot.show(ui, |plot_ui| {
            for curve in self.curves {
                self.curve_ui(plot_ui, curve, palette, range, n_columns);
            }
        });
        let bounds = *shown.transform.bounds();
        ui.data_mut(|data| data.insert_temp(bounds_id, bounds));
        shown
            .response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.spoken()));
        shown.response
    }

    fn curve_ui(
        &self,
        plot_ui: &mut egui_plot::PlotUi<'_>,
        curve: &Curve,
        palette: &Palette,
        range: (f64, f64),
        n_columns: usize,
    ) {
        let style = if curve.is_dashed {
            LineStyle::dashed_loose()
        } else {
            LineStyle::Solid
        };
        let points_of = |points: &[[f64; 2]]| -> Vec<[f64; 2]> {
            let few = curves::thinned(points, range, n_columns);
            few.into_iter()
                .filter_map(|[x, y]| Some([x, self.y_axis.position(y)?]))
                .collect()
        };
        let raw = points_of(&curve.lines.raw);
        let smooth = points_of(&curve.lines.smooth);
        let faint = curve.color.gamma_multiply(RAW_ALPHA);
        let is_smoothed = raw != smooth;
        if is_smoothed {
            let line = Line::new(curve.name.as_str(), PlotPoints::from(raw))
                .color(faint)
                .width(1.0)
                .allow_hover(false);
            plot_ui.line(line);
        } else if curve.lines.raw.len() <= N_POINTS_WITH_DOTS {
            let dots = Points::new(curve.name.as_str(), PlotPoints::from(raw))
                .color(curve.color)
                .radius(2.5)
                .allow_hover(false);
            plot_ui.points(dots);
        }
        if let Some(&newest) = smooth.last() {
            let dot = Points::new(curve.name.as_str(), PlotPoints::from(vec![newest]))
                .color(palette.text)
                .radius(1.0)
                .allow_hover(false);
            plot_ui.points(dot);
        }
        let line = Line::new(curve.name.as_str(), PlotPoints::from(smooth))
            .color(curve.color)
            .width(LINE_WIDTH)
            .style(style)
            .allow_hover(false);
        plot_ui.line(line);
    }

    /// The values of every curve where the pointer is.
    fn hover_text(&self, position: &HoverPosition<'_>) -> Option<String> {
        let x = match position {
            HoverPosition::NearDataPoint { position, .. }
            | HoverPosition::Elsewhere { position } => position.x,
        };
        let rows: Vec<String> = self
            .curves
            .iter()
            .filter_map(|curve| {
                let (raw, smooth) = nearest(&curve.lines, x)?;
                let raw_text = self.y_axis.value_label(raw);
                let smooth_text = self.y_axis.value_label(smooth);
                Some(if raw_text == smooth_text {
                    format!("{}: {raw_text}", curve.name)
                } else {
                    format!("{}: {raw_text}, smoothed {smooth_text}", curve.name)
                })
            })
            .collect();
        if rows.is_empty() {
            return None;
        }
        let at = short_number(x.max(0.0));
        Some(format!("{at} {}\n{}", self.x_axis.unit(), rows.join("\n")))
    }

    fn spoken(&self) -> String {
        let values: Vec<String> = self
            .curves
            .iter()
            .filter_map(|curve| {
                let newest = curve.lines.raw.last()?;
                Some(format!(
                    "{} {}",
                    curve.name,
                    self.y_axis.value_label(newest[1])
                ))
            })
            .collect();
        format!("{}: {}", self.label, values.join(", "))
    }
}

impl YAxis {
    /// Where a value lies on the axis.
    pub fn position(self, value: f64) -> Option<f64> {
        match self {
            Self::Share | Self::Number => Some(value),
            Self::Logarithm => (value > 0.0).then(|| value.log10()),
        }
    }

    /// The words at a tick of the axis.
    pub fn tick_label(self, position: f64) -> String {
        match self {
            Self::Share if (0.0..=1.0).contains(&position) => {
                format!("{} %", short_number(position * 100.0))
            }
            Self::Share => String::new(),
            Self::Number => short_number(position),
            Self::Logarithm => short_number(10f64.powf(position)),
        }
    }

    fn value_label(self, value: f64) -> String {
        match self {
            Self::Share => words::percent(value as f32),
            Self::Number | Self::Logarithm => short_number(value),
        }
    }
}

fn log_grid(input: GridInput) -> Vec<GridMark> {
    curves::log_ticks(input.bounds.0, input.bounds.1)
        .into_iter()
        .map(|tick| GridMark {
            value: tick.position,
            step_size: tick.spacing,
        })
        .collect()
}

/// Raw and smoothed value of the point closest to `x`.
fn nearest(lines: &Lines, x: f64) -> Option<(f64, f64)> {
    let after = lines.raw.partition_point(|point| point[0] < x);
    let candidates = [after.checked_sub(1), Some(after)];
    let idx = candidates
        .into_iter()
        .flatten()
        .filter(|idx| *idx < lines.raw.len())
        .min_by(|a, b| {
            let distance = |idx: &usize| (lines.raw[*idx][0] - x).abs();
            distance(a).total_cmp(&distance(b))
        })?;
    Some((lines.raw[idx][1], lines.smooth.get(idx)?[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_shows_raw_and_smoothed_values_of_every_curve() {
        let curve = |name: &str, raw: f64| Curve {
            name: name.to_owned(),
            color: egui::Color32::PLACEHOLDER,
            is_dashed: false,
            lines: Arc::new(Lines {
                raw: vec![[0.0, 0.1], [1.0, raw]],
                smooth: vec![[0.0, 0.1], [1.0, 0.5]],
            }),
        };
        let curves = [curve("Copies found", 0.81), curve("Ranking", 0.5)];
        let plot = CurvePlot {
            id: "quality",
            label: "Quality",
            curves: &curves,
            x_axis: XAxis::Epoch,
            y_axis: YAxis::Share,
            height: 100.0,
        };
        let position = HoverPosition::Elsewhere {
            position: egui_plot::PlotPoint::new(0.9, 0.3),
        };
        assert_eq!(
            plot.hover_text(&position).unwrap(),
            "0.9 passes over the pictures\nCopies found: 81 %, smoothed 50 %\nRanking: 50 %"
        );
        assert_eq!(plot.spoken(), "Quality: Copies found 81 %, Ranking 50 %");
    }

    #[test]
    fn a_logarithm_leaves_out_what_it_cannot_show() {
        assert_eq!(YAxis::Logarithm.position(0.0), None);
        assert_eq!(YAxis::Logarithm.position(100.0), Some(2.0));
        assert_eq!(YAxis::Logarithm.tick_label(-2.0), "0.01");
    }
}

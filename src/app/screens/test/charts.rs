//! The charts of reports: precision over recall, similarities, edits.

use eframe::egui;
use egui_plot::Bar;
use egui_plot::BarChart;
use egui_plot::Legend;
use egui_plot::Line;
use egui_plot::LineStyle;
use egui_plot::Plot;
use egui_plot::PlotPoints;

use super::card_ui;
use super::models::short;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::words;
use crate::eval::report::Histogram;
use crate::eval::report::Report;

const PLOT_HEIGHT: f32 = 240.0;
const LINE_WIDTH: f32 = 2.0;
const BAR_HEIGHT: f32 = 14.0;
const NAME_WIDTH: f32 = 180.0;
const NAME_HEIGHT: f32 = 18.0;
const SHARE_WIDTH: f32 = 110.0;

pub fn ui(ui: &mut egui::Ui, reports: &[&Report]) {
    if reports
        .iter()
        .any(|report| !report.findings.curves.is_empty())
    {
        card_ui(ui, "Precision over recall", |ui| curves_ui(ui, reports));
    }
    for report in reports {
        if let Some(histogram) = &report.findings.histogram {
            let title = match reports.len() {
                1 => "Similarity of copies and of everything else".to_owned(),
                _ => format!("Similarity, {}", short(&report.model.name)),
            };
            card_ui(ui, &title, |ui| histogram_ui(ui, report, histogram));
        }
    }
    if reports
        .iter()
        .any(|report| !report.findings.per_edit.is_empty())
    {
        card_ui(ui, "Copies found first, by edit", |ui| {
            edits_ui(ui, reports);
        });
    }
}

fn curves_ui(ui: &mut egui::Ui, reports: &[&Report]) {
    ui.weak("Further right, more copies are found; further up, fewer claims are wrong.");
    let colors = Palette::of(ui).curves;
    let percent = |mark: egui_plot::GridMark, _: &std::ops::RangeInclusive<f64>| {
        if (0.0..=1.0).contains(&mark.value) {
            format!("{:.0} %", mark.value * 100.0)
        } else {
            String::new()
        }
    };
    let shown = Plot::new("precision over recall")
        .height(PLOT_HEIGHT)
        .show_background(false)
        .allow_scroll(false)
        .include_x(0.0)
        .include_x(1.0)
        .include_y(0.0)
        .include_y(1.02)
        .grid_color(Palette::of(ui).line)
        .x_axis_formatter(percent)
        .y_axis_formatter(percent)
        .legend(Legend::default())
        .show(ui, |plot| {
            let mut n_lines = 0;
            for report in reports {
                for curve in &report.findings.curves {
                    let name = match reports.len() {
                        1 => curve.name.clone(),
                        _ => format!("{}, {}", short(&report.model.name), curve.name),
                    };
                    let points = curve.points.iter();
                    let points = points.map(|p| [f64::from(p.recall), f64::from(p.precision)]);
                    let style = if n_lines < colors.len() {
                        LineStyle::Solid
                    } else {
                        LineStyle::dashed_loose()
                    };
                    let line = Line::new(name, PlotPoints::from(points.collect::<Vec<_>>()))
                        .color(colors[n_lines % colors.len()])
                        .style(style)
                        .width(LINE_WIDTH);
                    plot.line(line);
                    n_lines += 1;
                }
            }
        });
    let spoken = reports.iter().filter_map(|report| {
        let figure = report.findings.figures.first()?;
        Some(format!(
            "{} {} {:.3}",
            report.model.name, figure.label, figure.value
        ))
    });
    let spoken = format!(
        "Precision over recall: {}",
        spoken.collect::<Vec<_>>().join(", ")
    );
    shown
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
}

fn histogram_ui(ui: &mut egui::Ui, report: &Report, histogram: &Histogram) {
    ui.weak("The less the two overlap, the better copies can be told from everything else.");
    let palette = Palette::of(ui);
    let width = f64::from(histogram.high - histogram.low) / histogram.copies.len().max(1) as f64;
    let bars = |bins: &[u32]| -> Vec<Bar> {
        let total = f64::from(bins.iter().sum::<u32>().max(1));
        bins.iter()
            .enumerate()
            .map(|(idx, bin)| {
                let middle = f64::from(histogram.low) + (idx as f64 + 0.5) * width;
                Bar::new(middle, f64::from(*bin) / total).width(width)
            })
            .collect()
    };
    let chart = |name: &str, bins: &[u32], color: egui::Color32| {
        BarChart::new(name, bars(bins)).color(color.gamma_multiply(0.6))
    };
    let shown = Plot::new(("similarities", &report.model.id, report.made))
        .height(PLOT_HEIGHT)
        .show_background(false)
        .allow_scroll(false)
        .grid_color(palette.line)
        .y_axis_formatter(|mark, _| format!("{:.0} %", mark.value * 100.0))
        .legend(Legend::default())
        .show(ui, |plot| {
            let others = "Pictures with the most similar other";
            plot.bar_chart(chart(others, &histogram.others, palette.curves[4]));
            let copies = "Copies with their originals";
            plot.bar_chart(chart(copies, &histogram.copies, palette.curves[0]));
        });
    let mean = |bins: &[u32]| {
        let total = f64::from(bins.iter().sum::<u32>().max(1));
        let sum: f64 = bins
            .iter()
            .enumerate()
            .map(|(idx, bin)| f64::from(*bin) * (idx as f64 + 0.5) * width)
            .sum();
        f64::from(histogram.low) + sum / total
    };
    let spoken = format!(
        "Similarity: copies {:.2} on average, everything else {:.2}",
        mean(&histogram.copies),
        mean(&histogram.others)
    );
    shown
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
}

fn edits_ui(ui: &mut egui::Ui, reports: &[&Report]) {
    let mut names: Vec<&str> = Vec::new();
    for edit in reports.iter().flat_map(|report| &report.findings.per_edit) {
        if !names.contains(&edit.name.as_str()) {
            names.push(&edit.name);
        }
    }
    let rows: Vec<Row<'_>> = names
        .into_iter()
        .map(|name| {
            let shares = reports.iter().map(|report| {
                let mut edits = report.findings.per_edit.iter();
                let edit = edits.find(|edit| edit.name == name)?;
                let text = format!("{} of {}", words::percent(edit.found), edit.n_copies);
                Some((edit.found, text))
            });
            (name, shares.collect())
        })
        .collect();
    let models: Vec<String> = reports
        .iter()
        .map(|report| short(&report.model.name))
        .collect();
    bars_ui(ui, &models, &rows);
}

/// A name, and for each model a share and the words behind its bar.
pub type Row<'a> = (&'a str, Vec<Option<(f32, String)>>);

/// Rows of bars, one bar for each model, from nothing to all.
pub fn bars_ui(ui: &mut egui::Ui, models: &[String], rows: &[Row<'_>]) {
    let palette = Palette::of(ui);
    if models.len() > 1 {
        ui.horizontal_wrapped(|ui| {
            for (idx, model) in models.iter().enumerate() {
                let color = palette.curves[idx % palette.curves.len()];
                let (rect, _) =
                    ui.allocate_exact_size(egui::Vec2::splat(12.0), egui::Sense::hover());
                ui.painter().rect_filled(rect, 2.0, color);
                ui.label(model);
            }
        });
    }
    for (name, shares) in rows {
        row_ui(ui, name, shares);
    }
}

/// A name and its bars, in the middle of each other.
fn row_ui(ui: &mut egui::Ui, name: &str, shares: &[Option<(f32, String)>]) {
    let palette = Palette::of(ui);
    let bars = BAR_HEIGHT * shares.len().max(1) as f32;
    let size = egui::vec2(ui.available_width(), bars.max(NAME_HEIGHT));
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let spoken: Vec<&str> = shares.iter().flatten().map(|(_, text)| &**text).collect();
    let spoken = format!("{name}: {}", spoken.join(", "));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &spoken));
    response.on_hover_text(&spoken);
    let names = egui::Rect::from_center_size(
        egui::pos2(rect.left() + NAME_WIDTH / 2.0, rect.center().y),
        egui::vec2(NAME_WIDTH, NAME_HEIGHT),
    );
    let line = (name.to_owned(), egui::TextStyle::Body, palette.text);
    controls::paint_lines(ui, names, [line]);
    let left = rect.left() + NAME_WIDTH + theme::GAP;
    let width = (rect.right() - left - SHARE_WIDTH).max(40.0);
    for (idx, share) in shares.iter().enumerate() {
        let Some((share, text)) = share else {
            continue;
        };
        let top = rect.center().y - bars / 2.0 + idx as f32 * BAR_HEIGHT;
        let bar = egui::Rect::from_min_size(
            egui::pos2(left, top + 1.5),
            egui::vec2(width, BAR_HEIGHT - 3.0),
        );
        let mut filled = bar;
        filled.set_width(bar.width() * share.clamp(0.0, 1.0));
        let color = palette.curves[idx % palette.curves.len()];
        let painter = ui.painter();
        painter.rect_filled(bar, 2.0, palette.picture_ground);
        painter.rect_filled(filled, 2.0, color);
        painter.text(
            bar.right_center() + egui::vec2(theme::GAP, 0.0),
            egui::Align2::LEFT_CENTER,
            text,
            egui::TextStyle::Small.resolve(ui.style()),
            palette.weak,
        );
    }
}

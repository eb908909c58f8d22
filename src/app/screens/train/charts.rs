//! The two charts of a run, and how they are looked at.

use std::collections::BTreeSet;
use std::path::Path;

use eframe::egui;
use egui_material_icons::icons;

use super::TrainPage;
use crate::app::chart_picture::ChartPicture;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::curves;
use crate::app::curves::CurveGroup;
use crate::app::curves::XAxis;
use crate::app::state::train::PastRun;
use crate::app::state::train::ShownRun;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::curve_plot::Curve;
use crate::app::widgets::curve_plot::CurvePlot;
use crate::app::widgets::curve_plot::Lines;
use crate::app::widgets::curve_plot::YAxis;
use crate::distill::RunPoint;

const PLOT_HEIGHT: f32 = 220.0;
/// From this width on the charts stand side by side.
const TWO_COLUMNS_WIDTH: f32 = 960.0;
const DEFAULT_SMOOTHING: f32 = 0.6;
/// Below this width the choice of the axis and the smoothing stand below each other.
const CONTROLS_WIDTH: f32 = 640.0;

/// How the person looks at the charts; kept by the window, not by the run.
#[derive(Clone, Debug)]
struct Look {
    smoothing: f32,
    x_axis: XAxis,
    is_log: [bool; 2],
    hidden: BTreeSet<String>,
    /// The charts are to be saved as a picture, as they look now.
    is_saving: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            smoothing: DEFAULT_SMOOTHING,
            x_axis: XAxis::default(),
            is_log: [false, false],
            hidden: BTreeSet::new(),
            is_saving: false,
        }
    }
}

/// What differs between the two charts.
struct Chart {
    group: CurveGroup,
    id: &'static str,
    title: &'static str,
    nothing_yet: &'static str,
}

const CHARTS: [Chart; 2] = [
    Chart {
        group: CurveGroup::Quality,
        id: "quality",
        title: "Quality on pictures it has not seen",
        nothing_yet: "The first check comes before the first pass",
    },
    Chart {
        group: CurveGroup::Loss,
        id: "loss",
        title: "Loss, less is better",
        nothing_yet: "The first values come after a few steps",
    },
];

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, run: &ShownRun, commands: &mut Commands) {
    let look_id = egui::Id::unique("look of the training charts");
    let mut look: Look = ui.data(|data| data.get_temp(look_id)).unwrap_or_default();
    let others: Vec<&PastRun> = page
        .train
        .past
        .iter()
        .filter(|past| past.dir != run.config.run_dir)
        .collect();
    let overlaid: Vec<&PastRun> = others
        .iter()
        .copied()
        .filter(|past| page.train.overlaid.contains(&past.dir))
        .collect();
    controls_ui(ui, page, &others, &mut look, commands);
    if look.is_saving {
        look.is_saving = false;
        let charts = CHARTS
            .iter()
            .map(|chart| paper(ui, chart, run, &overlaid, &look));
        let command = TrainCommand::ExportPicture(charts.collect());
        commands.push(Command::Train(command));
    }

    let width = ui.available_width();
    let n_columns = if width >= TWO_COLUMNS_WIDTH { 2 } else { 1 };
    let gaps = theme::GROUP_GAP * (n_columns - 1) as f32;
    let chart_width = (width - gaps) / n_columns as f32;
    for row in CHARTS.chunks(n_columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GROUP_GAP;
            for chart in row {
                chart_ui(ui, chart, run, &overlaid, chart_width, &mut look);
            }
        });
    }
    ui.data_mut(|data| data.insert_temp(look_id, look));
}

fn controls_ui(
    ui: &mut egui::Ui,
    page: &TrainPage<'_>,
    others: &[&PastRun],
    look: &mut Look,
    commands: &mut Commands,
) {
    let is_narrow = ui.available_width() < CONTROLS_WIDTH;
    let direction = if is_narrow {
        egui::Layout::top_down(egui::Align::Min)
    } else {
        egui::Layout::left_to_right(egui::Align::Center)
    };
    let size = egui::vec2(ui.available_width(), theme::HIT_HEIGHT);
    ui.allocate_ui_with_layout(size, direction, |ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        ui.horizontal_wrapped(|ui| {
            ui.weak("Across");
            for x_axis in XAxis::ALL {
                ui.selectable_value(&mut look.x_axis, x_axis, x_axis.label());
            }
        });
        ui.horizontal(|ui| smoothing_ui(ui, &mut look.smoothing));
    });
    ui.horizontal_wrapped(|ui| {
        overlay_ui(ui, page, others, commands);
        if ui.button("Save as CSV…").clicked() {
            commands.push(Command::Train(TrainCommand::ExportCsv));
        }
        look.is_saving = ui.button("Save as picture…").clicked();
    });
}

fn smoothing_ui(ui: &mut egui::Ui, smoothing: &mut f32) {
    let label = ui.weak("Smoothing");
    let slider = egui::Slider::new(smoothing, 0.0..=0.99)
        .show_value(false)
        .step_by(0.01);
    ui.add(slider)
        .on_hover_text("Takes the ups and downs out of the curves. The faint line is the raw one")
        .labelled_by(label.id);
    let is_default = (*smoothing - DEFAULT_SMOOTHING).abs() < 0.005;
    let reset = ui
        .add_enabled(!is_default, egui::Button::new("Reset"))
        .on_hover_text("Back to the usual smoothing")
        .accessible_name("Reset smoothing");
    if reset.clicked() {
        *smoothing = DEFAULT_SMOOTHING;
    }
}

fn overlay_ui(
    ui: &mut egui::Ui,
    page: &TrainPage<'_>,
    others: &[&PastRun],
    commands: &mut Commands,
) {
    if others.is_empty() {
        return;
    }
    let n_overlaid = others
        .iter()
        .filter(|past| page.train.overlaid.contains(&past.dir))
        .count();
    let label = if n_overlaid == 0 {
        "Compare with".to_owned()
    } else {
        format!("Compare with ({n_overlaid})")
    };
    egui::containers::menu::MenuButton::new(label)
        .config(
            egui::containers::menu::MenuConfig::new()
                .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside),
        )
        .ui(ui, |ui| {
            egui::ScrollArea::vertical()
                .max_height(300.0)
                .show(ui, |ui| {
                    for past in others {
                        let mut is_shown = page.train.overlaid.contains(&past.dir);
                        if ui.checkbox(&mut is_shown, &past.name).changed() {
                            let command = TrainCommand::Overlay(past.dir.clone(), is_shown);
                            commands.push(Command::Train(command));
                        }
                    }
                });
        });
}

/// A chart as it looks now, for a picture. Always in the colors of the light theme.
fn paper(
    ui: &egui::Ui,
    chart: &Chart,
    run: &ShownRun,
    overlaid: &[&PastRun],
    look: &Look,
) -> ChartPicture {
    let colors = Palette::of_mode(false).curves;
    let mut curves = curves_of(ui, chart, run, overlaid, look);
    for (idx, curve) in curves.iter_mut().enumerate() {
        curve.color = colors[idx % colors.len()];
    }
    curves.retain(|curve| !look.hidden.contains(&hidden_key(chart, &curve.name)));
    ChartPicture {
        title: chart.title.to_owned(),
        x_unit: look.x_axis.unit(),
        y_axis: y_axis(chart, look),
        curves,
    }
}

fn chart_ui(
    ui: &mut egui::Ui,
    chart: &Chart,
    run: &ShownRun,
    overlaid: &[&PastRun],
    width: f32,
    look: &mut Look,
) {
    let frame = theme::card(ui);
    let padding = frame.total_margin().sum();
    frame.show(ui, |ui| {
        ui.set_width(width - padding.x);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            let curves = curves_of(ui, chart, run, overlaid, look);
            header_ui(ui, chart, look);
            legend_ui(ui, chart, &curves, &mut look.hidden);
            let shown: Vec<Curve> = curves
                .into_iter()
                .filter(|curve| !look.hidden.contains(&hidden_key(chart, &curve.name)))
                .collect();
            if shown.iter().all(|curve| curve.lines.raw.is_empty()) {
                let size = egui::vec2(ui.available_width(), PLOT_HEIGHT);
                let center = egui::Layout::centered_and_justified(egui::Direction::TopDown);
                ui.allocate_ui_with_layout(size, center, |ui| ui.weak(chart.nothing_yet));
                return;
            }
            CurvePlot {
                id: chart.id,
                label: chart.title,
                curves: &shown,
                x_axis: look.x_axis,
                y_axis: y_axis(chart, look),
                height: PLOT_HEIGHT,
            }
            .ui(ui);
            ui.vertical_centered(|ui| {
                ui.label(egui::RichText::new(look.x_axis.unit()).weak().small());
            });
        });
    });
}

fn header_ui(ui: &mut egui::Ui, chart: &Chart, look: &mut Look) {
    ui.horizontal(|ui| {
        ui.label(egui::RichText::new(chart.title).text_style(theme::card_title()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let is_log = &mut look.is_log[chart.group as usize];
            ui.checkbox(is_log, "Log scale")
                .on_hover_text("Equal distances mean equal factors")
                .accessible_name(format!("Log scale, {}", chart.title));
        });
    });
}

/// One check box per curve, with a piece of its line.
fn legend_ui(ui: &mut egui::Ui, chart: &Chart, curves: &[Curve], hidden: &mut BTreeSet<String>) {
    ui.horizontal_wrapped(|ui| {
        for curve in curves {
            let key = hidden_key(chart, &curve.name);
            let mut is_shown = !hidden.contains(&key);
            let entry = ui
                .checkbox(&mut is_shown, legend_text(ui, curve))
                .accessible_name(&curve.name)
                .on_hover_text(&curve.name);
            if entry.changed() {
                if is_shown {
                    hidden.remove(&key);
                } else {
                    hidden.insert(key);
                }
            }
        }
    });
}

/// A piece of the line, dashed where the line is, and the name of the curve.
fn legend_text(ui: &egui::Ui, curve: &Curve) -> egui::text::LayoutJob {
    let icon = if curve.is_dashed {
        icons::ICON_MORE_HORIZ
    } else {
        icons::ICON_HORIZONTAL_RULE
    };
    let body = egui::TextStyle::Body.resolve(ui.style());
    let icon_font = egui::FontId::new(theme::ICON_SIZE, icon.font_family());
    let mut job = egui::text::LayoutJob::default();
    let colored = egui::TextFormat {
        valign: egui::Align::Center,
        ..egui::TextFormat::simple(icon_font, curve.color)
    };
    job.append(icon.codepoint, 0.0, colored);
    let plain = egui::TextFormat {
        valign: egui::Align::Center,
        ..egui::TextFormat::simple(body, Palette::of(ui).text)
    };
    job.append(&shortened(&curve.name), theme::GAP / 2.0, plain);
    job
}

fn hidden_key(chart: &Chart, name: &str) -> String {
    format!("{}/{name}", chart.id)
}

fn shortened(name: &str) -> String {
    const MAX_CHARS: usize = 48;
    if name.chars().count() <= MAX_CHARS {
        return name.to_owned();
    }
    let start: String = name.chars().take(MAX_CHARS - 1).collect();
    format!("{start}…")
}

fn y_axis(chart: &Chart, look: &Look) -> YAxis {
    match (look.is_log[chart.group as usize], chart.group) {
        (true, _) => YAxis::Logarithm,
        (false, CurveGroup::Quality) => YAxis::Share,
        (false, CurveGroup::Loss) => YAxis::Number,
    }
}

/// The curves of the run on screen, then the first curve of each run beside it.
fn curves_of(
    ui: &egui::Ui,
    chart: &Chart,
    run: &ShownRun,
    overlaid: &[&PastRun],
    look: &Look,
) -> Vec<Curve> {
    let colors = Palette::of(ui).curves;
    let keys = curves::groups(&run.points, chart.group);
    let smoothing = match chart.group {
        // Checks are few and already averages: smoothing would only hide the newest.
        CurveGroup::Quality => 0.0,
        CurveGroup::Loss => look.smoothing,
    };
    let lines = |dir: &Path, points: &[RunPoint], key: &str| {
        Lines::cached(ui, dir, points, key, look.x_axis, smoothing)
    };
    let mut curves: Vec<Curve> = keys
        .iter()
        .enumerate()
        .map(|(idx, key)| Curve {
            name: curves::key_label(key),
            color: colors[idx % colors.len()],
            is_dashed: false,
            lines: lines(&run.config.run_dir, &run.points, key),
        })
        .collect();
    for past in overlaid {
        let Some(points) = &past.points else {
            continue;
        };
        let past_keys = curves::groups(points, chart.group);
        let shared = keys.iter().find(|key| past_keys.contains(key));
        if let Some(key) = shared.or(past_keys.first()) {
            curves.push(Curve {
                name: past.name.clone(),
                color: colors[curves.len() % colors.len()],
                is_dashed: true,
                lines: lines(&past.dir, points, key),
            });
        }
    }
    curves
}

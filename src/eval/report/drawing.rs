//! Charts of reports as lines, boxes and words, from which a page and a picture are made.

use super::Report;

pub(super) const WIDTH: f32 = 760.0;
const LEFT: f32 = 64.0;
const RIGHT: f32 = 20.0;
const TOP: f32 = 64.0;
const BOTTOM: f32 = 48.0;
const PLOT_HEIGHT: f32 = 260.0;
const BAR_HEIGHT: f32 = 14.0;
const BAR_GAP: f32 = 10.0;
/// Room for the names of edits.
const NAMES: f32 = 190.0;

/// Okabe and Ito's colors, which color-blind people tell apart.
const COLORS: [Color; 6] = [
    [0x00, 0x72, 0xB2],
    [0xE6, 0x9F, 0x00],
    [0x00, 0x9E, 0x73],
    [0xCC, 0x79, 0xA7],
    [0xD5, 0x5E, 0x00],
    [0x56, 0xB4, 0xE9],
];
const TEXT: Color = [0x1B, 0x1D, 0x1F];
const WEAK: Color = [0x5C, 0x61, 0x66];
const LINE: Color = [0xDE, 0xDE, 0xDA];

pub(super) type Color = [u8; 3];

/// One thing on the paper; coordinates go right and down.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Line {
        points: Vec<[f32; 2]>,
        color: Color,
        width: f32,
        is_dashed: bool,
    },
    Box {
        corner: [f32; 2],
        size: [f32; 2],
        color: Color,
        alpha: f32,
    },
    /// `align` 0 starts at the place, 0.5 centers, 1 ends there.
    Words {
        text: String,
        at: [f32; 2],
        size: f32,
        color: Color,
        align: f32,
    },
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    pub title: String,
    pub(super) height: f32,
    pub(super) items: Vec<Item>,
}

/// The charts of one or more reports, laid over each other: curves, histogram, edits. What no report has
/// is left out.
pub fn charts(reports: &[&Report]) -> Vec<Drawing> {
    let mut charts = Vec::new();
    if reports
        .iter()
        .any(|report| !report.findings.curves.is_empty())
    {
        charts.push(curves(reports));
    }
    for report in reports {
        charts.extend(histogram(report, reports.len() > 1));
    }
    if reports
        .iter()
        .any(|report| !report.findings.per_edit.is_empty())
    {
        charts.push(edits(reports));
    }
    charts
}

impl Drawing {
    fn new(title: impl Into<String>, height: f32) -> Self {
        let title = title.into();
        let mut drawing = Self {
            title: title.clone(),
            height,
            items: Vec::new(),
        };
        drawing.words(title, [LEFT, 24.0], 15.0, TEXT, 0.0);
        drawing
    }

    fn words(
        &mut self,
        text: impl Into<String>,
        at: [f32; 2],
        size: f32,
        color: Color,
        align: f32,
    ) {
        self.items.push(Item::Words {
            text: text.into(),
            at,
            size,
            color,
            align,
        });
    }

    fn line(&mut self, points: Vec<[f32; 2]>, color: Color, width: f32, is_dashed: bool) {
        self.items.push(Item::Line {
            points,
            color,
            width,
            is_dashed,
        });
    }

    fn fill(&mut self, corner: [f32; 2], size: [f32; 2], color: Color, alpha: f32) {
        self.items.push(Item::Box {
            corner,
            size,
            color,
            alpha,
        });
    }

    /// Names and colors below the title.
    fn legend(&mut self, names: &[(String, Color, bool)]) {
        let mut x = LEFT;
        for (name, color, is_dashed) in names {
            let sample = vec![[x, 44.0], [x + 22.0, 44.0]];
            self.line(sample, *color, 2.5, *is_dashed);
            self.words(name, [x + 28.0, 48.0], 12.0, TEXT, 0.0);
            x += 48.0 + name.chars().count() as f32 * 6.4;
        }
    }

    /// A frame of axes from `x.0` to `x.1` below and from 0 to `y_high` beside.
    fn axes(&mut self, x: (f32, f32), x_name: &str, y_labels: &[(f32, String)]) {
        for (share, label) in y_labels {
            let y = place([0.0, *share])[1];
            self.line(vec![[LEFT, y], [WIDTH - RIGHT, y]], LINE, 1.0, false);
            self.words(label, [LEFT - 8.0, y + 4.0], 11.0, WEAK, 1.0);
        }
        for step in 0..=5_u8 {
            let share = f32::from(step) / 5.0;
            let at = place([share, 0.0]);
            let value = x.0 + (x.1 - x.0) * share;
            self.words(
                format!("{value:.2}"),
                [at[0], at[1] + 16.0],
                11.0,
                WEAK,
                0.5,
            );
        }
        let below = place([0.5, 0.0]);
        self.words(x_name, [below[0], below[1] + 36.0], 12.0, WEAK, 0.5);
    }
}

/// From shares of the plot to the paper.
fn place([x, y]: [f32; 2]) -> [f32; 2] {
    [
        LEFT + x * (WIDTH - LEFT - RIGHT),
        TOP + (1.0 - y) * PLOT_HEIGHT,
    ]
}

fn percents() -> Vec<(f32, String)> {
    let steps = (0..=5_u8).map(|step| f32::from(step) / 5.0);
    steps
        .map(|share| (share, format!("{:.0} %", share * 100.0)))
        .collect()
}

fn short(name: &str) -> String {
    const MAX: usize = 34;
    if name.chars().count() <= MAX {
        return name.to_owned();
    }
    name.chars().take(MAX - 1).chain(['…']).collect()
}

fn curves(reports: &[&Report]) -> Drawing {
    let mut drawing = Drawing::new("Precision over recall", TOP + PLOT_HEIGHT + BOTTOM);
    drawing.axes((0.0, 1.0), "Recall, the share of copies found", &percents());
    let mut names = Vec::new();
    for report in reports {
        for curve in &report.findings.curves {
            let color = COLORS[names.len() % COLORS.len()];
            let is_dashed = names.len() >= COLORS.len();
            let points = curve.points.iter();
            let points = points.map(|point| place([point.recall, point.precision]));
            drawing.line(points.collect(), color, 2.5, is_dashed);
            let name = if reports.len() == 1 {
                curve.name.clone()
            } else {
                short(&format!("{}, {}", report.model.name, curve.name))
            };
            names.push((name, color, is_dashed));
        }
    }
    drawing.legend(&names);
    drawing
}

fn histogram(report: &Report, is_named: bool) -> Option<Drawing> {
    let histogram = report.findings.histogram.as_ref()?;
    let title = "Similarity of copies and of everything else";
    let title = if is_named {
        format!("{title}, {}", short(&report.model.name))
    } else {
        title.to_owned()
    };
    let mut drawing = Drawing::new(title, TOP + PLOT_HEIGHT + BOTTOM);
    let shares = |bins: &[u32]| -> Vec<f32> {
        let total = bins.iter().sum::<u32>().max(1) as f32;
        bins.iter().map(|bin| *bin as f32 / total).collect()
    };
    let (copies, others) = (shares(&histogram.copies), shares(&histogram.others));
    let most = copies.iter().chain(&others).copied().fold(1e-6, f32::max);
    let labels = (0..=4_u8).map(|step| {
        let share = f32::from(step) / 4.0;
        (share, format!("{:.0} %", share * most * 100.0))
    });
    let range = (histogram.low, histogram.high);
    drawing.axes(range, "Similarity", &labels.collect::<Vec<_>>());
    for (bins, color) in [(&others, COLORS[1]), (&copies, COLORS[0])] {
        let width = 1.0 / bins.len().max(1) as f32;
        for (idx, share) in bins.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let corner = place([idx as f32 * width, share / most]);
            let end = place([(idx + 1) as f32 * width, 0.0]);
            let size = [end[0] - corner[0] - 1.0, end[1] - corner[1]];
            drawing.fill(corner, size, color, 0.55);
        }
    }
    drawing.legend(&[
        ("Copies with their originals".to_owned(), COLORS[0], false),
        (
            "Pictures with the most similar other".to_owned(),
            COLORS[1],
            false,
        ),
    ]);
    Some(drawing)
}

fn edits(reports: &[&Report]) -> Drawing {
    let mut names: Vec<&str> = Vec::new();
    for edit in reports.iter().flat_map(|report| &report.findings.per_edit) {
        if !names.contains(&edit.name.as_str()) {
            names.push(&edit.name);
        }
    }
    let row = BAR_HEIGHT * reports.len() as f32 + BAR_GAP;
    let mut drawing = Drawing::new(
        "Copies found first, by edit",
        TOP + names.len() as f32 * row + 8.0,
    );
    for (idx, name) in names.iter().enumerate() {
        let top = TOP + idx as f32 * row;
        let middle = top + (row - BAR_GAP) / 2.0 + 4.0;
        drawing.words(short(name), [NAMES - 8.0, middle], 12.0, TEXT, 1.0);
        for (report_idx, report) in reports.iter().enumerate() {
            let mut edits = report.findings.per_edit.iter();
            let Some(edit) = edits.find(|edit| edit.name == **name) else {
                continue;
            };
            let y = top + report_idx as f32 * BAR_HEIGHT;
            let room = WIDTH - NAMES - RIGHT - 90.0;
            let color = COLORS[report_idx % COLORS.len()];
            drawing.fill([NAMES, y], [room, BAR_HEIGHT - 2.0], LINE, 0.5);
            drawing.fill(
                [NAMES, y],
                [room * edit.found, BAR_HEIGHT - 2.0],
                color,
                1.0,
            );
            let text = format!("{:.0} % of {}", edit.found * 100.0, edit.n_copies);
            drawing.words(text, [NAMES + room + 6.0, y + 10.5], 11.0, WEAK, 0.0);
        }
    }
    if reports.len() > 1 {
        let models = reports.iter().enumerate();
        let models = models.map(|(idx, report)| {
            let color = COLORS[idx % COLORS.len()];
            (short(&report.model.name), color, false)
        });
        drawing.legend(&models.collect::<Vec<_>>());
    }
    drawing
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn n_words(drawing: &Drawing, wanted: &str) -> usize {
        let items = drawing.items.iter();
        let found =
            items.filter(|item| matches!(item, Item::Words { text, .. } if text.contains(wanted)));
        found.count()
    }

    #[test]
    fn reports_are_laid_over_each_other() {
        let (a, b) = (example("a", 0.5), example("b", 0.6));
        let titles = |reports: &[&Report]| -> Vec<String> {
            charts(reports)
                .into_iter()
                .map(|chart| chart.title)
                .collect()
        };
        assert_eq!(titles(&[&a]).len(), 3);
        // Histograms stand below each other, everything else in one chart.
        assert_eq!(titles(&[&a, &b]).len(), 4);
        let both = charts(&[&a, &b]);
        assert_eq!(n_words(&both[0], "Plain"), 2);
        assert_eq!(n_words(both.last().unwrap(), "50 % of 8"), 2);
    }

    #[test]
    fn a_report_without_curves_has_no_charts() {
        let mut report = example("a", 0.5);
        report.findings = crate::eval::report::Findings::default();
        assert!(charts(&[&report]).is_empty());
    }

    #[test]
    fn everything_lies_on_the_paper() {
        let report = example("a", 0.5);
        for chart in charts(&[&report]) {
            for item in &chart.items {
                let places: Vec<[f32; 2]> = match item {
                    Item::Line { points, .. } => points.clone(),
                    Item::Box { corner, size, .. } => {
                        vec![*corner, [corner[0] + size[0], corner[1] + size[1]]]
                    }
                    Item::Words { at, .. } => vec![*at],
                };
                for [x, y] in places {
                    let is_inside = (0.0..=WIDTH).contains(&x) && (0.0..=chart.height).contains(&y);
                    assert!(is_inside, "{item:?}");
                }
            }
        }
    }
}

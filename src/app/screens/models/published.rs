//! The models that the methods publish: found by name, looked at, fetched.

mod row;

use eframe::egui;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::describe;
use crate::app::widgets::words;
use crate::models::catalog;
use crate::models::catalog::PublishedModel;
use crate::models::catalog::Publisher;

/// Rows show only names and what becomes of them where there is less room.
const MIN_FULL_WIDTH: f32 = 760.0;
const SEARCH_WIDTH: f32 = 320.0;

/// Where the columns of a row begin, as shares of its width; the last one ends it.
const COLUMNS: [f32; 6] = [0.0, 0.3, 0.46, 0.56, 0.86, 1.0];
const NARROW_COLUMNS: [f32; 3] = [0.0, 0.68, 1.0];

/// Draws the section.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        controls::card_title(ui, "Published models");
        ui.weak(
            "Models that their authors give out. Nothing is downloaded before you ask for it, and \
             each one says first where it comes from.",
        );
        search_ui(ui, state, commands);
        let search = &state.models.published.search;
        let mut n_shown = 0;
        for (publisher, models) in catalog::groups() {
            let found = models.iter().filter(|model| model.matches(search));
            let found: Vec<&'static PublishedModel> = found.collect();
            if found.is_empty() {
                continue;
            }
            n_shown += found.len();
            group_ui(ui, publisher, &found, state, commands);
        }
        if n_shown == 0 {
            ui.weak("No published model is called that. Try the name of a method or a network.");
        }
    });
}

fn search_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let mut text = state.models.published.search.clone();
    ui.horizontal(|ui| {
        ui.label(controls::icon_text(icons::ICON_SEARCH).color(Palette::of(ui).weak));
        let editor = egui::TextEdit::singleline(&mut text)
            .char_limit(80)
            .hint_text("Name, method or network")
            .desired_width(SEARCH_WIDTH.min(ui.available_width()));
        let response = ui.add(editor);
        if response
            .accessible_name("Search the published models")
            .changed()
        {
            let search = ModelsCommand::SearchPublished(text.clone());
            commands.push(Command::Models(search));
        }
    });
}

fn group_ui(
    ui: &mut egui::Ui,
    publisher: &Publisher,
    models: &[&'static PublishedModel],
    state: &AppState,
    commands: &mut Commands,
) {
    let frame = theme::card(ui);
    let padding = frame.total_margin().sum().x;
    let width = ui.available_width();
    frame.show(ui, |ui| {
        ui.set_width(width - padding);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP / 2.0;
            controls::card_title(ui, publisher.label);
            ui.weak(publisher.help);
            controls::caption(ui, format!("Licence: {}", publisher.licence));
            ui.add_space(theme::GAP / 2.0);
            for model in models {
                ui.push_id(model.id, |ui| model_ui(ui, model, state, commands));
            }
        });
    });
}

fn model_ui(
    ui: &mut egui::Ui,
    model: &'static PublishedModel,
    state: &AppState,
    commands: &mut Commands,
) {
    let is_open = state.models.published.open == Some(model.id);
    if line_ui(ui, model, is_open, &status(model, state)).clicked() {
        let open = (!is_open).then_some(model.id);
        commands.push(Command::Models(ModelsCommand::OpenPublished(open)));
    }
    if is_open {
        egui::Frame::new()
            .inner_margin(egui::Margin {
                left: theme::PAGE_MARGIN as i8,
                right: 0,
                top: theme::GAP as i8,
                bottom: theme::GROUP_GAP as i8,
            })
            .show(ui, |ui| row::ui(ui, model, state, commands));
    }
}

/// One line that opens and closes the row, one control as a whole.
fn line_ui(
    ui: &mut egui::Ui,
    model: &PublishedModel,
    is_open: bool,
    status: &str,
) -> egui::Response {
    let size = egui::vec2(ui.available_width(), theme::HIT_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let name = model.label;
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::accesskit::Role::Button, true, is_open, name)
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    ground_ui(ui, rect, is_open, &response);
    let inner = rect.with_min_x(rect.left() + theme::PAGE_MARGIN);
    let cells = if rect.width() < MIN_FULL_WIDTH {
        let texts = [name.to_owned(), status.to_owned()];
        cells(&NARROW_COLUMNS, texts)
    } else {
        cells(&COLUMNS, full_texts(model, status))
    };
    for (index, (shares, text)) in cells.into_iter().enumerate() {
        let palette = Palette::of(ui);
        let color = if index == 0 {
            palette.text
        } else {
            palette.weak
        };
        paint(
            ui,
            inner,
            shares.map(|share| share * inner.width()),
            text,
            color,
        );
    }
    response
}

/// What is under the words of a line: whether it is open, under the pointer, or has the keyboard.
fn ground_ui(ui: &egui::Ui, rect: egui::Rect, is_open: bool, response: &egui::Response) {
    let palette = Palette::of(ui);
    let fill = match (is_open, response.hovered()) {
        (true, _) => palette.selection,
        (false, true) => palette.control_hovered,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::CONTROL_RADIUS, fill);
    if response.has_focus() {
        let ring = egui::Stroke::new(theme::FOCUS_RING, palette.accent);
        let kind = egui::StrokeKind::Inside;
        painter.rect_stroke(rect, theme::CONTROL_RADIUS, ring, kind);
    }
    let icon = if is_open {
        icons::ICON_EXPAND_MORE
    } else {
        icons::ICON_CHEVRON_RIGHT
    };
    let font = egui::FontId::new(theme::ICON_SIZE, icon.font_family());
    let left = egui::Align2::LEFT_CENTER;
    painter.text(rect.left_center(), left, icon.codepoint, font, palette.weak);
}

fn full_texts(model: &PublishedModel, status: &str) -> [String; 5] {
    let score = model.main_score().map_or_else(String::new, |score| {
        format!("{:.1} % {}", score.percent, score.benchmark)
    });
    [
        model.label.to_owned(),
        describe::architecture_label(model.architecture).to_owned(),
        format!("{} numbers", words::grouped(model.dimensions)),
        score,
        status.to_owned(),
    ]
}

/// Each text with the shares of the width between which it stands.
fn cells<const N: usize>(columns: &[f32], texts: [String; N]) -> Vec<([f32; 2], String)> {
    let spans = columns.windows(2).map(|span| [span[0], span[1]]);
    spans.zip(texts).collect()
}

/// Text in the middle of a line, cut to its column.
fn paint(
    ui: &egui::Ui,
    line: egui::Rect,
    [left, right]: [f32; 2],
    text: String,
    color: egui::Color32,
) {
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let room = egui::Rect::from_min_max(
        egui::pos2(line.left() + left, line.center().y - height / 2.0),
        egui::pos2(line.left() + right - theme::GAP, line.bottom()),
    );
    let text = (text, egui::TextStyle::Body, color);
    controls::paint_lines(ui, room, [text]);
}

/// What became of a model, or what it would take, in a word or two.
fn status(model: &PublishedModel, state: &AppState) -> String {
    let published = &state.models.published;
    if let Some(job) = published.job(model.id, &state.jobs) {
        return match (job.paused, row::share(&job.progress)) {
            (true, _) => "Paused".to_owned(),
            (false, Some(share)) => words::percent(share),
            (false, None) => "Downloading".to_owned(),
        };
    }
    if published.interrupted(model.id).is_some() {
        return "Interrupted".to_owned();
    }
    if state.models.imported_from(model.id).is_some() {
        return "Already here".to_owned();
    }
    match model.file(None).and_then(|file| file.address) {
        _ if model.obstacle.is_some() => "Cannot be run".to_owned(),
        Some(_) => row::size(model, None),
        None => "On its page".to_owned(),
    }
}

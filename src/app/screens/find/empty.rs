//! Find before a picture was chosen: the drop zone and three buttons.

use eframe::egui;
use egui::RichText;
use egui::Sense;
use egui::Stroke;
use egui::TextStyle;
use egui::UiBuilder;
use egui::Vec2;
use egui::WidgetInfo;
use egui::accesskit::Role;
use egui_material_icons::icons;

use super::library_bar;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::state::AppState;
use crate::app::state::FindLibrary;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::picture;
use crate::app::widgets::words;
use crate::worker::ActiveJob;
use crate::worker::Source;

const SMALLEST_ZONE: f32 = 220.0;
const ROOM_FOR_LIBRARIES: f32 = 420.0;
const BAR_WIDTH: f32 = 280.0;
const DASH: f32 = 7.0;
const SUGGESTION_SIDE: f32 = 104.0;
const MAX_SUGGESTIONS: usize = 8;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let frame = theme::page().inner_margin(egui::Margin {
                top: theme::GROUP_GAP as i8,
                ..egui::Margin::same(theme::PAGE_MARGIN as i8)
            });
            frame.show(ui, |ui| page_ui(ui, state, commands));
        });
}

fn page_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::TITLE_BAR_HEIGHT);
        controls::page_title(ui, "Find");
        let is_known = state.find.mine.exists || state.find.demo.exists;
        if is_known && ui.available_width() > ROOM_FOR_LIBRARIES {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                library_bar::ui(ui, state, commands);
            });
        }
    });
    ui.add_space(theme::GAP);
    let suggestions = suggestions(state);
    let below = if suggestions.is_empty() {
        0.0
    } else {
        SUGGESTION_SIDE + 56.0
    };
    let seen = ui.clip_rect().bottom() - ui.cursor().top() - theme::PAGE_MARGIN;
    let height = (seen - below - 32.0).max(SMALLEST_ZONE);
    let width = ui.available_width();
    ui.vertical_centered(|ui| {
        zone_ui(ui, Vec2::new(width, height), state, commands);
        ui.add_space(theme::GAP);
        status_ui(ui, state);
    });
    if !suggestions.is_empty() {
        suggestions_ui(ui, state, &suggestions, commands);
    }
}

/// The zone takes drops anywhere in the window; a click on it opens the file dialog.
fn zone_ui(ui: &mut egui::Ui, size: Vec2, state: &AppState, commands: &mut Commands) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let title = zone_title(state.surroundings.can_drop);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, title));
    let palette = Palette::of(ui);
    let is_lit = response.hovered() || response.has_focus();
    ui.painter().rect_filled(rect, 12.0, palette.card);
    let stroke = if is_lit {
        Stroke::new(theme::FOCUS_RING, palette.accent)
    } else {
        Stroke::new(1.5, palette.line)
    };
    dashed_frame(ui, rect.shrink(1.0), stroke);
    if response.clicked() {
        commands.push(Command::Find(FindCommand::ChoosePictures));
    }
    zone_content_ui(ui, rect, state, title, commands);
}

fn zone_content_ui(
    ui: &mut egui::Ui,
    rect: egui::Rect,
    state: &AppState,
    title: &str,
    commands: &mut Commands,
) {
    let palette = Palette::of(ui);
    let is_small = rect.width() < 480.0 || rect.height() < 260.0;
    let content_height = if is_small { 150.0 } else { 224.0 };
    let top = (rect.height() - content_height).max(theme::GROUP_GAP) / 2.0;
    let inner = rect.shrink2(Vec2::new(theme::PAGE_MARGIN, 0.0));
    let layout = egui::Layout::top_down(egui::Align::Center);
    let ui = &mut ui.new_child(UiBuilder::new().max_rect(inner).layout(layout));
    ui.add_space(top);
    if !is_small {
        let icon = icons::ICON_IMAGE_SEARCH.rich_text();
        ui.label(icon.size(theme::HERO_ICON_SIZE).color(palette.accent));
        ui.add_space(theme::GAP);
    }
    let style = if is_small {
        TextStyle::Heading
    } else {
        theme::headline()
    };
    ui.add(egui::Label::new(RichText::new(title).text_style(style)).wrap());
    let how = how_to(state.surroundings.can_drop);
    ui.add(egui::Label::new(RichText::new(how).color(palette.weak)).wrap());
    ui.add_space(if is_small { 0.0 } else { theme::GROUP_GAP });
    match opening(state) {
        Some(job) => opening_ui(ui, job),
        None => buttons_ui(ui, state, commands),
    }
}

/// The job that opens the demo library, while nothing of it can be searched yet.
fn opening(state: &AppState) -> Option<&ActiveJob> {
    if state.find.library != FindLibrary::Demo || !state.find.demo.suggestions.is_empty() {
        return None;
    }
    let opening = &state.find.demo.indexing;
    state.jobs.iter().find(|job| opening.contains(&job.id))
}

/// Says how far the demo is; it shows its first answer by itself.
fn opening_ui(ui: &mut egui::Ui, job: &ActiveJob) {
    let n_total = job.progress.n_total.unwrap_or_default().max(1);
    let share = job.progress.n_done as f32 / n_total as f32;
    let bar = egui::ProgressBar::new(share)
        .desired_width(BAR_WIDTH)
        .desired_height(6.0)
        .fill(Palette::of(ui).accent);
    ui.add(bar).accessible_name("Opening the demo library");
    let stage = job.progress.stage;
    let stage = if stage.is_empty() {
        "Opening the demo library"
    } else {
        stage
    };
    ui.label(stage);
    controls::caption(ui, "The first copies appear here by themselves");
}

fn zone_title(can_drop: bool) -> &'static str {
    if can_drop {
        "Drop a picture to find its copies"
    } else {
        "Paste a picture to find its copies"
    }
}

fn how_to(can_drop: bool) -> &'static str {
    if can_drop {
        "Cropped, mirrored, recolored or covered with text. Click to choose files instead."
    } else {
        "Press Ctrl+V, or click to choose. Copylens finds cropped, mirrored and recolored copies."
    }
}

fn buttons_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let is_first_use = !state.find.mine.exists;
    // A row is centered only when its width is known before it is drawn.
    let width_id = ui.scope_id().with("buttons-width");
    let width = ui
        .data(|data| data.get_temp::<f32>(width_id))
        .unwrap_or(480.0);
    let room = ui.available_width();
    let is_wide = width <= room;
    ui.horizontal_wrapped(|ui| {
        if is_wide {
            ui.add_space((room - width) / 2.0);
        }
        let start = ui.cursor().left();
        let demo = Some(icons::ICON_AUTO_AWESOME);
        let add = Some(icons::ICON_CREATE_NEW_FOLDER);
        let paste = Some(icons::ICON_CONTENT_PASTE);
        let clicked_demo = if is_first_use {
            controls::primary_button(ui, demo, "Try the demo library").clicked()
        } else {
            controls::button(ui, demo, "Try the demo library").clicked()
        };
        if clicked_demo {
            commands.push(Command::Find(FindCommand::TryDemo));
        }
        if controls::button(ui, add, "Add my pictures…").clicked() {
            commands.push(Command::Find(FindCommand::ChooseFolders));
        }
        let clicked_paste = if is_first_use {
            controls::button(ui, paste, "Paste a picture").clicked()
        } else {
            controls::primary_button(ui, paste, "Paste a picture").clicked()
        };
        if clicked_paste {
            commands.push(Command::Find(FindCommand::Paste));
        }
        let used = ui.min_rect().right() - start;
        ui.data_mut(|data| data.insert_temp(width_id, used));
    });
}

/// One line on what would be searched.
fn status_ui(ui: &mut egui::Ui, state: &AppState) {
    let current = state.find.current();
    let is_known = current.exists || !current.indexing.is_empty();
    let line = if is_known {
        let label = state.find.library.label();
        format!("{label}: {}", library_bar::summary(current))
    } else {
        "Everything happens on this computer. Pictures stay where they are.".to_owned()
    };
    controls::caption(ui, line);
}

fn suggestions(state: &AppState) -> Vec<std::path::PathBuf> {
    if state.find.library != FindLibrary::Demo {
        return Vec::new();
    }
    let suggestions = state.find.demo.suggestions.iter();
    suggestions.take(MAX_SUGGESTIONS).cloned().collect()
}

fn suggestions_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    suggestions: &[std::path::PathBuf],
    commands: &mut Commands,
) {
    ui.add_space(theme::GROUP_GAP - theme::GAP);
    let step = SUGGESTION_SIDE + theme::GAP;
    let n_shown = ((ui.available_width() / step) as usize).min(suggestions.len());
    ui.vertical_centered(|ui| {
        ui.label(RichText::new("Or try one of these").text_style(TextStyle::Body));
    });
    ui.horizontal(|ui| {
        let width = n_shown as f32 * step - theme::GAP;
        ui.add_space((ui.available_width() - width).max(0.0) / 2.0);
        for path in &suggestions[..n_shown] {
            let side = Vec2::splat(SUGGESTION_SIDE);
            let (rect, response) = ui.allocate_exact_size(side, Sense::click());
            let name = words::file_name(path);
            response.widget_info(|| {
                WidgetInfo::labeled(Role::Button, true, format!("Search with {name}"))
            });
            picture::paint(ui, rect, &picture::of_file(ui, state, path));
            if response.hovered() || response.has_focus() {
                let stroke = Stroke::new(theme::FOCUS_RING, Palette::of(ui).accent);
                let radius = theme::THUMBNAIL_RADIUS;
                ui.painter()
                    .rect_stroke(rect, radius, stroke, egui::StrokeKind::Inside);
            }
            if response.clicked() {
                let source = Source::File(path.clone());
                commands.push(Command::Find(FindCommand::Search(vec![source])));
            }
        }
    });
}

fn dashed_frame(ui: &egui::Ui, rect: egui::Rect, stroke: Stroke) {
    let radius = 12.0_f32;
    let inner = rect.shrink(radius);
    // Each corner is a quarter of a circle that begins in this direction and turns clockwise.
    let corners = [
        (inner.left_top(), 180.0_f32),
        (inner.right_top(), 270.0),
        (inner.right_bottom(), 0.0),
        (inner.left_bottom(), 90.0),
    ];
    let mut path = Vec::with_capacity(64);
    for (center, first_degrees) in corners {
        for step in 0..=8 {
            let angle = (first_degrees + step as f32 * 90.0 / 8.0).to_radians();
            path.push(center + radius * Vec2::angled(angle));
        }
    }
    path.push(path[0]);
    let dashes = egui::Shape::dashed_line(&path, stroke, DASH, DASH * 0.8);
    ui.painter().extend(dashes);
}

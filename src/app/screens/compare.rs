//! The Compare sheet over the results: two pictures and the evidence that connects them.

mod evidence;
mod panes;
mod stage;

use eframe::egui;
use egui::Align;
use egui::Key;
use egui::Layout;
use egui::Modifiers;
use egui::Rect;
use egui::UiBuilder;
use egui::Vec2;
use egui_material_icons::icons;

use stage::Sight;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::CompareCommand;
use crate::app::command::FindCommand;
use crate::app::error_card;
use crate::app::state::AppState;
use crate::app::state::CompareState;
use crate::app::state::Compared;
use crate::app::state::Notice;
use crate::app::theme;
use crate::app::widgets::controls;
use crate::app::widgets::segments;
use crate::app::widgets::segments::Segment;
use crate::app::widgets::verdict;
use crate::render::OVERLAYS;
use crate::render::OverlaySpec;
use crate::render::Which;

const BAR_HEIGHT: f32 = theme::TITLE_BAR_HEIGHT;
const TEXT_HEIGHT: f32 = 44.0;
/// Below these widths the tools get simpler, so that none of them is cut off.
const ROOM_FOR_TITLE: f32 = 420.0;
const ROOM_FOR_ROW: f32 = 640.0;
const ROOM_FOR_ROW_AND_ZOOM: f32 = 820.0;
const ROOM_FOR_MENU_AND_ZOOM: f32 = 420.0;
const ROOM_FOR_SLIDER: f32 = 1060.0;
/// The first way of looking has key 1.
const NUMBERS: [Key; 7] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
];

/// Draws the sheet.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let Some(compare) = &state.compare else {
        return;
    };
    let mut sight = Sight::load(ui, compare.match_id);
    take_keys(ui, compare, commands);

    let page = ui
        .max_rect()
        .shrink2(Vec2::new(theme::PAGE_MARGIN, theme::GROUP_GAP));
    let row = |top: f32, height: f32| {
        let size = Vec2::new(page.width(), height);
        Rect::from_min_size(egui::pos2(page.left(), top), size)
    };
    let bar = row(page.top(), BAR_HEIGHT);
    let tools = row(bar.bottom() + theme::GAP, BAR_HEIGHT);
    let text = row(page.bottom() - TEXT_HEIGHT, TEXT_HEIGHT);
    let pictures = Rect::from_min_max(
        egui::pos2(page.left(), tools.bottom() + theme::GAP),
        egui::pos2(page.right(), text.top() - theme::GROUP_GAP),
    );
    let rects = panes::rects(pictures, compare);
    region(ui, bar, |ui| title_bar_ui(ui, state, compare, commands));
    region(ui, tools, |ui| {
        tools_ui(ui, compare, rects[0], &mut sight, commands);
    });
    if let (Some(report), Some(pair)) = (compare.report(), compare.pair()) {
        zoom_keys(ui, &mut sight, rects[0], pair.size(Which::A));
        panes::ui(ui, rects, state, compare, pair, &mut sight);
        region(ui, text, |ui| evidence::ui(ui, state, report, commands));
    } else if let Compared::Failed(failure) = &compare.outcome {
        region(ui, pictures, |ui| {
            let title = "These two pictures could not be compared";
            let notice = Notice::failure(title, failure);
            theme::card(ui).show(ui, |ui| error_card::body_ui(ui, &notice, commands));
        });
    } else {
        panes::waiting_ui(ui, pictures, state, compare);
    }
    sight.store(ui);
}

/// Draws into a part of the sheet.
fn region(ui: &mut egui::Ui, rect: Rect, add_contents: impl FnOnce(&mut egui::Ui)) {
    let layout = Layout::top_down(Align::Min);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
    add_contents(&mut child);
}

fn take_keys(ui: &egui::Ui, compare: &CompareState, commands: &mut Commands) {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    for (key, overlay) in NUMBERS.into_iter().zip(OVERLAYS) {
        if pressed(key) {
            let command = CompareCommand::SetOverlay(overlay.id);
            commands.push(Command::Compare(command));
        }
    }
    if pressed(Key::A) {
        let is_aligned = !compare.is_aligned;
        commands.push(Command::Compare(CompareCommand::SetAligned(is_aligned)));
    }
    if pressed(Key::PageDown) || pressed(Key::ArrowRight) {
        commands.push(Command::Compare(CompareCommand::Step(1)));
    }
    if pressed(Key::PageUp) || pressed(Key::ArrowLeft) {
        commands.push(Command::Compare(CompareCommand::Step(-1)));
    }
    for (key, judgement) in verdict::KEYS {
        if pressed(key) {
            commands.push(Command::Compare(CompareCommand::Judge(judgement)));
        }
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Z)) {
        commands.push(Command::Find(FindCommand::UndoVerdict));
    }
    if pressed(Key::Escape) {
        commands.push(Command::Compare(CompareCommand::Close));
    }
    let save = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::S));
    if save {
        commands.push(Command::Compare(CompareCommand::ChooseSavePath));
    }
}

fn zoom_keys(ui: &egui::Ui, sight: &mut Sight, rect: Rect, size: Vec2) {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Plus) || pressed(Key::Equals) {
        sight.zoom_by(stage::ZOOM_STEP, rect.center(), rect, size);
    }
    if pressed(Key::Minus) {
        sight.zoom_by(1.0 / stage::ZOOM_STEP, rect.center(), rect, size);
    }
    if pressed(Key::Num0) {
        sight.fit();
    }
    if pressed(Key::Z) {
        sight.one_to_one(ui, rect, size);
    }
}

fn title_bar_ui(
    ui: &mut egui::Ui,
    state: &AppState,
    compare: &CompareState,
    commands: &mut Commands,
) {
    let shown = state.find.shown_matches();
    let at = shown.iter().position(|one| one.id == compare.match_id);
    let back = match compare.files {
        Some(_) => "Back to the report",
        None => "Back to the results",
    };
    ui.horizontal(|ui| {
        let back = controls::icon_button(ui, icons::ICON_ARROW_BACK, back);
        if back.on_hover_text("Escape").clicked() {
            commands.push(Command::Compare(CompareCommand::Close));
        }
        let is_wide = ui.available_width() > ROOM_FOR_TITLE;
        if is_wide {
            controls::page_title(ui, "Compare");
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_done = matches!(compare.outcome, Compared::Done(_));
            let save = ui.add_enabled_ui(is_done, |ui| {
                let (icon, label) = (icons::ICON_SAVE, "Save as PNG…");
                if is_wide {
                    controls::button(ui, Some(icon), label).clicked()
                } else {
                    controls::icon_button(ui, icon, label).clicked()
                }
            });
            if save.inner {
                commands.push(Command::Compare(CompareCommand::ChooseSavePath));
            }
            if compare.files.is_some() {
                return;
            }
            ui.add_space(theme::GAP);
            let n = shown.len();
            let here = at.unwrap_or(0);
            step_ui(
                ui,
                icons::ICON_CHEVRON_RIGHT,
                "Next result",
                1,
                here + 1 < n,
                commands,
            );
            ui.label(format!("{} of {n}", here + 1));
            step_ui(
                ui,
                icons::ICON_CHEVRON_LEFT,
                "Previous result",
                -1,
                here > 0,
                commands,
            );
        });
    });
}

fn step_ui(
    ui: &mut egui::Ui,
    icon: egui_material_icons::MaterialIcon,
    label: &str,
    step: isize,
    is_enabled: bool,
    commands: &mut Commands,
) {
    let clicked = ui.add_enabled_ui(is_enabled, |ui| {
        controls::icon_button(ui, icon, label).clicked()
    });
    if clicked.inner {
        commands.push(Command::Compare(CompareCommand::Step(step)));
    }
}

fn tools_ui(
    ui: &mut egui::Ui,
    compare: &CompareState,
    rect: Rect,
    sight: &mut Sight,
    commands: &mut Commands,
) {
    let overlay = panes::overlay(compare);
    let room = ui.available_width();
    ui.horizontal(|ui| {
        overlay_ui(ui, overlay, room, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let has_zoom = if room > ROOM_FOR_ROW {
                room > ROOM_FOR_ROW_AND_ZOOM
            } else {
                room > ROOM_FOR_MENU_AND_ZOOM
            };
            if let Some(pair) = compare.pair()
                && has_zoom
            {
                zoom_ui(ui, sight, rect, pair.size(Which::A));
                ui.add_space(theme::GAP);
            }
            let mut is_aligned = compare.is_aligned;
            let checkbox = ui.checkbox(&mut is_aligned, "Aligned");
            let help = "Lay the copy onto your picture; what has no counterpart is hatched (A)";
            if checkbox.on_hover_text(help).changed() {
                commands.push(Command::Compare(CompareCommand::SetAligned(is_aligned)));
            }
            if room > ROOM_FOR_SLIDER {
                amount_ui(ui, overlay);
            }
        });
    });
}

/// All ways of looking in a row, or in a menu where the row has no room.
fn overlay_ui(ui: &mut egui::Ui, chosen: &OverlaySpec, room: f32, commands: &mut Commands) {
    let mut clicked = None;
    if room > ROOM_FOR_ROW {
        let segments: Vec<_> = OVERLAYS
            .iter()
            .zip(1..)
            .map(|(overlay, number)| Segment {
                value: overlay.id,
                label: overlay.label,
                figure: None,
                help: format!("{} ({number})", overlay.help),
            })
            .collect();
        clicked = segments::ui(ui, chosen.id, &segments);
    } else {
        egui::ComboBox::from_id_salt("overlays")
            .selected_text(chosen.label)
            .show_ui(ui, |ui| {
                for overlay in OVERLAYS {
                    let is_chosen = overlay.id == chosen.id;
                    if ui.selectable_label(is_chosen, overlay.label).clicked() {
                        clicked = Some(overlay.id);
                    }
                }
            })
            .response
            .accessible_name("Way of looking");
    }
    if let Some(id) = clicked {
        commands.push(Command::Compare(CompareCommand::SetOverlay(id)));
    }
}

fn amount_ui(ui: &mut egui::Ui, overlay: &OverlaySpec) {
    // The divider is dragged on the picture, and blinking is done with Space.
    let Some(range) = overlay
        .amount
        .filter(|_| !matches!(overlay.id, "wipe" | "blink"))
    else {
        return;
    };
    let mut amount = stage::amount(ui, overlay);
    ui.spacing_mut().slider_width = 88.0;
    let slider = egui::Slider::new(&mut amount, range.lowest..=range.highest).show_value(false);
    if ui.add(slider).accessible_name(range.label).changed() {
        stage::set_amount(ui, overlay, amount);
    }
    ui.label(range.label);
}

fn zoom_ui(ui: &mut egui::Ui, sight: &mut Sight, rect: Rect, size: Vec2) {
    let one = ui.button("1:1");
    let help = "One pixel of the picture is one pixel of the screen (Z)";
    if one.on_hover_text(help).clicked() {
        sight.one_to_one(ui, rect, size);
    }
    if ui
        .button("Fit")
        .on_hover_text("Show the whole picture (0)")
        .clicked()
    {
        sight.fit();
    }
    if controls::icon_button(ui, icons::ICON_ZOOM_IN, "Zoom in").clicked() {
        sight.zoom_by(stage::ZOOM_STEP, rect.center(), rect, size);
    }
    if controls::icon_button(ui, icons::ICON_ZOOM_OUT, "Zoom out").clicked() {
        sight.zoom_by(1.0 / stage::ZOOM_STEP, rect.center(), rect, size);
    }
}

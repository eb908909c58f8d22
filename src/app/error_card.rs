//! How something that a person should know is shown: what happened, what it means, one button,
//! details.

use eframe::egui;
use egui::Align2;
use egui::RichText;
use egui::Vec2;
use egui_material_icons::icons;

use super::command::Command;
use super::command::Commands;
use super::command::FindCommand;
use super::state::AppState;
use super::state::Notice;
use super::state::NoticeAction;
use super::theme;
use super::theme::Palette;
use super::widgets::controls;

const WIDTH: f32 = 360.0;
/// Longer lists are shown in part; the rest is counted.
const MAX_DETAIL_LINES: usize = 200;
const DETAILS_HEIGHT: f32 = 160.0;

/// Draws the notices over the bottom right corner of the page.
pub fn notices_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    if state.notices.is_empty() {
        return;
    }
    let above_bar = theme::ACTIVITY_BAR_HEIGHT + theme::GROUP_GAP;
    egui::Area::new(egui::Id::unique("notices"))
        .anchor(
            Align2::RIGHT_BOTTOM,
            Vec2::new(-theme::GROUP_GAP, -above_bar),
        )
        .order(egui::Order::Foreground)
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            for (id, notice) in state.notices.iter() {
                ui.push_id(id.0, |ui| {
                    let frame = theme::card(ui)
                        .fill(Palette::of(ui).raised)
                        .shadow(ui.visuals().popup_shadow);
                    frame.show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        if notice_ui(ui, notice, commands) {
                            commands.push(Command::Dismiss(*id));
                        }
                    });
                });
            }
        });
}

/// Draws one notice; returns whether it was closed.
fn notice_ui(ui: &mut egui::Ui, notice: &Notice, commands: &mut Commands) -> bool {
    let mut is_closed = false;
    ui.horizontal_top(|ui| {
        let palette = Palette::of(ui);
        let (icon, color) = if notice.is_problem {
            (icons::ICON_ERROR, palette.problem)
        } else {
            (icons::ICON_INFO, palette.accent)
        };
        ui.label(controls::icon_text(icon).color(color));
        let text_width = ui.available_width() - theme::HIT_HEIGHT - theme::GAP;
        ui.vertical(|ui| {
            ui.set_width(text_width);
            body_ui(ui, notice, commands);
        });
        is_closed = controls::icon_button(ui, icons::ICON_CLOSE, "Close this notice").clicked();
    });
    is_closed
}

/// Draws what happened, what it means, the button and the details, without a surface around them.
pub fn body_ui(ui: &mut egui::Ui, notice: &Notice, commands: &mut Commands) {
    ui.label(RichText::new(&notice.title).text_style(theme::card_title()));
    if let Some(advice) = &notice.advice {
        ui.weak(advice);
    }
    if let Some(action) = &notice.action {
        let (label, command) = meaning(action);
        if controls::button(ui, None, label).clicked() {
            commands.push(command);
        }
    }
    if !notice.details.is_empty() {
        details_ui(ui, &notice.details, commands);
    }
}

fn meaning(action: &NoticeAction) -> (&'static str, Command) {
    match action {
        NoticeAction::OpenFolder(path) => ("Open the folder", Command::OpenFolder(path.clone())),
        NoticeAction::RevealFile(path) => ("Show its folder", Command::RevealFile(path.clone())),
        NoticeAction::Go(place) => (super::screens::of(*place).label, Command::Go(*place)),
        NoticeAction::RebuildLibrary => (
            "Begin a new library",
            Command::Find(FindCommand::RebuildLibrary),
        ),
        NoticeAction::UndoVerdict => ("Undo", Command::Find(FindCommand::UndoVerdict)),
        NoticeAction::AddPictures => (
            "Add my pictures…",
            Command::Find(FindCommand::ChooseFolders),
        ),
    }
}

fn details_ui(ui: &mut egui::Ui, details: &[String], commands: &mut Commands) {
    egui::CollapsingHeader::new("Details")
        .id_salt("details")
        .show(ui, |ui| {
            egui::ScrollArea::vertical()
                .max_height(DETAILS_HEIGHT)
                .show(ui, |ui| {
                    for line in details.iter().take(MAX_DETAIL_LINES) {
                        ui.label(RichText::new(line).text_style(egui::TextStyle::Small));
                    }
                    if details.len() > MAX_DETAIL_LINES {
                        let n_more = details.len() - MAX_DETAIL_LINES;
                        ui.weak(format!("and {n_more} more"));
                    }
                });
            if controls::button(ui, Some(icons::ICON_CONTENT_COPY), "Copy").clicked() {
                commands.push(Command::CopyText(details.join("\n")));
            }
        });
}

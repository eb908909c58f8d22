//! The words below the pictures: what was found, and the figures for who wants them.

use eframe::egui;
use egui::Label;
use egui::RichText;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::CompareCommand;
use crate::app::state::AppState;
use crate::app::state::Query;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::verdict;
use crate::matching::Comparison;
use crate::matching::Verdict;
use crate::worker::CompareReport;

/// Below this width the verdict is two icons.
const ROOM_FOR_WORDS: f32 = 720.0;

/// Draws the sentence, the advice and the figures.
pub fn ui(ui: &mut egui::Ui, state: &AppState, report: &CompareReport, commands: &mut Commands) {
    let comparison = &report.comparison;
    let palette = Palette::of(ui);
    let (icon, color) = match comparison.verdict {
        Verdict::Same => (icons::ICON_CHECK_CIRCLE, palette.same_file),
        Verdict::Edited => (icons::ICON_CHECK_CIRCLE, palette.edited),
        Verdict::Maybe => (icons::ICON_HELP, palette.maybe),
        Verdict::Different => (icons::ICON_CANCEL, palette.weak),
    };
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(theme::RAIL_ICON_SIZE).color(color));
        let is_detailed = state.settings.details;
        let label = if is_detailed {
            "Hide details"
        } else {
            "Details"
        };
        let verdict_width = if ui.available_width() > ROOM_FOR_WORDS {
            verdict::WIDE
        } else {
            verdict::NARROW
        };
        let room = ui.available_width() - 120.0 - verdict_width;
        ui.vertical(|ui| {
            ui.set_width(room.max(160.0));
            ui.spacing_mut().item_spacing.y = 2.0;
            let sentence = RichText::new(&comparison.sentence).text_style(theme::card_title());
            ui.add(Label::new(sentence).truncate());
            let below = if is_detailed {
                figures(comparison)
            } else {
                comparison
                    .advice
                    .clone()
                    .unwrap_or_else(|| verdict_words(comparison.verdict).into())
            };
            ui.add(Label::new(RichText::new(below).color(palette.weak)).truncate());
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if controls::button(ui, None, label).clicked() {
                let mut settings = state.settings.clone();
                settings.details = !is_detailed;
                commands.push(Command::ChangeSettings(Box::new(settings)));
            }
            verdict_ui(ui, state, verdict_width, commands);
        });
    });
}

/// What the person says about the pair; not for two files that are the same.
fn verdict_ui(ui: &mut egui::Ui, state: &AppState, width: f32, commands: &mut Commands) {
    let found = state.find.query().and_then(Query::found);
    let id = state.compare.as_ref().map(|compare| compare.match_id);
    let one = found.and_then(|found| {
        let mut matches = found.matches.iter();
        Some((found, matches.find(|one| Some(one.id) == id)?))
    });
    let Some((found, one)) = one.filter(|(found, one)| !one.same_file && found.hash.is_some())
    else {
        return;
    };
    let said = state.find.judgement(found, one);
    if let Some(clicked) = verdict::ui(ui, said, width) {
        let judgement = verdict::toggled(said, clicked);
        commands.push(Command::Compare(CompareCommand::Judge(judgement)));
    }
}

fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "The two pictures agree everywhere",
        Verdict::Edited => "Verified: one is an edited copy of the other",
        Verdict::Maybe => "The two are alike, but no common region was proven",
        Verdict::Different => "These are different pictures",
    }
}

fn figures(comparison: &Comparison) -> String {
    let mut parts = vec![format!("Similarity {:.3}", comparison.similarity)];
    parts.push(format!(
        "{} of {} links agree",
        comparison.inliers,
        comparison.correspondences.len()
    ));
    let percent = |share: f32| (share * 100.0).round();
    parts.push(format!(
        "common region {:.0} % and {:.0} %",
        percent(comparison.overlap_a),
        percent(comparison.overlap_b)
    ));
    if let Some(affine) = &comparison.transform {
        let m = affine.m.map(|value| format!("{value:.3}")).join(", ");
        parts.push(format!("transform [{m}]"));
    }
    parts.join(" · ")
}

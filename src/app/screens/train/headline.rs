//! The top of a run that goes on: how far, how long still, how good, and the ways to end it.

use std::time::Duration;

use eframe::egui;

use super::TrainPage;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::curves;
use crate::app::curves::Trend;
use crate::app::state::train::ShownRun;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::words;
use crate::worker::ActiveJob;

pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, run: &ShownRun, commands: &mut Commands) {
    let job = page.jobs.iter().find(|job| Some(job.id) == run.job);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        ui.add(egui::Label::new(egui::RichText::new(&run.name).weak()).truncate());
        figures_ui(ui, run, job);
        let share = run.share_done();
        let label = format!("Training, {} done", words::percent(share));
        let bar = egui::ProgressBar::new(share)
            .desired_height(6.0)
            .fill(Palette::of(ui).accent);
        ui.add(bar).accessible_name(label);
        coach_ui(ui, run);
        if let Some(job) = job {
            buttons_ui(ui, job, commands);
        }
    });
}

fn figures_ui(ui: &mut egui::Ui, run: &ShownRun, job: Option<&ActiveJob>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GROUP_GAP;
        let share = egui::RichText::new(words::percent(run.share_done()));
        ui.label(share.text_style(theme::headline()));
        ui.label(time_words(run, job));
        if let Some(found) = run.newest("quality/recall") {
            ui.label(format!("finds {} of edited copies", words::percent(found)));
        }
        if let Some(rate) = run.newest("pictures-per-second") {
            ui.weak(format!("{} pictures a second", words::rate(rate)));
        }
    });
}

fn time_words(run: &ShownRun, job: Option<&ActiveJob>) -> String {
    let Some(job) = job else {
        return "Waiting for the computer".to_owned();
    };
    if job.stopping {
        return "Stopping".to_owned();
    }
    if job.paused {
        return "Paused".to_owned();
    }
    if job.waiting {
        return "Waiting for its turn".to_owned();
    }
    if run.points.is_empty() {
        return job.progress.stage.to_owned();
    }
    let left = run.time_left().or(job.time_left);
    left.filter(|left| *left > Duration::ZERO)
        .map_or("Working out the time left".to_owned(), |left| {
            format!("about {} left", words::duration(left))
        })
}

fn coach_ui(ui: &mut egui::Ui, run: &ShownRun) {
    let advice = curves::coach(&run.points);
    let palette = Palette::of(ui);
    let (icon, color) = match advice.trend {
        Trend::Starting => (egui_material_icons::icons::ICON_HOURGLASS_TOP, palette.weak),
        Trend::Improving => (egui_material_icons::icons::ICON_TRENDING_UP, palette.accent),
        Trend::Flat => (egui_material_icons::icons::ICON_TRENDING_FLAT, palette.weak),
        Trend::Worse => (
            egui_material_icons::icons::ICON_TRENDING_DOWN,
            palette.maybe,
        ),
        Trend::Broken => (egui_material_icons::icons::ICON_ERROR, palette.problem),
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(icon.rich_text().size(theme::ICON_SIZE).color(color));
        ui.label(advice.text);
    });
}

fn buttons_ui(ui: &mut egui::Ui, job: &ActiveJob, commands: &mut Commands) {
    ui.add_enabled_ui(!job.stopping, |ui| {
        ui.horizontal_wrapped(|ui| {
            let (label, tip) = if job.paused {
                ("Resume", "Go on where it paused")
            } else {
                ("Pause", "Lets the computer do other work; nothing is lost")
            };
            if ui.button(label).on_hover_text(tip).clicked() {
                commands.push(Command::PauseJob(job.id, !job.paused));
            }
            let tip = "Ends the training and keeps the best student so far";
            let finish = ui
                .add_enabled(
                    job.can_finish,
                    egui::Button::new("Finish now and keep best"),
                )
                .on_hover_text(tip);
            if finish.clicked() {
                commands.push(Command::FinishJob(job.id));
            }
            let tip = "Stops here. You can continue later from the last saved point";
            if ui.button("Stop").on_hover_text(tip).clicked() {
                commands.push(Command::StopJob(job.id));
            }
        });
    });
}

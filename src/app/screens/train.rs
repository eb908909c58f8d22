//! The Train place: four cards, a recipe and what it draws, then the run, then its student.
//!
//! - Owns: how training looks.
//! - Invariant: views read the state and push commands; they open no file and start no thread.
//! - Invariant: exactly one filled button is on the page, the next thing to do.
//! - Not here: what is known about the run (`app::training`), smoothing and ticks (`app::curves`).
//! - To add a card: one file in this folder, one call in `cards`.

mod about;
mod banner;
mod cards;
mod charts;
mod computer;
mod finished;
mod headline;
mod pictures;
mod presets;
mod preview;
mod recipe;
mod runs;
mod start;
mod strip;
mod student;
mod teacher;

use eframe::egui;

use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::state::train::JudgedCounts;
use crate::app::state::train::Phase;
use crate::app::state::train::ShownRun;
use crate::app::state::train::TrainState;
use crate::app::theme;
use crate::app::thumbnails::Thumbnails;
use crate::devices::DeviceInfo;
use crate::models::ModelInfo;
use crate::worker::ActiveJob;

/// Draws the page.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    let page = TrainPage {
        train: &state.train,
        models: &state.models.list,
        devices: &state.devices,
        jobs: &state.jobs,
        judged: JudgedCounts::of(&state.find.verdicts),
        details: state.settings.details,
        thumbnails: &state.thumbnails,
        can_drop: state.surroundings.can_drop,
    };
    page.ui(ui, commands);
}

/// What the Train place needs from the state, borrowed for one frame.
#[derive(Clone, Copy)]
pub struct TrainPage<'a> {
    pub train: &'a TrainState,
    pub models: &'a [ModelInfo],
    pub devices: &'a [DeviceInfo],
    /// Running and waiting jobs, for pause and stop.
    pub jobs: &'a [ActiveJob],
    /// Pairs that the person has judged.
    pub judged: JudgedCounts,
    /// Show numbers and technical words.
    pub details: bool,
    pub thumbnails: &'a Thumbnails,
    /// Dropping files on the window works.
    pub can_drop: bool,
}

impl TrainPage<'_> {
    pub fn ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        egui::ScrollArea::vertical()
            .id_salt(("train", self.train.run.is_some()))
            .auto_shrink(false)
            .show(ui, |ui| {
                theme::page().show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = theme::GROUP_GAP;
                    match &self.train.run {
                        Some(run) => self.run_ui(ui, run, commands),
                        None => self.setup_ui(ui, commands),
                    }
                });
            });
    }

    fn setup_ui(&self, ui: &mut egui::Ui, commands: &mut Commands) {
        title_ui(
            ui,
            "Train",
            "A student learns from your pictures to recognize copies. It is small and fast, and \
             it stays on this computer.",
        );
        banner::interrupted_ui(ui, self.train, commands);
        cards::ui(ui, self, commands);
        presets::ui(ui, self, commands);
        if self.details {
            recipe::ui(ui, &self.train.setup, commands);
        }
        start::ui(ui, self, commands);
        preview::ui(ui, self, commands);
        runs::ui(ui, self, commands);
        about::ui(ui, self.train, commands);
    }

    fn run_ui(&self, ui: &mut egui::Ui, run: &ShownRun, commands: &mut Commands) {
        match &run.phase {
            Phase::Running => headline::ui(ui, self, run, commands),
            Phase::Done(summary) => finished::done_ui(ui, run, summary, commands),
            Phase::Stopped => finished::stopped_ui(ui, run, commands),
            Phase::Failed(failure) => finished::failed_ui(ui, run, failure, commands),
        }
        charts::ui(ui, self, run, commands);
        strip::ui(ui, self, run);
        if self.details && !run.notices.is_empty() {
            notices_ui(ui, run);
        }
    }
}

/// The title of the place and what it is for.
fn title_ui(ui: &mut egui::Ui, title: &str, text: &str) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP / 2.0;
        ui.heading(title);
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(theme::READING_WIDTH));
            ui.weak(text);
        });
    });
}

fn notices_ui(ui: &mut egui::Ui, run: &ShownRun) {
    theme::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(egui::RichText::new("What happened on the way").text_style(theme::card_title()));
        for notice in run.notices.iter().rev().take(30) {
            ui.add(egui::Label::new(notice).wrap().selectable(true));
        }
    });
}

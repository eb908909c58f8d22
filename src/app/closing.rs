//! Closing the window while jobs are running: asks once, and says what is kept.

use std::time::Duration;
use std::time::Instant;

use eframe::egui;

use super::command::Command;
use super::command::Commands;
use super::services::Services;
use super::state::AppState;
use super::theme;
use super::widgets::controls;

/// Jobs stop at their next batch; the window waits at most this long for them.
const PATIENCE: Duration = Duration::from_secs(8);
const WIDTH: f32 = 420.0;

/// How far closing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closing {
    #[default]
    No,
    /// Waits for a yes.
    Asked,
    /// The jobs are stopping since then.
    Stopping(Instant),
    /// Nothing holds the window any more.
    Free,
}

/// The person wants to close although jobs are running.
pub fn close_anyway(state: &mut AppState, services: &Services) {
    for job in &state.jobs {
        services.jobs.stop(job.id);
    }
    state.closing = Closing::Stopping(Instant::now());
}

/// Holds the window while a job is running, and lets it go once all have stopped.
pub fn every_frame(state: &mut AppState, services: &Services, ctx: &egui::Context) {
    let is_asked = ctx.input(|input| input.viewport().close_requested());
    if is_asked && is_held(state, services) {
        match state.closing {
            Closing::Free => return,
            Closing::No => state.closing = Closing::Asked,
            Closing::Asked | Closing::Stopping(_) => {}
        }
        ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
    }
    if let Closing::Stopping(since) = state.closing {
        if services.jobs.active().is_empty() || since.elapsed() > PATIENCE {
            state.closing = Closing::Free;
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        } else {
            ctx.request_repaint_after(Duration::from_millis(50));
        }
    }
}

/// Whether something would be lost: a search or a comparison is not missed.
fn is_held(state: &AppState, services: &Services) -> bool {
    let active = services.jobs.active();
    active
        .iter()
        .any(|job| !job.stopping && !state.is_quick(job.id))
}

/// The question, over everything else.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    match state.closing {
        Closing::No | Closing::Free => return,
        Closing::Asked | Closing::Stopping(_) => {}
    }
    let modal = egui::Modal::new(egui::Id::unique("closing"))
        .frame(theme::sheet(ui))
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = theme::GAP;
            if state.closing == Closing::Asked {
                question_ui(ui, state, commands);
            } else {
                controls::card_title(ui, "Closing");
                ui.weak("Waiting for the last piece of work to end");
            }
        });
    if state.closing == Closing::Asked && modal.should_close() {
        commands.push(Command::KeepOpen);
    }
}

fn question_ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    controls::card_title(ui, "Stop and close?");
    for job in &state.jobs {
        ui.add(egui::Label::new(format!("Running: {}", job.title)).truncate());
    }
    ui.weak(kept_words(state));
    ui.horizontal(|ui| {
        if controls::primary_button(ui, None, "Keep running").clicked() {
            commands.push(Command::KeepOpen);
        }
        if ui.button("Stop and close").clicked() {
            commands.push(Command::CloseAnyway);
        }
    });
}

/// What a stop leaves behind.
fn kept_words(state: &AppState) -> &'static str {
    if state.jobs.iter().any(|job| job.can_finish) {
        "The training can go on from its last saved point at the next start. Pictures read so far \
         stay in the library."
    } else {
        "What has been done so far is kept, and goes on at the next start."
    }
}

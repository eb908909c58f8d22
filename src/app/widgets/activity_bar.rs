//! The bar at the bottom: every running or waiting job, how far it is, and how to hold or stop it.

use eframe::egui;
use egui_material_icons::icons;

use super::controls;
use super::words;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::state::FindLibrary;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::worker::ActiveJob;

/// A job needs this much room to stand beside another one.
const JOB_WIDTH: f32 = 420.0;
const BAR_WIDTH: f32 = 120.0;
const BAR_HEIGHT: f32 = 6.0;

/// Draws the bar.
pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    jobs_ui(ui, &state.jobs, &idle_words(state), commands);
}

/// What the bar says while nothing runs.
fn idle_words(state: &AppState) -> String {
    let (library, place) = match state.find.library {
        FindLibrary::Mine => (&state.find.mine, "your library"),
        FindLibrary::Demo => (&state.find.demo, "the demo library"),
    };
    match library.searchable.unwrap_or(0) {
        0 => format!("Nothing running. No pictures in {place} yet"),
        n => format!(
            "Nothing running. {} in {place}",
            words::count(n, "picture", "pictures")
        ),
    }
}

/// Draws jobs side by side as far as there is room, the others in a menu.
pub fn jobs_ui(ui: &mut egui::Ui, jobs: &[ActiveJob], idle_words: &str, commands: &mut Commands) {
    let line = egui::Stroke::new(1.0, Palette::of(ui).line);
    let top = ui.max_rect().x_range();
    ui.painter().hline(top, ui.max_rect().top(), line);
    ui.horizontal_centered(|ui| {
        ui.add_space(theme::GROUP_GAP);
        if jobs.is_empty() {
            ui.weak(idle_words);
            return;
        }
        let width = ui.available_width() - theme::GROUP_GAP;
        let n_beside = ((width / JOB_WIDTH) as usize).clamp(1, jobs.len());
        let (beside, more) = jobs.split_at(n_beside);
        let menu_width = if more.is_empty() { 0.0 } else { 96.0 };
        let job_width = (width - menu_width) / n_beside as f32 - theme::GAP;
        for job in beside {
            let size = egui::vec2(job_width, theme::HIT_HEIGHT);
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(size, layout, |ui| job_ui(ui, job, commands));
        }
        if !more.is_empty() {
            more_ui(ui, more, commands);
        }
    });
}

fn more_ui(ui: &mut egui::Ui, more: &[ActiveJob], commands: &mut Commands) {
    let label = format!("{} more", more.len());
    let keep_open = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::containers::menu::MenuButton::new(label)
        .config(egui::containers::menu::MenuConfig::new().close_behavior(keep_open))
        .ui(ui, |ui| {
            for job in more {
                ui.allocate_ui_with_layout(
                    egui::vec2(JOB_WIDTH, theme::HIT_HEIGHT),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| job_ui(ui, job, commands),
                );
            }
        });
}

/// Words, bar, time left and buttons of one job, in the width that is there.
fn job_ui(ui: &mut egui::Ui, job: &ActiveJob, commands: &mut Commands) {
    let share = share_done(job);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        buttons_ui(ui, job, commands);
        let words = state_words(job);
        if !words.is_empty() {
            ui.weak(&words);
        }
        if let Some(share) = share.filter(|_| !job.waiting) {
            let spoken = format!("{}, {} done", job.title, words::percent(share));
            let bar = egui::ProgressBar::new(share)
                .desired_width(BAR_WIDTH.min(ui.available_width() / 3.0))
                .desired_height(BAR_HEIGHT)
                .fill(Palette::of(ui).accent);
            ui.add(bar).accessible_name(spoken);
        } else if !job.waiting && !job.paused {
            ui.add(egui::Spinner::new().size(theme::ICON_SIZE));
        }
        let rest = egui::Layout::left_to_right(egui::Align::Center);
        ui.with_layout(rest, |ui| {
            ui.add(egui::Label::new(&job.title).truncate())
                .on_hover_text(job.progress.stage);
        });
    });
}

fn buttons_ui(ui: &mut egui::Ui, job: &ActiveJob, commands: &mut Commands) {
    let title = &job.title;
    ui.spacing_mut().item_spacing.x = theme::GAP / 2.0;
    ui.add_enabled_ui(!job.stopping, |ui| {
        let stop = controls::icon_button(ui, icons::ICON_STOP, &format!("Stop: {title}"));
        if stop.clicked() {
            commands.push(Command::StopJob(job.id));
        }
        if job.waiting {
            return;
        }
        let (icon, verb) = if job.paused {
            (icons::ICON_PLAY_ARROW, "Resume")
        } else {
            (icons::ICON_PAUSE, "Pause")
        };
        if controls::icon_button(ui, icon, &format!("{verb}: {title}")).clicked() {
            commands.push(Command::PauseJob(job.id, !job.paused));
        }
    });
    ui.add_space(theme::GAP / 2.0);
}

fn share_done(job: &ActiveJob) -> Option<f32> {
    let n_total = job.progress.n_total.filter(|n_total| *n_total > 0)?;
    Some((job.progress.n_done as f64 / n_total as f64).min(1.0) as f32)
}

/// Where the job is, when the bar alone does not say it.
fn state_words(job: &ActiveJob) -> String {
    if job.stopping {
        return "Stopping".to_owned();
    }
    if job.waiting {
        return "Waiting for its turn".to_owned();
    }
    if job.paused {
        return "Paused".to_owned();
    }
    match (job.time_left, share_done(job)) {
        (Some(left), _) => format!("about {} left", words::duration(left)),
        (None, Some(share)) => words::percent(share),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::monitor::Progress;
    use crate::worker::JobId;

    fn job() -> ActiveJob {
        ActiveJob {
            id: JobId(1),
            title: "Reading your pictures".to_owned(),
            progress: Progress {
                stage: "Reading pictures",
                n_done: 25,
                n_total: Some(100),
            },
            time_left: Some(Duration::from_secs(125)),
            paused: false,
            stopping: false,
            waiting: false,
            can_finish: false,
        }
    }

    #[test]
    fn the_words_say_what_matters_most() {
        assert_eq!(state_words(&job()), "about 2 min left");
        let unknown = ActiveJob {
            time_left: None,
            ..job()
        };
        assert_eq!(state_words(&unknown), "25 %");
        let waiting = ActiveJob {
            waiting: true,
            ..job()
        };
        assert_eq!(state_words(&waiting), "Waiting for its turn");
        let stopping = ActiveJob {
            paused: true,
            stopping: true,
            ..job()
        };
        assert_eq!(state_words(&stopping), "Stopping");
    }
}

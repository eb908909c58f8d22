//! One published model that is open: what it is, and how to get it.

use eframe::egui;
use egui_material_icons::icons;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::screens::models::facts::fact_ui;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::controls;
use crate::app::widgets::describe;
use crate::app::widgets::words;
use crate::models::catalog::PublishedFile;
use crate::models::catalog::PublishedModel;
use crate::monitor::Progress;
use crate::worker::ActiveJob;

const BAR_WIDTH: f32 = 240.0;
const BAR_HEIGHT: f32 = 6.0;

/// Draws the inside of the row.
pub fn ui(
    ui: &mut egui::Ui,
    model: &'static PublishedModel,
    state: &AppState,
    commands: &mut Commands,
) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.label(model.help);
        ui.add_space(theme::GAP);
        facts_ui(ui, model);
        let file = chosen(model, state);
        if model.files.len() > 1 {
            formats_ui(ui, model, file, commands);
        }
        if let Some(address) = file.and_then(|file| file.address) {
            fact_ui(ui, "Address", address);
        }
        ui.add_space(theme::GAP);
        get_ui(ui, model, file, state, commands);
    });
}

fn facts_ui(ui: &mut egui::Ui, model: &PublishedModel) {
    fact_ui(
        ui,
        "Network",
        describe::architecture_label(model.architecture),
    );
    let numbers = words::grouped(model.dimensions);
    fact_ui(ui, "Numbers a picture", &numbers);
    let size = model.preprocessing.size;
    let mut pictures = format!("{size} x {size} pixels");
    if let Some(input) = model.input {
        pictures = format!("{pictures}; its authors: {input}");
    }
    fact_ui(ui, "Reads pictures at", &pictures);
    if model.scores.is_empty() {
        fact_ui(ui, "Published figures", "None that Copylens knows of");
    }
    for (index, score) in model.scores.iter().enumerate() {
        let label = if index == 0 { "Published figures" } else { "" };
        fact_ui(
            ui,
            label,
            &format!("{:.1} % {}", score.percent, score.benchmark),
        );
    }
    fact_ui(ui, "Licence", model.publisher.licence);
}

fn formats_ui(
    ui: &mut egui::Ui,
    model: &'static PublishedModel,
    chosen: Option<&PublishedFile>,
    commands: &mut Commands,
) {
    crate::app::screens::models::facts::row_ui(ui, "File", |ui| {
        for file in model.files {
            let is_chosen = chosen.is_some_and(|chosen| chosen.format == file.format);
            let label = ui.selectable_label(is_chosen, file.format);
            if label.on_hover_text(file.name).clicked() {
                let choose = ModelsCommand::ChooseFormat(model.id, file.format);
                commands.push(Command::Models(choose));
            }
        }
    });
}

/// The file that would be fetched.
fn chosen(model: &'static PublishedModel, state: &AppState) -> Option<&'static PublishedFile> {
    model.file(state.models.published.formats.get(model.id).copied())
}

/// What is known of the size of a file.
pub fn size(model: &PublishedModel, file: Option<&PublishedFile>) -> String {
    match file.and_then(|file| file.bytes) {
        Some(bytes) => words::file_size(bytes),
        None => format!("at least {}", words::file_size(model.least_bytes())),
    }
}

/// How much of a download is there, 0 to 1.
pub fn share(progress: &Progress) -> Option<f32> {
    let n_total = progress.n_total.filter(|n_total| *n_total > 0)?;
    Some((progress.n_done as f64 / n_total as f64).min(1.0) as f32)
}

fn get_ui(
    ui: &mut egui::Ui,
    model: &'static PublishedModel,
    file: Option<&PublishedFile>,
    state: &AppState,
    commands: &mut Commands,
) {
    let published = &state.models.published;
    if published.downloads.contains_key(model.id) {
        match published.job(model.id, &state.jobs) {
            Some(job) => download_ui(ui, model, job, commands),
            None => {
                ui.weak("Waiting");
            }
        }
        return;
    }
    if let Some(here) = state.models.imported_from(model.id) {
        ui.label(format!("It is here as {:?}.", here.name));
    }
    if let Some(obstacle) = model.obstacle {
        ui.weak(format!("Copylens cannot run it. {obstacle}"));
    }
    let interrupted = published.interrupted(model.id);
    if let Some(interrupted) = interrupted {
        let done = words::file_size(interrupted.n_done);
        let text = match interrupted.n_total {
            Some(n_total) => format!("Interrupted: {done} of {}.", words::file_size(n_total)),
            None => format!("Interrupted after {done}."),
        };
        ui.label(text);
    }
    ui.horizontal_wrapped(|ui| {
        if interrupted.is_some() {
            interrupted_ui(ui, model, commands);
        } else if model.obstacle.is_none() {
            button_ui(ui, model, file, commands);
        }
        page_ui(ui, model, commands);
    });
}

/// *Get*, with where it comes from and how much it is.
fn button_ui(
    ui: &mut egui::Ui,
    model: &'static PublishedModel,
    file: Option<&PublishedFile>,
    commands: &mut Commands,
) {
    let Some(host) = file.and_then(PublishedFile::host) else {
        ui.weak("Its authors give it out on their page only; drop the file here then.");
        return;
    };
    let get = controls::button(ui, Some(icons::ICON_DOWNLOAD), "Get");
    let get = get.accessible_name(format!("Get: {}", model.label));
    if get.clicked() {
        commands.push(Command::Models(ModelsCommand::Get(model.id)));
    }
    ui.weak(format!("from {host}, {}", size(model, file)));
}

fn interrupted_ui(ui: &mut egui::Ui, model: &'static PublishedModel, commands: &mut Commands) {
    let name = model.label;
    let resume = controls::button(ui, Some(icons::ICON_PLAY_ARROW), "Resume");
    if resume.accessible_name(format!("Resume: {name}")).clicked() {
        commands.push(Command::Models(ModelsCommand::Get(model.id)));
    }
    let discard = ui
        .button("Discard")
        .on_hover_text("Remove what has come so far");
    if discard
        .accessible_name(format!("Discard: {name}"))
        .clicked()
    {
        commands.push(Command::Models(ModelsCommand::DiscardDownload(model.id)));
    }
}

fn page_ui(ui: &mut egui::Ui, model: &'static PublishedModel, commands: &mut Commands) {
    let page = controls::button(ui, Some(icons::ICON_OPEN_IN_NEW), "Open the page");
    let page = page.on_hover_text(model.publisher.page);
    if page
        .accessible_name(format!("Open the page: {}", model.label))
        .clicked()
    {
        commands.push(Command::Models(ModelsCommand::OpenPage(model.id)));
    }
}

/// Bar, figures and buttons of a running download.
fn download_ui(
    ui: &mut egui::Ui,
    model: &'static PublishedModel,
    job: &ActiveJob,
    commands: &mut Commands,
) {
    let name = model.label;
    let progress = &job.progress;
    ui.horizontal_wrapped(|ui| {
        if let Some(share) = share(progress) {
            let spoken = format!("{name}, {} downloaded", words::percent(share));
            let bar = egui::ProgressBar::new(share)
                .desired_width(BAR_WIDTH.min(ui.available_width()))
                .desired_height(BAR_HEIGHT)
                .fill(Palette::of(ui).accent);
            ui.add(bar).accessible_name(spoken);
        }
        ui.label(words_of(job));
    });
    ui.horizontal_wrapped(|ui| {
        ui.add_enabled_ui(!job.stopping, |ui| {
            let (icon, verb) = if job.paused {
                (icons::ICON_PLAY_ARROW, "Resume")
            } else {
                (icons::ICON_PAUSE, "Pause")
            };
            let pause = controls::button(ui, Some(icon), verb);
            if pause.accessible_name(format!("{verb} {name}")).clicked() {
                commands.push(Command::PauseJob(job.id, !job.paused));
            }
            let cancel = ui
                .button("Cancel")
                .on_hover_text("Stop, and remove what has come so far");
            if cancel.accessible_name(format!("Cancel: {name}")).clicked() {
                commands.push(Command::Models(ModelsCommand::CancelDownload(model.id)));
            }
        });
        page_ui(ui, model, commands);
    });
}

/// `12 MB of 94 MB, 3.1 MB a second, about 25 s left`
fn words_of(job: &ActiveJob) -> String {
    let progress = &job.progress;
    if job.stopping {
        return "Stopping".to_owned();
    }
    if job.waiting {
        return "Waiting for the other downloads".to_owned();
    }
    let done = words::file_size(progress.n_done);
    let done = match progress.n_total {
        Some(n_total) => format!("{done} of {}", words::file_size(n_total)),
        None => done,
    };
    if job.paused {
        return format!("Paused at {done}");
    }
    if progress.stage != crate::download::STAGE {
        return progress.stage.to_owned();
    }
    let (Some(left), Some(n_total)) = (job.time_left, progress.n_total) else {
        return done;
    };
    let n_left = n_total.saturating_sub(progress.n_done);
    let per_second = n_left as f64 / left.as_secs_f64().max(0.001);
    format!(
        "{done}, {} a second, about {} left",
        words::file_size(per_second as u64),
        words::duration(left)
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::worker::JobId;

    #[test]
    fn a_download_says_how_much_how_fast_and_how_long() {
        let job = ActiveJob {
            id: JobId(1),
            title: "Getting a model".to_owned(),
            progress: Progress {
                stage: crate::download::STAGE,
                n_done: 12_000_000,
                n_total: Some(94_000_000),
            },
            time_left: Some(Duration::from_secs(41)),
            paused: false,
            stopping: false,
            waiting: false,
            can_finish: false,
        };
        assert_eq!(
            words_of(&job),
            "12 MB of 94 MB, 2.0 MB a second, about 40 s left"
        );
        let paused = ActiveJob {
            paused: true,
            ..job.clone()
        };
        assert_eq!(words_of(&paused), "Paused at 12 MB of 94 MB");
        let unknown = ActiveJob {
            progress: Progress {
                n_total: None,
                ..job.progress.clone()
            },
            ..job
        };
        assert_eq!(words_of(&unknown), "12 MB");
    }
}

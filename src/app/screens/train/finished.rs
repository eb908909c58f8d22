//! The top of a run that is over: what came of it, and the next thing to do.

use std::time::Duration;

use eframe::egui;

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::state::train::ShownRun;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::app::widgets::words;
use crate::distill::RunSummary;
use crate::worker::Failure;

pub fn done_ui(ui: &mut egui::Ui, run: &ShownRun, summary: &RunSummary, commands: &mut Commands) {
    top_ui(ui, run, &done_words(summary, run), |ui| {
        ui.weak(effort_words(summary));
        if summary.judged.is_some() {
            ui.weak("Counted on verdicts of yours that it did not learn from.");
        }
        ui.horizontal_wrapped(|ui| {
            if run.is_used_for_searching {
                let icon = egui_material_icons::icons::ICON_CHECK_CIRCLE;
                let color = Palette::of(ui).accent;
                ui.label(icon.rich_text().size(theme::ICON_SIZE).color(color));
                ui.label("In use for searching");
            } else {
                theme::primary(ui, |ui| {
                    let tip = "Your pictures are read once more with the new student; \
                               the old model keeps searching until then";
                    if ui.button("Use for searching").on_hover_text(tip).clicked() {
                        commands.push(Command::Train(TrainCommand::UseForSearching));
                    }
                });
            }
            another_ui(ui, commands);
        });
    });
}

pub fn stopped_ui(ui: &mut egui::Ui, run: &ShownRun, commands: &mut Commands) {
    let title = format!("Stopped at {}", words::percent(run.share_done()));
    top_ui(ui, run, &title, |ui| {
        ui.weak("You can continue from the last saved point at any time.");
        ui.horizontal_wrapped(|ui| {
            resume_ui(ui, run, "Continue", commands);
            another_ui(ui, commands);
        });
    });
}

pub fn failed_ui(ui: &mut egui::Ui, run: &ShownRun, failure: &Failure, commands: &mut Commands) {
    let problem = Palette::of(ui).problem;
    top_ui(ui, run, "The training could not go on", |ui| {
        ui.add(egui::Label::new(egui::RichText::new(&failure.message).color(problem)).wrap());
        if let Some(advice) = &failure.advice {
            ui.weak(advice);
        }
        ui.horizontal_wrapped(|ui| {
            resume_ui(ui, run, "Try again", commands);
            another_ui(ui, commands);
            if ui.button("Copy report").clicked() {
                commands.push(Command::CopyText(report(run, failure)));
            }
        });
    });
}

fn top_ui(
    ui: &mut egui::Ui,
    run: &ShownRun,
    title: &str,
    add_contents: impl FnOnce(&mut egui::Ui),
) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        ui.add(egui::Label::new(egui::RichText::new(&run.name).weak()).truncate());
        ui.add(egui::Label::new(egui::RichText::new(title).text_style(theme::headline())).wrap());
        add_contents(ui);
    });
}

fn resume_ui(ui: &mut egui::Ui, run: &ShownRun, label: &str, commands: &mut Commands) {
    theme::primary(ui, |ui| {
        if ui.button(label).clicked() {
            let dir = run.config.run_dir.clone();
            commands.push(Command::Train(TrainCommand::Resume(dir)));
        }
    });
}

fn another_ui(ui: &mut egui::Ui, commands: &mut Commands) {
    if ui.button("Teach another student").clicked() {
        commands.push(Command::Train(TrainCommand::NewRun));
    }
}

/// What the student can do, before and after.
fn done_words(summary: &RunSummary, run: &ShownRun) -> String {
    if let Some(judged) = &summary.judged {
        return format!(
            "Judges {} of {} pairs as you did, {} before",
            words::percent(judged.best.right),
            words::grouped(judged.best.n_pairs),
            words::percent(judged.before.right)
        );
    }
    let found = run
        .best("quality/recall")
        .map(|best| (run.first("quality/recall"), best));
    match (found, summary.quality_before, summary.quality_best) {
        (Some((Some(before), after)), _, _) if after > before => format!(
            "Finds {} of edited copies, {} before",
            words::percent(after),
            words::percent(before)
        ),
        (Some((_, after)), _, _) => {
            format!("Finds {} of edited copies", words::percent(after))
        }
        (None, Some(before), Some(after)) => format!(
            "Quality {}, {} before",
            words::percent(after),
            words::percent(before)
        ),
        (None, _, Some(after)) => format!("Quality {}", words::percent(after)),
        (None, _, None) => "The student is ready".to_owned(),
    }
}

fn effort_words(summary: &RunSummary) -> String {
    let time = words::duration(Duration::from_secs_f64(summary.seconds.max(0.0)));
    let pictures = words::pictures(summary.pictures as usize);
    let manner = if summary.complete {
        "Trained"
    } else {
        "Finished early, trained"
    };
    format!("{manner} for {time} on {pictures} seen.")
}

fn report(run: &ShownRun, failure: &Failure) -> String {
    let advice = failure.advice.as_deref().unwrap_or("none");
    format!(
        "Copylens {}\nRun: {}\nAt step {} of {}\n{}\nAdvice: {advice}\n",
        env!("CARGO_PKG_VERSION"),
        run.name,
        run.points.last().map_or(0, |point| point.step),
        run.steps,
        failure.message,
    )
}

//! The runs of before: reading, going on, deleting.

use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use super::run_name;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::TrainCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::train::PastRun;
use crate::app::state::train::PastState;
use crate::app::state::train::Phase;
use crate::app::state::train::ShownRun;
use crate::app::widgets::words;
use crate::distill::DistillError;
use crate::distill::RunConfig;
use crate::distill::RunFolder;
use crate::distill::RunState;
use crate::distill::RunStatus;
use crate::distill::RunSummary;

/// Reads the list of runs again.
pub fn reload(state: &AppState, services: &Services) {
    let runs = state.home.runs();
    services.background("list-runs", move || {
        vec![Command::Train(TrainCommand::TakeRuns(listed(&runs)))]
    });
}

/// Takes the list; curves that have been read already are kept.
pub fn take(state: &mut AppState, mut past: Vec<PastRun>) {
    for run in &mut past {
        let known = state
            .train
            .past
            .iter_mut()
            .find(|known| known.dir == run.dir);
        run.points = known.and_then(|known| known.points.take());
    }
    state
        .train
        .overlaid
        .retain(|dir| past.iter().any(|run| run.dir == *dir));
    state.train.past = past;
}

/// Shows a run beside the one on screen, reading its curve first where needed.
pub fn overlay(state: &mut AppState, services: &Services, dir: PathBuf, is_shown: bool) {
    if !is_shown {
        state.train.overlaid.remove(&dir);
        return;
    }
    let past = state.train.past.iter().find(|past| past.dir == dir);
    let is_read = past.is_some_and(|past| past.points.is_some());
    state.train.overlaid.insert(dir.clone());
    if !is_read {
        services.background("read-curve", move || {
            let points = RunFolder::new(dir.clone()).points();
            vec![Command::Train(TrainCommand::TakePoints(dir, points))]
        });
    }
}

/// Reads a run and goes on with it.
pub fn resume(state: &mut AppState, services: &Services, dir: PathBuf) {
    let models_dir = state.home.models();
    services.background("resume-run", move || {
        let folder = RunFolder::new(dir);
        read("The training could not go on", || {
            let (config, name) = config_of(&folder, &folder.state()?, models_dir)?;
            Ok(TrainCommand::GoOn(Box::new(config), name))
        })
    });
}

/// Reads a run and shows it.
pub fn open(services: &Services, dir: PathBuf, models_dir: PathBuf) {
    services.background("open-run", move || {
        let folder = RunFolder::new(dir);
        read("The training could not be opened", || {
            let state = folder.state()?;
            let (config, name) = config_of(&folder, &state, models_dir)?;
            let mut run = ShownRun::new(None, name, config);
            run.steps = state.steps;
            run.points = folder.points();
            run.phase = phase_of(&folder, &state, &run);
            Ok(TrainCommand::Show(Box::new(run)))
        })
    });
}

/// Deletes the folder of a run, and nothing that is not a run of ours.
pub fn delete(state: &mut AppState, services: &Services, dir: PathBuf) {
    state.train.asks_to_delete = None;
    let runs = state.home.runs();
    let is_ours = dir.parent() == Some(&*runs) && state.train.past.iter().any(|run| run.dir == dir);
    if !is_ours {
        return;
    }
    if state
        .train
        .run
        .as_ref()
        .is_some_and(|run| run.config.run_dir == dir)
    {
        state.train.run = None;
    }
    services.background("delete-run", move || {
        let mut commands = Commands::new();
        if let Err(err) = std::fs::remove_dir_all(&dir) {
            let notice = Notice::problem("The training could not be deleted")
                .with_advice("Check that the folder may be changed.")
                .with_details(vec![format!("{err}: {}", dir.display())]);
            commands.push(Command::Tell(notice));
        }
        commands.push(Command::Train(TrainCommand::TakeRuns(listed(&runs))));
        commands
    });
}

/// A folder for a new run; its name starts with the time, so that names sort by age.
pub fn new_dir(runs: &Path, recipe_name: &str) -> PathBuf {
    let now = SystemTime::now();
    let secs = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    let stem = format!("{}-{}", stamp(secs), words::plain_file_name(recipe_name));
    let mut dir = runs.join(&stem);
    let mut n = 2;
    while dir.exists() {
        dir = runs.join(format!("{stem}-{n}"));
        n += 1;
    }
    dir
}

fn read(title: &str, work: impl FnOnce() -> Result<TrainCommand, DistillError>) -> Commands {
    match work() {
        Ok(command) => vec![Command::Train(command)],
        Err(err) => {
            let notice = Notice::problem(title)
                .with_advice(err.advice())
                .with_details(vec![err.to_string()]);
            vec![Command::Tell(notice)]
        }
    }
}

/// Every run, newest first. Runs that cannot be read are left out and logged.
fn listed(runs: &Path) -> Vec<PastRun> {
    let mut past: Vec<PastRun> = RunFolder::all(runs)
        .iter()
        .filter_map(|folder| match folder.state() {
            Ok(state) => Some(past_run(folder, &state)),
            Err(err) => {
                log::warn!("{err}");
                None
            }
        })
        .collect();
    past.reverse();
    past
}

fn past_run(folder: &RunFolder, state: &RunState) -> PastRun {
    let share = state.step as f64 / state.steps.max(1) as f64;
    let name = run_name(&state.recipe_name, &state.student);
    PastRun {
        dir: folder.path.clone(),
        name: match day_of(&folder.path) {
            Some(day) => format!("{name}, {day}"),
            None => name,
        },
        state: match state.status {
            RunStatus::Complete => PastState::Complete,
            RunStatus::Finished => PastState::Finished,
            RunStatus::Running | RunStatus::Stopped => PastState::Interrupted {
                share: share.min(1.0) as f32,
            },
        },
        quality: state.quality_best,
        seconds: state.seconds,
        points: None,
    }
}

fn config_of(
    folder: &RunFolder,
    state: &RunState,
    models_dir: PathBuf,
) -> Result<(RunConfig, String), DistillError> {
    let config = RunConfig {
        recipe: folder.recipe()?,
        student: state.student.clone(),
        teacher: state.teacher.clone(),
        start_from: state.start_from.clone(),
        pairs: state.pairs.clone(),
        pictures: state.pictures.clone(),
        device: state.device.clone(),
        run_dir: folder.path.clone(),
        models_dir,
        resume: true,
    };
    Ok((config, run_name(&state.recipe_name, &state.student)))
}

fn phase_of(folder: &RunFolder, state: &RunState, run: &ShownRun) -> Phase {
    match state.status {
        RunStatus::Running | RunStatus::Stopped => Phase::Stopped,
        RunStatus::Finished | RunStatus::Complete => Phase::Done(RunSummary {
            run_dir: folder.path.clone(),
            steps: state.step,
            seconds: state.seconds,
            pictures: run.points.last().map_or(0, |point| point.pictures),
            quality_before: state.quality_before,
            quality_best: state.quality_best,
            judged: state.judged,
            model: folder.best_model(),
            complete: state.status == RunStatus::Complete,
        }),
    }
}

/// `20261120-140512` in universal time.
fn stamp(unix_secs: u64) -> String {
    let (year, month, day) = date_of(unix_secs / 86_400);
    let secs = unix_secs % 86_400;
    let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
    format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}")
}

/// The civil date of a day since 1970 (Hinnant, "chrono-compatible low-level date algorithms").
fn date_of(unix_days: u64) -> (u64, u64, u64) {
    let days = unix_days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

/// `20 Nov` from the name of a run folder.
fn day_of(dir: &Path) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let name = dir.file_name()?.to_str()?;
    let (date, _) = name.split_once('-').filter(|(date, _)| date.len() == 8)?;
    let month: usize = date.get(4..6)?.parse().ok()?;
    let day: u32 = date.get(6..8)?.parse().ok()?;
    Some(format!("{day} {}", MONTHS.get(month.checked_sub(1)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_run_folder_tells_its_day() {
        assert_eq!(stamp(0), "19700101-000000");
        // 29 February 2024, 23:59:59.
        assert_eq!(stamp(1_709_251_199), "20240229-235959");
        assert_eq!(stamp(1_709_251_200), "20240301-000000");
        let dir = Path::new("runs").join("20240229-235959-quick-demo");
        assert_eq!(day_of(&dir).as_deref(), Some("29 Feb"));
        assert_eq!(day_of(Path::new("runs/mine")), None);
    }
}

//! What the commands of the Test place do.

use std::path::Path;
use std::path::PathBuf;

use super::trouble;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::Sorted;
use crate::app::command::TestCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::NoticeAction;
use crate::app::state::models::in_use;
use crate::app::state::train::Asked;
use crate::app::widgets::words;
use crate::eval::report;
use crate::eval::report::KeptReport;
use crate::eval::report::Report;
use crate::eval::report::ReportStore;
use crate::models::ModelStore;
use crate::persist;
use crate::worker::EvaluateOrder;
use crate::worker::Event;
use crate::worker::Failure;
use crate::worker::JobId;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Outcome;
use crate::worker::TortureOrder;

const ARCHIVES: &[&str] = &["tar", "zip"];

/// Runs once, before the first frame.
pub fn start(state: &AppState, services: &Services) {
    reload(state, services);
}

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, command: TestCommand) {
    let test = &mut state.test;
    match command {
        TestCommand::AskForData => ask_for_data(services),
        TestCommand::SetData(path) => set_data(state, services, path),
        TestCommand::ChooseProtocol(id) => {
            if test.protocol != Some(id) {
                test.options.clear();
            }
            test.protocol = Some(id);
        }
        TestCommand::SetOption(id, value) => {
            test.options.insert(id.to_owned(), value);
        }
        TestCommand::ResetOptions => test.options.clear(),
        TestCommand::ChooseModel(id, is_chosen) => {
            choose_first_model(state);
            if is_chosen {
                state.test.models.insert(id);
            } else {
                state.test.models.remove(&id);
            }
        }
        TestCommand::Start => measure(state, services),
        TestCommand::Stop => {
            for (job, _) in &test.running {
                services.jobs.stop(*job);
            }
        }
        TestCommand::AskForPictures => ask_for_pictures(services),
        TestCommand::AddPictures(pictures) => {
            for picture in pictures {
                if !test.pictures.contains(&picture) {
                    test.pictures.push(picture);
                }
            }
        }
        TestCommand::ForgetPictures => {
            test.pictures.clear();
            test.tortured.clear();
        }
        TestCommand::Torture => torture(state, services),
        TestCommand::TakeReports(reports) => {
            test.reports = reports;
            let reports = &test.reports;
            let is_there = |path: &PathBuf| reports.iter().any(|kept| kept.path == *path);
            test.shown.retain(is_there);
        }
        TestCommand::Show(paths) => test.shown = paths,
        TestCommand::Overlay(path, is_shown) => {
            test.shown.retain(|shown| *shown != path);
            if is_shown {
                test.shown.push(path);
            }
        }
        TestCommand::Back => test.shown.clear(),
        TestCommand::AskForExport => ask_for_export(state, services),
        TestCommand::ExportTo(path) => export(state, services, path),
    }
}

/// Takes in one piece of news.
pub fn on_event(state: &mut AppState, services: &Services, event: &Event) {
    let Event::Ended { id, outcome } = event else {
        return;
    };
    on_check(state, *id, outcome);
    on_report(state, services, *id, outcome);
    on_torture(state, *id, outcome);
}

fn on_check(state: &mut AppState, id: JobId, outcome: &Outcome) {
    let test = &mut state.test;
    if !test.check.is_waiting_for(id) {
        return;
    }
    test.check = match outcome {
        Outcome::Done(JobResult::CheckDataset(check)) => Asked::Ready((**check).clone()),
        Outcome::Done(_) | Outcome::Stopped => Asked::None,
        Outcome::Failed(failure) => Asked::Failed(failure.clone()),
        Outcome::Crashed(text) => Asked::Failed(crashed(text)),
    };
    let fitting = test.check.ready().and_then(|check| check.protocols.first());
    if test.chosen().is_none() {
        test.protocol = fitting.copied();
        test.options.clear();
    }
}

fn on_report(state: &mut AppState, services: &Services, id: JobId, outcome: &Outcome) {
    let test = &mut state.test;
    let Some(at) = test.running.iter().position(|(job, _)| *job == id) else {
        return;
    };
    let (_, model) = test.running.remove(at);
    match outcome {
        Outcome::Done(JobResult::Evaluate(kept)) => {
            test.finished.push(kept.path.clone());
            test.reports.insert(0, (**kept).clone());
        }
        Outcome::Done(_) | Outcome::Stopped => {}
        Outcome::Failed(failure) => test.failures.push((model, failure.clone())),
        Outcome::Crashed(text) => test.failures.push((model, crashed(text))),
    }
    if test.running.is_empty() && !test.finished.is_empty() {
        test.shown = std::mem::take(&mut test.finished);
        reload(state, services);
    }
}

fn on_torture(state: &mut AppState, id: JobId, outcome: &Outcome) {
    let test = &mut state.test;
    let Some(at) = test.torturing.iter().position(|(job, _)| *job == id) else {
        return;
    };
    test.torturing.remove(at);
    if let Outcome::Done(JobResult::Torture(result)) = outcome {
        test.tortured.push((**result).clone());
    }
    if let Some(notice) = trouble("Your pictures could not be tested", outcome) {
        state.notices.push(notice);
    }
}

fn crashed(text: &str) -> Failure {
    Failure {
        message: text.to_owned(),
        advice: Some("This is a fault of Copylens. Everything else goes on.".to_owned()),
    }
}

/// Takes paths that were dropped on the place: a folder or an archive is a data set, pictures are tested
/// with copies.
pub fn take(state: &mut AppState, services: &mut Services, sorted: Sorted) {
    let Sorted {
        pictures,
        folders,
        models: _,
        others,
    } = sorted;
    let is_archive = |path: &&PathBuf| {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        ARCHIVES.contains(&&*ending.to_lowercase())
    };
    let data = folders.first().or_else(|| others.iter().find(is_archive));
    if let Some(data) = data.cloned() {
        apply(state, services, TestCommand::SetData(data));
    } else if !pictures.is_empty() {
        apply(state, services, TestCommand::AddPictures(pictures));
    } else if !others.is_empty() {
        let notice = Notice::note("Drop the folder of a data set here, or pictures to test with");
        state.notices.push(notice);
    }
}

/// Reads the reports of all models.
pub fn reload(state: &AppState, services: &Services) {
    let folder = state.home.models();
    services.background("read-reports", move || {
        let store = ModelStore::new(folder);
        let models = store.list();
        let of_model = |id: &str| ReportStore::new(store.reports(id)).list();
        let mut reports: Vec<KeptReport> = models
            .iter()
            .flat_map(|model| of_model(&model.id))
            .collect();
        reports.sort_by(|a, b| (b.report.made, &b.path).cmp(&(a.report.made, &a.path)));
        vec![Command::Test(TestCommand::TakeReports(reports))]
    });
}

fn ask_for_data(services: &Services) {
    let desktop = services.desktop.clone();
    services.background("choose-data-set", move || {
        let chosen = desktop.choose_folders("Folder of a data set");
        let set = |path| Command::Test(TestCommand::SetData(path));
        chosen.into_iter().next().map(set).into_iter().collect()
    });
}

fn ask_for_pictures(services: &Services) {
    const PICTURES: (&str, &[&str]) = (
        "Pictures",
        &["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"],
    );
    let desktop = services.desktop.clone();
    services.background("choose-pictures-to-test", move || {
        let chosen = desktop.choose_files("Pictures to make copies of", PICTURES);
        if chosen.is_empty() {
            return Commands::new();
        }
        vec![Command::Test(TestCommand::AddPictures(chosen))]
    });
}

fn set_data(state: &mut AppState, services: &Services, path: PathBuf) {
    if let Asked::Waiting(id) = state.test.check {
        services.jobs.stop(id);
    }
    state.test.shown.clear();
    state.test.failures.clear();
    state.test.data = Some(path.clone());
    let id = services.jobs.submit(JobRequest::CheckDataset { path });
    state.test.check = Asked::Waiting(id);
}

/// Until somebody chooses, the model in use is the one to measure.
fn choose_first_model(state: &mut AppState) {
    let models = &state.models.list;
    state
        .test
        .models
        .retain(|id| models.iter().any(|model| model.id == *id));
    if state.test.models.is_empty() {
        state.test.models.insert(in_use(&state.settings).to_owned());
    }
}

/// Ids and names of the models to measure, in the order of the list.
fn chosen_models(state: &mut AppState) -> Vec<(String, String)> {
    choose_first_model(state);
    let chosen = &state.test.models;
    let models = state.models.list.iter();
    models
        .filter(|model| chosen.contains(&model.id))
        .map(|model| (model.id.clone(), model.name.clone()))
        .collect()
}

fn measure(state: &mut AppState, services: &Services) {
    let (Some(spec), Some(data)) = (state.test.chosen(), state.test.data.clone()) else {
        return;
    };
    let models = chosen_models(state);
    let device = state.settings.device.clone();
    let test = &mut state.test;
    test.finished.clear();
    test.failures.clear();
    for (id, name) in models {
        let order = EvaluateOrder {
            protocol: spec.id.to_owned(),
            data: data.clone(),
            model: Some(id),
            device: device.clone(),
            options: test.options.clone(),
            submission: None,
        };
        let job = services.jobs.submit(JobRequest::Evaluate(Box::new(order)));
        test.running.push((job, name));
    }
}

fn torture(state: &mut AppState, services: &Services) {
    let models = chosen_models(state);
    let test = &mut state.test;
    test.tortured.clear();
    for (id, name) in models {
        let order = TortureOrder {
            pictures: test.pictures.clone(),
            model: Some(id),
            device: state.settings.device.clone(),
            among: None,
        };
        let job = services.jobs.submit(JobRequest::Torture(order));
        test.torturing.push((job, name));
    }
}

fn ask_for_export(state: &AppState, services: &Services) {
    let Some(first) = state.test.on_screen().first().copied() else {
        return;
    };
    let label = format!("{} {}", first.report.protocol, first.report.model.name);
    let name = format!("{}.html", words::plain_file_name(&label));
    let desktop = services.desktop.clone();
    services.background("choose-report-path", move || {
        let title = "Save the report as .html, .csv, .json or .png";
        let chosen = desktop.choose_save_path(title, &name);
        let save = |path| Command::Test(TestCommand::ExportTo(path));
        chosen.map(save).into_iter().collect()
    });
}

fn export(state: &AppState, services: &Services, path: PathBuf) {
    let shown = state.test.on_screen();
    let reports: Vec<Report> = shown.iter().map(|kept| kept.report.clone()).collect();
    services.background("save-report", move || {
        vec![Command::Tell(exported(&reports, &path))]
    });
}

/// Writes a report; returns what to tell about it.
fn exported(reports: &[Report], path: &Path) -> Notice {
    let reports: Vec<&Report> = reports.iter().collect();
    let title = "The report could not be saved";
    let bytes = match report::export(&reports, path) {
        Ok(bytes) => bytes,
        Err(err) => {
            return Notice::problem(title)
                .with_advice(err.advice())
                .with_details(vec![err.to_string()]);
        }
    };
    match persist::save(path, &bytes) {
        Ok(()) => Notice::note("Saved")
            .with_advice(path.display().to_string())
            .with_action(NoticeAction::RevealFile(path.to_owned())),
        Err(err) => Notice::problem(title)
            .with_advice(err.advice())
            .with_details(vec![err.to_string()]),
    }
}

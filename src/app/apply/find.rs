//! What the commands of the Find place do.

pub mod damaged;
pub mod verdicts;

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use eframe::egui;

use super::change_settings;
use super::compare;
use super::paths;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::FindCommand;
use crate::app::command::FolderAnswer;
use crate::app::command::Sorted;
use crate::app::services::Pasted;
use crate::app::services::Services;
use crate::app::state::Answer;
use crate::app::state::AppState;
use crate::app::state::FindLibrary;
use crate::app::state::Found;
use crate::app::state::Notice;
use crate::app::state::Place;
use crate::app::state::Query;
use crate::matching::Band;
use crate::monitor::Monitor;
use crate::worker::Event;
use crate::worker::Failure;
use crate::worker::IndexReport;
use crate::worker::JobId;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Outcome;
use crate::worker::Source;

/// Matches asked for per query; more than anybody looks through.
const TOP: usize = 400;
/// Searches handed to the worker at once, so that the query on screen never waits for hundreds.
const MAX_IN_FLIGHT: usize = 4;
/// While a library grows, the query on screen is searched again at most this often.
const REFINE_EVERY: Duration = Duration::from_millis(1500);
/// Queries of one batch.
const MAX_QUERIES: usize = 2000;
/// What can be chosen as a picture.
pub const PICTURE_ENDINGS: &[&str] = &[
    "jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "tga", "ico", "pnm", "ppm", "pgm",
];

/// Runs once, before the first frame: brings the library that is open up to date.
pub fn start(state: &mut AppState, services: &mut Services) {
    verdicts::start(state, services);
    if state.find.mine.exists {
        add_folders(state, services, Vec::new());
    }
    if state.find.library == FindLibrary::Demo {
        open_demo(state, services);
    }
}

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &mut Services, command: FindCommand) {
    match command {
        FindCommand::Search(sources) => search(state, services, sources),
        FindCommand::Paste => paste(services),
        FindCommand::ChoosePictures => choose_pictures(services),
        FindCommand::ChooseFolders => choose_folders(services),
        FindCommand::AddFolders(folders) => {
            open_library(state, services, FindLibrary::Mine);
            add_folders(state, services, folders);
        }
        FindCommand::TryDemo => {
            open_library(state, services, FindLibrary::Demo);
            forget_queries(state, services);
            state.find.is_trying_demo = true;
            open_demo(state, services);
        }
        FindCommand::OpenLibrary(library) => {
            open_library(state, services, library);
            if library == FindLibrary::Demo && state.find.demo.suggestions.is_empty() {
                open_demo(state, services);
            }
        }
        FindCommand::SetNotch(notch) => state.find.notch = notch,
        FindCommand::SelectQuery(idx) => {
            state.find.selected_query = idx.min(state.find.queries.len().saturating_sub(1));
        }
        FindCommand::SelectMatch(id) => {
            if let Some(query) = state.find.queries.get_mut(state.find.selected_query) {
                query.selected = id;
            }
        }
        FindCommand::SetThumbnailSize(size) => {
            let mut settings = state.settings.clone();
            settings.thumbnail_size = size.clamp(96.0, 320.0);
            change_settings(state, services, settings);
        }
        FindCommand::Judge(id, judgement) => verdicts::judge(state, services, id, judgement),
        FindCommand::UndoVerdict => verdicts::undo(state, services),
        FindCommand::ShowHidden(is_shown) => state.find.shows_hidden = is_shown,
        FindCommand::TakeVerdicts(verdicts) => state.find.verdicts.merge(verdicts),
        FindCommand::RebuildLibrary => damaged::rebuild(state, services),
        FindCommand::AnswerFolders(answer) => answer_folders(state, services, answer),
        FindCommand::Back => forget_queries(state, services),
    }
}

/// Takes paths: pictures are searched with, folders are asked about.
pub fn take(state: &mut AppState, services: &Services, sorted: Sorted) {
    state.place = Place::Find;
    compare::close(state, services);
    let n_files = sorted.pictures.len() + sorted.others.len();
    if !sorted.others.is_empty() {
        state.notices.push(not_pictures(&sorted.others, n_files));
    }
    if !sorted.folders.is_empty() {
        let paths = sorted.folders.into_iter().chain(sorted.pictures);
        state.find.asking = Some(paths.collect());
    } else if !sorted.pictures.is_empty() {
        let sources = sorted.pictures.into_iter().map(Source::File);
        search(state, services, sources.collect());
    }
}

/// Takes in one piece of news.
pub fn on_event(state: &mut AppState, services: &Services, event: &Event) {
    match event {
        Event::Indexed {
            library,
            searchable,
            ..
        } => on_indexed(state, library, *searchable),
        Event::Ended { id, outcome } => {
            if !on_query_ended(state, *id, outcome)
                && !damaged::on_ended(state, services, *id, outcome)
            {
                on_index_ended(state, services, *id, outcome);
            }
        }
        Event::Started { .. } | Event::Run { .. } => {}
    }
}

/// Hands the next searches to the worker.
pub fn every_frame(state: &mut AppState, services: &mut Services, ctx: &egui::Context) {
    let selected = state.find.selected_query;
    let library = state.find.current().folder.clone();
    let mut n_in_flight = state
        .find
        .queries
        .iter()
        .filter(|query| query.job.is_some())
        .count();
    let n_queries = state.find.queries.len();
    let order = std::iter::once(selected).chain((0..n_queries).filter(|idx| *idx != selected));
    for idx in order {
        let Some(query) = state.find.queries.get_mut(idx) else {
            break;
        };
        let is_refining = query.found().is_some();
        if !query.is_stale || query.job.is_some() || (is_refining && idx != selected) {
            continue;
        }
        if is_refining && query.asked_at.elapsed() < REFINE_EVERY {
            ctx.request_repaint_after(REFINE_EVERY);
            continue;
        }
        if n_in_flight == MAX_IN_FLIGHT {
            break;
        }
        n_in_flight += 1;
        query.is_stale = false;
        query.asked_at = Instant::now();
        query.job = Some(services.jobs.submit(JobRequest::Find {
            library: library.clone(),
            query: query.source.clone(),
            model: None,
            device: None,
            top: TOP,
        }));
    }
}

/// Another model searches from now on: every answer is old.
pub fn on_model_changed(state: &mut AppState, services: &mut Services) {
    for query in &mut state.find.queries {
        query.is_stale = true;
    }
    if state.find.library == FindLibrary::Demo {
        open_demo(state, services);
    }
    if state.find.mine.exists {
        add_folders(state, services, Vec::new());
    }
}

fn search(state: &mut AppState, services: &Services, mut sources: Vec<Source>) {
    if sources.is_empty() {
        return;
    }
    sources.truncate(MAX_QUERIES);
    state.place = Place::Find;
    compare::close(state, services);
    forget_queries(state, services);
    state.find.asking = None;
    state.find.queries = sources.into_iter().map(Query::new).collect();
}

/// Nobody waits for these answers any more.
fn forget_queries(state: &mut AppState, services: &Services) {
    for query in state.find.queries.drain(..) {
        if let Some(job) = query.job {
            services.jobs.stop(job);
        }
    }
    state.find.selected_query = 0;
}

fn paste(services: &Services) {
    let desktop = services.desktop.clone();
    services.background("paste", move || match desktop.paste() {
        Pasted::Picture(picture) => {
            let source = Source::Pixels {
                name: "Pasted picture".into(),
                picture,
            };
            vec![Command::Find(FindCommand::Search(vec![source]))]
        }
        Pasted::Paths(paths) => vec![Command::Take(paths::sorted(paths))],
        Pasted::Nothing => {
            let notice = Notice::note("The clipboard holds no picture")
                .with_advice("Copy a picture, or a picture file, and paste again.");
            vec![Command::Tell(notice)]
        }
    });
}

fn choose_pictures(services: &Services) {
    let desktop = services.desktop.clone();
    services.background("choose-pictures", move || {
        let filter = ("Pictures", PICTURE_ENDINGS);
        let chosen = desktop.choose_files("Search for copies of these pictures", filter);
        if chosen.is_empty() {
            return Commands::new();
        }
        vec![Command::Take(paths::sorted(chosen))]
    });
}

fn choose_folders(services: &Services) {
    let desktop = services.desktop.clone();
    services.background("choose-folders", move || {
        let chosen = desktop.choose_folders("Add folders with pictures");
        if chosen.is_empty() {
            return Commands::new();
        }
        vec![Command::Find(FindCommand::AddFolders(chosen))]
    });
}

fn add_folders(state: &mut AppState, services: &mut Services, folders: Vec<PathBuf>) {
    let mine = &mut state.find.mine;
    let id = services.jobs.submit(JobRequest::Index {
        library: mine.folder.clone(),
        folders,
        model: None,
        device: None,
    });
    mine.indexing.push(id);
    mine.exists = true;
}

fn open_demo(state: &mut AppState, services: &Services) {
    let demo = &mut state.find.demo;
    if demo.indexing.is_empty() {
        demo.indexing
            .push(services.jobs.submit(JobRequest::OpenDemo));
    }
}

fn open_library(state: &mut AppState, services: &mut Services, library: FindLibrary) {
    state.place = Place::Find;
    compare::close(state, services);
    if state.find.library == library {
        return;
    }
    state.find.library = library;
    for query in &mut state.find.queries {
        if let Some(job) = query.job {
            services.jobs.stop(job);
        }
        *query = Query::new(query.source.clone());
    }
    let mut settings = state.settings.clone();
    settings.last_library = Some(state.find.current().folder.clone());
    change_settings(state, services, settings);
}

fn answer_folders(state: &mut AppState, services: &mut Services, answer: FolderAnswer) {
    let Some(paths) = state.find.asking.take() else {
        return;
    };
    match answer {
        FolderAnswer::Neither => {}
        FolderAnswer::AddToLibrary => {
            let folders = paths.into_iter().filter(|path| path.is_dir()).collect();
            apply(state, services, FindCommand::AddFolders(folders));
        }
        FolderAnswer::SearchForCopies => {
            services.background("pictures-in-folders", move || pictures_in(&paths));
        }
    }
}

/// Every picture in these folders as a query.
fn pictures_in(paths: &[PathBuf]) -> Commands {
    let (folders, files): (Vec<_>, Vec<_>) = paths.iter().cloned().partition(|path| path.is_dir());
    let mut sources: Vec<Source> = files.into_iter().map(Source::File).collect();
    if let Ok(scan) = crate::data::scan(&Monitor::silent(), &folders) {
        sources.extend(scan.files.into_iter().map(|file| Source::File(file.path)));
    }
    if sources.is_empty() {
        let notice = Notice::note("There are no pictures in this folder");
        return vec![Command::Tell(notice)];
    }
    vec![Command::Find(FindCommand::Search(sources))]
}

fn not_pictures(others: &[PathBuf], n_files: usize) -> Notice {
    let title = match (others.len(), n_files) {
        (1, 1) => "This file is not a picture".to_owned(),
        (n, n_files) if n == n_files => format!("None of these {n_files} files is a picture"),
        (1, n_files) => format!("1 of {n_files} files was not a picture"),
        (n, n_files) => format!("{n} of {n_files} files were not pictures"),
    };
    let details = others.iter().map(|path| path.display().to_string());
    Notice::note(title).with_details(details.collect())
}

fn on_indexed(state: &mut AppState, library: &Path, searchable: usize) {
    let Some(library) = state.find.at(library) else {
        return;
    };
    let library_state = state.find.library_state_mut(library);
    library_state.searchable = Some(searchable);
    library_state.exists = true;
    if library == state.find.library {
        for query in &mut state.find.queries {
            query.is_stale = true;
        }
    }
}

/// Returns whether the job was a search of ours.
fn on_query_ended(state: &mut AppState, id: JobId, outcome: &Outcome) -> bool {
    let queries = &mut state.find.queries;
    let Some(query) = queries.iter_mut().find(|query| query.job == Some(id)) else {
        return false;
    };
    query.job = None;
    if let Outcome::Done(JobResult::Find(report)) = outcome {
        let n_likely = report.matches.iter().filter(|one| one.band != Band::None);
        log::info!(
            "{}: found {} in {} pictures within {:.2} s",
            query.name(),
            n_likely.count(),
            report.searched,
            report.seconds
        );
    }
    match outcome {
        Outcome::Done(JobResult::Find(report)) => match &mut query.answer {
            Answer::Found(found) => found.refine(report.clone()),
            Answer::Waiting | Answer::Failed(_) => {
                query.answer = Answer::Found(Found::new(report.clone()));
            }
        },
        Outcome::Failed(failure) => query.answer = Answer::Failed(failure.clone()),
        Outcome::Crashed(text) => {
            query.answer = Answer::Failed(Failure {
                message: text.clone(),
                advice: Some("This is a fault of Copylens. Try another picture.".into()),
            });
        }
        Outcome::Done(_) | Outcome::Stopped => {}
    }
    true
}

fn on_index_ended(state: &mut AppState, services: &Services, id: JobId, outcome: &Outcome) {
    let Some(library) = FindLibrary::ALL
        .into_iter()
        .find(|library| state.find.library_state(*library).indexing.contains(&id))
    else {
        return;
    };
    let library_state = state.find.library_state_mut(library);
    library_state.indexing.retain(|job| *job != id);
    let title = match library {
        FindLibrary::Mine => "Your pictures could not all be read",
        FindLibrary::Demo => "The demo library could not be opened",
    };
    if let Some(notice) = super::trouble(title, outcome) {
        state.notices.push(damaged::with_way_out(notice));
    }
    match outcome {
        Outcome::Done(JobResult::Index { report, .. }) => take_report(state, library, report),
        Outcome::Done(JobResult::OpenDemo {
            queries, report, ..
        }) => {
            take_report(state, library, report);
            state.find.demo.suggestions.clone_from(queries);
            show_first_suggestion(state, services);
        }
        Outcome::Done(_) | Outcome::Stopped | Outcome::Failed(_) | Outcome::Crashed(_) => {}
    }
}

/// The demo answers by itself: the first thing to see is a picture and its edited copies.
fn show_first_suggestion(state: &mut AppState, services: &Services) {
    let was_asked = std::mem::take(&mut state.find.is_trying_demo);
    let is_watching = state.place == Place::Find && state.find.library == FindLibrary::Demo;
    if !was_asked || !is_watching || !state.find.queries.is_empty() {
        return;
    }
    if let Some(first) = state.find.demo.suggestions.first().cloned() {
        search(state, services, vec![Source::File(first)]);
    }
}

fn take_report(state: &mut AppState, library: FindLibrary, report: &IndexReport) {
    let library_state = state.find.library_state_mut(library);
    library_state.exists = true;
    library_state.searchable = Some(report.added + report.unchanged);
    library_state.left_out.clone_from(&report.skipped);
    if library == state.find.library {
        for query in &mut state.find.queries {
            query.is_stale = true;
        }
    }
    if !report.skipped.is_empty() {
        state.notices.push(left_out(report));
    }
}

fn left_out(report: &IndexReport) -> Notice {
    let n = report.skipped.len();
    let title = format!(
        "Could not read {}",
        crate::app::widgets::words::count(n, "picture", "pictures")
    );
    let lines = report.skipped.iter();
    let details = lines.map(|skipped| format!("{}: {}", skipped.reason, skipped.path.display()));
    Notice::note(title)
        .with_advice("All others can be found.")
        .with_details(details.collect())
}

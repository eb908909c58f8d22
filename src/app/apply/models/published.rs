//! Downloads of published models.

use crate::app::apply::trouble;
use crate::app::command::AtStart;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::ModelsCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::NoticeAction;
use crate::app::state::Place;
use crate::app::state::models::Download;
use crate::app::state::models::row_of;
use crate::download;
use crate::download::Interrupted;
use crate::models::catalog;
use crate::worker::DownloadOrder;
use crate::worker::JobId;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Outcome;

/// Looks for unfinished downloads again.
pub(super) fn reload(state: &AppState, services: &Services, at_start: AtStart) {
    let folder = state.home.downloads();
    services.background("list-downloads", move || {
        let files = download::interrupted(&folder);
        vec![Command::Models(ModelsCommand::TakeInterrupted(
            files, at_start,
        ))]
    });
}

/// The unfinished downloads there are; right after the start a notice offers to go on.
pub(super) fn take(state: &mut AppState, files: Vec<Interrupted>, at_start: AtStart) {
    let rows: Vec<_> = files
        .iter()
        .filter_map(|file| catalog::find(row_of(file)?))
        .collect();
    state.models.published.interrupted = files;
    let Some(first) = rows.first().filter(|_| at_start == AtStart::Yes) else {
        return;
    };
    state.models.published.open = Some(first.id);
    let title = match rows.len() {
        1 => "A download was interrupted".to_owned(),
        n => format!("{n} downloads were interrupted"),
    };
    let labels = rows.iter().map(|row| row.label.to_owned());
    let notice = Notice::note(title)
        .with_advice("It goes on where it was, under Published models.")
        .with_details(labels.collect())
        .with_action(NoticeAction::Go(Place::Models));
    state.notices.push(notice);
}

/// Downloads a row, or goes on with it.
pub(super) fn get(state: &mut AppState, services: &Services, row: &'static str) {
    let published = &mut state.models.published;
    if published.downloads.contains_key(row) {
        return;
    }
    let order = match published.interrupted(row) {
        Some(file) => resumed(row, file),
        None => DownloadOrder {
            model: row.to_owned(),
            format: published.formats.get(row).map(|&format| format.to_owned()),
            ..DownloadOrder::default()
        },
    };
    let download = Download {
        job: services.jobs.submit(JobRequest::Download(order)),
        is_cancelled: false,
    };
    published.downloads.insert(row.to_owned(), download);
}

/// The same file from the same address.
fn resumed(row: &'static str, interrupted: &Interrupted) -> DownloadOrder {
    let name = interrupted
        .target
        .file_name()
        .and_then(|name| name.to_str());
    let files = catalog::find(row).map_or(&[][..], |row| row.files);
    let file = files.iter().find(|file| Some(file.name) == name);
    let is_published = file.is_some_and(|file| file.address == Some(interrupted.address.as_str()));
    DownloadOrder {
        model: row.to_owned(),
        format: file.map(|file| file.format.to_owned()),
        mirror: (!is_published).then(|| interrupted.address.clone()),
        keep: None,
    }
}

/// Stops a download; what has come is removed once it has stopped.
pub(super) fn cancel(state: &mut AppState, services: &Services, row: &'static str) {
    if let Some(download) = state.models.published.downloads.get_mut(row) {
        download.is_cancelled = true;
        services.jobs.stop(download.job);
    }
}

/// Removes what there is of a row that is not finished.
pub(super) fn discard(state: &AppState, services: &Services, row: &str) {
    let (folder, row) = (state.home.downloads(), row.to_owned());
    services.background("discard-download", move || {
        let mut commands = Commands::new();
        for file in download::interrupted(&folder) {
            if row_of(&file) == Some(row.as_str())
                && let Err(err) = download::discard(&file.target)
            {
                let notice = Notice::problem(err.to_string()).with_advice(err.advice());
                commands.push(Command::Tell(notice));
            }
        }
        let left = download::interrupted(&folder);
        let taken = ModelsCommand::TakeInterrupted(left, AtStart::No);
        commands.push(Command::Models(taken));
        commands
    });
}

pub(super) fn open_page(services: &Services, row: &str) {
    let Some(row) = catalog::find(row) else {
        return;
    };
    crate::app::apply::on_desktop(services, |desktop| desktop.open_page(row.publisher.page));
}

/// Takes in the end of a download; whether it was one.
pub(super) fn on_ended(
    state: &mut AppState,
    services: &Services,
    id: JobId,
    outcome: &Outcome,
) -> bool {
    let downloads = &mut state.models.published.downloads;
    let ended = downloads.iter().find(|(_, download)| download.job == id);
    let Some(row) = ended.map(|(row, _)| row.clone()) else {
        return false;
    };
    let is_cancelled = downloads.remove(&row).is_some_and(|d| d.is_cancelled);
    let label = catalog::find(&row).map_or(row.as_str(), |row| row.label);
    if let Some(notice) = trouble(&format!("{label} could not be downloaded"), outcome) {
        state.notices.push(notice);
    }
    if let Outcome::Done(JobResult::Download(done)) = outcome {
        let notice = Notice::note(format!("{:?} is there now", done.model.name));
        state.notices.push(notice);
        super::reload(state, services);
    }
    if is_cancelled {
        discard(state, services, &row);
    } else {
        reload(state, services, AtStart::No);
    }
    true
}

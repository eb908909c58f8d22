//! What the commands of the Compare sheet do.

use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui;
use parking_lot::Mutex;

use super::find::verdicts;
use crate::app::command::Command;
use crate::app::command::CompareCommand;
use crate::app::command::PreparedComparison;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::CompareState;
use crate::app::state::Compared;
use crate::app::state::FindState;
use crate::app::state::Notice;
use crate::app::state::NoticeAction;
use crate::app::state::Query;
use crate::app::widgets::words;
use crate::data;
use crate::index::PictureId;
use crate::matching;
use crate::persist;
use crate::render;
use crate::render::PairRenderer;
use crate::render::PreparedPair;
use crate::verdicts::Judgement;
use crate::worker::CompareReport;
use crate::worker::Event;
use crate::worker::Failure;
use crate::worker::JobId;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Outcome;
use crate::worker::Source;

/// So much more of one picture than of the other must be common before the other is the original.
const CLEARLY_MORE: f32 = 0.08;

/// Does what one command asks for.
pub fn apply(
    state: &mut AppState,
    services: &mut Services,
    ctx: &egui::Context,
    command: CompareCommand,
) {
    match command {
        CompareCommand::Open(id) => open(state, services, id),
        CompareCommand::OpenPair(a, b) => open_pair(state, services, [a, b]),
        CompareCommand::Step(n) => step(state, services, n),
        CompareCommand::Judge(judgement) => judge(state, services, judgement),
        CompareCommand::SetOverlay(overlay) => {
            if let Some(compare) = &mut state.compare {
                compare.overlay = overlay;
            }
        }
        CompareCommand::SetAligned(is_aligned) => {
            if let Some(compare) = &mut state.compare {
                compare.is_aligned = is_aligned;
                prepare(compare, services);
            }
        }
        CompareCommand::Prepared(prepared) => take_prepared(state, services, ctx, &prepared),
        CompareCommand::ChooseSavePath => choose_save_path(state, services),
        CompareCommand::SaveTo(path) => save(state, services, path),
        CompareCommand::Close => close(state, services),
    }
}

/// Takes in one piece of news.
pub fn on_event(state: &mut AppState, services: &Services, event: &Event) {
    let Some(compare) = &mut state.compare else {
        return;
    };
    let Event::Ended { id, outcome } = event else {
        return;
    };
    if compare.job != Some(*id) {
        return;
    }
    compare.job = None;
    compare.outcome = match outcome {
        Outcome::Done(JobResult::Compare(report)) => {
            take_report(compare, Arc::new((**report).clone()))
        }
        Outcome::Done(_) | Outcome::Stopped => Compared::Waiting,
        Outcome::Failed(failure) => Compared::Failed(failure.clone()),
        Outcome::Crashed(text) => Compared::Failed(Failure {
            message: text.clone(),
            advice: None,
        }),
    };
    if is_other_way_round(compare) {
        swap(state, services);
    } else {
        prepare(compare, services);
    }
}

/// Keeps the report that proves more.
fn take_report(compare: &mut CompareState, report: Arc<CompareReport>) -> Compared {
    match compare.unswapped.take() {
        Some(unswapped) if report.comparison.transform.is_none() => {
            compare.is_swapped = false;
            Compared::Done(unswapped)
        }
        Some(_) | None => Compared::Done(report),
    }
}

/// Whether the match shows more than the query, so that it is the original.
fn is_other_way_round(compare: &CompareState) -> bool {
    compare.report().is_some_and(|report| {
        let found = &report.comparison;
        let is_part = found.overlap_a > found.overlap_b + CLEARLY_MORE;
        found.transform.is_some() && is_part && !compare.is_swapped
    })
}

/// Compares once more with the match as the original.
fn swap(state: &mut AppState, services: &Services) {
    let Some(compare) = &mut state.compare else {
        return;
    };
    let files = compare.files.as_ref();
    let files = files.map(|[a, b]| (Source::File(a.clone()), Source::File(b.clone())));
    let Some((query, matched)) = files.or_else(|| sources(&state.find, compare.match_id)) else {
        return;
    };
    compare.unswapped = compare.report().cloned();
    compare.outcome = Compared::Waiting;
    compare.is_swapped = true;
    compare.job = Some(services.jobs.submit(request(matched, query)));
}

fn request(a: Source, b: Source) -> JobRequest {
    JobRequest::Compare {
        a,
        b,
        model: None,
        device: None,
    }
}

/// The query and one of its matches.
fn sources(find: &FindState, id: PictureId) -> Option<(Source, Source)> {
    let query = find.query()?;
    let matches = &query.found()?.matches;
    let matched = matches.iter().find(|one| one.id == id)?;
    Some((query.source.clone(), Source::File(matched.path.clone())))
}

/// Makes the pictures ready for painting, beside the window.
fn prepare(compare: &CompareState, services: &Services) {
    let Some(report) = compare.report().cloned() else {
        return;
    };
    if compare.pair().is_some() {
        return;
    }
    let (match_id, is_aligned) = (compare.match_id, compare.is_aligned);
    let gpu = services.gpu.clone();
    services.background("prepare-comparison", move || {
        let mut comparison = report.comparison.clone();
        if !is_aligned {
            comparison.transform = None;
        }
        let pair = PreparedPair::new(&report.a, &report.b, &comparison, gpu.as_ref());
        let prepared = PreparedComparison {
            match_id,
            is_aligned,
            pair: Arc::new(Mutex::new(Some(pair))),
        };
        vec![Command::Compare(CompareCommand::Prepared(prepared))]
    });
}

fn take_prepared(
    state: &mut AppState,
    services: &Services,
    ctx: &egui::Context,
    prepared: &PreparedComparison,
) {
    let Some(compare) = &mut state.compare else {
        return;
    };
    if compare.match_id != prepared.match_id {
        return;
    }
    let Some(pair) = prepared.pair.lock().take() else {
        return;
    };
    let pair = Rc::new(PairRenderer::new(ctx, services.gpu.as_ref(), pair));
    if prepared.is_aligned {
        compare.aligned = Some(pair);
    } else {
        compare.unaligned = Some(pair);
    }
}

/// Leaves the sheet; nobody waits for its answer any more.
pub fn close(state: &mut AppState, services: &Services) {
    state.find.compared = None;
    if let Some(job) = state.compare.take().and_then(|compare| compare.job) {
        services.jobs.stop(job);
    }
}

fn open(state: &mut AppState, services: &mut Services, id: PictureId) {
    let Some((query, matched)) = sources(&state.find, id) else {
        return;
    };
    if let Some(job) = state.compare.as_ref().and_then(|compare| compare.job) {
        services.jobs.stop(job);
    }
    if let Some(query) = state.find.queries.get_mut(state.find.selected_query) {
        query.selected = Some(id);
    }
    state.find.compared = Some(id);
    let job = services.jobs.submit(request(query, matched));
    show(state, id, None, job);
}

/// Compares two files that are no results of a search.
fn open_pair(state: &mut AppState, services: &Services, files: [PathBuf; 2]) {
    if let Some(job) = state.compare.as_ref().and_then(|compare| compare.job) {
        services.jobs.stop(job);
    }
    let [a, b] = files.clone().map(Source::File);
    let job = services.jobs.submit(request(a, b));
    show(state, PictureId(job.0), Some(files), job);
}

/// A pair of files belongs to the place that showed it.
pub fn leave_pair(state: &mut AppState, services: &Services) {
    let compare = state.compare.as_ref();
    if compare.is_some_and(|compare| compare.files.is_some()) {
        close(state, services);
    }
}

fn show(state: &mut AppState, match_id: PictureId, files: Option<[PathBuf; 2]>, job: JobId) {
    let (overlay, is_aligned) = match &state.compare {
        Some(compare) => (compare.overlay, compare.is_aligned),
        None => (render::OVERLAYS[0].id, true),
    };
    state.compare = Some(CompareState {
        match_id,
        files,
        job: Some(job),
        asked_at: Instant::now(),
        outcome: Compared::Waiting,
        is_swapped: false,
        unswapped: None,
        overlay,
        is_aligned,
        aligned: None,
        unaligned: None,
    });
}

/// Notes a judgement and shows the next result; the last one stays, and so does one that is taken
/// back.
fn judge(state: &mut AppState, services: &mut Services, judgement: Option<Judgement>) {
    let Some(id) = state.compare.as_ref().map(|compare| compare.match_id) else {
        return;
    };
    verdicts::judge(state, services, id, judgement);
    if judgement.is_some() {
        step(state, services, 1);
    }
}

fn step(state: &mut AppState, services: &mut Services, n: isize) {
    let compare = state.compare.as_ref();
    let Some(compare) = compare.filter(|compare| compare.files.is_none()) else {
        return;
    };
    let current = compare.match_id;
    let shown: Vec<PictureId> = state
        .find
        .shown_matches()
        .iter()
        .map(|one| one.id)
        .collect();
    let Some(at) = shown.iter().position(|id| *id == current) else {
        return;
    };
    if let Some(next) = at.checked_add_signed(n).and_then(|at| shown.get(at)) {
        open(state, services, *next);
    }
}

fn choose_save_path(state: &AppState, services: &Services) {
    let files = state
        .compare
        .as_ref()
        .and_then(|compare| compare.files.as_ref());
    let query = match files {
        Some([query, _]) => words::file_name(query),
        None => state.find.query().map(Query::name).unwrap_or_default(),
    };
    let stem = Path::new(&query).file_stem().unwrap_or_default();
    let name = format!("{} compared.png", stem.to_string_lossy());
    let desktop = services.desktop.clone();
    services.background("choose-save-path", move || {
        let chosen = desktop.choose_save_path("Save both pictures as PNG", &name);
        let save = |path| Command::Compare(CompareCommand::SaveTo(path));
        chosen.map(save).into_iter().collect()
    });
}

fn save(state: &AppState, services: &Services, path: PathBuf) {
    let compare = state.compare.as_ref();
    let Some(report) = compare.and_then(CompareState::report).cloned() else {
        return;
    };
    services.background("save-comparison", move || {
        vec![Command::Tell(saved(&report, &path))]
    });
}

/// Writes the picture of both sides; returns what to tell about it.
fn saved(report: &CompareReport, path: &Path) -> Notice {
    let sheet = matching::side_by_side_png(&report.a, &report.b, &report.comparison);
    let bytes = match data::encode_png(&sheet) {
        Ok(bytes) => bytes,
        Err(err) => {
            return Notice::problem("The picture could not be made")
                .with_details(vec![err.to_string()]);
        }
    };
    match persist::save(path, &bytes) {
        Ok(()) => Notice::note("Saved")
            .with_advice(path.display().to_string())
            .with_action(NoticeAction::RevealFile(path.to_owned())),
        Err(err) => Notice::problem("The picture could not be saved")
            .with_advice(err.advice())
            .with_details(vec![err.to_string()]),
    }
}

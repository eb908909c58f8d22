//! The states the places are looked at in.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use copylens::app::state::AppState;
use copylens::app::state::Look;
use copylens::app::state::Place;
use copylens::app::state::Surroundings;
use copylens::app::state::train::Asked;
use copylens::app::state::train::PastRun;
use copylens::app::state::train::PastState;
use copylens::app::state::train::Phase;
use copylens::app::state::train::ShownRun;
use copylens::data::Picture;
use copylens::data::Preprocessing;
use copylens::devices::DeviceInfo;
use copylens::devices::DeviceKind;
use copylens::distill::Recipe;
use copylens::distill::RunConfig;
use copylens::distill::RunPoint;
use copylens::distill::RunSummary;
use copylens::distill::presets;
use copylens::distill::preview::Draw;
use copylens::distill::preview::Preview;
use copylens::index::Skipped;
use copylens::models::ModelInfo;
use copylens::monitor::Progress;
use copylens::settings::Home;
use copylens::settings::Settings;
use copylens::worker::ActiveJob;
use copylens::worker::Failure;
use copylens::worker::JobId;
use copylens::worker::PictureCheck;
use copylens::worker::PreviewReport;

pub const LONG_NAME: &str = "Holiday pictures from the summer of the year before last, sorted by \
                         somebody who likes very long names, second attempt (final) (2)";

pub fn empty_state() -> AppState {
    let home = Home {
        root: PathBuf::from("/nowhere/copylens"),
    };
    let mut state = AppState::new(home, Settings::default(), Surroundings::default());
    let preset = &presets::PRESETS[0];
    let setup = &mut state.train.setup;
    setup.preset = Some(preset.id);
    setup.recipe = preset.toml.to_owned();
    setup.parsed = Recipe::parse(preset.toml).ok();
    setup.student = "resnet18".to_owned();
    state.devices = vec![
        device("cpu", DeviceKind::Cpu, None),
        device(
            "cuda:0",
            DeviceKind::Cuda,
            Some("the NVIDIA driver is not installed"),
        ),
    ];
    state.models.list = vec![model("bundled", "Copylens small")];
    state
}

pub fn device(id: &str, kind: DeviceKind, reason: Option<&str>) -> DeviceInfo {
    DeviceInfo {
        id: id.to_owned(),
        kind,
        name: format!("Device {id}"),
        usable: reason.is_none(),
        reason: reason.map(str::to_owned),
    }
}

pub fn model(id: &str, name: &str) -> ModelInfo {
    ModelInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        architecture: "resnet18".to_owned(),
        dimensions: 256,
        preprocessing: Preprocessing::imagenet(224),
        source: "Taught on this computer".to_owned(),
        file_bytes: 8_400_000,
        path: PathBuf::from(id),
        bundled: id == "bundled",
        quality: Some(0.812),
        pictures_per_second: None,
        created: None,
        published: None,
    }
}

/// All four cards are ready.
pub fn ready_state() -> AppState {
    let mut state = empty_state();
    state.train.setup.teacher = Some("bundled".to_owned());
    state.train.setup.folders = vec![PathBuf::from("/pictures/holiday")];
    state.train.pictures = Asked::Ready(PictureCheck {
        folders: state.train.setup.folders.clone(),
        readable: 1204,
        unreadable: vec![Skipped {
            path: PathBuf::from("/pictures/holiday/broken.jpg"),
            reason: "the file ends too early".to_owned(),
        }],
        samples: vec![PathBuf::from("/pictures/holiday/beach.jpg")],
    });
    state
}

/// A recipe of three stages with its draws.
pub fn preview_state() -> AppState {
    let mut state = ready_state();
    let draw = |side: u32| Draw {
        picture: Arc::new(Picture::filled(side, side, [side as u8, 120, 90])),
        words: format!("Crop, mirror. {side} % of the picture is seen"),
    };
    state.train.preview.report = Some(PreviewReport {
        picture: PathBuf::from("/pictures/holiday/beach.jpg"),
        preview: Preview {
            picture: Arc::new(Picture::filled(90, 60, [200, 180, 40])),
            draws: [80, 80, 32, 32, 33, 34, 35, 36].map(draw).into(),
            n_stages: 3,
        },
    });
    state
}

pub fn config() -> RunConfig {
    RunConfig {
        recipe: presets::PRESETS[0].toml.to_owned(),
        student: "resnet18".to_owned(),
        teacher: Some("bundled".to_owned()),
        start_from: None,
        pairs: None,
        pictures: vec![PathBuf::from("/pictures")],
        device: None,
        run_dir: PathBuf::from("/runs/now"),
        models_dir: PathBuf::from("/models"),
        resume: false,
    }
}

/// A run of 1,000 steps, `n_points` of them done, with a check every hundred.
pub fn running_state(n_points: u64) -> AppState {
    let mut state = ready_state();
    let mut run = ShownRun::new(Some(JobId(7)), "Quick demo, ResNet-18".to_owned(), config());
    run.steps = 1000;
    run.epochs = 10;
    run.points = (0..n_points).map(point).collect();
    state.train.run = Some(run);
    state.jobs = vec![job(7, "Teaching a student", 0.62)];
    state
}

pub fn point(step: u64) -> RunPoint {
    let x = step as f32 / 1000.0;
    let noise = ((step * 2_654_435_761) % 1000) as f32 / 1000.0 - 0.5;
    let mut values = vec![
        ("loss", 4.0 * (-3.0 * x).exp() + 0.4 * noise + 0.5),
        ("loss/likeness", 2.0 * (-3.0 * x).exp() + 0.2 * noise + 0.3),
        ("pictures-per-second", 41.3),
    ];
    if step.is_multiple_of(100) {
        values.push(("quality/micro-ap", 0.3 + 0.5 * x));
        values.push(("quality/recall", 0.34 + 0.5 * x));
    }
    RunPoint {
        step,
        epoch: x * 10.0,
        seconds: f64::from(x) * 600.0,
        pictures: step * 8,
        values: values.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
    }
}

pub fn job(id: u64, title: &str, share: f64) -> ActiveJob {
    ActiveJob {
        id: JobId(id),
        title: title.to_owned(),
        progress: Progress {
            stage: "Teaching the student",
            n_done: (share * 1000.0) as u64,
            n_total: Some(1000),
        },
        time_left: Some(Duration::from_secs(840)),
        paused: false,
        stopping: false,
        waiting: false,
        can_finish: true,
    }
}

pub fn summary() -> RunSummary {
    RunSummary {
        run_dir: PathBuf::from("/runs/now"),
        steps: 1000,
        seconds: 600.0,
        pictures: 8000,
        quality_before: Some(0.34),
        quality_best: Some(0.81),
        judged: None,
        model: PathBuf::from("/runs/now/best.safetensors"),
        complete: true,
    }
}

pub fn past(name: &str, state: PastState) -> PastRun {
    PastRun {
        dir: PathBuf::from("/runs").join(name),
        name: name.to_owned(),
        state,
        quality: Some(0.5),
        seconds: 100.0,
        points: Some((0..400).map(point).collect()),
    }
}

/// States that every look has to bear, with their place.
pub fn states() -> Vec<(&'static str, Place, AppState)> {
    let mut done = running_state(1000);
    if let Some(run) = &mut done.train.run {
        run.job = None;
        run.phase = Phase::Done(summary());
    }
    done.jobs.clear();
    let mut failed = running_state(300);
    if let Some(run) = &mut failed.train.run {
        run.job = None;
        run.phase = Phase::Failed(Failure {
            message: format!("The disk is full: /{}", LONG_NAME.repeat(4)),
            advice: Some("Free some room and try again.".to_owned()),
        });
    }
    let mut long = ready_state();
    long.settings.details = true;
    long.models.list = vec![model("bundled", LONG_NAME), model("other", LONG_NAME)];
    long.train.setup.folders = (0..40)
        .map(|n| PathBuf::from(format!("/pictures/{n} {LONG_NAME}")))
        .collect();
    long.train.past = (0..500)
        .map(|n| past(&format!("{n} {LONG_NAME}"), PastState::Complete))
        .collect();
    let mut long_models = empty_state();
    long_models.settings.details = true;
    long_models.models.list = long.models.list.clone();
    long_models.models.asks_to_delete = Some("other".to_owned());
    let mut many = empty_state();
    many.models.list = (0..40)
        .map(|n| model(&format!("m{n}"), &format!("Model {n}")))
        .collect();
    let mut nothing = empty_state();
    nothing.devices.clear();
    nothing.models.list.clear();
    let mut log = empty_state();
    log.settings_page.look = Some(Look {
        sizes: Vec::new(),
        log: (0..300).map(|n| format!("{n} {LONG_NAME}")).collect(),
    });
    let mut about = ready_state();
    about.settings.details = true;
    about.train.about = Some("rdcd");
    vec![
        ("train about a method", Place::Train, about),
        ("train empty", Place::Train, empty_state()),
        ("train without anything", Place::Train, nothing),
        ("train ready", Place::Train, ready_state()),
        ("train preview", Place::Train, preview_state()),
        ("train long names", Place::Train, long),
        (
            "train waiting for its first point",
            Place::Train,
            running_state(0),
        ),
        ("train running", Place::Train, running_state(620)),
        ("train done", Place::Train, done),
        ("train failed", Place::Train, failed),
        ("models", Place::Models, empty_state()),
        ("models many", Place::Models, many),
        ("models long names", Place::Models, long_models),
        ("settings", Place::Settings, empty_state()),
        ("settings long log", Place::Settings, log),
    ]
}

/// `AppState` holds textures and is not cloned; what the screens of this file read is.
pub fn copy_of(state: &AppState) -> AppState {
    let mut copy = AppState::new(
        state.home.clone(),
        state.settings.clone(),
        state.surroundings.clone(),
    );
    copy.train = state.train.clone();
    copy.find = state.find.clone();
    copy.models = state.models.clone();
    copy.devices = state.devices.clone();
    copy.jobs = state.jobs.clone();
    copy.settings_page = state.settings_page.clone();
    copy
}

//! The window on a stand-in for the worker and the desktop.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use copylens::app::CopylensApp;
use copylens::app::services::Background;
use copylens::app::services::Desktop;
use copylens::app::services::Jobs;
use copylens::app::services::Pasted;
use copylens::app::services::Services;
use copylens::app::state::AppState;
use copylens::app::state::Surroundings;
use copylens::app::theme;
use copylens::data::Picture;
use copylens::index::PictureId;
use copylens::matching::Band;
use copylens::settings::Home;
use copylens::settings::Settings;
use copylens::worker::ActiveJob;
use copylens::worker::Event;
use copylens::worker::FindReport;
use copylens::worker::JobId;
use copylens::worker::JobRequest;
use copylens::worker::JobResult;
use copylens::worker::Match;
use copylens::worker::Outcome;
use copylens::worker::Source;
use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use parking_lot::Mutex;

/// Rounds of drawing before a test goes on although something still moves.
const MAX_ROUNDS: usize = 8;

/// What was asked of the worker, and what it will say next.
#[derive(Default)]
pub struct Script {
    pub submitted: Vec<(JobId, JobRequest)>,
    pub events: VecDeque<Event>,
    pub active: Vec<ActiveJob>,
    pub stopped: Vec<JobId>,
    pub paused: Vec<(JobId, bool)>,
}

impl Script {
    pub fn answer(&mut self, id: JobId, result: JobResult) {
        let outcome = Outcome::Done(result);
        self.events.push_back(Event::Ended { id, outcome });
    }

    /// Every search that was asked for.
    pub fn searches(&self) -> Vec<(JobId, PathBuf)> {
        let searches = self.submitted.iter().filter_map(|(id, request)| {
            let JobRequest::Find { query, .. } = request else {
                return None;
            };
            let Source::File(path) = query else {
                return None;
            };
            Some((*id, path.clone()))
        });
        searches.collect()
    }
}

struct FakeJobs(Rc<RefCell<Script>>);

impl Jobs for FakeJobs {
    fn submit(&self, request: JobRequest) -> JobId {
        let mut script = self.0.borrow_mut();
        let id = JobId(script.submitted.len() as u64 + 1);
        script.submitted.push((id, request));
        id
    }

    fn stop(&self, id: JobId) {
        self.0.borrow_mut().stopped.push(id);
    }

    fn set_paused(&self, id: JobId, paused: bool) {
        self.0.borrow_mut().paused.push((id, paused));
    }

    fn finish(&self, _id: JobId) {}

    fn active(&self) -> Vec<ActiveJob> {
        self.0.borrow().active.clone()
    }

    fn next_event(&self) -> Option<Event> {
        self.0.borrow_mut().events.pop_front()
    }

    fn settings_changed(&self, _settings: &Settings) {}
}

/// A desktop whose dialogs answer at once.
#[derive(Default)]
pub struct FakeDesktop {
    pub files: Mutex<Vec<PathBuf>>,
    pub folders: Mutex<Vec<PathBuf>>,
    pub save_path: Mutex<Option<PathBuf>>,
    pub clipboard: Mutex<Option<Pasted>>,
    /// Addresses that were opened in the browser.
    pub pages: Mutex<Vec<String>>,
}

impl Desktop for FakeDesktop {
    fn choose_files(&self, _title: &str, _filter: (&str, &[&str])) -> Vec<PathBuf> {
        self.files.lock().clone()
    }

    fn choose_folders(&self, _title: &str) -> Vec<PathBuf> {
        self.folders.lock().clone()
    }

    fn choose_save_path(&self, _title: &str, _name: &str) -> Option<PathBuf> {
        self.save_path.lock().clone()
    }

    fn paste(&self) -> Pasted {
        self.clipboard.lock().clone().unwrap_or(Pasted::Nothing)
    }

    fn text(&self) -> String {
        String::new()
    }

    fn copy_text(&self, _text: &str) {}

    fn reveal(&self, _path: &Path) {}

    fn open(&self, _path: &Path) {}

    fn open_page(&self, address: &str) {
        self.pages.lock().push(address.to_owned());
    }
}

/// How the window of a test looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub theme: egui::Theme,
    pub scale: f32,
    pub size: [f32; 2],
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: egui::Theme::Light,
            scale: 1.0,
            size: [1280.0, 820.0],
        }
    }
}

/// The window under test, and everything around it.
pub struct Window {
    pub harness: Harness<'static, CopylensApp>,
    pub script: Rc<RefCell<Script>>,
    pub desktop: Arc<FakeDesktop>,
    pub home: tempfile::TempDir,
}

impl Window {
    pub fn open() -> Self {
        Self::with(Look::default(), Surroundings::default())
    }

    pub fn with(look: Look, surroundings: Surroundings) -> Self {
        Self::at(tempfile::tempdir().unwrap(), look, surroundings)
    }

    /// A window of somebody whose data folder is there already.
    pub fn at(home: tempfile::TempDir, look: Look, surroundings: Surroundings) -> Self {
        let script = Rc::new(RefCell::new(Script::default()));
        let desktop = Arc::new(FakeDesktop::default());
        let services = Services::new(
            Box::new(FakeJobs(script.clone())),
            desktop.clone(),
            Background::Inline,
            || {},
        );
        let settings = Settings {
            theme: match look.theme {
                egui::Theme::Light => copylens::settings::Theme::Light,
                egui::Theme::Dark => copylens::settings::Theme::Dark,
            },
            scale: look.scale,
            ..Settings::default()
        };
        let at = Home {
            root: home.path().to_owned(),
        };
        let app = CopylensApp::new(AppState::new(at, settings, surroundings), services);
        let mut harness = Harness::builder()
            .with_size(look.size)
            .with_theme(look.theme)
            .with_context_setup(theme::install)
            .build_ui_state(
                |ui, app: &mut CopylensApp| {
                    app.work(ui.ctx());
                    app.draw(ui);
                },
                app,
            );
        harness.run_ok();
        Self {
            harness,
            script,
            desktop,
            home,
        }
    }

    /// Lets the window draw until it is quiet, also when a panel unfolds.
    pub fn run(&mut self) {
        for _ in 0..MAX_ROUNDS {
            if self.harness.run_ok().is_some() {
                break;
            }
        }
    }

    pub fn says(&self, text: &str) -> bool {
        let mut found = self.harness.query_all_by_label_contains(text);
        found.next().is_some()
    }

    #[track_caller]
    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.run();
    }

    pub fn drop_files(&mut self, paths: &[PathBuf]) {
        let files = paths
            .iter()
            .map(|path| Arc::new(TestFile(path.clone())) as _);
        self.harness.input_mut().dropped_files = files.collect();
        self.run();
    }

    /// Writes a small picture into the home of the test.
    pub fn picture(&self, name: &str) -> PathBuf {
        let path = self.home.path().join("pictures").join(name);
        let picture = Picture::filled(32, 24, [200, 120, 40]);
        copylens::persist::save(&path, &copylens::data::encode_png(&picture).unwrap()).unwrap();
        path
    }

    /// Answers the last search with these similarities, out of `searched` pictures.
    pub fn found(&mut self, similarities: &[f32], searched: usize) {
        let (id, query) = self
            .script
            .borrow()
            .searches()
            .pop()
            .expect("a search was asked for");
        let report = find_report(query, similarities, searched);
        self.script.borrow_mut().answer(id, JobResult::Find(report));
        self.run();
    }
}

pub fn find_report(query: PathBuf, similarities: &[f32], searched: usize) -> FindReport {
    let matches = similarities
        .iter()
        .enumerate()
        .map(|(idx, similarity)| Match {
            id: PictureId(idx as u64),
            path: PathBuf::from(format!("/photos/holiday/picture-{idx}.jpg")),
            hash: [idx as u8; 32],
            similarity: *similarity,
            band: Band::Edited,
            same_file: *similarity >= 1.0,
            view: None,
            file_bytes: 123_456,
            width: 640,
            height: 480,
            thumbnail: None,
        });
    FindReport {
        library: PathBuf::from("/library"),
        query: Source::File(query),
        hash: Some([255; 32]),
        picture: Arc::new(Picture::filled(64, 48, [90, 140, 60])),
        matches: matches.collect(),
        searched,
        total: searched,
        seconds: 0.01,
    }
}

#[derive(Debug)]
struct TestFile(PathBuf);

impl egui::DroppedFile for TestFile {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|err| err.to_string())
    }
}

//! What the window needs from the outside: jobs, dialogs, the clipboard, work in the background.

mod desktop;

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use crossbeam_channel::Sender;
use eframe::egui_wgpu::RenderState;

use super::command::Commands;
use crate::data::Picture;
use crate::settings::Settings;
use crate::worker::ActiveJob;
use crate::worker::Event;
use crate::worker::JobId;
use crate::worker::JobRequest;

pub use desktop::SystemDesktop;

/// Whoever runs jobs: the worker, or a stand-in that writes down what was asked for.
pub trait Jobs {
    fn submit(&self, request: JobRequest) -> JobId;
    fn stop(&self, id: JobId);
    fn set_paused(&self, id: JobId, paused: bool);
    fn finish(&self, id: JobId);
    fn active(&self) -> Vec<ActiveJob>;
    fn next_event(&self) -> Option<Event>;
    fn settings_changed(&self, settings: &Settings);
}

/// What the clipboard held.
#[derive(Clone, Debug, PartialEq)]
pub enum Pasted {
    Picture(Arc<Picture>),
    Paths(Vec<PathBuf>),
    Nothing,
}

/// Dialogs, the clipboard and the file manager. Every call may take as long as a person likes, so
/// they are only made through [`Services::background`].
pub trait Desktop: Send + Sync {
    /// Picture files, several at once; `filter` is a name and file endings.
    fn choose_files(&self, title: &str, filter: (&str, &[&str])) -> Vec<PathBuf>;
    fn choose_folders(&self, title: &str) -> Vec<PathBuf>;
    /// Where to save; `name` is a suggestion with its ending.
    fn choose_save_path(&self, title: &str, name: &str) -> Option<PathBuf>;
    /// Whether a dialog could not be opened since this was asked last.
    fn has_missed_dialog(&self) -> bool {
        false
    }
    fn paste(&self) -> Pasted;
    /// The text of the clipboard, for text fields.
    fn text(&self) -> String;
    fn copy_text(&self, text: &str);
    /// Opens the folder of a file in the file manager.
    fn reveal(&self, path: &std::path::Path);
    /// Opens a folder in the file manager, or a file in its program.
    fn open(&self, path: &std::path::Path);
    /// Opens an address in the browser.
    fn open_page(&self, address: &str);
}

/// How many answers of background work may wait; more than one at a time is rare.
const ANSWER_CAPACITY: usize = 256;

/// Where background work runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Each piece in a thread of its own.
    Threads,
    /// Right away; for tests.
    Inline,
}

/// Everything outside the window that `apply` may use.
pub struct Services {
    pub jobs: Box<dyn Jobs>,
    pub desktop: Arc<dyn Desktop>,
    /// The graphics card of the window; without one pictures are painted on the processor.
    pub gpu: Option<RenderState>,
    background: Background,
    wake: Arc<dyn Fn() + Send + Sync>,
    answers_in: Sender<Commands>,
    answers_out: Receiver<Commands>,
}

impl Services {
    /// `wake` is called from other threads when there is something to show.
    pub fn new(
        jobs: Box<dyn Jobs>,
        desktop: Arc<dyn Desktop>,
        background: Background,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let (answers_in, answers_out) = crossbeam_channel::bounded(ANSWER_CAPACITY);
        Self {
            jobs,
            desktop,
            gpu: None,
            background,
            wake: Arc::new(wake),
            answers_in,
            answers_out,
        }
    }

    /// Does slow work beside the window; the commands it returns are applied in a later frame.
    pub fn background(&self, name: &'static str, work: impl FnOnce() -> Commands + Send + 'static) {
        let answers = self.answers_in.clone();
        let wake = self.wake.clone();
        let task = move || {
            let commands = work();
            if commands.is_empty() || answers.send(commands).is_ok() {
                wake();
            }
        };
        match self.background {
            Background::Inline => task(),
            Background::Threads => {
                let started = std::thread::Builder::new().name(name.into()).spawn(task);
                if let Err(err) = started {
                    log::error!("{name}: {err}");
                }
            }
        }
    }

    /// What background work asked for since the last frame.
    pub fn answers(&self) -> Commands {
        self.answers_out.try_iter().flatten().collect()
    }
}

//! Opens the window: which display, which renderer, and what to say when there is none.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use eframe::egui;
use eframe::egui_wgpu;

use super::CopylensApp;
use super::command::Command;
use super::log_file;
use super::services::Background;
use super::services::Jobs;
use super::services::Services;
use super::services::SystemDesktop;
use super::state::AppState;
use super::state::Surroundings;
use super::theme;
use crate::settings::Home;
use crate::settings::Settings;
use crate::worker::ActiveJob;
use crate::worker::Defaults;
use crate::worker::Event;
use crate::worker::JobId;
use crate::worker::JobRequest;
use crate::worker::Worker;

const TITLE: &str = "Copylens";
const FIRST_SIZE: egui::Vec2 = egui::Vec2::new(1280.0, 820.0);
const SMALLEST_SIZE: egui::Vec2 = egui::Vec2::new(640.0, 420.0);
/// News of the worker within this time become one frame.
const WAKE_AFTER: Duration = Duration::from_millis(33);

/// A way to draw the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renderer {
    /// The graphics card.
    Card,
    /// The processor, where no graphics card can be used.
    Software,
}

impl Renderer {
    const ALL: [Self; 2] = [Self::Card, Self::Software];

    /// Name on the command line and in the settings.
    pub fn id(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Software => "software",
        }
    }

    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|renderer| renderer.id() == id)
    }

    /// In words for the settings page.
    fn label(self) -> &'static str {
        match self {
            Self::Card => "Graphics card",
            Self::Software => "Processor (no graphics card was usable)",
        }
    }
}

/// Which window systems there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Displays {
    pub x11: bool,
    pub wayland: bool,
}

impl Displays {
    fn of_environment() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            x11: is_set("DISPLAY"),
            wayland: is_set("WAYLAND_DISPLAY"),
        }
    }

    /// X11 takes dropped files, Wayland does not (yet): X11 it is unless the settings say otherwise.
    fn uses_x11(self, prefer_wayland: bool) -> bool {
        self.x11 && !(self.wayland && prefer_wayland)
    }
}

/// Opens the window and stays until it is closed; `files` are searched with right away.
///
/// `renderer` is the id of a [`Renderer`] and is remembered.
pub fn run_window(files: Vec<PathBuf>, renderer: Option<String>) -> ExitCode {
    match try_to_run(files, renderer.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            // Standard error is all there is: nobody reads it only if nobody could have.
            let _gone = writeln!(std::io::stderr(), "copylens: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn try_to_run(files: Vec<PathBuf>, renderer: Option<&str>) -> anyhow::Result<()> {
    let displays = Displays::of_environment();
    if cfg!(target_os = "linux") && !displays.x11 && !displays.wayland {
        anyhow::bail!(
            "there is no display to open a window on; the command line works without one, \
             see `copylens find --help` and `copylens --help`"
        );
    }
    let home = Home::find()?;
    log_file::start(&home);
    let mut settings = Settings::load(&home);
    if let Some(id) = renderer {
        let known = Renderer::from_id(id).with_context(|| {
            let ids = Renderer::ALL.map(Renderer::id).join(" or ");
            format!("there is no renderer {id:?}; choose {ids}")
        })?;
        settings.renderer = Some(known.id().to_owned());
        settings.save(&home)?;
    }
    let chosen = settings.renderer.as_deref().and_then(Renderer::from_id);
    let mut last_problem = String::new();
    for renderer in candidates(chosen) {
        let start = Start {
            home: home.clone(),
            settings: settings.clone(),
            files: files.clone(),
            renderer,
            displays,
        };
        match open(start) {
            Ok(()) => return Ok(()),
            Err(err) => {
                log::warn!("{}: {err}", renderer.label());
                last_problem = err.to_string();
            }
        }
    }
    say_that_nothing_draws(&last_problem);
    anyhow::bail!("no renderer could open the window: {last_problem}")
}

/// The chosen renderer first, and then what else there is: a window is better than none.
fn candidates(chosen: Option<Renderer>) -> Vec<Renderer> {
    let mut candidates: Vec<Renderer> = chosen.into_iter().collect();
    candidates.extend(Renderer::ALL.into_iter().filter(|one| Some(*one) != chosen));
    candidates
}

/// What one attempt to open the window needs.
struct Start {
    home: Home,
    settings: Settings,
    files: Vec<PathBuf>,
    renderer: Renderer,
    displays: Displays,
}

fn open(start: Start) -> eframe::Result {
    let uses_x11 = start.displays.uses_x11(start.settings.prefer_wayland);
    let options = options(start.renderer, uses_x11);
    eframe::run_native(
        TITLE,
        options,
        Box::new(move |creation| {
            let mut app = create(&creation.egui_ctx, start, uses_x11)?;
            app.services.gpu.clone_from(&creation.wgpu_render_state);
            Ok(Box::new(app))
        }),
    )
}

fn create(ctx: &egui::Context, start: Start, uses_x11: bool) -> anyhow::Result<CopylensApp> {
    theme::install(ctx);
    theme::follow(ctx, start.settings.theme, start.settings.scale);
    let surroundings = Surroundings {
        can_drop: uses_x11 || !cfg!(target_os = "linux"),
        renderer: start.renderer.label().to_owned(),
    };
    let woken = ctx.clone();
    let worker = Worker::start(
        start.home.clone(),
        Defaults::from(&start.settings),
        move || {
            woken.request_repaint_after(WAKE_AFTER);
        },
    )
    .context("the compute thread did not start")?;
    let woken = ctx.clone();
    let services = Services::new(
        Box::new(worker),
        Arc::new(SystemDesktop::default()),
        Background::Threads,
        move || woken.request_repaint(),
    );
    let state = AppState::new(start.home, start.settings, surroundings);
    let mut app = CopylensApp::new(state, services);
    if !start.files.is_empty() {
        app.push(Command::Drop(start.files));
    }
    Ok(app)
}

fn options(renderer: Renderer, uses_x11: bool) -> eframe::NativeOptions {
    let viewport = egui::ViewportBuilder::default()
        .with_title(TITLE)
        .with_app_id("copylens")
        .with_inner_size(FIRST_SIZE)
        .with_min_inner_size(SMALLEST_SIZE)
        .with_drag_and_drop(true)
        .with_icon(Arc::new(icon()));
    let mut wgpu_options = egui_wgpu::WgpuConfiguration::default();
    if renderer == Renderer::Software
        && let egui_wgpu::WgpuSetup::CreateNew(setup) = &mut wgpu_options.wgpu_setup
    {
        setup.native_adapter_selector = Some(Arc::new(|adapters, _surface| {
            let is_processor =
                |adapter: &&wgpu::Adapter| adapter.get_info().device_type == wgpu::DeviceType::Cpu;
            let found = adapters.iter().find(is_processor);
            found
                .cloned()
                .ok_or_else(|| "there is no software renderer".to_owned())
        }));
    }
    eframe::NativeOptions {
        viewport,
        wgpu_options,
        // Copy and paste are ours: pictures and files can be pasted too.
        clipboard_shortcuts: false,
        event_loop_builder: uses_x11
            .then(|| -> eframe::EventLoopBuilderHook { Box::new(prefer_x11) }),
        ..eframe::NativeOptions::default()
    }
}

#[cfg(target_os = "linux")]
fn prefer_x11(builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {
    use winit::platform::x11::EventLoopBuilderExtX11 as _;
    builder.with_x11();
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11(_builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>) {}

fn icon() -> egui::IconData {
    let bytes = include_bytes!("../../assets/icon/copylens-256.png");
    eframe::icon_data::from_png_bytes(bytes).unwrap_or_default()
}

/// The last resort: a message box of the system.
fn say_that_nothing_draws(problem: &str) {
    rfd::MessageDialog::new()
        .set_level(rfd::MessageLevel::Error)
        .set_title(TITLE)
        .set_description(format!(
            "Copylens could not open its window, because neither a graphics card nor a software \
             renderer is usable.\n\nInstalling a Vulkan driver usually helps (mesa-vulkan-drivers \
             on Debian and Ubuntu). The command line works without one: copylens --help\n\n{problem}"
        ))
        .show();
}

impl Jobs for Worker {
    fn submit(&self, request: JobRequest) -> JobId {
        Self::submit(self, request)
    }

    fn stop(&self, id: JobId) {
        Self::stop(self, id);
    }

    fn set_paused(&self, id: JobId, paused: bool) {
        Self::set_paused(self, id, paused);
    }

    fn finish(&self, id: JobId) {
        Self::finish(self, id);
    }

    fn active(&self) -> Vec<ActiveJob> {
        Self::active(self)
    }

    fn next_event(&self) -> Option<Event> {
        self.events().try_recv().ok()
    }

    fn settings_changed(&self, settings: &Settings) {
        self.set_defaults(Defaults::from(settings));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_can_be_dropped_wherever_x11_is() {
        let both = Displays {
            x11: true,
            wayland: true,
        };
        let wayland = Displays {
            x11: false,
            wayland: true,
        };
        assert!(both.uses_x11(false));
        assert!(!both.uses_x11(true));
        assert!(!wayland.uses_x11(false));
    }

    #[test]
    fn a_renderer_is_remembered_by_its_name() {
        for renderer in Renderer::ALL {
            assert_eq!(Renderer::from_id(renderer.id()), Some(renderer));
        }
    }
}

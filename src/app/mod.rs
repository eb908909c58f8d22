//! The window.
//!
//! - Owns: the places, their state, what commands do, how everything looks.
//! - Invariant: screens borrow [`state::AppState`] and push [`command::Command`]s; only `apply`
//!   changes the state.
//! - Invariant: nothing here computes on pictures or touches the disk while it draws.
//! - Not here: long work (`worker`), the command line (`cli`).
//! - To add a place: one file in `screens/` and one row of [`screens::SCREENS`].

pub mod apply;
pub mod chart_picture;
mod closing;
pub mod command;
pub mod curves;
pub mod error_card;
mod log_file;
pub mod screens;
pub mod services;
pub mod state;
pub mod theme;
pub mod thumbnails;
pub mod widgets;
mod window;

use std::time::Duration;
use std::time::Instant;

use eframe::egui;
use egui::Key;

use command::Command;
use command::Commands;
use command::FindCommand;
use services::Services;
use state::AppState;
use widgets::activity_bar;
use widgets::rail;

pub use window::run_window;

/// Events that arrive are applied for at most this long per frame.
const FRAME_BUDGET: Duration = Duration::from_millis(8);

/// The whole program behind one window.
pub struct CopylensApp {
    pub state: AppState,
    services: Services,
    commands: Commands,
}

impl CopylensApp {
    pub fn new(state: AppState, services: Services) -> Self {
        let mut app = Self {
            state,
            services,
            commands: Commands::new(),
        };
        apply::start(&mut app.state, &mut app.services);
        app
    }

    /// Do this before the next frame.
    pub fn push(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Takes what happened since the last frame. Also runs while the window is hidden.
    pub fn work(&mut self, ctx: &egui::Context) {
        let started = Instant::now();
        let mut is_more_waiting = false;
        while let Some(event) = self.services.jobs.next_event() {
            apply::on_event(&mut self.state, &mut self.services, &event);
            if started.elapsed() > FRAME_BUDGET {
                is_more_waiting = true;
                break;
            }
        }
        self.commands.extend(self.services.answers());
        self.apply_commands(ctx);
        apply::every_frame(&mut self.state, &mut self.services, ctx);
        self.state.jobs = self.services.jobs.active();
        if is_more_waiting {
            ctx.request_repaint();
        }
    }

    /// Draws one frame.
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        theme::follow(
            ui.ctx(),
            self.state.settings.theme,
            self.state.settings.scale,
        );
        self.take_keys_and_drops(ui);
        let Self {
            state, commands, ..
        } = self;

        egui::Panel::left("rail")
            .exact_size(theme::RAIL_WIDTH)
            .resizable(false)
            .frame(egui::Frame::new().fill(theme::Palette::of(ui).card))
            .show(ui, |ui| rail::ui(ui, state.place, commands));
        egui::Panel::bottom("activity-bar")
            .exact_size(theme::ACTIVITY_BAR_HEIGHT)
            .resizable(false)
            .frame(egui::Frame::new().fill(theme::Palette::of(ui).card))
            .show(ui, |ui| activity_bar::ui(ui, state, commands));
        let ground = egui::Frame::new().fill(theme::Palette::of(ui).ground);
        egui::CentralPanel::default().frame(ground).show(ui, |ui| {
            let screen = screens::of(state.place);
            (screen.ui)(ui, state, commands);
        });
        widgets::drop_hint::ui(ui, state.place);
        screens::import_sheet_ui(ui, state, commands);
        error_card::notices_ui(ui, state, commands);
        closing::ui(ui, state, commands);

        self.commands.extend(copied_texts(ui.ctx()));
        if !self.commands.is_empty() {
            let ctx = ui.ctx().clone();
            self.apply_commands(&ctx);
        }
    }

    fn take_keys_and_drops(&mut self, ui: &egui::Ui) {
        let is_pasting = ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, Key::V));
        if is_pasting {
            self.commands.push(Command::Find(FindCommand::Paste));
        }
        for screen in screens::SCREENS {
            let is_pressed =
                ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, screen.key));
            if is_pressed {
                self.commands.push(Command::Go(screen.place));
            }
        }
        let dropped: Vec<_> = ui.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        if !dropped.is_empty() {
            self.commands.push(Command::Drop(dropped));
        }
    }

    fn apply_commands(&mut self, ctx: &egui::Context) {
        if self.commands.is_empty() {
            return;
        }
        for command in std::mem::take(&mut self.commands) {
            apply::apply(&mut self.state, &mut self.services, ctx, command);
        }
        ctx.request_repaint();
    }
}

/// Copy, cut and paste in text fields: the window hands these keys on as they are, because pictures
/// and files can be pasted too.
fn edit_keys(ctx: &egui::Context, raw: &mut egui::RawInput, clipboard: &dyn services::Desktop) {
    if !ctx.text_edit_focused() {
        return;
    }
    for event in &mut raw.events {
        let egui::Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } = event
        else {
            continue;
        };
        if !modifiers.command_only() {
            continue;
        }
        let key = *key;
        if key == Key::C {
            *event = egui::Event::Copy;
        } else if key == Key::X {
            *event = egui::Event::Cut;
        } else if key == Key::V {
            *event = egui::Event::Paste(clipboard.text());
        }
    }
}

/// What widgets copied, taken out of the hands of the window system.
fn copied_texts(ctx: &egui::Context) -> Commands {
    ctx.output_mut(|output| {
        let copied = output.commands.iter().filter_map(|command| {
            let egui::OutputCommand::CopyText(text) = command else {
                return None;
            };
            Some(Command::CopyText(text.clone()))
        });
        copied.collect()
    })
}

impl eframe::App for CopylensApp {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.work(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn raw_input_hook(&mut self, ctx: &egui::Context, raw: &mut egui::RawInput) {
        edit_keys(ctx, raw, &*self.services.desktop);
    }
}

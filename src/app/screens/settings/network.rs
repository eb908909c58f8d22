//! How downloads reach their servers.

use eframe::egui;

use super::change;
use super::row_ui;
use crate::app::command::Commands;
use crate::app::state::AppState;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::settings;

pub fn ui(ui: &mut egui::Ui, state: &AppState, commands: &mut Commands) {
    row_ui(ui, "Proxy", |ui| {
        let text_id = egui::Id::unique("proxy");
        let saved = state.settings.proxy.clone().unwrap_or_default();
        let typed: Option<String> = ui.data(|data| data.get_temp(text_id));
        let mut text = typed.unwrap_or_else(|| saved.clone());
        let editor = egui::TextEdit::singleline(&mut text)
            .char_limit(200)
            .hint_text("As the environment says")
            .desired_width(ui.available_width().min(theme::READING_WIDTH));
        ui.add(editor).accessible_name("Address of the proxy");
        let trimmed = text.trim();
        let is_usable = trimmed.is_empty() || settings::is_proxy(trimmed);
        if is_usable && trimmed != saved {
            let proxy = (!trimmed.is_empty()).then(|| trimmed.to_owned());
            change(state, commands, |settings| settings.proxy = proxy);
        }
        if !is_usable {
            let problem = Palette::of(ui).problem;
            let words = "A proxy looks like http://proxy.example:3128";
            ui.colored_label(problem, words);
        }
        ui.data_mut(|data| data.insert_temp(text_id, text.clone()));
        ui.weak("For downloads of published models. Leave it empty to use HTTPS_PROXY.");
    });
}

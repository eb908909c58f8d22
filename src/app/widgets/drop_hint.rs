//! Says what will happen before files are let go over the window.

use std::path::Path;

use eframe::egui;
use egui::RichText;
use egui::Stroke;
use egui::StrokeKind;
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons;

use crate::app::state::Place;
use crate::app::theme;
use crate::app::theme::Palette;
use crate::weights;

/// Draws the hint over the page while files are dragged over the window.
pub fn ui(ui: &egui::Ui, place: Place) {
    let hovered: Vec<_> = ui.input(|input| {
        let files = input.raw.hovered_files.iter();
        files.map(|file| file.path.clone()).collect()
    });
    if hovered.is_empty() {
        return;
    }
    let paths: Vec<&Path> = hovered
        .iter()
        .flatten()
        .map(|path| path.as_path())
        .collect();
    let (icon, words) = words(place, hovered.len(), &paths);
    let page = ui.max_rect();
    egui::Area::new(egui::Id::unique("drop-hint"))
        .order(egui::Order::Foreground)
        .fixed_pos(page.min)
        .interactable(false)
        .show(ui.ctx(), |ui| {
            let palette = Palette::of(ui);
            let painter = ui.painter();
            painter.rect_filled(page, 0.0, palette.ground.gamma_multiply(0.97));
            let border = page.shrink(theme::GROUP_GAP);
            let stroke = Stroke::new(theme::FOCUS_RING, palette.accent);
            painter.rect_stroke(border, theme::CARD_RADIUS, stroke, StrokeKind::Inside);
            let text = RichText::new(words).text_style(egui::TextStyle::Heading);
            ui.scope_builder(egui::UiBuilder::new().max_rect(page), |ui| {
                ui.with_layout(egui::Layout::top_down(egui::Align::Center), |ui| {
                    ui.add_space(page.height() / 2.0 - theme::HERO_ICON_SIZE);
                    let icon = icon.rich_text().size(theme::HERO_ICON_SIZE);
                    ui.label(icon.color(palette.accent));
                    ui.label(text);
                });
            });
        });
}

/// What will happen, guessed from the names: the disk is not looked at while drawing.
fn words(place: Place, n_files: usize, paths: &[&Path]) -> (MaterialIcon, String) {
    let is_folder = !paths.is_empty() && paths.iter().all(|path| path.extension().is_none());
    let is_model = paths.iter().any(|path| weights::is_weights_name(path));
    if is_model {
        return (
            icons::ICON_DEPLOYED_CODE,
            "Drop to import this model".into(),
        );
    }
    match (place, is_folder, n_files) {
        (Place::Train, true, 1) => (
            icons::ICON_FOLDER,
            "Drop to teach with the pictures in this folder".into(),
        ),
        (Place::Train, true, n) => (
            icons::ICON_FOLDER,
            format!("Drop to teach with the pictures in these {n} folders"),
        ),
        (Place::Test, true, _) => (
            icons::ICON_FOLDER,
            "Drop to measure on the data set in this folder".into(),
        ),
        (Place::Test, false, n) => (
            icons::ICON_SCIENCE,
            format!("Drop to test with copies of {}", super::words::pictures(n)),
        ),
        (Place::Train, false, _) => (
            icons::ICON_IMAGE,
            "Drop to see what the recipe makes of this picture".into(),
        ),
        (_, true, _) => (
            icons::ICON_FOLDER,
            "Drop to add this folder, or to search with its pictures".into(),
        ),
        (_, false, 1) => (
            icons::ICON_IMAGE_SEARCH,
            "Drop to find the copies of this picture".into(),
        ),
        (_, false, n) => (
            icons::ICON_IMAGE_SEARCH,
            format!("Drop to find the copies of these {n} pictures"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_says_what_will_happen() {
        let picture = Path::new("/a/b.jpg");
        let folder = Path::new("/a/b");
        let say = |place, paths: &[&Path]| words(place, paths.len(), paths).1;
        assert!(say(Place::Find, &[picture]).contains("this picture"));
        assert!(say(Place::Find, &[picture, picture]).contains("these 2 pictures"));
        assert!(say(Place::Find, &[folder]).contains("add this folder"));
        assert!(say(Place::Train, &[folder]).contains("teach"));
        assert!(say(Place::Train, &[picture]).contains("recipe"));
        assert!(say(Place::Find, &[Path::new("m.safetensors")]).contains("model"));
    }
}

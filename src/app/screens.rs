//! The places of the rail. Order in the table is the order on screen.
//!
//! To add one: a file with a `ui` function, a variant of [`Place`], and a row of [`SCREENS`].

mod compare;
mod find;
mod models;
mod settings;
mod test;
mod train;

use eframe::egui;
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons;

use super::command::Commands;
use super::state::AppState;
use super::state::Place;

pub use models::import_sheet_ui;

/// One row of [`SCREENS`].
pub struct ScreenSpec {
    pub place: Place,
    pub id: &'static str,
    /// The word below the icon.
    pub label: &'static str,
    /// One sentence on what the place is for.
    pub help: &'static str,
    pub icon: MaterialIcon,
    /// With Ctrl: goes there.
    pub key: egui::Key,
    /// Draws the page; it fills the room that is there.
    pub ui: fn(&mut egui::Ui, &AppState, &mut Commands),
}

/// Every place.
pub const SCREENS: &[ScreenSpec] = &[
    ScreenSpec {
        place: Place::Find,
        id: "find",
        label: "Find",
        help: "Find the copies of a picture.",
        icon: icons::ICON_IMAGE_SEARCH,
        key: egui::Key::Num1,
        ui: find::ui,
    },
    ScreenSpec {
        place: Place::Train,
        id: "train",
        label: "Train",
        help: "Teach a small fast model on your own pictures.",
        icon: icons::ICON_SCHOOL,
        key: egui::Key::Num2,
        ui: train::ui,
    },
    ScreenSpec {
        place: Place::Test,
        id: "test",
        label: "Test",
        help: "Measure how well models find copies.",
        icon: icons::ICON_SCIENCE,
        key: egui::Key::Num3,
        ui: test::ui,
    },
    ScreenSpec {
        place: Place::Models,
        id: "models",
        label: "Models",
        help: "Look at the models there are and choose the one to search with.",
        icon: icons::ICON_DEPLOYED_CODE,
        key: egui::Key::Num4,
        ui: models::ui,
    },
    ScreenSpec {
        place: Place::Settings,
        id: "settings",
        label: "Settings",
        help: "Change how Copylens looks and computes.",
        icon: icons::ICON_SETTINGS,
        key: egui::Key::Num5,
        ui: settings::ui,
    },
];

/// The row of a place.
pub fn of(place: Place) -> &'static ScreenSpec {
    SCREENS
        .iter()
        .find(|screen| screen.place == place)
        .expect("the table has a row for each place")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_place_has_one_row() {
        for place in [
            Place::Find,
            Place::Train,
            Place::Test,
            Place::Models,
            Place::Settings,
        ] {
            assert_eq!(of(place).place, place);
        }
        let ids: BTreeSet<_> = SCREENS.iter().map(|screen| screen.id).collect();
        assert_eq!(ids.len(), SCREENS.len());
    }

    #[test]
    fn help_is_a_sentence() {
        for screen in SCREENS {
            assert!(screen.help.ends_with('.'), "{}", screen.id);
        }
    }
}

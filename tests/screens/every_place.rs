//! Every place in both themes, at both ends of the scale, in small and large windows.

use copylens::app::screens::SCREENS;
use copylens::app::state::Surroundings;
use eframe::egui;
use egui_kittest::kittest::Queryable as _;

use crate::support::Look;
use crate::support::Window;

#[test]
fn every_place_draws_in_every_theme_scale_and_size() {
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        for scale in [1.0, 2.0] {
            for size in [[900.0, 600.0], [2560.0, 1440.0]] {
                let look = Look { theme, scale, size };
                let mut window = Window::with(look, Surroundings::default());
                for screen in SCREENS {
                    let keys = egui::Modifiers::COMMAND;
                    window.harness.key_press_modifiers(keys, screen.key);
                    window.run();
                    // Once in the rail, once as the title of the page.
                    let n_named = window.harness.query_all_by_label(screen.label).count();
                    assert!(n_named >= 2, "{} is not shown: {look:?}", screen.label);
                }
            }
        }
    }
}

#[test]
fn a_place_is_one_click_away() {
    let mut window = Window::open();
    for screen in SCREENS.iter().rev() {
        let rail = window.harness.query_all_by_label(screen.label).next();
        rail.unwrap().click();
        window.run();
        assert_eq!(window.harness.state().state.place, screen.place);
    }
}

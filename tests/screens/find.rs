//! The Find place.

use std::path::PathBuf;
use std::sync::Arc;

use copylens::app::services::Pasted;
use copylens::app::state::FindLibrary;
use copylens::app::state::Surroundings;
use copylens::data::Picture;
use copylens::worker::Event;
use copylens::worker::IndexReport;
use copylens::worker::JobRequest;
use copylens::worker::JobResult;
use copylens::worker::Outcome;
use copylens::worker::Source;
use eframe::egui;

use crate::support::Look;
use crate::support::Window;

#[test]
fn a_dropped_picture_is_searched_with() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(std::slice::from_ref(&picture));
    let searches = window.script.borrow().searches();
    assert_eq!(searches.len(), 1);
    assert_eq!(searches[0].1, picture);
    window.found(&[0.9, 0.7], 60);
    assert!(window.says("2 copies in 60 pictures"));
    assert!(window.says("Same picture, edited"));
    assert!(window.says("picture-1.jpg"));
}

#[test]
fn several_pictures_are_a_batch_with_counts() {
    let mut window = Window::open();
    let pictures: Vec<PathBuf> = ["a.png", "b.png", "c.png"]
        .map(|name| window.picture(name))
        .into();
    window.drop_files(&pictures);
    assert_eq!(window.script.borrow().searches().len(), 3);
    window.found(&[0.9], 60);
    assert!(window.says("3 pictures"));
    assert!(window.says("b.png"));
    window.click("c.png");
    assert_eq!(window.harness.state().state.find.selected_query, 2);
    assert!(window.says("1 copy in 60 pictures"));
}

#[test]
fn a_dropped_folder_is_asked_about_once() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    let folder = picture.parent().unwrap().to_owned();
    window.drop_files(std::slice::from_ref(&folder));
    assert!(window.script.borrow().submitted.is_empty());
    window.click("Add to my pictures");
    let script = window.script.borrow();
    let [(_, JobRequest::Index { folders, .. })] = script.submitted.as_slice() else {
        panic!("not indexed: {:?}", script.submitted);
    };
    assert_eq!(folders, &[folder]);
}

#[test]
fn a_folder_can_be_searched_with() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.picture("b.png");
    window.drop_files(&[picture.parent().unwrap().to_owned()]);
    window.click("Search for copies of its pictures");
    assert_eq!(window.script.borrow().searches().len(), 2);
}

#[test]
fn files_that_are_no_pictures_are_counted() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    let text = window.home.path().join("notes.txt");
    copylens::persist::save(&text, b"no picture").unwrap();
    window.drop_files(&[picture, text]);
    assert!(window.says("1 of 2 files was not a picture"));
    window.click("Details");
    assert!(window.says("notes.txt"));
    assert_eq!(window.script.borrow().searches().len(), 1);
}

#[test]
fn the_notch_changes_what_is_shown_and_counted() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&[1.0, 0.95, 0.75, 0.55, 0.45], 60);
    assert!(window.says("4 copies in 60 pictures"));
    window.click("Strict");
    assert!(window.says("3 copies in 60 pictures"));
    window.click("Loose");
    assert!(window.says("5 copies in 60 pictures"));
}

#[test]
fn results_get_more_while_the_library_grows_and_none_moves() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(std::slice::from_ref(&picture));
    let library = window.harness.state().state.find.mine.folder.clone();
    let (id, _) = window.script.borrow().searches()[0].clone();
    let mut report = crate::support::find_report(picture.clone(), &[0.7], 40);
    report.total = 90;
    window
        .script
        .borrow_mut()
        .answer(id, JobResult::Find(report));
    window
        .harness
        .state_mut()
        .state
        .find
        .mine
        .indexing
        .push(copylens::worker::JobId(99));
    window.run();
    assert!(window.says("1 copy. 40 of 90 searched so far"));

    window.script.borrow_mut().events.push_back(Event::Indexed {
        id: copylens::worker::JobId(99),
        library,
        searchable: 60,
    });
    window.run();
    let query = &mut window.harness.state_mut().state.find.queries[0];
    query.asked_at -= std::time::Duration::from_mins(1);
    window.run();
    assert_eq!(window.script.borrow().searches().len(), 2);
    window.found(&[0.7, 0.9], 60);
    let found = window.harness.state().state.find.queries[0]
        .found()
        .unwrap();
    let ids: Vec<u64> = found.matches.iter().map(|one| one.id.0).collect();
    assert_eq!(ids, [0, 1]);
}

#[test]
fn nothing_found_says_why_and_what_to_try() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&[0.45, 0.1], 60);
    assert!(window.says("No copies found"));
    assert!(window.says("None of the 60 pictures"));
    window.click("Show 1 picture that is a little alike");
    assert!(window.says("1 copy in 60 pictures"));
}

#[test]
fn an_empty_library_asks_for_pictures() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&[], 0);
    assert!(window.says("There is nothing to search yet"));
    *window.desktop.folders.lock() = vec![PathBuf::from("/photos")];
    let buttons =
        egui_kittest::kittest::Queryable::query_all_by_label(&window.harness, "Add my pictures…");
    buttons.last().unwrap().click();
    window.run();
    let script = window.script.borrow();
    let is_index = |request: &JobRequest| matches!(request, JobRequest::Index { .. });
    assert!(
        script
            .submitted
            .iter()
            .any(|(_, request)| is_index(request))
    );
}

#[test]
fn the_demo_shows_copies_without_another_click() {
    let mut window = Window::open();
    window.click("Try the demo library");
    let (id, request) = window.script.borrow().submitted[0].clone();
    assert!(matches!(request, JobRequest::OpenDemo));
    let query = window.picture("query.png");
    window.script.borrow_mut().answer(
        id,
        JobResult::OpenDemo {
            library: window.home.path().join("demo"),
            queries: vec![query.clone()],
            report: IndexReport {
                added: 72,
                ..IndexReport::default()
            },
        },
    );
    window.run();
    assert_eq!(window.harness.state().state.find.library, FindLibrary::Demo);
    assert_eq!(window.script.borrow().searches()[0].1, query);
}

#[test]
fn a_pasted_picture_is_searched_with() {
    let mut window = Window::open();
    let pasted = Arc::new(Picture::filled(8, 8, [1, 2, 3]));
    *window.desktop.clipboard.lock() = Some(Pasted::Picture(pasted));
    window
        .harness
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::V);
    window.run();
    let script = window.script.borrow();
    let [(_, JobRequest::Find { query, .. })] = script.submitted.as_slice() else {
        panic!("not searched: {:?}", script.submitted);
    };
    assert!(matches!(query, Source::Pixels { .. }));
}

#[test]
fn an_empty_clipboard_is_a_calm_notice() {
    let mut window = Window::open();
    window.click("Paste a picture");
    assert!(window.says("The clipboard holds no picture"));
    window.click("Close this notice");
    assert!(!window.says("The clipboard holds no picture"));
}

#[test]
fn without_dropping_the_page_does_not_ask_for_a_drop() {
    let surroundings = Surroundings {
        can_drop: false,
        renderer: String::new(),
    };
    let window = Window::with(Look::default(), surroundings);
    assert!(!window.says("Drop a picture"));
    assert!(window.says("Paste a picture to find its copies"));
}

#[test]
fn the_keyboard_is_enough_to_open_a_result_and_come_back() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&[0.9, 0.8, 0.7], 60);
    for key in [
        egui::Key::ArrowRight,
        egui::Key::ArrowRight,
        egui::Key::Enter,
    ] {
        window.harness.key_press(key);
        window.run();
    }
    let compare = window.harness.state().state.compare.as_ref();
    assert_eq!(compare.map(|compare| compare.match_id.0), Some(1));
    window.harness.key_press(egui::Key::Escape);
    window.run();
    assert!(window.harness.state().state.compare.is_none());
    window.harness.key_press(egui::Key::Escape);
    window.run();
    assert!(window.harness.state().state.find.queries.is_empty());
}

#[test]
fn a_hundred_thousand_results_draw_like_ten() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&vec![0.9; 100_000], 100_000);
    assert!(window.says("100,000 copies in 100,000 pictures"));
    let cards =
        egui_kittest::kittest::Queryable::query_all_by_label_contains(&window.harness, ".jpg");
    assert!(cards.count() < 200);
}

#[test]
fn a_damaged_library_can_be_begun_anew_with_one_button() {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    let (id, _) = window.script.borrow().searches()[0].clone();
    let damaged = copylens::index::IndexError::Damaged {
        path: "/library/library.redb".into(),
        detail: "bad checksum".into(),
    };
    let failure = copylens::worker::Failure {
        message: damaged.to_string(),
        advice: Some(damaged.advice().to_owned()),
    };
    let outcome = Outcome::Failed(failure);
    window
        .script
        .borrow_mut()
        .events
        .push_back(Event::Ended { id, outcome });
    window.run();
    window.click("Begin a new library");
    let (id, request) = window.script.borrow().submitted.last().unwrap().clone();
    let JobRequest::RebuildLibrary { library } = request else {
        panic!("not rebuilt: {request:?}");
    };
    window
        .script
        .borrow_mut()
        .answer(id, JobResult::RebuildLibrary { library });
    window.run();
    assert!(window.says("A new library was begun"));
}

/// The window with two results of a search.
fn window_with_results() -> Window {
    let mut window = Window::open();
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&[0.9, 0.8, 0.7], 60);
    window
}

fn press(window: &mut Window, key: egui::Key) {
    window.harness.key_press(key);
    window.run();
}

#[test]
fn a_pair_that_is_no_copy_is_hidden_for_ever_and_can_be_had_back() {
    let mut window = window_with_results();
    press(&mut window, egui::Key::ArrowRight);
    press(&mut window, egui::Key::N);
    assert!(window.says("2 copies in 60 pictures"));
    assert!(window.says("Marked as not a copy"));
    assert!(!window.says("picture-0.jpg"));
    let state = &window.harness.state().state;
    let selected = state.find.queries[0].selected;
    assert_eq!(selected, Some(copylens::index::PictureId(1)));

    window.click("1 hidden, show");
    assert!(window.says("3 copies in 60 pictures"));
    assert!(window.says("picture-0.jpg"));
    window.click("Hide 1");

    // Another window, the same data folder: the pair is still known.
    let home = std::mem::replace(&mut window.home, tempfile::tempdir().unwrap());
    let mut later = Window::at(home, Look::default(), Surroundings::default());
    let picture = later.picture("a.png");
    later.drop_files(&[picture]);
    later.found(&[0.9, 0.8, 0.7], 60);
    assert!(later.says("2 copies in 60 pictures"));
}

#[test]
fn the_last_word_is_taken_back_by_a_key_and_by_the_notice() {
    let mut window = window_with_results();
    press(&mut window, egui::Key::ArrowRight);
    press(&mut window, egui::Key::N);
    window.click("Undo");
    assert!(window.says("3 copies in 60 pictures"));
    assert!(!window.says("Marked as not a copy"));
    press(&mut window, egui::Key::N);
    assert!(window.says("2 copies in 60 pictures"));
    window
        .harness
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    window.run();
    assert!(window.says("3 copies in 60 pictures"));
    let file = window.home.path().join("verdicts.json");
    let verdicts = copylens::verdicts::load(&file).unwrap();
    assert_eq!(verdicts.judged(), []);
}

#[test]
fn a_chosen_card_can_be_judged_with_the_mouse() {
    let mut window = window_with_results();
    press(&mut window, egui::Key::ArrowRight);
    window.click("Copy: picture-0.jpg");
    let find = &window.harness.state().state.find;
    let said = find.verdicts.get(&[255; 32], &[0; 32]);
    assert_eq!(said, Some(copylens::verdicts::Judgement::Copy));
    window.click("Copy: picture-0.jpg");
    let find = &window.harness.state().state.find;
    assert_eq!(find.verdicts.get(&[255; 32], &[0; 32]), None);
}

#[test]
fn in_compare_a_word_goes_on_to_the_next_pair() {
    let mut window = window_with_results();
    press(&mut window, egui::Key::Enter);
    assert!(window.says("1 of 3"));
    press(&mut window, egui::Key::N);
    assert!(window.says("1 of 2"), "the next one took its place");
    press(&mut window, egui::Key::Y);
    assert!(window.says("2 of 2"));
    press(&mut window, egui::Key::N);
    // The last one keeps its place until the sheet is left.
    assert!(window.says("2 of 2"));
    press(&mut window, egui::Key::Escape);
    assert!(window.says("1 copy in 60 pictures"));
}

#[test]
fn a_damaged_file_of_verdicts_is_said_and_kept() {
    let home = tempfile::tempdir().unwrap();
    copylens::persist::save(&home.path().join("verdicts.json"), b"half of").unwrap();
    let mut window = Window::at(home, Look::default(), Surroundings::default());
    assert!(window.says("Your verdicts could not be read"));
    let picture = window.picture("a.png");
    window.drop_files(&[picture]);
    window.found(&[0.9], 60);
    press(&mut window, egui::Key::ArrowRight);
    press(&mut window, egui::Key::Y);
    let aside = window.home.path().join("verdicts.damaged-1.json");
    assert_eq!(std::fs::read(aside).unwrap(), b"half of");
}

#[test]
fn a_picture_dropped_on_train_shows_what_the_recipe_makes_of_it() {
    let mut window = Window::open();
    window
        .harness
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num2);
    window.run();
    let picture = window.picture("a.png");
    window.drop_files(std::slice::from_ref(&picture));
    let previews = || -> Vec<_> {
        let script = window.script.borrow();
        let orders = script.submitted.iter().filter_map(|(_, request)| {
            let JobRequest::Preview(order) = request else {
                return None;
            };
            Some((order.picture.clone(), order.seed))
        });
        orders.collect()
    };
    assert_eq!(previews(), [(picture, 0)]);
}

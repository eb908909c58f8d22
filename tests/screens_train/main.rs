//! The Train, Models and Settings places and the activity bar, in every state, light and dark.

#![allow(
    clippy::assigning_clones,
    clippy::cloned_ref_to_slice_refs,
    clippy::duration_suboptimal_units,
    clippy::wildcard_enum_match_arm,
    reason = "the states of these tests read better in plain words"
)]

mod states;

use std::path::PathBuf;
use std::time::Duration;

use copylens::app::command::Command;
use copylens::app::command::Commands;
use copylens::app::command::ModelsCommand;
use copylens::app::command::PreviewCommand;
use copylens::app::command::SettingsCommand;
use copylens::app::command::TrainCommand;
use copylens::app::screens;
use copylens::app::state::AppState;
use copylens::app::state::Place;
use copylens::app::state::train::Asked;
use copylens::app::state::train::PastState;
use copylens::app::state::train::Phase;
use copylens::app::theme;
use copylens::app::widgets::activity_bar;
use copylens::distill::JudgedChange;
use copylens::distill::JudgedQuality;
use copylens::distill::Recipe;
use copylens::distill::presets;
use copylens::verdicts::Judgement;
use copylens::verdicts::Seen;
use copylens::worker::ActiveJob;
use copylens::worker::JobId;
use copylens::worker::TrialReport;
use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use egui_kittest::kittest::Queryable as _;
use states::copy_of;
use states::empty_state;
use states::job;
use states::model;
use states::past;
use states::preview_state;
use states::ready_state;
use states::running_state;
use states::states;
use states::summary;

type Screen = Harness<'static, (AppState, Commands)>;

fn screen_with(
    state: AppState,
    place: Place,
    theme: egui::Theme,
    size: [f32; 2],
    scale: f32,
) -> Screen {
    let draw = move |ui: &mut egui::Ui, (state, commands): &mut (AppState, Commands)| {
        (screens::of(place).ui)(ui, state, commands);
    };
    Harness::builder()
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_theme(theme)
        .with_max_steps(20)
        .with_context_setup(theme::install)
        .build_ui_state(draw, (state, Commands::new()))
}

fn screen(state: AppState, place: Place) -> Screen {
    let mut harness = screen_with(state, place, egui::Theme::Light, [1000.0, 2400.0], 1.0);
    harness.run_ok();
    harness
}

/// Every command that was asked for, train commands only.
fn train_commands(harness: &Screen) -> Vec<TrainCommand> {
    let commands = harness.state().1.iter();
    commands
        .filter_map(|command| match command {
            Command::Train(command) => Some(command.clone()),
            _ => None,
        })
        .collect()
}

fn click(harness: &mut Screen, label: &str) {
    harness.get_by_label(label).click();
    harness.run_ok();
}

#[test]
fn every_state_fits_into_a_small_window_in_both_themes_and_at_scale_two() {
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        for (name, place, state) in states() {
            // 900 x 600 points less the rail and the bar; at scale 2 half of it is left.
            for (size, scale) in [([812.0, 560.0], 1.0), ([362.0, 260.0], 2.0)] {
                let state = copy_of(&state);
                let mut harness = screen_with(state, place, theme, size, scale);
                harness.run_ok();
                for node in harness.root().children_recursive() {
                    let accesskit = node.accesskit_node();
                    let is_button = accesskit.role() == egui::accesskit::Role::Button;
                    if !is_button || accesskit.is_hidden() {
                        continue;
                    }
                    let has_name = accesskit.label().is_some_and(|label| !label.is_empty());
                    assert!(
                        has_name,
                        "{name}: a button without a name at {:?}",
                        node.rect()
                    );
                    let rect = node.rect();
                    assert!(
                        rect.right() <= size[0] + 1.0,
                        "{name} at {size:?}: {:?} ends at {}",
                        accesskit.label(),
                        rect.right()
                    );
                }
            }
        }
    }
}

#[test]
fn an_empty_setup_says_what_to_do_first_and_cannot_start() {
    let mut harness = screen(empty_state(), Place::Train);
    assert!(harness.query_by_label("Choose a teacher first").is_some());
    assert_eq!(harness.query_all_by_label("To do").count(), 2);
    assert_eq!(harness.query_all_by_label("Ready").count(), 2);
    click(&mut harness, "Start training");
    assert_eq!(train_commands(&harness), []);
    click(&mut harness, "Add folders…");
    assert_eq!(train_commands(&harness), [TrainCommand::AskForFolders]);
}

#[test]
fn four_green_cards_let_it_start() {
    let mut harness = screen(ready_state(), Place::Train);
    assert_eq!(harness.query_all_by_label("Ready").count(), 4);
    assert!(harness.query_by_label("1,204 pictures").is_some());
    click(&mut harness, "Estimate the time");
    click(&mut harness, "Start training");
    assert_eq!(
        train_commands(&harness),
        [TrainCommand::Estimate, TrainCommand::Start]
    );
}

#[test]
fn unreadable_pictures_are_counted_and_listed() {
    let mut harness = screen(ready_state(), Place::Train);
    click(&mut harness, "Could not read 1 picture");
    harness.run_ok();
    let listed = harness.query_by_label("broken.jpg: the file ends too early");
    assert!(listed.is_some());
}

#[test]
fn a_device_that_cannot_be_used_says_why() {
    let harness = screen(empty_state(), Place::Train);
    let reason = "Device cuda:0 cannot be used: the NVIDIA driver is not installed";
    assert!(harness.query_by_label(reason).is_some());
}

#[test]
fn a_preset_is_chosen_by_its_tile() {
    let mut harness = screen(ready_state(), Place::Train);
    let balanced = presets::PRESETS
        .iter()
        .find(|preset| preset.id == "balanced")
        .unwrap();
    let label = format!("{}: {}", balanced.label, balanced.help);
    click(&mut harness, &label);
    assert_eq!(
        train_commands(&harness),
        [TrainCommand::ChoosePreset("balanced")]
    );
}

#[test]
fn eight_draws_say_what_was_done_and_can_be_drawn_again() {
    let mut harness = screen(preview_state(), Place::Train);
    for words in [
        "The picture: beach.jpg",
        "View 1: Crop, mirror. 80 % of the picture is seen",
        "View 8: Crop, mirror. 36 % of the picture is seen",
    ] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    let width = |harness: &Screen, number: usize| {
        let label = format!("View {number}: ");
        let view = harness.get_by_label_contains(&label);
        view.rect().width()
    };
    assert!(width(&harness, 3) < 0.5 * width(&harness, 1));
    click(&mut harness, "Draw again");
    click(&mut harness, "Stage 3");
    let asked = [PreviewCommand::DrawAgain, PreviewCommand::ShowStage(2)];
    assert_eq!(train_commands(&harness), asked.map(TrainCommand::Preview));
}

#[test]
fn without_a_picture_the_strip_says_how_to_get_one() {
    let mut harness = screen(empty_state(), Place::Train);
    let words = "Add a folder above, or drop a picture here, to see what the recipe makes of it.";
    assert!(harness.query_by_label(words).is_some());
    click(&mut harness, "Choose a picture…");
    let asked = TrainCommand::Preview(PreviewCommand::AskForPicture);
    assert_eq!(train_commands(&harness), [asked]);
}

#[test]
fn the_page_of_a_method_opens_over_the_place() {
    let mut state = ready_state();
    state.settings.details = true;
    let mut harness = screen(copy_of(&state), Place::Train);
    click(&mut harness, "About this method");
    assert_eq!(train_commands(&harness), [TrainCommand::About("rdcd")]);
    state.train.about = Some("rdcd");
    let mut harness = screen(state, Place::Train);
    for title in [
        "What it is for",
        "Formula",
        "Where it departs from its source",
    ] {
        assert!(harness.query_by_label(title).is_some(), "{title}");
    }
    for button in ["Code", "Close"] {
        harness.get_by_label(button).click_accesskit();
        harness.run_ok();
    }
    let source = "https://github.com/juntae9926/RDCD".to_owned();
    let asked = [TrainCommand::OpenSource(source), TrainCommand::CloseAbout];
    assert_eq!(train_commands(&harness), asked);
}

#[test]
fn verdicts_are_offered_once_there_are_some_and_say_what_is_missing() {
    let mut state = ready_state();
    let verdicts = presets::PRESETS
        .iter()
        .find(|preset| preset.id == "verdicts");
    let verdicts = verdicts.unwrap();
    let tile = format!("{}: {}", verdicts.label, verdicts.help);
    let harness = screen(copy_of(&state), Place::Train);
    assert!(harness.query_by_label(&tile).is_none());
    let seen = |number: u8| Seen {
        hash: [number; 32],
        path: None,
    };
    for number in 1..=19 {
        let is_copy = number < 10;
        let judgement = if is_copy {
            Judgement::Copy
        } else {
            Judgement::NotACopy
        };
        state
            .find
            .verdicts
            .judge(seen(0), seen(number), Some(judgement));
    }
    state.train.setup.recipe = verdicts.toml.to_owned();
    state.train.setup.parsed = Recipe::parse(verdicts.toml).ok();
    state.train.setup.start_from = Some("bundled".to_owned());
    let harness = screen(state, Place::Train);
    assert!(harness.query_by_label(&tile).is_some());
    let missing = "Judge 1 more result in Find with the keys Y and N";
    assert!(harness.query_by_label(missing).is_some());
}

#[test]
fn a_student_of_verdicts_says_how_many_it_has_right() {
    let mut state = running_state(1000);
    let quality = |right: f32| JudgedQuality {
        right,
        auc: right,
        n_pairs: 12,
    };
    let mut summary = summary();
    summary.judged = Some(JudgedChange {
        before: quality(0.75),
        best: quality(0.92),
    });
    if let Some(run) = &mut state.train.run {
        run.phase = Phase::Done(summary);
    }
    let harness = screen(state, Place::Train);
    let words = "Judges 92 % of 12 pairs as you did, 75 % before";
    assert!(harness.query_by_label(words).is_some());
}

#[test]
fn an_estimate_is_shown_beside_the_start() {
    let mut state = ready_state();
    state.train.trial = Asked::Ready(TrialReport {
        seconds_per_step: 0.5,
        pictures_per_second: 41.0,
        total: Duration::from_secs(2280),
        memory_bytes: Some(1_200_000_000),
    });
    let harness = screen(state, Place::Train);
    let words = "About 38 min, 1.2 GB of memory, 41 pictures a second";
    assert!(harness.query_by_label(words).is_some());
}

#[test]
fn a_run_shows_how_far_how_long_and_how_good() {
    let harness = screen(running_state(621), Place::Train);
    for words in [
        "62 %",
        "about 4 min left",
        "finds 64 % of edited copies",
        "41 pictures a second",
        "Still improving. Let it run.",
    ] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    let spoken = harness.query_by_label_contains("Quality on pictures it has not seen: ");
    assert!(
        spoken.is_some(),
        "the chart has no words for a screen reader"
    );
}

#[test]
fn a_run_can_be_paused_finished_and_stopped() {
    let mut harness = screen(running_state(300), Place::Train);
    for label in ["Pause", "Finish now and keep best", "Stop"] {
        click(&mut harness, label);
    }
    let commands = &harness.state().1;
    assert!(
        matches!(
            commands[..],
            [
                Command::PauseJob(JobId(7), true),
                Command::FinishJob(JobId(7)),
                Command::StopJob(JobId(7)),
            ]
        ),
        "{commands:?}"
    );
}

#[test]
fn a_hidden_curve_leaves_the_chart() {
    let mut harness = screen(running_state(300), Place::Train);
    let chart = "Loss, less is better: ";
    let before = harness
        .get_by_label_contains(chart)
        .accesskit_node()
        .label();
    assert!(before.is_some_and(|label| label.contains("Likeness")));
    click(&mut harness, "Likeness");
    let after = harness
        .get_by_label_contains(chart)
        .accesskit_node()
        .label();
    assert!(after.is_some_and(|label| !label.contains("Likeness")));
}

#[test]
fn other_runs_are_drawn_beside_the_one_on_screen() {
    let mut state = running_state(300);
    state.train.past = vec![past("Balanced, ResNet-18, 3 Oct", PastState::Complete)];
    let mut harness = screen(state, Place::Train);
    click(&mut harness, "Compare with");
    click(&mut harness, "Balanced, ResNet-18, 3 Oct");
    let dir = PathBuf::from("/runs/Balanced, ResNet-18, 3 Oct");
    let expected = TrainCommand::Overlay(dir.clone(), true);
    assert_eq!(train_commands(&harness), [expected]);

    harness.state_mut().0.train.overlaid.insert(dir);
    harness.run_ok();
    let chart = harness.get_by_label_contains("Loss, less is better: ");
    let spoken = chart.accesskit_node().label().unwrap_or_default();
    assert!(spoken.contains("Balanced, ResNet-18, 3 Oct"), "{spoken}");
}

#[test]
fn curves_can_be_exported() {
    let mut harness = screen(running_state(300), Place::Train);
    click(&mut harness, "Save as CSV…");
    click(&mut harness, "Save as picture…");
    let commands = train_commands(&harness);
    assert!(matches!(
        commands[..],
        [TrainCommand::ExportCsv, TrainCommand::ExportPicture(_)]
    ));
}

#[test]
fn a_finished_run_says_what_came_of_it_and_offers_its_student() {
    let mut state = running_state(1000);
    state.jobs.clear();
    if let Some(run) = &mut state.train.run {
        run.job = None;
        run.phase = Phase::Done(summary());
    }
    let mut harness = screen(state, Place::Train);
    let words = "Finds 79 % of edited copies, 34 % before";
    assert!(harness.query_by_label(words).is_some());
    click(&mut harness, "Use for searching");
    click(&mut harness, "Teach another student");
    assert_eq!(
        train_commands(&harness),
        [TrainCommand::UseForSearching, TrainCommand::NewRun]
    );
}

#[test]
fn an_interrupted_run_is_offered_again() {
    let mut state = ready_state();
    state.train.past = vec![past("Cut off", PastState::Interrupted { share: 0.62 })];
    let mut harness = screen(state, Place::Train);
    let words = "Training stopped at 62 %. Continue?";
    assert!(harness.query_by_label(words).is_some());
    click(&mut harness, "Continue");
    click(&mut harness, "Discard");
    let dir = PathBuf::from("/runs/Cut off");
    assert_eq!(
        train_commands(&harness),
        [
            TrainCommand::Resume(dir.clone()),
            TrainCommand::AskToDelete(dir)
        ]
    );
}

#[test]
fn deleting_a_run_asks_first() {
    let mut state = ready_state();
    state.train.past = vec![past("Old", PastState::Complete)];
    let mut harness = screen(state, Place::Train);
    click(&mut harness, "Delete Old");
    let dir = PathBuf::from("/runs/Old");
    let asked = TrainCommand::AskToDelete(dir.clone());
    assert_eq!(train_commands(&harness), [asked.clone()]);
    harness.state_mut().0.train.asks_to_delete = Some(dir.clone());
    harness.run_ok();
    click(&mut harness, "Delete for good");
    assert_eq!(train_commands(&harness), [asked, TrainCommand::Delete(dir)]);
}

#[test]
fn the_model_in_use_is_marked_and_another_can_be_chosen() {
    let mut state = empty_state();
    state.models.list.push(model("other", "My student"));
    let mut harness = screen(state, Place::Models);
    assert!(harness.query_by_label("In use").is_some());
    click(&mut harness, "Use for searching: My student");
    click(&mut harness, "Measure: My student");
    click(&mut harness, "Export: My student");
    click(&mut harness, "Delete: My student");
    let commands: Vec<ModelsCommand> = harness
        .state()
        .1
        .iter()
        .filter_map(|command| match command {
            Command::Models(command) => Some(command.clone()),
            _ => None,
        })
        .collect();
    let id = || "other".to_owned();
    assert_eq!(
        commands,
        [
            ModelsCommand::Use(id()),
            ModelsCommand::Measure(id()),
            ModelsCommand::AskForExport(id()),
            ModelsCommand::AskToDelete(id()),
        ]
    );
}

#[test]
fn the_model_that_ships_with_copylens_cannot_be_deleted_or_renamed() {
    let harness = screen(empty_state(), Place::Models);
    assert!(harness.query_by_label("Export: Copylens small").is_some());
    assert!(harness.query_by_label("Delete: Copylens small").is_none());
    assert!(harness.query_by_label("Rename: Copylens small").is_none());
}

#[test]
fn a_model_gets_the_name_that_is_typed() {
    let mut state = empty_state();
    state.models.list.push(model("other", "My student"));
    state.models.editing_name = Some("other".to_owned());
    let mut harness = screen(state, Place::Models);
    harness.get_by_label("Name of the model").focus();
    harness.run_ok();
    harness.get_by_label("Name of the model").type_text(" 2");
    harness.run_ok();
    click(&mut harness, "Save");
    let named = harness.state().1.iter().any(|command| {
        matches!(command, Command::Models(ModelsCommand::Rename(id, name))
            if id == "other" && name == "My student 2")
    });
    assert!(named, "{:?}", harness.state().1);
}

#[test]
fn a_setting_is_used_the_moment_it_is_chosen() {
    let mut harness = screen(empty_state(), Place::Settings);
    click(&mut harness, "Dark");
    click(&mut harness, "150 %");
    click(&mut harness, "Copy report");
    let commands = &harness.state().1;
    let Command::ChangeSettings(first) = &commands[0] else {
        panic!("{commands:?}");
    };
    let Command::ChangeSettings(second) = &commands[1] else {
        panic!("{commands:?}");
    };
    assert_eq!(first.theme, copylens::settings::Theme::Dark);
    assert_eq!(second.scale, 1.5);
    assert!(matches!(
        commands[2],
        Command::Settings(SettingsCommand::CopyReport)
    ));
    let promise = "Copylens connects to the network only to download a model that you ask for.";
    assert!(harness.query_by_label(promise).is_some());
}

fn bar(jobs: Vec<ActiveJob>, width: f32) -> Harness<'static, Commands> {
    let draw = move |ui: &mut egui::Ui, commands: &mut Commands| {
        activity_bar::jobs_ui(ui, &jobs, "Nothing running", commands);
    };
    let mut harness = Harness::builder()
        .with_size([width, theme::ACTIVITY_BAR_HEIGHT])
        .with_max_steps(20)
        .with_context_setup(theme::install)
        .build_ui_state(draw, Commands::new());
    harness.run_ok();
    harness
}

#[test]
fn the_bar_shows_each_job_and_can_pause_and_stop_it() {
    let mut waiting = job(8, "Reading your pictures", 0.0);
    waiting.waiting = true;
    let mut harness = bar(vec![job(7, "Teaching a student", 0.62), waiting], 1200.0);
    assert!(harness.query_by_label("about 14 min left").is_some());
    assert!(harness.query_by_label("Waiting for its turn").is_some());
    harness.get_by_label("Pause: Teaching a student").click();
    harness.run_ok();
    harness.get_by_label("Stop: Reading your pictures").click();
    harness.run_ok();
    assert!(matches!(
        harness.state()[..],
        [
            Command::PauseJob(JobId(7), true),
            Command::StopJob(JobId(8))
        ]
    ));
}

#[test]
fn a_narrow_bar_keeps_the_other_jobs_in_a_menu() {
    let jobs = (0..4).map(|n| job(n, &format!("Job {n}"), 0.5)).collect();
    let mut harness = bar(jobs, 812.0);
    assert!(harness.query_by_label("Pause: Job 0").is_some());
    assert!(harness.query_by_label("Pause: Job 3").is_none());
    harness.get_by_label("3 more").click();
    harness.run_ok();
    assert!(harness.query_by_label("Pause: Job 3").is_some());
}

#[test]
fn an_idle_bar_says_so() {
    let harness = bar(Vec::new(), 812.0);
    assert!(harness.query_by_label("Nothing running").is_some());
}

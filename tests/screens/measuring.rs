//! The Test place: a data set, a report, copies of own pictures.

use std::path::PathBuf;
use std::sync::Arc;

use copylens::app::state::Place;
use copylens::data;
use copylens::data::Picture;
use copylens::eval::report::Computing;
use copylens::eval::report::Curve;
use copylens::eval::report::CurvePoint;
use copylens::eval::report::DataFacts;
use copylens::eval::report::EditShare;
use copylens::eval::report::Figure;
use copylens::eval::report::Findings;
use copylens::eval::report::Histogram;
use copylens::eval::report::KeptReport;
use copylens::eval::report::ModelFacts;
use copylens::eval::report::Pair;
use copylens::eval::report::Report;
use copylens::eval::torture::Copied;
use copylens::eval::torture::EDITS;
use copylens::eval::torture::EditResult;
use copylens::eval::torture::TortureReport;
use copylens::eval::torture::Tortured;
use copylens::models::ModelStore;
use copylens::settings::Home;
use copylens::worker::DatasetCheck;
use copylens::worker::DatasetPart;
use copylens::worker::Event;
use copylens::worker::Failure;
use copylens::worker::JobId;
use copylens::worker::JobRequest;
use copylens::worker::JobResult;
use copylens::worker::Outcome;
use copylens::worker::TortureResult;
use egui_kittest::kittest::Queryable as _;

use crate::support::Window;

fn open() -> Window {
    let mut window = Window::open();
    window.harness.state_mut().state.place = Place::Test;
    window.run();
    window
}

/// The newest request and its job.
fn newest(window: &Window) -> (JobId, JobRequest) {
    window.script.borrow().submitted.last().cloned().unwrap()
}

fn answer(window: &mut Window, result: JobResult) {
    let (id, _) = newest(window);
    window.script.borrow_mut().answer(id, result);
    window.run();
}

fn check(path: PathBuf, found: Option<&'static str>) -> DatasetCheck {
    DatasetCheck {
        path,
        layout: "disc21",
        label: "DISC21 / ISC2021",
        help: "A million pictures.",
        origin: "Meta publishes it.",
        parts: vec![
            DatasetPart {
                what: "the originals",
                names: "references|val_ref",
                found: Some("references"),
                is_needed: true,
                n_pictures: Some(1000),
                n_expected: Some(1_000_000),
            },
            DatasetPart {
                what: "the queries",
                names: "queries|val_query",
                found,
                is_needed: true,
                n_pictures: None,
                n_expected: None,
            },
        ],
        problem: found.is_none().then(|| "the queries is missing".to_owned()),
        protocols: if found.is_some() {
            vec!["disc21"]
        } else {
            Vec::new()
        },
    }
}

fn report(model: &str, value: f64) -> Report {
    let figure = |id: &str, label: &str, value| Figure {
        id: id.to_owned(),
        label: label.to_owned(),
        help: "What it is.".to_owned(),
        value,
    };
    Report {
        protocol: "disc21".to_owned(),
        data: DataFacts {
            layout: "disc21".to_owned(),
            label: "DISC21 / ISC2021".to_owned(),
            path: "mini-disc21".into(),
            parts: vec![("queries".to_owned(), 1000)],
        },
        model: ModelFacts {
            id: model.to_owned(),
            name: model.to_owned(),
            ..ModelFacts::default()
        },
        computing: Computing::default(),
        options: [("input".to_owned(), "model".to_owned())].into(),
        findings: Findings {
            figures: vec![
                figure("micro-ap", "Micro average precision", value),
                figure("recall-at-1", "Found first", 0.75),
            ],
            curves: vec![Curve {
                name: "As they are".to_owned(),
                points: vec![
                    CurvePoint {
                        recall: 0.1,
                        precision: 1.0,
                        similarity: 0.9,
                    },
                    CurvePoint {
                        recall: 0.8,
                        precision: 0.5,
                        similarity: 0.4,
                    },
                ],
            }],
            histogram: Some(Histogram {
                low: 0.0,
                high: 1.0,
                copies: vec![0, 1, 4],
                others: vec![4, 1, 0],
            }),
            per_edit: vec![EditShare {
                name: "hflip".to_owned(),
                found: 0.5,
                n_copies: 8,
            }],
            misses: vec![Pair {
                query: "q/copy.jpg".into(),
                reference: "r/original.jpg".into(),
                similarity: Some(0.2),
                rank: Some(7),
                instead: None,
            }],
            ..Findings::default()
        },
        made: 1_700_000_000,
        made_by: "0.1.0".to_owned(),
    }
}

/// Keeps a report as the worker does, so that the window reads it again.
fn kept(window: &Window, report: Report) -> KeptReport {
    let home = Home {
        root: window.home.path().to_owned(),
    };
    let folder = ModelStore::new(home.models()).reports("bundled");
    let store = copylens::eval::report::ReportStore::new(folder);
    let path = store.save(&report).unwrap();
    KeptReport { path, report }
}

#[test]
fn a_dropped_data_set_is_measured_and_its_report_opens() {
    let mut window = open();
    let folder = window.home.path().join("set");
    std::fs::create_dir_all(&folder).unwrap();
    window.drop_files(std::slice::from_ref(&folder));
    let (_, request) = newest(&window);
    assert!(matches!(&request, JobRequest::CheckDataset { path } if *path == folder));
    answer(
        &mut window,
        JobResult::CheckDataset(Box::new(check(folder, Some("queries")))),
    );
    assert!(window.says("1,000 pictures; the published set has 1,000,000"));
    window.click("Measure");
    let (_, request) = newest(&window);
    let JobRequest::Evaluate(order) = request else {
        panic!("{request:?}");
    };
    assert_eq!(
        (order.protocol.as_str(), order.model.as_deref()),
        ("disc21", Some("bundled"))
    );
    let result = kept(&window, report("bundled", 0.512));
    answer(&mut window, JobResult::Evaluate(Box::new(result)));
    assert!(window.says("0.512") && window.says("All figures"));
    assert!(window.says("hflip: 50 % of 8"));
    // A pair that went wrong opens in Compare and goes back to the report.
    window.click("Compare copy.jpg and original.jpg");
    let (_, request) = newest(&window);
    assert!(matches!(request, JobRequest::Compare { .. }), "{request:?}");
    window.click("Back to the report");
    assert!(window.says("All figures"));
    window.click("Back to Test");
    assert!(window.says("Earlier reports"));
}

#[test]
fn what_is_missing_is_listed_with_where_to_get_it() {
    let mut window = open();
    let folder = window.home.path().join("set");
    std::fs::create_dir_all(&folder).unwrap();
    window.drop_files(std::slice::from_ref(&folder));
    answer(
        &mut window,
        JobResult::CheckDataset(Box::new(check(folder, None))),
    );
    assert!(window.says("missing: queries or val_query"));
    assert!(window.says("Cannot be used yet: the queries is missing."));
    assert!(window.says("Where to get it: Meta publishes it."));
    assert!(window.harness.query_by_label("Measure").is_none());
}

#[test]
fn a_data_set_that_cannot_be_read_says_why() {
    let mut window = open();
    let folder = window.home.path().join("set");
    std::fs::create_dir_all(&folder).unwrap();
    window.drop_files(std::slice::from_ref(&folder));
    let (id, _) = newest(&window);
    let outcome = Outcome::Failed(Failure {
        message: "Line 3: there is no query picture \"Q00009\"".to_owned(),
        advice: Some("Compare the table.".to_owned()),
    });
    window
        .script
        .borrow_mut()
        .events
        .push_back(Event::Ended { id, outcome });
    window.run();
    assert!(window.says("This data set cannot be used") && window.says("Compare the table."));
}

#[test]
fn reports_are_laid_over_each_other() {
    let mut window = open();
    let first = kept(&window, report("teacher", 0.6));
    let second = kept(&window, report("student", 0.5));
    let test = &mut window.harness.state_mut().state.test;
    test.shown = vec![first.path.clone(), second.path.clone()];
    test.reports = vec![first, second];
    window.run();
    assert!(window.says("student against teacher") && window.says("-0.100"));
    let spoken = "Precision over recall: teacher Micro average precision 0.600, student";
    assert!(window.says(spoken));
}

#[test]
fn copies_of_dropped_pictures_are_shown_as_a_grid() {
    let mut window = open();
    let picture = window.picture("a.png");
    window.drop_files(std::slice::from_ref(&picture));
    window.click("Make copies and look for them");
    let (_, request) = newest(&window);
    let JobRequest::Torture(order) = request else {
        panic!("{request:?}");
    };
    assert_eq!(order.pictures, std::slice::from_ref(&picture));
    let jpeg = Arc::new(data::encode_jpeg(&Picture::filled(24, 24, [9; 3]), 80));
    let copies = EDITS.iter().enumerate().map(|(idx, edit)| Copied {
        edit: edit.id,
        similarity: 0.5,
        best_other: Some(0.3),
        is_found: idx > 0,
        is_shown: idx > 0,
        thumbnail: jpeg.clone(),
    });
    let per_edit = EDITS.iter().enumerate().map(|(idx, edit)| EditResult {
        edit: edit.id,
        label: edit.label,
        n_copies: 1,
        n_found: usize::from(idx > 0),
        n_shown: usize::from(idx > 0),
    });
    let result = TortureResult {
        model: window.harness.state().state.models.list[0].clone(),
        report: TortureReport {
            pictures: vec![Tortured {
                path: picture,
                copies: copies.collect(),
            }],
            per_edit: per_edit.collect(),
            n_distractors: 60,
            ..TortureReport::default()
        },
    };
    answer(&mut window, JobResult::Torture(Box::new(result)));
    let n_found = EDITS.len() - 1;
    assert!(window.says(&format!("a.png: {n_found} of {} found", EDITS.len())));
    assert!(window.says(&format!("{}: Missed", EDITS[0].label)));
    assert!(window.says(&format!("{}: Found", EDITS[1].label)));
    assert!(window.says("among 60 other pictures"));
}

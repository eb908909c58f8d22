//! The list of published models: looking, fetching, going on.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use copylens::app::state::Place;
use copylens::app::state::Surroundings;
use copylens::download;
use copylens::models::catalog;
use copylens::monitor::Progress;
use copylens::persist;
use copylens::worker::ActiveJob;
use copylens::worker::DownloadOrder;
use copylens::worker::DownloadReport;
use copylens::worker::Event;
use copylens::worker::Failure;
use copylens::worker::JobId;
use copylens::worker::JobRequest;
use copylens::worker::JobResult;
use copylens::worker::Outcome;
use egui_kittest::kittest::Queryable as _;

use crate::support::Look;
use crate::support::Window;

const LABEL: &str = "SSCD disc large";

/// The Models place, high enough for all of it.
fn models(home: tempfile::TempDir) -> Window {
    let look = Look {
        size: [1280.0, 4000.0],
        ..Look::default()
    };
    let mut window = Window::at(home, look, Surroundings::default());
    window.harness.state_mut().state.place = Place::Models;
    window.run();
    window
}

fn opened() -> Window {
    let mut window = models(tempfile::tempdir().unwrap());
    window.click(LABEL);
    window
}

fn orders(window: &Window) -> Vec<(JobId, DownloadOrder)> {
    let script = window.script.borrow();
    let orders = script.submitted.iter().filter_map(|(id, request)| {
        let JobRequest::Download(order) = request else {
            return None;
        };
        Some((*id, order.clone()))
    });
    orders.collect()
}

fn job(id: JobId) -> ActiveJob {
    ActiveJob {
        id,
        title: format!("Getting {LABEL}"),
        progress: Progress {
            stage: download::STAGE,
            n_done: 17_000_000,
            n_total: Some(170_000_000),
        },
        time_left: Some(Duration::from_secs(51)),
        paused: false,
        stopping: false,
        waiting: false,
        can_finish: false,
    }
}

/// Half of the classy file, as a stopped download leaves it.
fn begun(home: &Path, address: &str) -> PathBuf {
    let target = home.join("downloads/sscd_disc_large.classy.pt");
    let part = PathBuf::from(format!("{}.part", target.display()));
    persist::save(&part, &[7; 5000]).unwrap();
    let state = format!(
        r#"{{"copylens":"download","version":1,"address":"{address}","validator":"\"a\"","n_total":10000}}"#
    );
    let state_path = PathBuf::from(format!("{}.part.json", target.display()));
    persist::save(&state_path, state.as_bytes()).unwrap();
    part
}

#[test]
fn the_list_is_searched_and_a_row_says_where_it_comes_from() {
    let mut window = models(tempfile::tempdir().unwrap());
    assert!(window.says("Published models") && window.says("DINO ViT-B/8"));
    let search = "Search the published models";
    window.harness.get_by_label(search).focus();
    window.run();
    window
        .harness
        .get_by_label(search)
        .type_text("sscd resnext");
    window.run();
    assert!(window.says(LABEL) && !window.says("DINO ViT-B/8"));
    window.click(LABEL);
    assert!(window.says("from dl.fbaipublicfiles.com, at least 169 MB"));
    assert!(window.says("63.7 % DISC21") && window.says("MIT"));
    let classy = "https://dl.fbaipublicfiles.com/sscd-copy-detection/sscd_disc_large.classy.pt";
    assert!(window.says(classy));
    window.click("torchscript");
    assert!(window.says("sscd_disc_large.torchscript.pt") && !window.says(classy));
    assert!(orders(&window).is_empty());
    window.click(&format!("Open the page: {LABEL}"));
    let page = catalog::find("sscd-disc-large").unwrap().publisher.page;
    assert_eq!(*window.desktop.pages.lock(), [page]);
    window.click(&format!("Get: {LABEL}"));
    let order = orders(&window).remove(0).1;
    assert_eq!(order.model, "sscd-disc-large");
    assert_eq!(order.format.as_deref(), Some("torchscript"));
    assert_eq!((order.mirror, order.keep), (None, None));
}

#[test]
fn what_is_given_out_on_a_page_or_cannot_be_run_has_no_get() {
    let mut window = models(tempfile::tempdir().unwrap());
    let student = "SEED ResNet-18 from MoCo v2 ResNet-50";
    window.click(student);
    assert!(window.says("give it out on their page only"));
    assert!(
        window
            .harness
            .query_by_label(&format!("Get: {student}"))
            .is_none()
    );
    window.click("SEED MobileNetV3-Large from MoCo v2 ResNet-50");
    assert!(window.says("Copylens cannot run it"));
}

#[test]
fn a_download_shows_how_far_it_is_and_can_be_held_and_cancelled() {
    let mut window = opened();
    window.click(&format!("Get: {LABEL}"));
    let id = orders(&window)[0].0;
    window.script.borrow_mut().active = vec![job(id)];
    window.run();
    assert!(window.says("17 MB of 170 MB, 3.0 MB a second, about 50 s left"));
    window.click(&format!("Pause {LABEL}"));
    assert_eq!(window.script.borrow().paused, [(id, true)]);

    let part = begun(window.home.path(), "https://a.example/x");
    window.click(&format!("Cancel: {LABEL}"));
    assert_eq!(window.script.borrow().stopped, [id]);
    assert!(part.exists());
    let outcome = Outcome::Stopped;
    window.script.borrow_mut().active.clear();
    window
        .script
        .borrow_mut()
        .events
        .push_back(Event::Ended { id, outcome });
    window.run();
    assert!(!part.exists());
    assert!(
        window
            .harness
            .query_by_label(&format!("Get: {LABEL}"))
            .is_some()
    );
}

#[test]
fn a_finished_download_is_among_the_cards_and_says_so() {
    let mut window = opened();
    window.click(&format!("Get: {LABEL}"));
    let id = orders(&window)[0].0;
    let mut model = window.harness.state().state.models.list[0].clone();
    model.id = "fetched".to_owned();
    model.name = LABEL.to_owned();
    model.published = Some("sscd-disc-large".to_owned());
    let report = DownloadReport {
        model: model.clone(),
        report: copylens::models::ImportReport::default(),
    };
    let result = JobResult::Download(Box::new(report));
    window.script.borrow_mut().answer(id, result);
    window.run();
    assert!(window.says("is there now"));
    window.harness.state_mut().state.models.list.push(model);
    window.run();
    assert!(window.says("It is here as \"SSCD disc large\"."));
}

#[test]
fn a_stopped_download_can_go_on_and_a_failed_one_says_why() {
    let mut window = opened();
    window.click(&format!("Get: {LABEL}"));
    let id = orders(&window)[0].0;
    let address = "https://dl.fbaipublicfiles.com/sscd-copy-detection/sscd_disc_large.classy.pt";
    begun(window.home.path(), address);
    let failure = Failure {
        message: "The disk is too full".to_owned(),
        advice: Some("Make room on the disk and resume.".to_owned()),
    };
    let outcome = Outcome::Failed(failure);
    window
        .script
        .borrow_mut()
        .events
        .push_back(Event::Ended { id, outcome });
    window.run();
    assert!(window.says("SSCD disc large could not be downloaded"));
    assert!(window.says("Make room on the disk"));
    assert!(window.says("Interrupted: 5.0 KB of 10 KB."));
    window.click(&format!("Resume: {LABEL}"));
    let order = orders(&window).remove(1).1;
    assert_eq!(
        (order.format.as_deref(), order.mirror),
        (Some("classy"), None)
    );
}

#[test]
fn an_interrupted_download_is_offered_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let part = begun(home.path(), "https://mirror.example/large.pt");
    let mut window = models(home);
    assert!(window.says("A download was interrupted"));
    // The row is open already.
    window.click(&format!("Resume: {LABEL}"));
    let order = orders(&window).remove(0).1;
    assert_eq!(
        order.mirror.as_deref(),
        Some("https://mirror.example/large.pt")
    );
    let id = orders(&window)[0].0;
    let outcome = Outcome::Stopped;
    window
        .script
        .borrow_mut()
        .events
        .push_back(Event::Ended { id, outcome });
    window.run();
    assert!(part.exists());
    window.click(&format!("Discard: {LABEL}"));
    assert!(!part.exists());
}

#[test]
fn a_proxy_is_taken_when_it_is_one() {
    let mut window = models(tempfile::tempdir().unwrap());
    window.harness.state_mut().state.place = Place::Settings;
    window.run();
    window.harness.get_by_label("Address of the proxy").focus();
    window.run();
    window
        .harness
        .get_by_label("Address of the proxy")
        .type_text("http:/");
    window.run();
    assert!(window.says("A proxy looks like"));
    assert_eq!(window.harness.state().state.settings.proxy, None);
    window
        .harness
        .get_by_label("Address of the proxy")
        .type_text("/proxy.example:3128");
    window.run();
    let proxy = window.harness.state().state.settings.proxy.clone();
    assert_eq!(proxy.as_deref(), Some("http://proxy.example:3128"));
}

//! Stop, pause, and going on later.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use copylens::download;
use copylens::download::DownloadError;
use copylens::download::Interrupted;
use copylens::monitor::Monitor;

use crate::ALL;
use crate::Desk;
use crate::HALF;
use crate::SIZE;
use crate::ranges;
use crate::server::Server;
use crate::server::Site;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Gives half of the file to the first request and then nothing, all of it to the others.
fn slow_server(site: &Site) -> Server {
    let site = site.clone();
    Server::start(move |n, request, stream| {
        if n > 0 {
            return site.answer(request, stream, ALL);
        }
        site.answer(request, stream, HALF);
        wait_for_end(stream);
    })
}

/// Keeps the connection open until the client closes it.
fn wait_for_end(stream: &mut TcpStream) {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until && stream.write_all(&[]).is_ok() {
        let mut byte = [0];
        if matches!(stream.peek(&mut byte), Ok(0) | Err(_)) {
            return;
        }
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a download beside `act`, which begins when half of the file is there.
fn fetch_beside(
    desk: &Desk,
    address: &str,
    act: impl FnOnce(&Monitor),
) -> Result<std::path::PathBuf, DownloadError> {
    let monitor = Arc::new(Monitor::silent());
    let order = desk.order(address.to_owned());
    let limits = desk.limits.clone();
    let watched = monitor.clone();
    let thread = std::thread::Builder::new();
    let download = thread
        .spawn(move || download::fetch(&watched, &order, &limits))
        .unwrap();
    let part = desk.folder.path().join("model.pth.part");
    wait_until("half of the file", || {
        part.metadata().is_ok_and(|part| part.len() == HALF as u64)
    });
    act(&monitor);
    download.join().unwrap()
}

#[test]
fn a_stop_is_quick_and_the_next_download_goes_on() {
    let (mut desk, site) = (Desk::new(), Site::new(SIZE));
    desk.limits.silence = PATIENCE;
    let server = slow_server(&site);
    let address = server.address("/model.pth");
    let mut stopped = Instant::now();
    let result = fetch_beside(&desk, &address, |monitor| {
        assert_eq!(monitor.progress().n_total, Some(SIZE as u64));
        stopped = Instant::now();
        monitor.request_stop();
    });
    assert!(
        matches!(result, Err(DownloadError::Cancelled(_))),
        "{result:?}"
    );
    assert!(
        stopped.elapsed() < Duration::from_secs(2),
        "{:?}",
        stopped.elapsed()
    );
    let expected = Interrupted {
        target: desk.target(),
        address: address.clone(),
        n_done: HALF as u64,
        n_total: Some(SIZE as u64),
    };
    assert_eq!(download::interrupted(desk.folder.path()), [expected]);
    desk.fetch(address).unwrap();
    desk.check(&site.body);
    assert_eq!(ranges(&server.requests()), [None, Some(HALF)]);
    assert!(download::interrupted(desk.folder.path()).is_empty());
}

#[test]
fn a_pause_closes_the_connection_and_its_end_opens_another() {
    let (mut desk, site) = (Desk::new(), Site::new(SIZE));
    desk.limits.silence = PATIENCE;
    let server = slow_server(&site);
    let address = server.address("/model.pth");
    let result = fetch_beside(&desk, &address, |monitor| {
        monitor.set_paused(true);
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(server.requests().len(), 1);
        monitor.set_paused(false);
    });
    assert!(result.is_ok(), "{result:?}");
    desk.check(&site.body);
    assert_eq!(ranges(&server.requests()), [None, Some(HALF)]);
}

#[test]
fn a_server_that_falls_silent_is_asked_again() {
    let (mut desk, site) = (Desk::new(), Site::new(SIZE));
    desk.limits.silence = Duration::from_millis(200);
    let server = slow_server(&site);
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&site.body);
    assert_eq!(ranges(&server.requests()), [None, Some(HALF)]);
}

#[test]
fn what_was_begun_from_another_address_is_not_joined() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let server = slow_server(&site);
    let result = fetch_beside(&desk, &server.address("/a"), Monitor::request_stop);
    assert!(result.is_err());
    desk.fetch(server.address("/b")).unwrap();
    desk.check(&site.body);
    assert_eq!(ranges(&server.requests()), [None, None]);
}

#[test]
fn nobody_else_downloads_the_same_file() {
    let (mut desk, site) = (Desk::new(), Site::new(SIZE));
    desk.limits.silence = PATIENCE;
    let server = slow_server(&site);
    let address = server.address("/model.pth");
    let result = fetch_beside(&desk, &address, |monitor| {
        let second = desk.fetch(address.clone());
        assert!(
            matches!(second, Err(DownloadError::Busy { .. })),
            "{second:?}"
        );
        monitor.request_stop();
    });
    assert!(matches!(result, Err(DownloadError::Cancelled(_))));
}

#[test]
fn a_discarded_download_leaves_nothing() {
    let (mut desk, site) = (Desk::new(), Site::new(SIZE));
    desk.limits.silence = PATIENCE;
    let server = slow_server(&site);
    let result = fetch_beside(&desk, &server.address("/a"), Monitor::request_stop);
    assert!(result.is_err() && desk.files().len() == 2);
    download::discard(&desk.target()).unwrap();
    assert!(desk.files().is_empty());
}

//! What is not downloaded, and what is said about it.

use copylens::download::Checksum;
use copylens::download::DownloadError;
use copylens::download::Order;
use copylens::download::ProxyChoice;

use crate::ALL;
use crate::Desk;
use crate::SIZE;
use crate::server::Server;
use crate::server::Site;
use crate::server::respond;
use crate::site_server;

/// The error of a server that always gives this answer.
fn refused(status: &'static str, headers: &'static [(&str, &str)], body: &'static [u8]) -> String {
    let desk = Desk::new();
    let server = Server::start(move |_, _, stream| respond(stream, status, headers, body));
    let err = desk.fetch(server.address("/model.pth")).unwrap_err();
    assert!(!desk.target().exists());
    assert!(err.advice().ends_with('.'), "{err}");
    err.to_string()
}

#[test]
fn every_status_has_its_sentence() {
    assert!(refused("404 Not Found", &[], b"").contains("does not have the file"));
    assert!(refused("410 Gone", &[], b"").contains("does not have the file"));
    assert!(refused("403 Forbidden", &[], b"").contains("status 403"));
    assert!(refused("401 Unauthorized", &[], b"").contains("status 401"));
    assert!(refused("500 Internal Server Error", &[], b"").contains("cannot answer (status 500)"));
}

#[test]
fn a_web_page_is_not_taken_for_the_file() {
    let page = b"<html>log in first</html>";
    let kind = &[("Content-Type", "text/html; charset=utf-8")];
    assert!(refused("200 OK", kind, page).contains("web page"));
    assert!(refused("200 OK", &[], b"\n <!DOCTYPE html><p>").contains("web page"));
}

#[test]
fn a_circle_of_redirects_ends() {
    let to_itself = &[("Location", "/model.pth"), ("Content-Length", "0")];
    assert!(refused("301 Moved Permanently", to_itself, b"").contains("10 times"));
    let nowhere = &[("Location", "ftp://127.0.0.1/x"), ("Content-Length", "0")];
    assert!(refused("302 Found", nowhere, b"").contains("ftp://"));
}

#[test]
fn nothing_is_kept_of_a_file_with_another_checksum() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let server = site_server(&site, |_| ALL);
    let order = Order {
        checksum: Some(Checksum::Md5("0123456789abcdef".to_owned())),
        ..desk.order(server.address("/model.pth"))
    };
    let err = desk.fetch_order(&order).unwrap_err();
    assert!(matches!(err, DownloadError::Checksum { .. }), "{err}");
    assert!(err.to_string().contains("0123456789abcdef"), "{err}");
    assert!(desk.files().is_empty(), "{:?}", desk.files());
}

#[test]
fn a_file_of_another_size_than_published_or_allowed_is_refused() {
    let (mut desk, site) = (Desk::new(), Site::new(SIZE));
    let server = site_server(&site, |_| ALL);
    let order = Order {
        bytes: Some(SIZE as u64 - 1),
        ..desk.order(server.address("/model.pth"))
    };
    let err = desk.fetch_order(&order).unwrap_err();
    assert!(matches!(err, DownloadError::OtherSize { .. }), "{err}");
    desk.limits.max_bytes = SIZE as u64 - 1;
    let err = desk.fetch(server.address("/model.pth")).unwrap_err();
    assert!(matches!(err, DownloadError::TooLarge { .. }), "{err}");
    // Nothing said how large it is, so it is noticed on the way.
    let body = site.body;
    let server = Server::start(move |_, _, stream| respond(stream, "200 OK", &[], &body));
    let err = desk.fetch(server.address("/model.pth")).unwrap_err();
    assert!(matches!(err, DownloadError::TooLarge { .. }), "{err}");
}

#[test]
fn a_disk_without_room_is_noticed_before_anything_is_written() {
    let desk = Desk::new();
    let headers = [("Content-Length", "9000000000000000"), ("ETag", "\"x\"")];
    let server = Server::start(move |_, _, stream| respond(stream, "200 OK", &headers, b"abc"));
    let err = desk.fetch(server.address("/model.pth")).unwrap_err();
    let DownloadError::DiskFull { needed, free, .. } = &err else {
        panic!("{err}");
    };
    assert_eq!(*needed, Some(9_000_000_000_000_000));
    assert!(free.is_some_and(|free| free > 0));
    assert!(
        err.to_string().contains("9000000000 MB are needed"),
        "{err}"
    );
}

/// `/dev/full` takes nothing and says that the device has no room, as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_on_the_way_is_told_with_what_is_missing() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let part = desk.folder.path().join("model.pth.part");
    std::os::unix::fs::symlink("/dev/full", part).unwrap();
    let server = site_server(&site, |_| ALL);
    let err = desk.fetch(server.address("/model.pth")).unwrap_err();
    let DownloadError::DiskFull { needed, .. } = &err else {
        panic!("{err}");
    };
    assert_eq!(*needed, Some(SIZE as u64));
    assert!(err.to_string().starts_with("The disk is"), "{err}");
}

#[test]
fn who_cannot_be_reached_is_told_at_once() {
    let mut desk = Desk::new();
    // Nobody listens on a port that was just given back.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    let err = desk
        .fetch(format!("http://127.0.0.1:{port}/x"))
        .unwrap_err();
    assert!(matches!(err, DownloadError::Unreachable { .. }), "{err}");
    desk.limits.proxy = ProxyChoice::Address(format!("http://127.0.0.1:{port}"));
    let err = desk.fetch("http://a.invalid/x".to_owned()).unwrap_err();
    assert!(matches!(err, DownloadError::Unreachable { .. }), "{err}");
    desk.limits.proxy = ProxyChoice::Address("no proxy".to_owned());
    let err = desk.fetch("http://a.invalid/x".to_owned()).unwrap_err();
    assert!(matches!(err, DownloadError::ProxyAddress { .. }), "{err}");
    let err = desk.fetch("file:///etc/hostname".to_owned()).unwrap_err();
    assert!(matches!(err, DownloadError::Address { .. }), "{err}");
}

#[test]
fn a_connection_that_is_lost_again_and_again_keeps_what_came() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let server = site_server(&site, |n| if n == 0 { 1000 } else { 0 });
    let err = desk.fetch(server.address("/model.pth")).unwrap_err();
    assert!(matches!(err, DownloadError::Dropped { .. }), "{err}");
    assert_eq!(desk.files(), ["model.pth.part", "model.pth.part.json"]);
    assert_eq!(server.requests().len(), 3);
}

//! Downloads from a real HTTP server on the loopback address: drops, resumes, redirects, full disks.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod refused;
mod server;
mod stopped;

use std::path::PathBuf;
use std::time::Duration;

use copylens::download;
use copylens::download::Checksum;
use copylens::download::DownloadError;
use copylens::download::Limits;
use copylens::download::Order;
use copylens::download::ProxyChoice;
use copylens::monitor::Monitor;

use server::Request;
use server::Server;
use server::Site;
use server::respond;

/// More than the buffers of a connection hold.
const SIZE: usize = 3_000_000;
const HALF: usize = 1_400_000;
const ALL: usize = usize::MAX;

/// A folder to download into.
struct Desk {
    folder: tempfile::TempDir,
    limits: Limits,
}

impl Desk {
    fn new() -> Self {
        let limits = Limits {
            proxy: ProxyChoice::Direct,
            silence: Duration::from_secs(3),
            n_tries: 3,
            first_wait: Duration::from_millis(5),
            ..Limits::default()
        };
        Self {
            folder: tempfile::tempdir().unwrap(),
            limits,
        }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("model.pth")
    }

    fn order(&self, address: String) -> Order {
        Order {
            address,
            target: self.target(),
            bytes: None,
            checksum: None,
        }
    }

    fn fetch(&self, address: String) -> Result<PathBuf, DownloadError> {
        self.fetch_order(&self.order(address))
    }

    fn fetch_order(&self, order: &Order) -> Result<PathBuf, DownloadError> {
        download::fetch(&Monitor::silent(), order, &self.limits)
    }

    /// Names of all files, sorted.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[track_caller]
    fn check(&self, body: &[u8]) {
        assert!(std::fs::read(self.target()).unwrap() == body, "other bytes");
        assert_eq!(self.files(), ["model.pth"]);
    }
}

/// A server for one file; connection `n` ends after `sent(n)` bytes.
fn site_server(site: &Site, sent: impl Fn(usize) -> usize + Send + Sync + 'static) -> Server {
    let site = site.clone();
    Server::start(move |n, request, stream| site.answer(request, stream, sent(n)))
}

fn ranges(requests: &[Request]) -> Vec<Option<usize>> {
    requests.iter().map(Request::range_start).collect()
}

#[test]
fn a_whole_file_comes_in_one_request() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let server = site_server(&site, |_| ALL);
    let path = desk.fetch(server.address("/model.pth")).unwrap();
    assert_eq!(path, desk.target());
    desk.check(&site.body);
    let requests = server.requests();
    assert_eq!(ranges(&requests), [None]);
    assert_eq!(requests[0].line, "GET /model.pth HTTP/1.1");
    let agent = requests[0].header("user-agent").unwrap();
    assert!(agent.starts_with("Copylens/"), "{agent}");
}

#[test]
fn a_drop_in_the_middle_goes_on_where_it_was() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let server = site_server(&site, |n| if n < 2 { HALF } else { ALL });
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&site.body);
    let requests = server.requests();
    assert_eq!(ranges(&requests), [None, Some(HALF), Some(2 * HALF)]);
    assert_eq!(requests[1].header("if-range"), Some("\"one\""));
}

#[test]
fn a_server_that_gives_no_parts_begins_anew() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let body = site.body.clone();
    let server = Server::start(move |n, _, stream| {
        let length = body.len().to_string();
        let sent = if n == 0 { &body[..HALF] } else { &body };
        let headers = [("Content-Length", length.as_str()), ("ETag", "\"one\"")];
        respond(stream, "200 OK", &headers, sent);
    });
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&site.body);
    assert_eq!(ranges(&server.requests()), [None, Some(HALF)]);
}

#[test]
fn a_file_that_changed_on_the_server_begins_anew() {
    let (desk, old) = (Desk::new(), Site::new(SIZE));
    let new = Site {
        body: server::bytes(SIZE + 5, 2),
        etag: "\"two\"",
    };
    let (before, after) = (old.clone(), new.clone());
    let server = Server::start(move |n, request, stream| match n {
        0 => before.answer(request, stream, HALF),
        _ => after.answer(request, stream, ALL),
    });
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&new.body);
    assert_eq!(server.requests()[1].header("if-range"), Some("\"one\""));
}

#[test]
fn without_a_sign_that_the_file_is_the_same_nothing_is_joined() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let body = site.body.clone();
    let server = Server::start(move |n, _, stream| {
        let length = body.len().to_string();
        let sent = if n == 0 { &body[..HALF] } else { &body };
        // A weak ETag only says that two files mean the same.
        let headers = [("Content-Length", length.as_str()), ("ETag", "W/\"one\"")];
        respond(stream, "200 OK", &headers, sent);
    });
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&site.body);
    assert_eq!(ranges(&server.requests()), [None, None]);
}

#[test]
fn a_part_that_begins_elsewhere_is_not_joined() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let served = site.clone();
    let server = Server::start(move |n, request, stream| match n {
        0 => served.answer(request, stream, HALF),
        1 => {
            let range = format!("bytes 0-{}/{SIZE}", SIZE - 1);
            let headers = [("Content-Range", range.as_str()), ("ETag", "\"one\"")];
            respond(stream, "206 Partial Content", &headers, &served.body);
        }
        _ => served.answer(request, stream, ALL),
    });
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&site.body);
    assert_eq!(ranges(&server.requests()), [None, Some(HALF), None]);
}

#[test]
fn redirects_are_followed_with_the_range() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let served = site.clone();
    let hops = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_, request, stream| {
        let to = match request.target() {
            "/a" => "/b/c?x=1",
            "/b/c?x=1" => "d",
            _ => {
                let n = hops.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                return served.answer(request, stream, if n == 0 { HALF } else { ALL });
            }
        };
        respond(
            stream,
            "302 Found",
            &[("Location", to), ("Content-Length", "0")],
            &[],
        );
    });
    desk.fetch(server.address("/a")).unwrap();
    desk.check(&site.body);
    let requests = server.requests();
    let targets: Vec<&str> = requests.iter().map(Request::target).collect();
    assert_eq!(
        targets,
        ["/a", "/b/c?x=1", "/b/d", "/a", "/b/c?x=1", "/b/d"]
    );
    assert_eq!(requests[5].range_start(), Some(HALF));
}

#[test]
fn a_file_of_unknown_length_ends_with_its_connection_or_its_last_chunk() {
    let site = Site::new(SIZE);
    for is_chunked in [false, true] {
        let (desk, body) = (Desk::new(), site.body.clone());
        let server = Server::start(move |_, _, stream| {
            if !is_chunked {
                return respond(stream, "200 OK", &[], &body);
            }
            let mut coded = Vec::new();
            for chunk in body.chunks(100_000) {
                coded.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                coded.extend(chunk);
                coded.extend(b"\r\n");
            }
            coded.extend(b"0\r\n\r\n");
            respond(
                stream,
                "200 OK",
                &[("Transfer-Encoding", "chunked")],
                &coded,
            );
        });
        desk.fetch(server.address("/model.pth")).unwrap();
        desk.check(&site.body);
    }
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let served = site.clone();
    let server = Server::start(move |n, request, stream| match n {
        0 | 1 => respond(stream, "503 Service Unavailable", &[], &[]),
        _ => served.answer(request, stream, ALL),
    });
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&site.body);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_checksum_that_fits_is_no_hindrance() {
    let (desk, site) = (Desk::new(), Site::new(SIZE));
    let server = site_server(&site, |_| ALL);
    let order = Order {
        bytes: Some(SIZE as u64),
        // sha256sum of the bytes of the formula in server.rs.
        checksum: Some(Checksum::Sha256("847227a17b3faa2a".to_owned())),
        ..desk.order(server.address("/model.pth"))
    };
    desk.fetch_order(&order).unwrap();
    desk.check(&site.body);
}

#[test]
fn a_proxy_is_asked_for_a_tunnel() {
    let (mut desk, site) = (Desk::new(), Site::new(SIZE));
    let (server, proxy) = (site_server(&site, |_| ALL), server::proxy());
    desk.limits.proxy = ProxyChoice::Address(proxy.address(""));
    desk.fetch(server.address("/model.pth")).unwrap();
    desk.check(&site.body);
    let asked = proxy.requests()[0].line.clone();
    assert_eq!(
        asked,
        format!("CONNECT 127.0.0.1:{} HTTP/1.1", server.port())
    );
    assert_eq!(server.requests().len(), 1);
}

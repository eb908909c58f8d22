//! From the first request to the finished file, across drops, pauses and servers that change.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use ureq::Agent;
use ureq::http::StatusCode;

use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

use super::DownloadError;
use super::Limits;
use super::Order;
use super::address;
use super::checksum;
use super::client;
use super::client::Answer;
use super::client::Rest;
use super::disk;
use super::part::Part;

/// What a report of [`fetch`] says while bytes come; the figures are bytes.
pub const STAGE: &str = "Downloading";
const BLOCK_BYTES: usize = 64 << 10;
/// Between two reports of how far it is, and between two looks at the stop button.
const REPORT: Duration = Duration::from_millis(50);
/// Left free on the disk for others.
const SPARE_BYTES: u64 = 16 << 20;

/// How one attempt ended without being done.
enum Break {
    /// Try again, after a while if nothing came.
    Lost(DownloadError),
    /// The server has another file now, or gives no parts: everything from the start.
    Anew,
    /// Somebody wants it to wait.
    Paused,
    Failed(DownloadError),
}

impl From<DownloadError> for Break {
    fn from(err: DownloadError) -> Self {
        Self::Failed(err)
    }
}

impl From<Cancelled> for Break {
    fn from(stop: Cancelled) -> Self {
        Self::Failed(stop.into())
    }
}

/// Fetches a file and returns its path.
///
/// A stop keeps what has come; [`discard`](super::discard) removes it. A pause closes the
/// connection, and the end of the pause opens another one for the rest.
pub fn fetch(monitor: &Monitor, order: &Order, limits: &Limits) -> Result<PathBuf, DownloadError> {
    if !address::is_valid(&order.address) {
        return Err(DownloadError::Address {
            address: order.address.clone(),
        });
    }
    let mut part = Part::open(&order.target, &order.address)?;
    let mut n_tries = 0;
    let mut has_come = false;
    loop {
        monitor.check()?;
        let before = part.n_done;
        let trouble = match attempt(monitor, order, limits, &mut part) {
            Ok(()) => break,
            Err(Break::Failed(err)) => return Err(err),
            Err(Break::Paused) => continue,
            Err(Break::Anew) => {
                part.restart()?;
                n_tries += 1;
                DownloadError::Dropped {
                    host: address::host(&order.address),
                    reason: "the file changes all the time".to_owned(),
                }
            }
            Err(Break::Lost(err)) => {
                has_come |= part.n_done > before;
                n_tries = if part.n_done > before { 1 } else { n_tries + 1 };
                err
            }
        };
        // A server that was never reached is reported at once.
        let is_server = matches!(trouble, DownloadError::Server { .. });
        let is_worth_it = has_come || before > 0 || is_server;
        if n_tries >= limits.n_tries || !is_worth_it {
            return Err(trouble);
        }
        wait(
            monitor,
            limits.first_wait * 2_u32.saturating_pow(n_tries - 1),
        )?;
    }
    complete(monitor, order, part)
}

/// Waits before the next try, but not longer than somebody wants.
fn wait(monitor: &Monitor, time: Duration) -> Result<(), Cancelled> {
    let until = Instant::now() + time;
    while Instant::now() < until {
        monitor.check()?;
        std::thread::sleep(REPORT.min(until.saturating_duration_since(Instant::now())));
    }
    Ok(())
}

/// One connection, from the request to its end.
fn attempt(
    monitor: &Monitor,
    order: &Order,
    limits: &Limits,
    part: &mut Part,
) -> Result<(), Break> {
    let agent = client::agent(limits)?;
    let (is_over, is_closed) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("download-watch".to_owned());
        let watched = thread.spawn_scoped(scope, || watch(monitor, &agent, &is_over, &is_closed));
        if let Err(err) = watched {
            log::debug!("a stop waits for the next byte: {err}");
        }
        let result = receive(monitor, order, limits, &agent, part);
        is_over.store(true, Ordering::Relaxed);
        // What was closed here looks like a drop.
        match result {
            Err(Break::Lost(_)) if monitor.stop_requested() => Err(Cancelled.into()),
            Err(Break::Lost(_)) if is_closed.load(Ordering::Relaxed) => Err(Break::Paused),
            result => result,
        }
    })
}

/// Closes the connection as soon as somebody wants to stop or to pause: a read may block for long.
fn watch(monitor: &Monitor, agent: &Agent, is_over: &AtomicBool, is_closed: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        if monitor.stop_requested() || monitor.is_paused() {
            is_closed.store(true, Ordering::Relaxed);
            agent.clone().shutdown();
            return;
        }
        std::thread::sleep(REPORT);
    }
}

fn receive(
    monitor: &Monitor,
    order: &Order,
    limits: &Limits,
    agent: &Agent,
    part: &mut Part,
) -> Result<(), Break> {
    monitor.report(Progress {
        stage: "Connecting",
        n_done: part.n_done,
        n_total: part.state.n_total.or(order.bytes),
    });
    let validator = part.state.validator.clone();
    let validator = validator.as_deref().filter(|_| part.n_done > 0);
    let rest = validator.map(|validator| Rest {
        n_done: part.n_done,
        validator,
    });
    let answer = client::get(agent, &order.address, rest.as_ref()).map_err(|err| {
        if matches!(err, DownloadError::Unreachable { .. }) {
            Break::Lost(err)
        } else {
            Break::Failed(err)
        }
    })?;
    if judge(&answer, part)? == Verdict::Complete {
        return Ok(());
    }
    accept(&answer, order, limits, part)?;
    copy(monitor, answer, limits, part)
}

#[derive(PartialEq, Eq)]
enum Verdict {
    Comes,
    /// Everything is there already.
    Complete,
}

/// What the status of an answer means for the part that is there.
fn judge(answer: &Answer, part: &mut Part) -> Result<Verdict, Break> {
    let host = answer.host.clone();
    let status = answer.status.as_u16();
    match answer.status {
        StatusCode::OK => {
            if part.n_done > 0 {
                part.restart()?;
            }
            Ok(Verdict::Comes)
        }
        StatusCode::PARTIAL_CONTENT => match answer.range() {
            Some((first, _)) if first == part.n_done => Ok(Verdict::Comes),
            _ => Err(Break::Anew),
        },
        StatusCode::RANGE_NOT_SATISFIABLE => {
            if part.n_done > 0 && part.state.n_total == Some(part.n_done) {
                return Ok(Verdict::Complete);
            }
            Err(Break::Anew)
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Err(Break::Failed(DownloadError::Missing { host }))
        }
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Err(Break::Failed(DownloadError::Proxy {
            reason: "it wants a name and a password".to_owned(),
        })),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Err(Break::Lost(DownloadError::Server { host, status }))
        }
        other if other.is_server_error() => {
            Err(Break::Lost(DownloadError::Server { host, status }))
        }
        _ => Err(Break::Failed(DownloadError::Denied { host, status })),
    }
}

/// Refuses what cannot be the file or has no room, and remembers the rest.
fn accept(answer: &Answer, order: &Order, limits: &Limits, part: &mut Part) -> Result<(), Break> {
    if answer.is_page() {
        let host = answer.host.clone();
        return Err(Break::Failed(DownloadError::Page { host }));
    }
    let n_total = answer.n_total();
    if let (Some(found), Some(expected)) = (n_total, order.bytes)
        && found != expected
    {
        return Err(Break::Failed(DownloadError::OtherSize { found, expected }));
    }
    if let Some(found) = n_total.filter(|found| *found > limits.max_bytes) {
        let limit = limits.max_bytes;
        return Err(Break::Failed(DownloadError::TooLarge { found, limit }));
    }
    if let Some(n_total) = n_total {
        let needed = n_total.saturating_sub(part.n_done);
        let path = part.path();
        let free = path.parent().and_then(disk::free_bytes);
        if free.is_some_and(|free| free < needed.saturating_add(SPARE_BYTES)) {
            let needed = Some(needed);
            return Err(Break::Failed(DownloadError::DiskFull {
                needed,
                free,
                path,
            }));
        }
    }
    part.state.validator = answer.validator();
    part.state.n_total = n_total;
    part.save_state()?;
    Ok(())
}

/// Writes what comes until it ends.
fn copy(monitor: &Monitor, answer: Answer, limits: &Limits, part: &mut Part) -> Result<(), Break> {
    let Answer { host, mut body, .. } = answer;
    let n_total = part.state.n_total;
    let report = |n_done| {
        monitor.report(Progress {
            stage: STAGE,
            n_done,
            n_total,
        });
    };
    let lost = |reason: String| {
        let host = host.clone();
        Break::Lost(DownloadError::Dropped { host, reason })
    };
    report(part.n_done);
    let mut reported = Instant::now();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        if monitor.stop_requested() {
            return Err(Cancelled.into());
        }
        if monitor.is_paused() {
            return Err(Break::Paused);
        }
        let n = body.read(&mut block).map_err(|err| lost(err.to_string()))?;
        if n == 0 {
            break;
        }
        if part.n_done == 0 && is_page(&block[..n]) {
            let host = host.clone();
            return Err(Break::Failed(DownloadError::Page { host }));
        }
        let found = part.n_done + n as u64;
        if found > limits.max_bytes.min(n_total.unwrap_or(u64::MAX)) {
            let limit = n_total.unwrap_or(limits.max_bytes);
            return Err(Break::Failed(DownloadError::TooLarge { found, limit }));
        }
        part.append(&block[..n])?;
        if reported.elapsed() > REPORT {
            report(part.n_done);
            reported = Instant::now();
        }
    }
    report(part.n_done);
    // The watcher's way to stop can look like an end.
    if monitor.stop_requested() || monitor.is_paused() {
        return Err(lost("it was closed here".to_owned()));
    }
    match n_total {
        Some(n_total) if part.n_done < n_total => Err(lost("it ended too early".to_owned())),
        _ => Ok(()),
    }
}

/// No file of weights begins with a tag.
fn is_page(start: &[u8]) -> bool {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = text.trim_ascii_start();
    let begins = |tag: &[u8]| {
        let head = text.get(..tag.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(tag))
    };
    begins(b"<!doctype html") || begins(b"<html") || begins(b"<head")
}

/// Checks what has come and gives it its name.
fn complete(monitor: &Monitor, order: &Order, mut part: Part) -> Result<PathBuf, DownloadError> {
    if let Some(expected) = order.bytes.filter(|bytes| *bytes != part.n_done) {
        let found = part.n_done;
        drop(part);
        super::discard(&order.target)?;
        return Err(DownloadError::OtherSize { found, expected });
    }
    let path = part.path();
    let file = part.settled()?;
    if let Some(expected) = &order.checksum
        && let Err(err) = checksum::verify(monitor, file, &path, expected)
    {
        if matches!(err, DownloadError::Checksum { .. }) {
            drop(part);
            super::discard(&order.target)?;
        }
        return Err(err);
    }
    monitor.check()?;
    part.finish()
}

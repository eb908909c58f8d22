//! The one place that prints.

use std::io::IsTerminal as _;
use std::io::Stderr;
use std::io::Stdout;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::worker::Failure;

/// Back to the start of the line, and nothing on it.
const CLEAR_LINE: &str = "\r\x1b[2K";

/// Standard output for results, standard error for everything else.
pub(super) struct Output {
    out: Stdout,
    err: Stderr,
    is_terminal: bool,
}

impl Output {
    pub(super) fn new() -> Self {
        let err = std::io::stderr();
        Self {
            out: std::io::stdout(),
            is_terminal: err.is_terminal(),
            err,
        }
    }

    /// One line of results.
    pub(super) fn line(&self, text: &str) -> anyhow::Result<()> {
        let mut out = self.out.lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// One result as one line of JSON.
    pub(super) fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        self.line(&serde_json::to_string(value)?)
    }

    /// What went wrong, and what to do about it.
    pub(super) fn error(&self, failure: &Failure) {
        self.note(&format!("copylens: {}", failure.message));
        if let Some(advice) = &failure.advice {
            self.note(advice);
        }
    }

    /// One line for the person at the terminal.
    pub(super) fn note(&self, text: &str) {
        let clear = if self.is_terminal { CLEAR_LINE } else { "" };
        self.say(&format!("{clear}{text}\n"));
    }

    /// A line that the next one replaces; nothing where standard error is not a terminal.
    pub(super) fn transient(&self, text: &str) {
        if self.is_terminal {
            self.say(&format!("{CLEAR_LINE}{text}"));
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    fn say(&self, text: &str) {
        let mut err = self.err.lock();
        let said = err.write_all(text.as_bytes()).and_then(|()| err.flush());
        if said.is_err() {
            log::debug!("nobody reads standard error");
        }
    }
}

/// A path as JSON and text show it. Bytes that are no text become replacement marks.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// `1.5 MB`.
pub(super) fn file_size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

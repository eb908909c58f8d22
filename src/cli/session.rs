//! Runs one job after another on a worker and shows how far it is.

use std::cell::Cell;
use std::cell::RefCell;
use std::time::Duration;
use std::time::Instant;

use super::output;
use super::output::Output;
use crate::download;
use crate::settings::Home;
use crate::settings::Settings;
use crate::worker::Defaults;
use crate::worker::Event;
use crate::worker::Failure;
use crate::worker::JobId;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Outcome;
use crate::worker::Worker;

/// How often the progress line is renewed on a terminal, and elsewhere.
const RENEW: Duration = Duration::from_millis(200);
const RENEW_IN_LOG: Duration = Duration::from_secs(10);

/// A job that did not end well, in the words of the worker.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub(super) struct Failed(pub(super) Failure);

/// A worker, for as long as a subcommand runs.
pub(super) struct Session<'a> {
    worker: Worker,
    output: &'a Output,
    last_shown: Cell<Instant>,
    /// A log does not repeat itself.
    last_text: RefCell<String>,
}

impl<'a> Session<'a> {
    /// A worker with the settings of this person.
    pub(super) fn start(output: &'a Output) -> anyhow::Result<Self> {
        let home = Home::find()?;
        let defaults = Defaults::from(&Settings::load(&home));
        Self::start_in(home, defaults, output)
    }

    pub(super) fn start_in(
        home: Home,
        defaults: Defaults,
        output: &'a Output,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            worker: Worker::start(home, defaults, || {})?,
            output,
            last_shown: Cell::new(Instant::now()),
            last_text: RefCell::default(),
        })
    }

    pub(super) fn run(&self, request: JobRequest) -> anyhow::Result<JobResult> {
        self.run_with(request, |_| Ok(()))
    }

    /// Runs a request; `on_event` sees its news.
    pub(super) fn run_with(
        &self,
        request: JobRequest,
        on_event: impl FnMut(&Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<JobResult> {
        self.wait_for(self.worker.submit(request), on_event)
    }

    fn wait_for(
        &self,
        id: JobId,
        mut on_event: impl FnMut(&Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<JobResult> {
        loop {
            self.show_progress();
            let Ok(event) = self.worker.events().recv_timeout(RENEW) else {
                continue;
            };
            on_event(&event)?;
            match event {
                Event::Ended { id: ended, outcome } if ended == id => {
                    self.output.transient("");
                    return result(outcome);
                }
                Event::Started { .. }
                | Event::Indexed { .. }
                | Event::Run { .. }
                | Event::Ended { .. } => {}
            }
        }
    }

    fn show_progress(&self) {
        let is_terminal = self.output.is_terminal();
        let pause = if is_terminal { RENEW } else { RENEW_IN_LOG };
        if self.last_shown.get().elapsed() < pause {
            return;
        }
        self.last_shown.set(Instant::now());
        for job in self.worker.active() {
            let progress = &job.progress;
            let size = output::file_size;
            let mut text = match progress.n_total {
                _ if progress.stage == download::STAGE => match progress.n_total {
                    Some(n_total) => format!(
                        "{}: {} of {}",
                        progress.stage,
                        size(progress.n_done),
                        size(n_total)
                    ),
                    None => format!("{}: {}", progress.stage, size(progress.n_done)),
                },
                Some(n_total) => format!("{}: {} of {n_total}", progress.stage, progress.n_done),
                None if progress.stage.is_empty() => job.title.clone(),
                None => progress.stage.to_owned(),
            };
            if let Some(left) = job.time_left {
                text = format!("{text}, about {} s left", left.as_secs() + 1);
            }
            if is_terminal {
                self.output.transient(&text);
            } else if *self.last_text.borrow() != text {
                self.output.note(&text);
                self.last_text.replace(text);
            }
        }
    }
}

fn result(outcome: Outcome) -> anyhow::Result<JobResult> {
    let failure = match outcome {
        Outcome::Done(result) => return Ok(result),
        Outcome::Failed(failure) => failure,
        Outcome::Stopped => Failure {
            message: "The work was stopped".to_owned(),
            advice: None,
        },
        Outcome::Crashed(text) => Failure {
            message: format!("The work crashed ({text})"),
            advice: Some("Please report this with the lines above.".to_owned()),
        },
    };
    Err(Failed(failure).into())
}

/// The worker answered a request with the result of another one.
#[derive(Debug, thiserror::Error)]
#[error("The worker gave another answer than the one that was asked for")]
pub(super) struct WrongAnswer;

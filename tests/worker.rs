//! The compute thread: stopping, pausing, panics, and quick requests in between.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::thread::ThreadId;
use std::time::Duration;
use std::time::Instant;

use copylens::distill::RunEvent;
use copylens::monitor::Progress;
use copylens::settings::Home;
use copylens::worker::Defaults;
use copylens::worker::Event;
use copylens::worker::Job;
use copylens::worker::JobContext;
use copylens::worker::JobId;
use copylens::worker::JobResult;
use copylens::worker::Outcome;
use copylens::worker::Pace;
use copylens::worker::PictureCheck;
use copylens::worker::Worker;
use crossbeam_channel::Receiver;
use crossbeam_channel::Sender;

/// Far longer than anything here takes, so that a hang is a failure and not a wait.
const PATIENCE: Duration = Duration::from_secs(30);

type Work = Box<dyn FnOnce(&JobContext<'_>) -> anyhow::Result<()> + Send>;

struct TestJob {
    pace: Pace,
    work: Work,
}

impl Job for TestJob {
    fn title(&self) -> String {
        "Test".to_owned()
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        (self.work)(context)?;
        Ok(JobResult::CheckPictures(PictureCheck::default()))
    }
}

fn long(work: impl FnOnce(&JobContext<'_>) -> anyhow::Result<()> + Send + 'static) -> Box<dyn Job> {
    Box::new(TestJob {
        pace: Pace::Long,
        work: Box::new(work),
    })
}

fn quick(
    work: impl FnOnce(&JobContext<'_>) -> anyhow::Result<()> + Send + 'static,
) -> Box<dyn Job> {
    Box::new(TestJob {
        pace: Pace::Quick,
        work: Box::new(work),
    })
}

fn beside(
    work: impl FnOnce(&JobContext<'_>) -> anyhow::Result<()> + Send + 'static,
) -> Box<dyn Job> {
    Box::new(TestJob {
        pace: Pace::Beside,
        work: Box::new(work),
    })
}

/// Works in small steps until it is stopped.
fn endless(started: Sender<()>) -> Box<dyn Job> {
    endless_at(Pace::Long, started)
}

fn endless_at(pace: Pace, started: Sender<()>) -> Box<dyn Job> {
    let work = move |context: &JobContext<'_>| {
        started.send(())?;
        for n_done in 0.. {
            context.monitor.check()?;
            context.monitor.report(Progress {
                stage: "Testing",
                n_done,
                n_total: None,
            });
            std::thread::yield_now();
        }
        Ok(())
    };
    Box::new(TestJob {
        pace,
        work: Box::new(work),
    })
}

/// Tells on which thread it ran.
fn whoami(answer: Sender<ThreadId>) -> impl FnOnce(&JobContext<'_>) -> anyhow::Result<()> + Send {
    move |_| Ok(answer.send(std::thread::current().id())?)
}

fn worker(home: &Path) -> Worker {
    let home = Home {
        root: home.to_owned(),
    };
    Worker::start(home, Defaults::default(), || {}).unwrap()
}

fn outcome_of(worker: &Worker, wanted: JobId) -> Outcome {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let event = worker.events().recv_deadline(deadline).unwrap();
        if let Event::Ended { id, outcome } = event
            && id == wanted
        {
            return outcome;
        }
    }
}

fn receive<T>(receiver: &Receiver<T>) -> T {
    receiver.recv_timeout(PATIENCE).unwrap()
}

fn channel<T>() -> (Sender<T>, Receiver<T>) {
    crossbeam_channel::bounded(8)
}

#[test]
fn a_stopped_job_ends_within_a_second() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (started, has_started) = channel();
    let id = worker.submit_job(endless(started));
    receive(&has_started);
    let stopped = Instant::now();
    worker.stop(id);
    assert!(matches!(outcome_of(&worker, id), Outcome::Stopped));
    assert!(stopped.elapsed() < Duration::from_secs(1));
    assert!(worker.active().is_empty());
}

#[test]
fn a_paused_job_waits_until_it_is_resumed() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (step, steps) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let id = worker.submit_job(long(move |context| {
        step.send(1)?;
        may_go_on.recv()?;
        context.monitor.check()?;
        Ok(step.send(2)?)
    }));
    assert_eq!(receive(&steps), 1);
    worker.set_paused(id, true);
    go_on.send(()).unwrap();
    // A quick job that comes back shows that the thread is past the pause and still holds it.
    let (answer, thread) = channel();
    let quick_id = worker.submit_job(quick(whoami(answer)));
    receive(&thread);
    assert!(matches!(outcome_of(&worker, quick_id), Outcome::Done(_)));
    assert!(worker.active().iter().any(|job| job.id == id && job.paused));
    assert!(steps.is_empty());
    worker.set_paused(id, false);
    assert_eq!(receive(&steps), 2);
    assert!(matches!(outcome_of(&worker, id), Outcome::Done(_)));
}

#[test]
fn a_quick_job_is_answered_while_a_long_one_runs_and_on_the_same_thread() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (started, has_started) = channel();
    let (answer, threads) = channel();
    worker.submit_job(quick(whoami(answer.clone())));
    let before = receive(&threads);
    let id = worker.submit_job(endless(started));
    receive(&has_started);
    worker.submit_job(quick(whoami(answer)));
    assert_eq!(receive(&threads), before);
    assert!(worker.active().iter().any(|job| job.id == id));
}

#[test]
fn a_panic_ends_one_job_and_the_next_one_runs_on_a_fresh_thread() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (answer, threads) = channel();
    worker.submit_job(long(whoami(answer.clone())));
    let before = receive(&threads);
    let id = worker.submit_job(long(|_| panic!("a kernel gave up")));
    match outcome_of(&worker, id) {
        Outcome::Crashed(text) => assert_eq!(text, "a kernel gave up"),
        other @ (Outcome::Done(_) | Outcome::Stopped | Outcome::Failed(_)) => {
            panic!("{other:?}")
        }
    }
    worker.submit_job(long(whoami(answer)));
    assert_ne!(receive(&threads), before);
}

#[test]
fn a_panic_of_a_quick_job_leaves_the_long_one_running() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (started, has_started) = channel();
    let long_id = worker.submit_job(endless(started));
    receive(&has_started);
    let quick_id = worker.submit_job(quick(|_| panic!("a decoder gave up")));
    assert!(matches!(outcome_of(&worker, quick_id), Outcome::Crashed(_)));
    assert!(worker.active().iter().any(|job| job.id == long_id));
    worker.stop(long_id);
    assert!(matches!(outcome_of(&worker, long_id), Outcome::Stopped));
}

#[test]
fn a_job_that_is_stopped_while_it_waits_never_starts() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (started, has_started) = channel();
    let (answer, threads) = channel();
    worker.submit_job(endless(started));
    receive(&has_started);
    let waiting = worker.submit_job(long(whoami(answer)));
    assert!(
        worker
            .active()
            .iter()
            .any(|job| job.id == waiting && job.waiting)
    );
    worker.stop(waiting);
    assert!(matches!(outcome_of(&worker, waiting), Outcome::Stopped));
    assert!(threads.is_empty());
}

#[test]
fn a_paused_waiting_job_lets_the_ones_behind_it_pass() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (answer, threads) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let first = worker.submit_job(long(move |_| Ok(may_go_on.recv()?)));
    let paused = worker.submit_job(long(whoami(answer.clone())));
    worker.set_paused(paused, true);
    let last = worker.submit_job(long(whoami(answer)));
    go_on.send(()).unwrap();
    assert!(matches!(outcome_of(&worker, first), Outcome::Done(_)));
    assert!(matches!(outcome_of(&worker, last), Outcome::Done(_)));
    assert_eq!(threads.len(), 1);
    worker.set_paused(paused, false);
    assert!(matches!(outcome_of(&worker, paused), Outcome::Done(_)));
}

#[test]
fn an_error_carries_its_causes_and_a_stop_is_none() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let id = worker.submit_job(long(|_| {
        Err(anyhow::anyhow!("no route").context("The drive is gone"))
    }));
    match outcome_of(&worker, id) {
        Outcome::Failed(failure) => assert_eq!(failure.message, "The drive is gone: no route"),
        other @ (Outcome::Done(_) | Outcome::Stopped | Outcome::Crashed(_)) => {
            panic!("{other:?}")
        }
    }
}

#[test]
fn closing_does_not_wait_for_a_reader_of_events() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (full, is_full) = channel();
    worker.submit_job(long(move |context| {
        for number in 0..100_000 {
            if number == 4000 {
                full.send(())?;
            }
            context.report_run(RunEvent::Notice(number.to_string()));
        }
        Ok(())
    }));
    receive(&is_full);
    let closing = Instant::now();
    drop(worker);
    assert!(closing.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_download_leaves_the_compute_thread_to_the_others() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (started, has_started) = channel();
    let (answer, threads) = channel();
    let download = worker.submit_job(endless_at(Pace::Beside, started));
    receive(&has_started);
    worker.submit_job(long(whoami(answer.clone())));
    let compute = receive(&threads);
    worker.submit_job(beside(whoami(answer)));
    assert_ne!(receive(&threads), compute);
    assert!(worker.active().iter().any(|job| job.id == download));
    worker.stop(download);
    assert!(matches!(outcome_of(&worker, download), Outcome::Stopped));
}

#[test]
fn more_downloads_than_the_line_carries_wait_and_can_be_stopped() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let (started, has_started) = channel();
    let jobs: Vec<JobId> = (0..5)
        .map(|_| worker.submit_job(endless_at(Pace::Beside, started.clone())))
        .collect();
    for _ in 0..3 {
        receive(&has_started);
    }
    let is_waiting = |id: JobId| {
        worker
            .active()
            .iter()
            .any(|job| job.id == id && job.waiting)
    };
    assert!(is_waiting(jobs[3]) && is_waiting(jobs[4]));
    worker.stop(jobs[4]);
    assert!(matches!(outcome_of(&worker, jobs[4]), Outcome::Stopped));
    worker.set_paused(jobs[3], true);
    worker.stop(jobs[0]);
    assert!(matches!(outcome_of(&worker, jobs[0]), Outcome::Stopped));
    assert!(is_waiting(jobs[3]) && has_started.is_empty());
    worker.set_paused(jobs[3], false);
    receive(&has_started);
}

#[test]
fn a_download_that_crashes_is_told_and_the_next_one_runs() {
    let home = tempfile::tempdir().unwrap();
    let worker = worker(home.path());
    let id = worker.submit_job(beside(|_| panic!("a server gave up")));
    assert!(matches!(outcome_of(&worker, id), Outcome::Crashed(_)));
    let (answer, threads) = channel();
    worker.submit_job(beside(whoami(answer)));
    receive(&threads);
}

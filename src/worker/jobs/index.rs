//! Brings a library up to date with folders: reads what is new, embeds it, stores it.

use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use super::index_batch;
use super::index_batch::Intake;
use crate::data;
use crate::data::DecodeError;
use crate::devices;
use crate::index::Library;
use crate::index::PictureId;
use crate::index::Skipped;
use crate::models::Embedder;
use crate::monitor::Progress;
use crate::worker::error::WorkerError;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::pool;
use crate::worker::request::IndexReport;
use crate::worker::request::JobResult;

pub(super) struct IndexFolders {
    pub(super) library: PathBuf,
    /// Empty for the folders that the library knows.
    pub(super) folders: Vec<PathBuf>,
    pub(super) model: Option<String>,
    pub(super) device: Option<String>,
}

impl Job for IndexFolders {
    fn title(&self) -> String {
        "Reading your pictures".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let report = self.bring_up_to_date(context)?;
        Ok(JobResult::Index {
            report,
            library: self.library,
        })
    }
}

impl IndexFolders {
    /// The work itself, for jobs that do more than this.
    pub(super) fn bring_up_to_date(&self, context: &JobContext<'_>) -> anyhow::Result<IndexReport> {
        let library = context.library(&self.library)?;
        let device = devices::open(&context.device_id(self.device.as_deref()))?;
        let embedder = context.embedder(self.model.as_deref(), Some(device.id()))?;
        let folders = if self.folders.is_empty() {
            library.roots()
        } else {
            self.folders.clone()
        };
        let mut round = Round {
            target: Target {
                context,
                folder: &self.library,
                library: &library,
                embedder: &embedder,
                batch_size: index_batch::batch_size(&device),
            },
            report: IndexReport::default(),
            gone: Vec::new(),
        };
        round.run(&folders)?;
        Ok(round.report)
    }
}

/// Where pictures go, and what embeds them.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) context: &'a JobContext<'a>,
    pub(super) folder: &'a Path,
    pub(super) library: &'a Library,
    pub(super) embedder: &'a Embedder,
    pub(super) batch_size: usize,
}

/// One pass over all folders.
struct Round<'a> {
    target: Target<'a>,
    report: IndexReport,
    /// Known pictures that no folder has any more.
    gone: Vec<PictureId>,
}

impl Round<'_> {
    /// Reads all folders, then forgets what is gone, then sorts for fast search.
    ///
    /// Pictures are forgotten last: one that moved to another folder is recognised there and
    /// keeps what is known about it.
    fn run(&mut self, folders: &[PathBuf]) -> anyhow::Result<()> {
        let started = Instant::now();
        let folders: Vec<PathBuf> = folders.iter().map(|folder| absolute(folder)).collect();
        refuse_hopeless(&folders)?;
        for folder in &folders {
            self.read_folder(folder)?;
        }
        self.forget_gone()?;
        let Target {
            context,
            library,
            embedder,
            ..
        } = self.target;
        library.merge_segments(&embedder.info().id, context.monitor)?;
        self.list_remembered(&folders);
        self.report.seconds = started.elapsed().as_secs_f64();
        Ok(())
    }

    fn read_folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let Target {
            context,
            library,
            embedder,
            ..
        } = self.target;
        let monitor = context.monitor;
        monitor.report(Progress {
            stage: "Looking for pictures",
            ..Progress::default()
        });
        let scan = data::scan(monitor, &[folder.to_owned()])?;
        self.report
            .skipped
            .extend(scan.unreadable.iter().map(skipped));
        if !folder.is_dir() {
            return Ok(()); // Its pictures stay: an unplugged drive is not a deletion.
        }
        monitor.check()?; // Last exit: from here on the library on disk changes.
        let model = embedder.info().id.clone();
        let changes = library.changes(&model, folder, &scan.files)?;
        self.report.unchanged += changes.unchanged;
        self.gone.extend(changes.gone);
        let is_known = |file: &data::DiskFile, hash| Ok(library.adopt(&model, file, hash)?);
        let mut intake = Intake::new(self.target);
        let result = pool::read_all(
            &changes.embed,
            embedder.preprocessing(),
            &is_known,
            |readings| intake.take_all(&readings, folder, changes.embed.len()),
        );
        self.report.added += intake.added;
        result
    }

    /// Forgets pictures whose files are really gone, not merely out of reach.
    fn forget_gone(&mut self) -> anyhow::Result<()> {
        let mut forgotten = Vec::new();
        for id in self.gone.drain(..) {
            let Some(record) = self.target.library.picture(id)? else {
                continue;
            };
            if is_absent(&record.path) {
                forgotten.push(id);
            }
        }
        self.report.removed = self.target.library.remove(&forgotten)?;
        Ok(())
    }

    /// Lists every file of the folders that is left out, the ones of earlier rounds too.
    fn list_remembered(&mut self, folders: &[PathBuf]) {
        let remembered = self.target.library.skipped();
        let is_here = |entry: &Skipped| folders.iter().any(|f| entry.path.starts_with(f));
        let skipped = &mut self.report.skipped;
        skipped.extend(remembered.into_iter().filter(is_here));
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        skipped.dedup_by(|a, b| a.path == b.path);
    }
}

/// One missing folder of several is listed; when all are missing there is nothing to do.
fn refuse_hopeless(folders: &[PathBuf]) -> Result<(), WorkerError> {
    match folders.first() {
        Some(first) if folders.iter().all(|folder| !folder.is_dir()) => {
            let folder = first.clone();
            Err(WorkerError::FolderMissing { folder })
        }
        Some(_) | None => Ok(()),
    }
}

fn skipped(err: &DecodeError) -> Skipped {
    Skipped {
        path: err.path().to_owned(),
        reason: err.reason(),
    }
}

fn absolute(folder: &Path) -> PathBuf {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

/// The system says that there is no such file.
fn is_absent(path: &Path) -> bool {
    match std::fs::symlink_metadata(path) {
        Ok(_) => false,
        Err(err) => err.kind() == std::io::ErrorKind::NotFound,
    }
}

//! The compute side of indexing: embeds prepared pictures in batches and commits them.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use crossbeam_channel::Receiver;
use crossbeam_channel::RecvTimeoutError;

use super::index::Target;
use crate::devices::ComputeDevice;
use crate::devices::DeviceKind;
use crate::index::NewEntry;
use crate::monitor::Progress;
use crate::worker::error::WorkerError;
use crate::worker::pool::Prepared;
use crate::worker::pool::Reading;

/// Small enough that a stop or a search is felt within a second on a slow processor.
const BATCH_SIZE: usize = 8;
/// A graphics card is idle with less.
const BATCH_SIZE_GPU: usize = 32;
/// Pictures of one commit.
const COMMIT_SIZE: usize = 64;
/// No more work than this is lost when the power goes.
const COMMIT_EVERY: Duration = Duration::from_secs(2);
/// Between two looks at the stop button while no picture is ready.
const PATIENCE: Duration = Duration::from_millis(50);

/// How many pictures a device embeds at once.
pub(super) fn batch_size(device: &ComputeDevice) -> usize {
    match device.info().kind {
        DeviceKind::Cuda | DeviceKind::Gpu => BATCH_SIZE_GPU,
        DeviceKind::Cpu | DeviceKind::Software => BATCH_SIZE,
    }
}

/// Takes prepared pictures into a library.
pub(super) struct Intake<'a> {
    target: Target<'a>,
    /// Waiting to be embedded.
    prepared: Vec<Prepared>,
    /// Waiting to be committed.
    entries: Vec<NewEntry>,
    last_commit: Instant,
    pub(super) added: usize,
}

impl<'a> Intake<'a> {
    pub(super) fn new(target: Target<'a>) -> Self {
        Self {
            target,
            prepared: Vec::new(),
            entries: Vec::new(),
            last_commit: Instant::now(),
            added: 0,
        }
    }

    /// Embeds and stores everything that comes. What was read before a stop or an error stays.
    pub(super) fn take_all(
        &mut self,
        readings: &Receiver<Reading>,
        folder: &Path,
        n_total: usize,
    ) -> anyhow::Result<()> {
        let result = self.take_until_end(readings, folder, n_total);
        self.embed();
        let kept = self.commit();
        self.target.library.flush()?;
        result.and(kept)
    }

    fn take_until_end(
        &mut self,
        readings: &Receiver<Reading>,
        folder: &Path,
        n_total: usize,
    ) -> anyhow::Result<()> {
        let mut n_done = 0;
        loop {
            self.target.context.monitor.check()?;
            self.target.context.monitor.report(Progress {
                stage: "Reading pictures",
                n_done,
                n_total: Some(n_total as u64),
            });
            match readings.recv_timeout(PATIENCE) {
                Ok(reading) => {
                    self.take(reading, folder)?;
                    n_done += 1;
                }
                Err(RecvTimeoutError::Timeout) => self.embed(),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if self.prepared.len() >= self.target.batch_size {
                self.embed();
            }
            let is_due = self.last_commit.elapsed() >= COMMIT_EVERY;
            if self.entries.len() >= COMMIT_SIZE || is_due {
                self.commit()?;
            }
        }
    }

    fn take(&mut self, reading: Reading, folder: &Path) -> anyhow::Result<()> {
        match reading {
            Reading::Ready(prepared) => self.prepared.push(*prepared),
            Reading::Known => self.added += 1,
            Reading::Failed(err) => return Err(err),
            Reading::Unreadable { file, reason } => {
                if !folder.is_dir() {
                    let folder = folder.to_owned();
                    return Err(WorkerError::FolderVanished { folder }.into());
                }
                self.target.library.skip(&file, &reason)?;
            }
        }
        Ok(())
    }

    fn embed(&mut self) {
        if self.prepared.is_empty() {
            return;
        }
        let mut prepared = std::mem::take(&mut self.prepared);
        let planes: Vec<Vec<f32>> = prepared
            .iter_mut()
            .map(|picture| std::mem::take(&mut picture.planes))
            .collect();
        let descriptors = self.target.embedder.embed(&planes);
        for (picture, descriptor) in prepared.into_iter().zip(descriptors) {
            self.entries.push(NewEntry {
                file: picture.file,
                hash: picture.hash,
                width: picture.width,
                height: picture.height,
                orientation: picture.orientation,
                thumbnail: picture.thumbnail,
                descriptor,
            });
        }
    }

    fn commit(&mut self) -> anyhow::Result<()> {
        self.last_commit = Instant::now();
        if self.entries.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.entries);
        let Target {
            context,
            folder,
            library,
            embedder,
            ..
        } = self.target;
        let model = &embedder.info().id;
        let n_entries = entries.len();
        library.put(model, entries)?;
        self.added += n_entries;
        context.report_indexed(folder, library.counts(model).searchable);
        Ok(())
    }
}

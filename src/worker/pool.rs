//! The decoding pool: named threads that turn files into network input, some files ahead of the
//! compute thread.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crossbeam_channel::Receiver;
use crossbeam_channel::Sender;

use super::budget::Budget;
use super::error::WorkerError;
use crate::data;
use crate::data::DiskFile;
use crate::data::Picture;
use crate::data::Preprocessing;

/// Prepared pictures that may wait for the compute thread. When it is full the decoders wait.
const MAX_WAITING: usize = 32;

/// Decoded pixels that may be held at the same time, all decoders together.
const MAX_PIXEL_BYTES: u64 = 400_000_000;

/// A pixel as decoded, and once more while it is turned upright or converted.
const BYTES_PER_PIXEL: u64 = 6;

/// Longer side of the thumbnails of a library, pixels.
const THUMBNAIL_SIDE: u32 = 320;

/// More would only wait for the disk and for the compute thread.
const MAX_THREADS: usize = 8;

/// One picture, ready to be embedded and stored.
pub(super) struct Prepared {
    pub(super) file: DiskFile,
    pub(super) hash: [u8; 32],
    /// Upright size in pixels.
    pub(super) width: u32,
    pub(super) height: u32,
    /// EXIF orientation, already applied.
    pub(super) orientation: u8,
    /// JPEG.
    pub(super) thumbnail: Vec<u8>,
    /// Network input.
    pub(super) planes: Vec<f32>,
}

/// What became of one file.
pub(super) enum Reading {
    Ready(Box<Prepared>),
    /// Its content is known already; nothing is left to do.
    Known,
    /// Left out; the reason is in words.
    Unreadable {
        file: DiskFile,
        reason: String,
    },
    /// The library could not be asked.
    Failed(anyhow::Error),
}

/// Reads `files` on a few threads while `consume` takes the results on this one.
///
/// `is_known` is asked for each file with its content hash, before the file is decoded. The
/// threads end when `consume` returns.
pub(super) fn read_all<T>(
    files: &[DiskFile],
    preprocessing: &Preprocessing,
    is_known: &(dyn Fn(&DiskFile, [u8; 32]) -> anyhow::Result<bool> + Sync),
    consume: impl FnOnce(Receiver<Reading>) -> T,
) -> T {
    let (sender, receiver) = crossbeam_channel::bounded(MAX_WAITING);
    let next = AtomicUsize::new(0);
    let budget = Budget::new(MAX_PIXEL_BYTES);
    let reader = Reader {
        files,
        next: &next,
        preprocessing,
        budget: &budget,
        is_known,
    };
    std::thread::scope(|scope| {
        for number in 0..n_threads().min(files.len()) {
            let results = sender.clone();
            let thread = std::thread::Builder::new().name(format!("decode-{number}"));
            if let Err(err) = thread.spawn_scoped(scope, move || reader.work(&results)) {
                if number == 0 {
                    give_up(&sender, err);
                }
                break; // The threads that did start do all the work.
            }
        }
        drop(sender);
        consume(receiver)
    })
}

/// Half of the processor: the other half computes.
fn n_threads() -> usize {
    let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
    (n_cores / 2).clamp(1, MAX_THREADS)
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    files: &'a [DiskFile],
    next: &'a AtomicUsize,
    preprocessing: &'a Preprocessing,
    budget: &'a Budget,
    is_known: &'a (dyn Fn(&DiskFile, [u8; 32]) -> anyhow::Result<bool> + Sync),
}

impl Reader<'_> {
    fn work(self, results: &Sender<Reading>) {
        loop {
            let idx = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.files.get(idx) else {
                return;
            };
            if results.send(self.read(file)).is_err() {
                return; // Nobody listens any more: the job was stopped.
            }
        }
    }

    fn read(self, file: &DiskFile) -> Reading {
        let unreadable = |reason: String| Reading::Unreadable {
            file: file.clone(),
            reason,
        };
        let hash = match data::content_hash(&file.path) {
            Ok(hash) => hash,
            Err(err) => return unreadable(format!("Cannot open the file ({err})")),
        };
        match (self.is_known)(file, hash) {
            Ok(true) => return Reading::Known,
            Ok(false) => {}
            Err(err) => return Reading::Failed(err),
        }
        match self.prepare(file, hash) {
            Ok(prepared) => Reading::Ready(Box::new(prepared)),
            Err(err) => unreadable(err.reason()),
        }
    }

    fn prepare(self, file: &DiskFile, hash: [u8; 32]) -> Result<Prepared, data::DecodeError> {
        let info = data::decode_info(&file.path)?;
        let n_pixels = u64::from(info.width) * u64::from(info.height);
        let _share = self.budget.take(n_pixels * BYTES_PER_PIXEL);
        let picture: Picture = data::decode(&file.path)?;
        Ok(Prepared {
            file: file.clone(),
            hash,
            width: picture.width,
            height: picture.height,
            orientation: info.orientation,
            thumbnail: data::thumbnail_jpeg(&picture, THUMBNAIL_SIDE),
            planes: data::planes(&picture, self.preprocessing),
        })
    }
}

/// No thread could be started at all: say so through the usual way.
fn give_up(results: &Sender<Reading>, source: std::io::Error) {
    let failed = Reading::Failed(WorkerError::NoThread { source }.into());
    if results.send(failed).is_err() {
        log::warn!("Nobody waits for pictures");
    }
}

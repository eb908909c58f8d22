//! Pictures kept in memory, so that later epochs do not decode them again.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::data;
use crate::data::Picture;

/// Keeps shrunk pictures until its memory is full, and never lets one go again.
///
/// An epoch visits every picture once in random order. With room for a share of the pictures,
/// "keep until full" finds exactly that share in every later epoch; throwing out the least
/// recently used one would throw out most pictures just before they come up again.
///
/// A picture that cannot be read is remembered too and not tried again.
pub(super) struct PictureCache {
    side: u32,
    n_bytes_max: usize,
    n_bytes: AtomicUsize,
    n_unreadable: AtomicUsize,
    slots: Vec<Mutex<Slot>>,
}

#[derive(Clone)]
enum Slot {
    /// Not read yet, or read and not kept.
    Absent,
    Kept(Arc<Picture>),
    Unreadable,
}

impl PictureCache {
    pub(super) fn new(n_pictures: usize, side: u32, n_bytes_max: usize) -> Self {
        Self {
            side,
            n_bytes_max,
            n_bytes: AtomicUsize::new(0),
            n_unreadable: AtomicUsize::new(0),
            slots: (0..n_pictures).map(|_| Mutex::new(Slot::Absent)).collect(),
        }
    }

    /// The picture number `idx`, from memory or from `path`; `None` if it cannot be read.
    pub(super) fn get(&self, idx: usize, path: &Path) -> Option<Arc<Picture>> {
        match &*self.slots[idx].lock() {
            Slot::Kept(picture) => return Some(picture.clone()),
            Slot::Unreadable => return None,
            Slot::Absent => {}
        }
        // No lock is held while foreign code decodes. Two threads may read the same picture at
        // the same time; both get the same pixels and one of them keeps its own.
        match data::decode(path) {
            Ok(picture) => {
                let picture = Arc::new(data::fit_within(&picture, self.side));
                self.keep(idx, &picture);
                Some(picture)
            }
            Err(error) => {
                self.give_up(idx);
                log::debug!("{error}");
                None
            }
        }
    }

    pub(super) fn n_unreadable(&self) -> usize {
        self.n_unreadable.load(Ordering::Relaxed)
    }

    fn keep(&self, idx: usize, picture: &Arc<Picture>) {
        let mut slot = self.slots[idx].lock();
        if !matches!(*slot, Slot::Absent) {
            return;
        }
        let size = picture.rgb.len();
        let room = |used: usize| (used + size <= self.n_bytes_max).then_some(used + size);
        let is_room = self
            .n_bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, room)
            .is_ok();
        if is_room {
            *slot = Slot::Kept(picture.clone());
        }
    }

    fn give_up(&self, idx: usize) {
        let mut slot = self.slots[idx].lock();
        if !matches!(*slot, Slot::Unreadable) {
            *slot = Slot::Unreadable;
            self.n_unreadable.fetch_add(1, Ordering::Relaxed);
        }
    }
}

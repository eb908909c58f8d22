//! The descriptors of one model in memory, kept in step with the store.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use parking_lot::RwLock;
use redb::ReadTransaction;

use super::error::IndexError;
use super::segment::Owner;
use super::segment::Segment;
use super::segment::SegmentFiles;
use super::store::Store;
use super::tables::DESCRIPTORS;
use super::tables::SERIALS;
use super::types::Hit;
use super::view::BLOCK_ROWS;
use super::view::Block;
use super::view::DEAD;
use super::view::LiveSegment;
use super::view::View;

/// What names a model inside one library.
#[derive(Clone, Debug)]
pub(super) struct ModelKey {
    pub name: String,
    pub number: u32,
    pub dims: usize,
}

/// Where the row of a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Segment { number: u32, row: usize },
    Block { block: usize, row: usize },
}

/// One model of a library, loaded.
pub(super) struct ModelState {
    pub key: ModelKey,
    pub owner: Owner,
    pub files: SegmentFiles,
    /// Held while a segment is being built.
    pub merging: Mutex<()>,
    view: RwLock<Arc<View>>,
    places: Mutex<HashMap<u64, Place>>,
}

impl ModelState {
    /// Reads what the segments hold and the rest from the store.
    pub(super) fn load(
        store: &Store,
        dir: &Path,
        library: u64,
        key: ModelKey,
    ) -> Result<Self, IndexError> {
        let owner = Owner {
            library,
            model: *blake3::hash(key.name.as_bytes()).as_bytes(),
            dims: key.dims,
        };
        let files = SegmentFiles::new(dir, &owner);
        let state = Self {
            merging: Mutex::new(()),
            view: RwLock::default(),
            places: Mutex::default(),
            key,
            owner,
            files,
        };
        let segments = state.files.load(&state.owner);
        let serials = store.read(|txn| serials_of(txn, state.key.number))?;
        state.adopt_segments(segments, &serials);
        let missing: Vec<u64> = {
            let places = state.places.lock();
            let is_missing = |entry: &&(u64, u64)| !places.contains_key(&entry.0);
            serials
                .iter()
                .filter(is_missing)
                .map(|entry| entry.0)
                .collect()
        };
        for ids in missing.chunks(BLOCK_ROWS) {
            let rows = store.read(|txn| descriptors_of(txn, state.key.number, ids))?;
            state.put(&rows);
        }
        Ok(state)
    }

    /// A state nobody changes, for as long as the caller looks at it.
    pub(super) fn view(&self) -> Arc<View> {
        self.view.read().clone()
    }

    pub(super) fn search(&self, query: &[f32], top: usize) -> Vec<Hit> {
        self.view().search(query, top)
    }

    pub(super) fn n_searchable(&self) -> usize {
        self.places.lock().len()
    }

    /// Adds rows, replacing those of the same pictures.
    pub(super) fn put(&self, rows: &[(u64, Vec<f32>)]) {
        let mut places = self.places.lock();
        let mut view = self.view.write();
        let view = Arc::make_mut(&mut view);
        for (id, numbers) in rows {
            if let Some(old) = places.remove(id) {
                kill(view, old);
            }
            places.insert(*id, append(view, *id, numbers));
        }
    }

    /// Forgets the rows of these pictures.
    pub(super) fn remove(&self, ids: &[u64]) {
        let mut places = self.places.lock();
        let mut view = self.view.write();
        let view = Arc::make_mut(&mut view);
        for id in ids {
            if let Some(old) = places.remove(id) {
                kill(view, old);
            }
        }
    }

    /// Starts anew from these segments (newest first); rows that are outdated count as dead.
    pub(super) fn adopt_segments(&self, segments: Vec<Segment>, serials: &[(u64, u64)]) {
        let mut places = self.places.lock();
        let mut view = self.view.write();
        let view = Arc::make_mut(&mut view);
        for segment in segments {
            let live = claim_rows(&mut places, segment, serials);
            view.segments.push(live);
        }
        view.segments.retain(|segment| segment.n_live > 0);
    }

    /// Puts `merged` in the place of the segments and rows it was made from.
    ///
    /// `serials` is the state of the store now: what changed during the build stays as it is.
    pub(super) fn install(&self, merged: Segment, serials: &[(u64, u64)]) {
        let mut places = self.places.lock();
        let mut view = self.view.write();
        let view = Arc::make_mut(&mut view);
        for key in &merged.keys {
            let is_current = serial_of(serials, key.id) == Some(key.serial);
            if is_current && let Some(old) = places.remove(&key.id) {
                kill(view, old);
            }
        }
        let live = claim_rows(&mut places, merged, serials);
        view.segments.retain(|segment| segment.n_live > 0);
        view.segments.insert(0, live);
        shorten_tail(view, &mut places);
    }
}

/// Marks what a segment may answer for: rows that are current and not in a newer segment.
fn claim_rows(
    places: &mut HashMap<u64, Place>,
    segment: Segment,
    serials: &[(u64, u64)],
) -> LiveSegment {
    let segment = Arc::new(segment);
    let mut dead = vec![true; segment.keys.len()];
    let mut n_live = 0;
    for (row, key) in segment.keys.iter().enumerate() {
        let is_current = serial_of(serials, key.id) == Some(key.serial);
        if is_current && !places.contains_key(&key.id) {
            let number = segment.number;
            places.insert(key.id, Place::Segment { number, row });
            dead[row] = false;
            n_live += 1;
        }
    }
    LiveSegment {
        segment,
        dead: Arc::new(dead),
        n_live,
    }
}

fn append(view: &mut View, id: u64, numbers: &[f32]) -> Place {
    let is_full = view
        .blocks
        .last()
        .is_none_or(|block| block.ids.len() >= BLOCK_ROWS);
    if is_full {
        view.blocks.push(Arc::default());
    }
    let block = view.blocks.len() - 1;
    let last: &mut Block = Arc::make_mut(&mut view.blocks[block]);
    last.ids.push(id);
    last.numbers.extend_from_slice(numbers);
    Place::Block {
        block,
        row: last.ids.len() - 1,
    }
}

fn kill(view: &mut View, place: Place) {
    match place {
        Place::Segment { number, row } => {
            let mut segments = view.segments.iter_mut();
            if let Some(live) = segments.find(|live| live.segment.number == number) {
                Arc::make_mut(&mut live.dead)[row] = true;
                live.n_live -= 1;
            }
        }
        Place::Block { block, row } => Arc::make_mut(&mut view.blocks[block]).ids[row] = DEAD,
    }
}

/// Packs the rows of the tail that count, after a merge has taken most of them.
fn shorten_tail(view: &mut View, places: &mut HashMap<u64, Place>) {
    let old = std::mem::take(&mut view.blocks);
    for block in old {
        let Some(dims) = block.numbers.len().checked_div(block.ids.len()) else {
            continue;
        };
        for (&id, numbers) in block.ids.iter().zip(block.numbers.chunks_exact(dims)) {
            if id != DEAD {
                places.insert(id, append(view, id, numbers));
            }
        }
    }
}

/// (picture, serial) of all descriptors of a model, sorted by picture.
pub(super) fn serials_of(
    txn: &ReadTransaction,
    model: u32,
) -> Result<Vec<(u64, u64)>, redb::Error> {
    let table = txn.open_table(SERIALS)?;
    let found = table.range((model, 0)..=(model, u64::MAX))?;
    found
        .map(|entry| {
            let (key, serial) = entry?;
            Ok((key.value().1, serial.value()))
        })
        .collect()
}

pub(super) fn serial_of(serials: &[(u64, u64)], id: u64) -> Option<u64> {
    let place = serials.binary_search_by_key(&id, |entry| entry.0).ok()?;
    Some(serials[place].1)
}

fn descriptors_of(
    txn: &ReadTransaction,
    model: u32,
    ids: &[u64],
) -> Result<Vec<(u64, Vec<f32>)>, redb::Error> {
    let table = txn.open_table(DESCRIPTORS)?;
    let mut rows = Vec::with_capacity(ids.len());
    for &id in ids {
        match table.get((model, id))? {
            Some(bytes) => rows.push((id, from_bytes(bytes.value()))),
            None => return Err(redb::Error::Corrupted("a descriptor is missing".to_owned())),
        }
    }
    Ok(rows)
}

/// A descriptor as the store keeps it.
pub(super) fn to_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().copied().flat_map(f32::to_le_bytes).collect()
}

/// The descriptor that [`to_bytes`] was given.
pub(super) fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
}

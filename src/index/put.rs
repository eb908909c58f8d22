//! Adding pictures, and remembering files that cannot be read.

use std::sync::atomic::Ordering;

use super::error::IndexError;
use super::library::Library;
use super::library::check_descriptor;
use super::model::ModelKey;
use super::model::to_bytes;
use super::roots::Spot;
use super::tables::PictureRow;
use super::tables::Tables;
use super::tables::Written;
use super::types::NewEntry;
use crate::data::DiskFile;

/// Cheap changes that may be lost in a crash before one write makes them all safe.
const FLUSH_AFTER: usize = 256;

impl Library {
    /// Adds pictures with their descriptors, or replaces what their paths held: all or none.
    pub fn put(&self, model: &str, batch: Vec<NewEntry>) -> Result<(), IndexError> {
        let Some(first) = batch.first() else {
            return Ok(());
        };
        let _writer = self.writer.lock();
        let known = self.model_key(model)?;
        let key = known.unwrap_or_else(|| ModelKey {
            name: model.to_owned(),
            number: 0,
            dims: first.descriptor.len(),
        });
        let mut rows = Vec::with_capacity(batch.len());
        for entry in &batch {
            check_descriptor(&key, &entry.descriptor)?;
            rows.push(self.row_of(entry)?);
        }
        let written = self.store.write(|tables| {
            let number = tables.model_number(model, key.dims)?;
            let pairs = batch.iter().zip(&rows);
            pairs
                .map(|(entry, row)| write_entry(tables, number, entry, row))
                .collect::<Result<Vec<_>, _>>()
        })?;
        self.n_unflushed.store(0, Ordering::Relaxed);
        let mut descriptors = Vec::with_capacity(batch.len());
        for (entry, written) in batch.into_iter().zip(&written) {
            descriptors.push((written.id, entry.descriptor));
        }
        self.forget_replaced(&written);
        if let Some(state) = self.models.read().get(model) {
            state.put(&descriptors);
        }
        Ok(())
    }

    /// Remembers that a file cannot be read, so that it is not tried again before it changes.
    pub fn skip(&self, file: &DiskFile, reason: &str) -> Result<(), IndexError> {
        let spot = self.spot_of(file)?;
        let _writer = self.writer.lock();
        let outdated = self.store.write_lazily(|tables| {
            let outdated = tables.at(&spot)?.map(|(id, _row)| id);
            if let Some(id) = outdated {
                tables.remove_picture(id)?;
            }
            let Spot { root, rel } = &spot;
            let value = (file.size, file.modified_ns, reason);
            tables.skipped.insert((*root, rel.as_slice()), value)?;
            Ok(outdated)
        })?;
        if let Some(id) = outdated {
            self.forget_rows(&[id]);
        }
        self.count_unflushed()
    }

    /// Makes everything safe from a crash that is not yet.
    pub fn flush(&self) -> Result<(), IndexError> {
        self.store.write(|_tables| Ok(()))?;
        self.n_unflushed.store(0, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn count_unflushed(&self) -> Result<(), IndexError> {
        if self.n_unflushed.fetch_add(1, Ordering::Relaxed) + 1 >= FLUSH_AFTER {
            self.flush()?;
        }
        Ok(())
    }

    /// Pictures with new content: no model may find them by the old one.
    pub(super) fn forget_replaced(&self, written: &[Written]) {
        let replaced = written.iter().filter(|written| written.is_replaced);
        let ids: Vec<u64> = replaced.map(|written| written.id).collect();
        self.forget_rows(&ids);
    }

    /// Takes pictures out of the memory of all models.
    pub(super) fn forget_rows(&self, ids: &[u64]) {
        if ids.is_empty() {
            return;
        }
        for state in self.models.read().values() {
            state.remove(ids);
        }
    }

    pub(super) fn spot_of(&self, file: &DiskFile) -> Result<Spot, IndexError> {
        let spot = self.roots.read().spot(&file.path);
        spot.ok_or_else(|| IndexError::OutsideRoots {
            path: file.path.clone(),
        })
    }

    fn row_of(&self, entry: &NewEntry) -> Result<PictureRow, IndexError> {
        Ok(PictureRow {
            spot: self.spot_of(&entry.file)?,
            size: entry.file.size,
            modified_ns: entry.file.modified_ns,
            hash: entry.hash,
            width: entry.width,
            height: entry.height,
            orientation: entry.orientation,
        })
    }
}

fn write_entry(
    tables: &mut Tables<'_>,
    model: u32,
    entry: &NewEntry,
    row: &PictureRow,
) -> Result<Written, redb::Error> {
    let written = tables.put_picture(row)?;
    tables
        .thumbnails
        .insert(written.id, entry.thumbnail.as_slice())?;
    tables.put_descriptor(model, written.id, &to_bytes(&entry.descriptor))?;
    Ok(written)
}

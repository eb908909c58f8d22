//! Taking pictures, folders and models out of a library. No picture file is ever touched.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::changes::keys_below;
use super::error::IndexError;
use super::library::Library;
use super::paths;
use super::types::PictureId;

impl Library {
    /// Forgets pictures; says how many of them were there.
    pub fn remove(&self, ids: &[PictureId]) -> Result<usize, IndexError> {
        let _writer = self.writer.lock();
        if ids.is_empty() {
            // This is the end of a round of indexing all the same.
            if self.n_unflushed.load(Ordering::Relaxed) > 0 {
                self.flush()?;
            }
            return Ok(0);
        }
        let ids: Vec<u64> = ids.iter().map(|id| id.0).collect();
        let n_removed = self.store.write(|tables| {
            let mut n_removed = 0;
            for &id in &ids {
                n_removed += usize::from(tables.remove_picture(id)?);
            }
            Ok(n_removed)
        })?;
        self.n_unflushed.store(0, Ordering::Relaxed);
        self.forget_rows(&ids);
        Ok(n_removed)
    }

    /// Forgets a folder of the library with its pictures; says how many there were.
    pub fn remove_root(&self, folder: &Path) -> Result<usize, IndexError> {
        let folder = paths::absolute(folder);
        let _writer = self.writer.lock();
        let roots = self.roots.read().clone();
        let Some(root) = roots.0.iter().find(|root| root.folder == folder) else {
            return Ok(0);
        };
        let ids = self.store.write(|tables| {
            let entries = keys_below(&tables.paths, root.number)?;
            for (_, id) in &entries {
                tables.remove_picture(*id)?;
            }
            tables
                .skipped
                .retain(|(number, _), _| number != root.number)?;
            tables.roots.remove(root.number)?;
            Ok(entries.into_iter().map(|(_, id)| id).collect::<Vec<_>>())
        })?;
        self.n_unflushed.store(0, Ordering::Relaxed);
        self.roots.write().0.retain(|known| known != root);
        self.forget_rows(&ids);
        Ok(ids.len())
    }

    /// Forgets the descriptors of a model, for one that was deleted or replaced.
    pub fn forget_model(&self, model: &str) -> Result<(), IndexError> {
        let Some(state) = self.model(model)? else {
            return Ok(());
        };
        let number = state.key.number;
        let _writer = self.writer.lock();
        self.store.write(|tables| {
            let range = (number, 0)..=(number, u64::MAX);
            tables.descriptors.retain_in(range.clone(), |_, _| false)?;
            tables.serials.retain_in(range, |_, _| false)?;
            tables.models.remove(model)?;
            Ok(())
        })?;
        self.n_unflushed.store(0, Ordering::Relaxed);
        self.models.write().remove(model);
        state.files.remove_all_but(&[]);
        Ok(())
    }
}

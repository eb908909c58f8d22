//! The open libraries of this process: each one once, shared by all jobs and the window.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::index::IndexError;
use crate::index::Library;

/// Opened libraries by their real path. The store allows one handle per process.
#[derive(Default)]
pub(super) struct Libraries {
    opened: Mutex<BTreeMap<PathBuf, Arc<Library>>>,
}

impl Libraries {
    pub(super) fn open(&self, folder: &Path) -> anyhow::Result<Arc<Library>> {
        self.open_with(folder, Library::open)
    }

    /// Like [`open`](Self::open), but a damaged library is put aside first.
    pub(super) fn rebuild(&self, folder: &Path) -> anyhow::Result<Arc<Library>> {
        self.open_with(folder, |folder| match Library::open(folder) {
            Err(IndexError::Damaged { .. }) => Library::rebuild_aside(folder),
            opened => opened,
        })
    }

    fn open_with(
        &self,
        folder: &Path,
        open: impl FnOnce(&Path) -> Result<Library, IndexError>,
    ) -> anyhow::Result<Arc<Library>> {
        let mut opened = self.opened.lock();
        if let Some(library) = opened.get(&real_path(folder)) {
            return Ok(library.clone());
        }
        let library = Arc::new(open(folder)?);
        opened.insert(real_path(folder), library.clone());
        Ok(library)
    }
}

/// Without links where the folder exists already.
fn real_path(folder: &Path) -> PathBuf {
    let absolute = || std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    std::fs::canonicalize(folder).unwrap_or_else(|_| absolute())
}

//! The library: one store, and the descriptors of the models in use in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use parking_lot::RwLock;
use redb::ReadTransaction;
use redb::ReadableTable as _;
use redb::ReadableTableMetadata as _;

use super::error::IndexError;
use super::model::ModelKey;
use super::model::ModelState;
use super::paths;
use super::roots::Root;
use super::roots::Roots;
use super::store::FILE_NAME;
use super::store::Store;
use super::tables::HASHES;
use super::tables::LIBRARY_ID;
use super::tables::META;
use super::tables::MODELS;
use super::tables::PATHS;
use super::tables::PICTURES;
use super::tables::PictureRow;
use super::tables::ROOTS;
use super::tables::SERIALS;
use super::tables::SKIPPED;
use super::tables::THUMBNAILS;
use super::types::Counts;
use super::types::Hit;
use super::types::PictureId;
use super::types::PictureRecord;
use super::types::Skipped;

/// A set of pictures that can be searched. Shared between threads behind an `Arc`: searching and
/// reading go on while something is written.
pub struct Library {
    pub(super) dir: PathBuf,
    pub(super) store: Store,
    /// Tells segments of this library from those of others.
    pub(super) identity: u64,
    /// Held while the store and what is in memory change together.
    pub(super) writer: Mutex<()>,
    pub(super) roots: RwLock<Roots>,
    /// The models that were asked for so far.
    pub(super) models: RwLock<BTreeMap<String, Arc<ModelState>>>,
    /// Changes that a crash would undo; they are cheap to do again.
    pub(super) n_unflushed: AtomicUsize,
}

impl Library {
    /// Opens the library in a folder, or creates an empty one.
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        let store = Store::open(dir)?;
        let (identity, roots) = store.read(|txn| {
            let meta = txn.open_table(META)?;
            let id = meta.get(LIBRARY_ID)?.map_or(0, |id| id.value());
            Ok((id, read_roots(txn)?))
        })?;
        Ok(Self {
            dir: dir.to_owned(),
            store,
            identity,
            writer: Mutex::new(()),
            roots: RwLock::new(roots),
            models: RwLock::default(),
            n_unflushed: AtomicUsize::new(0),
        })
    }

    /// Moves a damaged store aside, to `library.damaged-N.redb`, and opens an empty library.
    pub fn rebuild_aside(dir: &Path) -> Result<Self, IndexError> {
        let path = dir.join(FILE_NAME);
        let names = (1..).map(|n| dir.join(format!("library.damaged-{n}.redb")));
        let mut free = names.filter(|name| !name.exists());
        if path.exists()
            && let Some(aside) = free.next()
        {
            std::fs::rename(&path, &aside).map_err(|source| IndexError::ReadOnly {
                path: path.clone(),
                source,
            })?;
            log::warn!("The damaged library was kept as {}", aside.display());
        }
        Self::open(dir)
    }

    /// The pictures most like a descriptor, best first; equal ones in the order of their ids.
    pub fn search(&self, model: &str, query: &[f32], top: usize) -> Result<Vec<Hit>, IndexError> {
        let Some(state) = self.model(model)? else {
            return Ok(Vec::new());
        };
        check_descriptor(&state.key, query)?;
        Ok(state.search(query, top))
    }

    /// What is known about a picture.
    pub fn picture(&self, id: PictureId) -> Result<Option<PictureRecord>, IndexError> {
        let row = self.store.read(|txn| {
            let row = txn.open_table(PICTURES)?.get(id.0)?;
            Ok(row.map(|row| PictureRow::from_raw(row.value())))
        })?;
        Ok(row.map(|row| self.record(id, row)))
    }

    /// The JPEG bytes of a picture's thumbnail.
    pub fn thumbnail(&self, id: PictureId) -> Result<Option<Vec<u8>>, IndexError> {
        self.store.read(|txn| {
            let bytes = txn.open_table(THUMBNAILS)?.get(id.0)?;
            Ok(bytes.map(|bytes| bytes.value().to_vec()))
        })
    }

    /// The picture at a path.
    pub fn id_of(&self, path: &Path) -> Option<PictureId> {
        let spot = self.roots.read().spot(path)?;
        let found = self.store.read(|txn| {
            let paths = txn.open_table(PATHS)?;
            let id = paths.get((spot.root, spot.rel.as_slice()))?;
            Ok(id.map(|id| PictureId(id.value())))
        });
        or_warn(found)
    }

    /// The pictures whose files hold exactly these bytes, oldest first.
    pub fn ids_with_hash(&self, hash: &[u8; 32]) -> Result<Vec<PictureId>, IndexError> {
        self.store.read(|txn| {
            let table = txn.open_table(HASHES)?;
            let found = table.range((*hash, 0)..=(*hash, u64::MAX))?;
            found
                .map(|entry| Ok(PictureId(entry?.0.value().1)))
                .collect()
        })
    }

    /// How many pictures there are, and how many of them can be found with a model.
    pub fn counts(&self, model: &str) -> Counts {
        let loaded = self.models.read().get(model).cloned();
        let found = self.store.read(|txn| {
            let pictures = txn.open_table(PICTURES)?.len()? as usize;
            let searchable = match loaded {
                Some(state) => state.n_searchable(),
                None => count_descriptors(txn, model)?,
            };
            Ok(Counts {
                pictures,
                searchable,
            })
        });
        or_warn(found)
    }

    /// The folders of the library.
    pub fn roots(&self) -> Vec<PathBuf> {
        let roots = self.roots.read();
        roots.0.iter().map(|root| root.folder.clone()).collect()
    }

    /// The folders that cannot be found now, such as those on a drive that is not connected.
    ///
    /// Their pictures stay in the library and are still found.
    pub fn offline_roots(&self) -> Vec<PathBuf> {
        let mut roots = self.roots();
        roots.retain(|folder| !folder.is_dir());
        roots
    }

    /// The files that could not be read, sorted by path.
    pub fn skipped(&self) -> Vec<Skipped> {
        let roots = self.roots.read().clone();
        let found = self.store.read(|txn| {
            let table = txn.open_table(SKIPPED)?;
            let mut skipped = Vec::new();
            for entry in table.iter()? {
                let (key, value) = entry?;
                let (root, rel) = key.value();
                skipped.push(Skipped {
                    path: roots.path(root, rel),
                    reason: value.value().2.to_owned(),
                });
            }
            Ok(skipped)
        });
        let mut skipped = or_warn(found);
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        skipped
    }

    /// A model with its descriptors in memory, if the library has any of it.
    pub(super) fn model(&self, name: &str) -> Result<Option<Arc<ModelState>>, IndexError> {
        if let Some(state) = self.models.read().get(name) {
            return Ok(Some(state.clone()));
        }
        let _writer = self.writer.lock();
        if let Some(state) = self.models.read().get(name) {
            return Ok(Some(state.clone()));
        }
        let Some(key) = self.model_key(name)? else {
            return Ok(None);
        };
        let state = ModelState::load(&self.store, &self.dir, self.identity, key)?;
        let state = Arc::new(state);
        self.models.write().insert(name.to_owned(), state.clone());
        Ok(Some(state))
    }

    /// How the store names a model.
    pub(super) fn model_key(&self, name: &str) -> Result<Option<ModelKey>, IndexError> {
        self.store.read(|txn| {
            let found = txn.open_table(MODELS)?.get(name)?;
            Ok(found.map(|entry| ModelKey {
                name: name.to_owned(),
                number: entry.value().0,
                dims: entry.value().1 as usize,
            }))
        })
    }

    fn record(&self, id: PictureId, row: PictureRow) -> PictureRecord {
        PictureRecord {
            id,
            path: self.roots.read().path(row.spot.root, &row.spot.rel),
            size: row.size,
            modified_ns: row.modified_ns,
            hash: row.hash,
            width: row.width,
            height: row.height,
            orientation: row.orientation,
        }
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Library").field(&self.dir).finish()
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        if self.n_unflushed.load(Ordering::Relaxed) > 0
            && let Err(err) = self.flush()
        {
            log::warn!("The last changes of the library were not kept: {err}");
        }
    }
}

/// Refuses what cannot be compared with the descriptors of a model.
pub(super) fn check_descriptor(model: &ModelKey, descriptor: &[f32]) -> Result<(), IndexError> {
    if descriptor.len() != model.dims {
        return Err(IndexError::Dimensions {
            model: model.name.clone(),
            expected: model.dims,
            found: descriptor.len(),
        });
    }
    if !descriptor.iter().all(|number| number.is_finite()) {
        return Err(IndexError::NotFinite {
            model: model.name.clone(),
        });
    }
    Ok(())
}

pub(super) fn read_roots(txn: &ReadTransaction) -> Result<Roots, redb::Error> {
    let table = txn.open_table(ROOTS)?;
    let roots = table.iter()?.map(|entry| {
        let (number, folder) = entry?;
        Ok(Root {
            number: number.value(),
            folder: paths::decode(folder.value()),
        })
    });
    Ok(Roots(roots.collect::<Result<_, redb::Error>>()?))
}

fn count_descriptors(txn: &ReadTransaction, model: &str) -> Result<usize, redb::Error> {
    let Some(entry) = txn.open_table(MODELS)?.get(model)? else {
        return Ok(0);
    };
    let (number, _dims) = entry.value();
    let serials = txn.open_table(SERIALS)?;
    Ok(serials.range((number, 0)..=(number, u64::MAX))?.count())
}

/// For questions that have an answer even when the store has none.
fn or_warn<T: Default>(found: Result<T, IndexError>) -> T {
    found.unwrap_or_else(|err| {
        log::warn!("{err}");
        T::default()
    })
}

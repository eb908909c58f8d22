//! Comparing a folder on disk with the library.

use std::collections::HashMap;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

use redb::ReadTransaction;
use redb::ReadableTable;

use super::error::IndexError;
use super::library::Library;
use super::paths;
use super::roots::Root;
use super::roots::Roots;
use super::roots::Spot;
use super::tables::MODELS;
use super::tables::PATHS;
use super::tables::PICTURES;
use super::tables::PictureRow;
use super::tables::SERIALS;
use super::tables::SKIPPED;
use super::tables::Tables;
use super::types::Changes;
use super::types::PictureId;
use crate::data::DiskFile;

/// A folder (or one file) of the library, as far as one comparison looks.
struct Scope {
    root: Root,
    /// Path from the root to it; empty for the root itself.
    below: PathBuf,
}

/// What the store holds of a scope.
struct Known {
    /// Path below the root to picture, in the order of the paths.
    pictures: Vec<(Vec<u8>, u64)>,
    rows: HashMap<Vec<u8>, (PictureRow, bool)>,
    skipped: HashMap<Vec<u8>, (u64, i64)>,
}

impl Library {
    /// Compares `files`, found in `folder` just now, with the library; adds the folder to it.
    ///
    /// Files outside `folder` are passed over. Entries are `gone` only when their file is really
    /// absent, and never when the folder itself is.
    pub fn changes(
        &self,
        model: &str,
        folder: &Path,
        files: &[DiskFile],
    ) -> Result<Changes, IndexError> {
        let is_offline = !folder.exists();
        let Some(scope) = self.cover(folder, is_offline)? else {
            return Ok(Changes {
                is_offline,
                ..Changes::default()
            });
        };
        let known = self.store.read(|txn| Known::read(txn, model, &scope))?;
        let mut changes = Changes {
            is_offline,
            ..Changes::default()
        };
        let mut seen = HashSet::with_capacity(files.len());
        for file in files {
            let Some(rel) = scope.rel(folder, &file.path) else {
                continue;
            };
            let key = paths::encode(&rel);
            let path = scope.root.folder.join(rel);
            let (size, modified_ns) = (file.size, file.modified_ns);
            let file = DiskFile {
                path,
                ..file.clone()
            };
            if !seen.insert(key.clone()) {
                continue;
            }
            let is_skipped = known.skipped.get(&key) == Some(&(size, modified_ns));
            match known.rows.get(&key) {
                _ if is_skipped => changes.skipped += 1,
                Some((row, true)) if (row.size, row.modified_ns) == (size, modified_ns) => {
                    changes.unchanged += 1;
                }
                Some(_) | None => changes.embed.push(file),
            }
        }
        if !is_offline {
            let is_gone = |key: &[u8]| !seen.contains(key) && is_absent(&scope.root, key);
            let gone = known.pictures.iter().filter(|(key, _)| is_gone(key));
            changes.gone = gone.map(|(_, id)| PictureId(*id)).collect();
            self.forget_skipped(&scope.root, &known, is_gone)?;
        }
        Ok(changes)
    }

    /// Makes sure a folder belongs to the library; `None` when it neither does nor exists.
    fn cover(&self, folder: &Path, is_offline: bool) -> Result<Option<Scope>, IndexError> {
        let target = paths::absolute(folder);
        let _writer = self.writer.lock();
        let found = self.roots.read().spot(&target);
        if let Some(Spot { root, rel }) = found {
            let folder = self.roots.read().path(root, &[]);
            let root = Root {
                number: root,
                folder,
            };
            let below = paths::decode(&rel);
            return Ok(Some(Scope { root, below }));
        }
        if is_offline {
            return Ok(None);
        }
        let (top, below) = match (target.is_file(), target.parent(), target.file_name()) {
            (true, Some(parent), Some(name)) => (parent.to_owned(), PathBuf::from(name)),
            _ => (target, PathBuf::new()),
        };
        let inner = self.roots.read().inside(&top);
        let number = self.store.write(|tables| {
            let number = tables.add_root(&paths::encode(&top))?;
            for root in &inner {
                move_root(tables, root, number, &top)?;
            }
            Ok(number)
        })?;
        let root = Root {
            number,
            folder: top,
        };
        let mut roots = self.roots.write();
        let Roots(list) = &mut *roots;
        list.retain(|known| !inner.contains(known));
        list.push(root.clone());
        Ok(Some(Scope { root, below }))
    }

    /// Unreadable files that are there no more need no mention.
    fn forget_skipped(
        &self,
        root: &Root,
        known: &Known,
        is_gone: impl Fn(&[u8]) -> bool,
    ) -> Result<(), IndexError> {
        let mut gone: Vec<&Vec<u8>> = known.skipped.keys().filter(|key| is_gone(key)).collect();
        gone.sort_unstable();
        if gone.is_empty() {
            return Ok(());
        }
        let _writer = self.writer.lock();
        self.store.write_lazily(|tables| {
            for key in gone {
                tables.skipped.remove((root.number, key.as_slice()))?;
            }
            Ok(())
        })?;
        self.count_unflushed()
    }
}

impl Scope {
    /// The path below the root of a file that was found by looking into `folder`.
    fn rel(&self, folder: &Path, file: &Path) -> Option<PathBuf> {
        let rel = match file.strip_prefix(folder) {
            Ok(rest) if rest.as_os_str().is_empty() => self.below.clone(),
            Ok(rest) => self.below.join(rest),
            Err(_) => {
                let file = paths::absolute(file);
                file.strip_prefix(&self.root.folder).ok()?.to_owned()
            }
        };
        rel.starts_with(&self.below).then_some(rel)
    }

    fn holds(&self, key: &[u8]) -> bool {
        paths::decode(key).starts_with(&self.below)
    }
}

impl Known {
    fn read(txn: &ReadTransaction, model: &str, scope: &Scope) -> Result<Self, redb::Error> {
        let number = txn.open_table(MODELS)?.get(model)?;
        let number = number.map(|entry| entry.value().0);
        let table = txn.open_table(PICTURES)?;
        let serials = txn.open_table(SERIALS)?;
        let mut pictures = keys_below(&txn.open_table(PATHS)?, scope.root.number)?;
        pictures.retain(|(key, _)| scope.holds(key));
        let mut rows = HashMap::with_capacity(pictures.len());
        for (key, id) in &pictures {
            let has_descriptor = match number {
                Some(number) => serials.get((number, *id))?.is_some(),
                None => false,
            };
            if let Some(row) = table.get(*id)? {
                let row = PictureRow::from_raw(row.value());
                rows.insert(key.clone(), (row, has_descriptor));
            }
        }
        let mut skipped = HashMap::new();
        let root = scope.root.number;
        let table = txn.open_table(SKIPPED)?;
        for entry in table.range((root, [].as_slice())..(root + 1, [].as_slice()))? {
            let (key, value) = entry?;
            let (_root, rel) = key.value();
            let (size, modified_ns, _reason) = value.value();
            if scope.holds(rel) {
                skipped.insert(rel.to_vec(), (size, modified_ns));
            }
        }
        Ok(Self {
            pictures,
            rows,
            skipped,
        })
    }
}

/// All pictures of a root, in the order of their paths.
pub(super) fn keys_below(
    paths: &impl ReadableTable<(u32, &'static [u8]), u64>,
    root: u32,
) -> Result<Vec<(Vec<u8>, u64)>, redb::Error> {
    let found = paths.range((root, [].as_slice())..(root + 1, [].as_slice()))?;
    found
        .map(|entry| {
            let (key, id) = entry?;
            Ok((key.value().1.to_vec(), id.value()))
        })
        .collect()
}

/// Whether the file of an entry is not there; one that merely cannot be reached counts as there.
fn is_absent(root: &Root, key: &[u8]) -> bool {
    let path = root.folder.join(paths::decode(key));
    match std::fs::symlink_metadata(path) {
        Ok(_) => false,
        Err(err) => matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// Lets the pictures of `inner` belong to the root `number`, a folder above it.
fn move_root(
    tables: &mut Tables<'_>,
    inner: &Root,
    number: u32,
    top: &Path,
) -> Result<(), redb::Error> {
    let way = inner.folder.strip_prefix(top).unwrap_or(&inner.folder);
    for (key, id) in keys_below(&tables.paths, inner.number)? {
        let rel = paths::encode(&way.join(paths::decode(&key)));
        tables.paths.remove((inner.number, key.as_slice()))?;
        tables.paths.insert((number, rel.as_slice()), id)?;
        let row = tables.pictures.get(id)?;
        let row = row.map(|row| PictureRow::from_raw(row.value()));
        if let Some(mut row) = row {
            row.spot = Spot { root: number, rel };
            tables.pictures.insert(id, row.raw())?;
        }
    }
    tables.skipped.retain(|(root, _), _| root != inner.number)?;
    tables.roots.remove(inner.number)?;
    Ok(())
}

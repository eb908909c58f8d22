//! The file that holds everything: opened once, locked, crash-safe.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

use parking_lot::RwLock;
use redb::Database;
use redb::Durability;
use redb::ReadTransaction;
use redb::ReadableDatabase as _;

use super::error::IndexError;
use super::migrate;
use super::migrate::FORMAT_VERSION;
use super::paths;
use super::tables::FORMAT;
use super::tables::LIBRARY_ID;
use super::tables::PATH_ENCODING;
use super::tables::Tables;

/// Name of the store in the folder of a library.
pub(super) const FILE_NAME: &str = "library.redb";

/// Memory for pages of the store; descriptors are kept elsewhere.
const CACHE_BYTES: usize = 64 << 20;

/// The open store. `None` only after an error of the disk that outlasted reopening.
pub(super) struct Store {
    path: PathBuf,
    db: RwLock<Option<Database>>,
}

impl Store {
    /// Opens the store of a library, or creates it.
    pub(super) fn open(dir: &Path) -> Result<Self, IndexError> {
        let path = dir.join(FILE_NAME);
        if !path.exists() {
            create(dir, &path)?;
        }
        let db = open_file(&path)?;
        Ok(Self {
            path,
            db: RwLock::new(Some(db)),
        })
    }

    /// Runs `work` on one consistent state of the store.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, IndexError> {
        self.run(|db| work(&db.begin_read()?))
    }

    /// Runs `work` as one transaction: all of it is on disk afterwards, or none.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&mut Tables<'_>) -> Result<T, redb::Error>,
    ) -> Result<T, IndexError> {
        self.run(|db| transact(db, Durability::Immediate, work))
    }

    /// Like [`write`](Self::write), but a crash soon after may undo it. Much faster.
    pub(super) fn write_lazily<T>(
        &self,
        work: impl FnOnce(&mut Tables<'_>) -> Result<T, redb::Error>,
    ) -> Result<T, IndexError> {
        self.run(|db| transact(db, Durability::None, work))
    }

    fn run<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, IndexError> {
        let result = match self.db.read().as_ref() {
            Some(db) => guarded(|| work(db)),
            None => Err(redb::Error::DatabaseClosed),
        };
        result.map_err(|err| {
            let is_shut = matches!(
                err,
                redb::Error::Io(_) | redb::Error::PreviousIo | redb::Error::DatabaseClosed
            );
            if is_shut {
                self.reopen();
            }
            failure(&self.path, err)
        })
    }

    /// After an error of the disk the store refuses everything until it is opened anew.
    fn reopen(&self) {
        let mut db = self.db.write();
        *db = None;
        match open_file(&self.path) {
            Ok(opened) => *db = Some(opened),
            Err(err) => log::warn!("The library stays closed: {err}"),
        }
    }
}

fn transact<T>(
    db: &Database,
    durability: Durability,
    work: impl FnOnce(&mut Tables<'_>) -> Result<T, redb::Error>,
) -> Result<T, redb::Error> {
    let mut transaction = db.begin_write()?;
    transaction.set_durability(durability)?;
    // Opening after a crash is then instant, whatever the size of the library.
    transaction.set_quick_repair(matches!(durability, Durability::Immediate));
    let value = work(&mut Tables::open(&transaction)?)?;
    transaction.commit()?;
    Ok(value)
}

/// Builds the file under another name: a crash here leaves no half of a library.
fn create(dir: &Path, path: &Path) -> Result<(), IndexError> {
    let fail = |source| IndexError::Create {
        path: dir.to_owned(),
        source,
    };
    std::fs::create_dir_all(dir).map_err(fail)?;
    let file = tempfile::Builder::new()
        .prefix(".library-")
        .suffix(".part")
        .tempfile_in(dir)
        .map_err(fail)?;
    let inner = file.reopen().map_err(fail)?;
    guarded(|| fill(&Database::builder().create_file(inner)?, dir))
        .map_err(|err| failure(path, err))?;
    match file.persist_noclobber(path) {
        // Another Copylens was faster; its file is as good.
        Err(err) if err.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(err) => Err(fail(err.error)),
        Ok(_) => Ok(()),
    }
}

fn fill(db: &Database, dir: &Path) -> Result<(), redb::Error> {
    transact(db, Durability::Immediate, |tables| {
        tables.meta.insert(FORMAT, FORMAT_VERSION)?;
        tables.meta.insert(PATH_ENCODING, paths::ENCODING)?;
        tables.meta.insert(LIBRARY_ID, fresh_id(dir))?;
        Ok(())
    })
}

/// A number no other library has, so that segments are never mixed up.
fn fresh_id(dir: &Path) -> u64 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&now.to_le_bytes());
    hasher.update(&std::process::id().to_le_bytes());
    hasher.update(&paths::encode(dir));
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

fn open_file(path: &Path) -> Result<Database, IndexError> {
    let is_empty = std::fs::metadata(path).is_ok_and(|meta| meta.len() == 0);
    if is_empty {
        // Left to itself, the store would take it for a new one.
        return Err(IndexError::Damaged {
            path: path.to_owned(),
            detail: "it is empty".to_owned(),
        });
    }
    let db = guarded(|| {
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE_BYTES);
        builder.open(path).map_err(redb::Error::from)
    })
    .map_err(|err| failure(path, err))?;
    guarded(|| Ok(migrate::bring_up_to_date(&db, path, migrate::STEPS)))
        .map_err(|err| failure(path, err))??;
    Ok(db)
}

/// A page that makes no sense may end in a panic of the store: it is an error like the others.
fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied());
        let text = text.unwrap_or("it makes no sense");
        Err(redb::Error::Corrupted(text.to_owned()))
    })
}

/// Sorts the many errors of the store into ours.
pub(super) fn failure(path: &Path, err: redb::Error) -> IndexError {
    use redb::Error;
    let path = path.to_owned();
    if let Error::Io(source) = err {
        return io_failure(path, source);
    }
    if matches!(err, Error::DatabaseAlreadyOpen) {
        return IndexError::InUse { path };
    }
    if matches!(
        err,
        Error::PreviousIo | Error::DatabaseClosed | Error::Unsupported
    ) {
        return IndexError::Store { path, source: err };
    }
    IndexError::Damaged {
        path,
        detail: err.to_string(),
    }
}

fn io_failure(path: PathBuf, source: std::io::Error) -> IndexError {
    use std::io::ErrorKind;
    const DAMAGED: [ErrorKind; 2] = [ErrorKind::InvalidData, ErrorKind::UnexpectedEof];
    const READ_ONLY: [ErrorKind; 2] = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem];
    const FULL: [ErrorKind; 3] = [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
    ];
    let kind = source.kind();
    if DAMAGED.contains(&kind) {
        let detail = source.to_string();
        return IndexError::Damaged { path, detail };
    }
    if READ_ONLY.contains(&kind) {
        return IndexError::ReadOnly { path, source };
    }
    let source = redb::Error::Io(source);
    if FULL.contains(&kind) {
        return IndexError::DiskFull { path, source };
    }
    IndexError::Store { path, source }
}

//! The unfinished file, and what is known about where it comes from.

use std::ffi::OsString;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io::ErrorKind;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use crate::persist;

use super::DownloadError;
use super::Interrupted;

const KIND: &str = "download";
const VERSION: u32 = 1;
const PART: &str = ".part";
const STATE: &str = ".part.json";

/// What is needed to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) address: String,
    /// A strong ETag or the date of the last change: the server's file is still the same one.
    pub(super) validator: Option<String>,
    pub(super) n_total: Option<u64>,
}

/// An unfinished file that is open; nobody else has it open at the same time.
pub(super) struct Part {
    target: PathBuf,
    file: File,
    pub(super) n_done: u64,
    pub(super) state: State,
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(target);
    name.push(ending);
    PathBuf::from(name)
}

impl Part {
    /// Goes on with what there is from this address, or begins anew.
    pub(super) fn open(target: &Path, address: &str) -> Result<Self, DownloadError> {
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(|source| write_error(target, source))?;
        }
        let path = beside(target, PART);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = options
            .open(&path)
            .map_err(|source| write_error(&path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DownloadError::Busy { path }),
            // Some network drives have no locks.
            Err(TryLockError::Error(err)) => log::debug!("no lock: {err}"),
        }
        let at_end = file.seek(SeekFrom::End(0));
        let n_done = at_end.map_err(|source| write_error(&path, source))?;
        let known = load(target).filter(|state| state.address == address);
        // Without a sign that it is the same file there is no going on.
        let known = known.filter(|state| state.validator.is_some() && n_done > 0);
        let mut part = Self {
            target: target.to_owned(),
            file,
            n_done,
            state: known.clone().unwrap_or_else(|| State {
                address: address.to_owned(),
                validator: None,
                n_total: None,
            }),
        };
        if known.is_none() {
            part.restart()?;
        }
        Ok(part)
    }

    /// Forgets what has come so far.
    pub(super) fn restart(&mut self) -> Result<(), DownloadError> {
        if self.n_done > 0 {
            let emptied = self.file.set_len(0).and_then(|()| self.file.rewind());
            emptied.map_err(|source| write_error(&self.path(), source))?;
        }
        self.n_done = 0;
        self.state.validator = None;
        self.state.n_total = None;
        Ok(())
    }

    /// Remembers where the file comes from.
    pub(super) fn save_state(&self) -> Result<(), DownloadError> {
        let path = beside(&self.target, STATE);
        Ok(persist::save_json(&path, KIND, VERSION, &self.state)?)
    }

    /// Writes what has come.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), DownloadError> {
        let written = self.file.write_all(bytes);
        written.map_err(|source| self.write_error(source))?;
        self.n_done += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn path(&self) -> PathBuf {
        beside(&self.target, PART)
    }

    /// Makes sure that everything is on the disk, and gives the file to be read from its start.
    pub(super) fn settled(&mut self) -> Result<&mut File, DownloadError> {
        let synced = self.file.sync_all().and_then(|()| self.file.rewind());
        match synced {
            Ok(()) => Ok(&mut self.file),
            Err(source) => Err(self.write_error(source)),
        }
    }

    /// Gives the file its name.
    pub(super) fn finish(self) -> Result<PathBuf, DownloadError> {
        let (path, target) = (self.path(), self.target.clone());
        drop(self.file);
        std::fs::rename(&path, &target).map_err(|source| write_error(&target, source))?;
        remove_file(&beside(&target, STATE))?;
        Ok(target)
    }

    fn write_error(&self, source: std::io::Error) -> DownloadError {
        let is_full = matches!(
            source.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
        );
        let path = self.path();
        if !is_full {
            return write_error(&path, source);
        }
        let n_total = self.state.n_total;
        DownloadError::DiskFull {
            needed: n_total.map(|n_total| n_total.saturating_sub(self.n_done)),
            free: path.parent().and_then(super::disk::free_bytes),
            path,
        }
    }
}

fn load(target: &Path) -> Option<State> {
    let path = beside(target, STATE);
    if !path.exists() {
        return None;
    }
    match persist::load_json(&path, KIND, VERSION) {
        Ok((_, state)) => Some(state),
        Err(err) => {
            log::warn!("{err}, the download begins anew");
            None
        }
    }
}

/// The unfinished files of a folder.
pub(super) fn list(folder: &Path) -> Vec<Interrupted> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    names.sort();
    let unfinished = names.iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let target = path.with_file_name(name.strip_suffix(PART)?);
        let state = load(&target)?;
        Some(Interrupted {
            n_done: path.metadata().ok()?.len(),
            address: state.address,
            n_total: state.n_total,
            target,
        })
    });
    unfinished.collect()
}

/// Removes an unfinished file and what is known about it.
pub(super) fn remove(target: &Path) -> Result<(), DownloadError> {
    remove_file(&beside(target, PART))?;
    remove_file(&beside(target, STATE))
}

fn remove_file(path: &Path) -> Result<(), DownloadError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(write_error(path, source)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write_error(path: &Path, source: std::io::Error) -> DownloadError {
    DownloadError::Write {
        path: path.to_owned(),
        source,
    }
}

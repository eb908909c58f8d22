//! Writes files so that a crash leaves either the old one or the new one, never half of one.
//!
//! - Owns: the atomic save, and versioned JSON files.
//! - Invariant: a file is written to a temporary name in the same folder, synced, then renamed.
//! - Invariant: nothing else in the program creates files by hand.
//! - Not here: the library store, which has its own transactions (`index`), and files that grow
//!   while they are fetched (`download`).
//! - To save a new kind of file: give it a `kind` word and a version, use [`save_json`].

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a file could not be saved or opened.
#[derive(Debug, thiserror::Error)]
pub enum PersistError {
    #[error("Cannot write the file: {path}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("Cannot read the file: {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("The file is damaged: {path}")]
    Damaged {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("This is not a {expected} file but {found:?}: {path}")]
    WrongKind {
        path: PathBuf,
        expected: &'static str,
        found: String,
    },
    #[error("The file has version {found}, this Copylens reads up to version {newest}: {path}")]
    Version {
        path: PathBuf,
        found: u32,
        newest: u32,
    },
}

impl PersistError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Write { .. } => {
                "Check that the disk has room and that the folder may be changed."
            }
            Self::Read { .. } => "Check that the file still exists and may be read.",
            Self::Damaged { .. } | Self::WrongKind { .. } => {
                "Choose another file, or delete this one to start afresh."
            }
            Self::Version { .. } => "Install a newer Copylens to open it.",
        }
    }
}

/// Replaces `path` with `bytes`, atomically. Creates missing parent folders.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), PersistError> {
    save_with(path, |file| file.write_all(bytes))
}

/// Replaces `path` with what `write` puts into the file, atomically.
pub fn save_with(
    path: &Path,
    write: impl FnOnce(&mut std::fs::File) -> std::io::Result<()>,
) -> Result<(), PersistError> {
    let fail = |source| PersistError::Write {
        path: path.to_owned(),
        source,
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(fail)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".copylens-").suffix(".part");
    as_other_files(&mut builder);
    let mut file = builder.tempfile_in(folder).map_err(fail)?;
    write(file.as_file_mut()).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|err| fail(err.error))?;
    Ok(())
}

/// Readable by whom the system lets read new files; temporary files alone would be private.
#[cfg(unix)]
fn as_other_files(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;

    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn as_other_files(_builder: &mut tempfile::Builder<'_, '_>) {}

/// A log longer than this starts anew; the one before is kept as `.old`.
const MAX_LOG_BYTES: u64 = 2 << 20;

/// Opens a log to write to its end. Creates missing parent folders.
pub fn open_log(path: &Path) -> Result<std::fs::File, PersistError> {
    let fail = |source| PersistError::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    if path.metadata().is_ok_and(|log| log.len() > MAX_LOG_BYTES) {
        std::fs::rename(path, path.with_extension("old")).map_err(fail)?;
    }
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(fail)
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    copylens: String,
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// Saves `content` as JSON that names its kind and version.
pub fn save_json<T: Serialize>(
    path: &Path,
    kind: &'static str,
    version: u32,
    content: &T,
) -> Result<(), PersistError> {
    let envelope = Envelope {
        copylens: kind.to_owned(),
        version,
        content,
    };
    let bytes = serde_json::to_vec_pretty(&envelope).map_err(|source| PersistError::Damaged {
        path: path.to_owned(),
        source,
    })?;
    save(path, &bytes)
}

/// Loads what [`save_json`] wrote, together with its version.
pub fn load_json<T: DeserializeOwned>(
    path: &Path,
    kind: &'static str,
    newest: u32,
) -> Result<(u32, T), PersistError> {
    let bytes = std::fs::read(path).map_err(|source| PersistError::Read {
        path: path.to_owned(),
        source,
    })?;
    let damaged = |source| PersistError::Damaged {
        path: path.to_owned(),
        source,
    };
    let head: Envelope<serde_json::Value> = serde_json::from_slice(&bytes).map_err(damaged)?;
    if head.copylens != kind {
        return Err(PersistError::WrongKind {
            path: path.to_owned(),
            expected: kind,
            found: head.copylens,
        });
    }
    if head.version > newest {
        return Err(PersistError::Version {
            path: path.to_owned(),
            found: head.version,
            newest,
        });
    }
    let content = serde_json::from_value(head.content).map_err(damaged)?;
    Ok((head.version, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Note {
        text: String,
    }

    #[test]
    fn a_newer_version_is_refused_and_names_both() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.json");
        let note = Note {
            text: "hello".into(),
        };
        save_json(&path, "note", 2, &note).unwrap();
        assert_eq!(load_json::<Note>(&path, "note", 2).unwrap(), (2, note));
        let err = load_json::<Note>(&path, "note", 1).unwrap_err();
        assert!(err.to_string().contains("version 2"), "{err}");
    }

    #[test]
    fn a_long_log_starts_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/copylens.log");
        let text = vec![b'x'; MAX_LOG_BYTES as usize + 1];
        open_log(&path).unwrap().write_all(&text).unwrap();
        open_log(&path).unwrap().write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let old = std::fs::read(path.with_extension("old")).unwrap();
        assert_eq!(old.len(), text.len());
    }

    #[cfg(unix)]
    #[test]
    fn a_saved_file_is_as_readable_as_any_other_new_one() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let (file, made) = (folder.path().join("a.bin"), folder.path().join("made"));
        save(&file, b"text").unwrap();
        std::fs::create_dir(&made).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file) & 0o666, mode(&made) & 0o666);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        save(&path, b"old").unwrap();
        let failed = save_with(&path, |file| {
            file.write_all(b"new, half")?;
            Err(std::io::Error::other("disk full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

//! Finds the pictures in folders.
//!
//! Hidden files and folders (names that start with a dot) are left out, links are followed once.
//! A file without an extension is looked into; one with a foreign extension is not.

use std::fs::File;
use std::fs::Metadata;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

use walkdir::DirEntry;
use walkdir::WalkDir;

use crate::data::DecodeError;
use crate::data::decode;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Extensions of the formats that can be read, in lower case.
const EXTENSIONS: &[&str] = &[
    "avif", "bmp", "dib", "gif", "heic", "heif", "ico", "jfif", "jpe", "jpeg", "jpg", "jxl", "pbm",
    "pgm", "png", "pnm", "ppm", "tga", "tif", "tiff", "webp",
];

/// Files between two looks at the monitor.
const BATCH: usize = 200;

/// One picture file as the folder lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DiskFile {
    pub path: PathBuf,
    pub size: u64,
    /// Time of the last change in nanoseconds since 1970; negative before.
    pub modified_ns: i64,
}

impl DiskFile {
    /// Asks the file system about one file.
    pub fn of(path: &Path) -> Result<Self, DecodeError> {
        let metadata = std::fs::metadata(path).map_err(|source| DecodeError::Open {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::from_metadata(path.to_owned(), &metadata))
    }

    fn from_metadata(path: PathBuf, metadata: &Metadata) -> Self {
        Self {
            path,
            size: metadata.len(),
            modified_ns: metadata.modified().map_or(0, nanoseconds),
        }
    }
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Sorted by path, each path once.
    pub files: Vec<DiskFile>,
    /// Folders and files that could not be looked at.
    pub unreadable: Vec<DecodeError>,
}

/// True when the extension is that of a picture.
///
/// Formats that Copylens can only name (HEIC, ...) count, so that their owner learns of it.
pub fn is_picture_name(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()))
}

/// Lists the pictures in `folders` and below; a folder may also be a single file.
pub fn scan(monitor: &Monitor, folders: &[PathBuf]) -> Result<Scan, Cancelled> {
    let mut scan = Scan::default();
    let mut n_seen = 0;
    for folder in folders {
        let entries = WalkDir::new(folder)
            .follow_links(true)
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry));
        for entry in entries {
            if n_seen % BATCH == 0 {
                monitor.check()?;
                monitor.report(Progress {
                    stage: "Looking for pictures",
                    n_done: scan.files.len() as u64,
                    n_total: None,
                });
            }
            n_seen += 1;
            scan.add(folder, entry);
        }
    }
    scan.files.sort_unstable();
    scan.files.dedup_by(|a, b| a.path == b.path);
    Ok(scan)
}

impl Scan {
    fn add(&mut self, folder: &Path, entry: walkdir::Result<DirEntry>) {
        let entry = match entry {
            Ok(entry) => entry,
            // A link to one of its own parents: everything in it has been seen.
            Err(err) if err.loop_ancestor().is_some() => return,
            Err(err) => {
                let path = err.path().unwrap_or(folder).to_owned();
                // A broken link to something that is no picture is nobody's concern.
                if err.depth() == 0 || path.is_dir() || is_picture_name(&path) {
                    let source = err.into();
                    self.unreadable.push(DecodeError::Open { path, source });
                }
                return;
            }
        };
        if !entry.file_type().is_file() || !is_picture(entry.path()) {
            return;
        }
        match entry.metadata() {
            Ok(metadata) => {
                let file = DiskFile::from_metadata(entry.into_path(), &metadata);
                self.files.push(file);
            }
            Err(err) => {
                let path = entry.into_path();
                let source = err.into();
                self.unreadable.push(DecodeError::Open { path, source });
            }
        }
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_picture(path: &Path) -> bool {
    if path.extension().is_some() {
        return is_picture_name(path);
    }
    let Ok(file) = File::open(path) else {
        return false;
    };
    let mut head = Vec::new();
    let n_read = file
        .take(decode::HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .unwrap_or(0);
    n_read > 0 && decode::is_picture_head(&head)
}

fn nanoseconds(time: SystemTime) -> i64 {
    let clamp = |nanos: u128| i64::try_from(nanos).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => clamp(after.as_nanos()),
        Err(before) => -clamp(before.duration().as_nanos()),
    }
}

#[cfg(test)]
mod tests {
    use crate::persist;

    use super::*;

    fn names(scan: &Scan, folder: &Path) -> Vec<String> {
        let relative = |file: &DiskFile| {
            let path = file.path.strip_prefix(folder).unwrap();
            path.to_string_lossy().replace('\\', "/")
        };
        scan.files.iter().map(relative).collect()
    }

    #[test]
    fn finds_pictures_by_name_and_nameless_ones_by_content() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["b.JPG", "a.png", "sub/c.webp", "directory.jpg/d.tiff"] {
            persist::save(&root.join(name), b"x").unwrap();
        }
        persist::save(&root.join("nameless"), b"\x89PNG\r\n\x1a\n").unwrap();
        for name in ["notes.txt", "README", ".hidden.jpg", ".cache/e.jpg"] {
            persist::save(&root.join(name), b"no picture").unwrap();
        }
        let found = scan(&Monitor::silent(), &[root.to_owned(), root.join("sub")]).unwrap();
        assert!(found.unreadable.is_empty());
        assert_eq!(
            names(&found, root),
            [
                "a.png",
                "b.JPG",
                "directory.jpg/d.tiff",
                "nameless",
                "sub/c.webp"
            ]
        );
        assert!(found.files.iter().all(|file| file.modified_ns > 0));
    }

    #[test]
    fn a_missing_folder_is_listed_and_does_not_stop_the_others() {
        let folder = tempfile::tempdir().unwrap();
        persist::save(&folder.path().join("a.png"), b"x").unwrap();
        let missing = folder.path().join("gone");
        let found = scan(
            &Monitor::silent(),
            &[missing.clone(), folder.path().to_owned()],
        )
        .unwrap();
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.unreadable.len(), 1);
        assert_eq!(found.unreadable[0].path(), missing);
    }

    #[test]
    fn a_stop_ends_the_scan() {
        let monitor = Monitor::silent();
        monitor.request_stop();
        let folder = tempfile::tempdir().unwrap();
        assert!(scan(&monitor, &[folder.path().to_owned()]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_in_circles() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        persist::save(&root.join("real/a.png"), b"x").unwrap();
        std::os::unix::fs::symlink(root, root.join("real/up")).unwrap();
        let found = scan(&Monitor::silent(), &[root.to_owned()]).unwrap();
        assert_eq!(names(&found, root), ["real/a.png"]);
        assert!(found.unreadable.is_empty());
    }
}

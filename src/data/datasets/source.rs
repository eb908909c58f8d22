//! Where a data set lies: a folder, or an archive that is read without unpacking it.

use std::fs::File;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::Path;
use std::path::PathBuf;

use super::archive::Archive;
use super::archive::Member;
use super::error::DatasetError;
use super::names::Names;
use crate::data::is_picture_name;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Longest table or label file that is read as a whole.
const MAX_TABLE_BYTES: u64 = 1 << 30;
/// Deepest nesting of folders; links may go in circles.
const MAX_DEPTH: usize = 16;

/// How far below a folder pictures are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Directly in it.
    Flat,
    /// And in all folders below.
    Deep,
}

/// Bytes of a file on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub path: PathBuf,
    pub start: u64,
    pub n_bytes: u64,
}

/// A folder or archive. Names inside use `/` and are relative to [`base`](Self::within).
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    archive: Option<std::sync::Arc<Archive>>,
    /// Empty, or a folder inside with its `/`.
    base: String,
}

/// The pictures of a folder.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Sorted.
    pub names: Names,
    /// Folders and files that could not be looked at.
    pub n_unreadable: usize,
}

impl Source {
    /// A folder, a `.tar` or a `.zip`.
    pub fn open(path: &Path) -> Result<Self, DatasetError> {
        let archive = if path.is_dir() {
            None
        } else {
            Some(std::sync::Arc::new(Archive::open(path)?))
        };
        Ok(Self {
            path: path.to_owned(),
            archive,
            base: String::new(),
        })
    }

    /// The same source, seen from a folder in it.
    pub fn within(&self, folder: &str) -> Self {
        Self {
            base: format!("{}{folder}/", self.base),
            ..self.clone()
        }
    }

    /// The folder or archive on disk.
    pub fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// What to show for a name inside.
    pub fn shown(&self, name: &str) -> PathBuf {
        let inside = format!("{}{name}", self.base);
        if inside.is_empty() {
            return self.path.clone();
        }
        self.path.join(inside)
    }

    /// The file behind a name, where it is one of its own.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        self.archive.is_none().then(|| self.shown(name))
    }

    pub fn has_file(&self, name: &str) -> bool {
        match &self.archive {
            None => self.shown(name).is_file(),
            Some(archive) => archive.find(&self.inside(name)).is_some(),
        }
    }

    pub fn has_folder(&self, name: &str) -> bool {
        match &self.archive {
            None => self.shown(name).is_dir(),
            Some(archive) => archive.has_folder(&self.inside(name)),
        }
    }

    /// Names of the folders directly in `folder`, sorted, hidden ones left out.
    pub fn folders(&self, folder: &str) -> Result<Vec<String>, DatasetError> {
        Ok(self.children(folder)?.folders)
    }

    /// Names of the files directly in `folder`, sorted, hidden ones left out.
    pub fn files(&self, folder: &str) -> Result<Vec<String>, DatasetError> {
        Ok(self.children(folder)?.files)
    }

    /// The pictures of `folder` with their names relative to the source.
    pub fn pictures(
        &self,
        folder: &str,
        depth: Depth,
        monitor: &Monitor,
    ) -> Result<Listing, DatasetError> {
        let mut listing = Listing::default();
        let levels = if depth == Depth::Flat { 0 } else { MAX_DEPTH };
        self.list(folder, levels, monitor, &mut listing)?;
        listing.names.shrink();
        Ok(listing)
    }

    fn list(
        &self,
        folder: &str,
        levels: usize,
        monitor: &Monitor,
        listing: &mut Listing,
    ) -> Result<(), DatasetError> {
        monitor.check()?;
        monitor.report(Progress {
            stage: "Looking for pictures",
            n_done: listing.names.len() as u64,
            n_total: None,
        });
        let children = self.children(folder)?;
        listing.n_unreadable += children.n_unreadable;
        for file in &children.files {
            if is_picture_name(Path::new(file)) {
                listing.names.push(&joined(folder, file));
            }
        }
        for child in children.folders.iter().filter(|_| levels > 0) {
            match self.list(&joined(folder, child), levels - 1, monitor, listing) {
                // A folder that may not be read is counted; the rest of the set is still there.
                Err(DatasetError::ReadFolder { .. }) => listing.n_unreadable += 1,
                other => other?,
            }
        }
        Ok(())
    }

    fn children(&self, folder: &str) -> Result<Children, DatasetError> {
        let Some(archive) = &self.archive else {
            return Children::of_folder(&self.shown(folder));
        };
        let inside = self.inside(folder);
        let (folders, files) = archive.children(&inside);
        Ok(Children {
            folders,
            files,
            n_unreadable: 0,
        })
    }

    /// A whole file.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, DatasetError> {
        let fail = |source| DatasetError::ReadFile {
            path: self.shown(name),
            source,
        };
        let Some(archive) = &self.archive else {
            let file = File::open(self.shown(name)).map_err(fail)?;
            let mut bytes = Vec::new();
            let limit = MAX_TABLE_BYTES;
            file.take(limit).read_to_end(&mut bytes).map_err(fail)?;
            return Ok(bytes);
        };
        let member = archive.find(&self.inside(name));
        let member = member.ok_or_else(|| fail(std::io::ErrorKind::NotFound.into()))?;
        archive.read(&member, MAX_TABLE_BYTES).map_err(fail)
    }

    /// Where the bytes of a file lie, for files that are too large to be read whole.
    pub fn block(&self, name: &str) -> Result<Block, DatasetError> {
        let path = self.shown(name);
        let Some(archive) = &self.archive else {
            let n_bytes = path.metadata().map(|file| file.len());
            return match n_bytes {
                Ok(n_bytes) => Ok(Block {
                    path,
                    start: 0,
                    n_bytes,
                }),
                Err(source) => Err(DatasetError::ReadFile { path, source }),
            };
        };
        match archive.find(&self.inside(name)) {
            Some(member @ Member { packed: None, .. }) => {
                let start = archive.start_of(&member);
                let start = start.map_err(|source| DatasetError::ReadFile { path, source })?;
                Ok(Block {
                    path: self.path.clone(),
                    start,
                    n_bytes: member.n_bytes,
                })
            }
            Some(_) => Err(DatasetError::Archive {
                problem: "this part is packed".to_owned(),
                path,
            }),
            None => Err(DatasetError::ReadFile {
                path,
                source: std::io::ErrorKind::NotFound.into(),
            }),
        }
    }

    fn inside(&self, name: &str) -> String {
        format!("{}{name}", self.base)
    }
}

impl Block {
    /// Bytes of the block, `start` counted from its begin.
    pub fn read(&self, start: u64, n_bytes: u64) -> std::io::Result<Vec<u8>> {
        let end = start.checked_add(n_bytes);
        if end.is_none_or(|end| end > self.n_bytes) {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.start + start))?;
        let mut bytes = vec![0; n_bytes as usize];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// `folder/name`, or `name` at the top.
pub(super) fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        return name.to_owned();
    }
    format!("{folder}/{name}")
}

struct Children {
    folders: Vec<String>,
    files: Vec<String>,
    n_unreadable: usize,
}

impl Children {
    fn of_folder(folder: &Path) -> Result<Self, DatasetError> {
        let fail = |source| DatasetError::ReadFolder {
            path: folder.to_owned(),
            source,
        };
        let mut children = Self {
            folders: Vec::new(),
            files: Vec::new(),
            n_unreadable: 0,
        };
        for entry in folder.read_dir().map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let kind = entry.file_type().map_err(fail)?;
            // Names that are no text cannot be named by a table either.
            let Ok(name) = entry.file_name().into_string() else {
                children.n_unreadable += 1;
                continue;
            };
            let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
            match name.starts_with('.') {
                true => {}
                false if is_folder => children.folders.push(name),
                false => children.files.push(name),
            }
        }
        children.folders.sort_unstable();
        children.files.sort_unstable();
        Ok(children)
    }
}

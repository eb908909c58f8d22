//! Tar and zip archives, listed once and read where their parts lie.
//!
//! A `.tar` keeps its parts as they are. A `.zip` packs each one alone, so each can be unpacked
//! alone. A `.tar.gz` is packed as one piece: reaching the last picture would unpack all before it,
//! so it is refused with the advice to unpack it once.

use std::fs::File;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::Path;
use std::path::PathBuf;

use super::error::DatasetError;
use super::names::Names;

/// The fixed part of the header in front of each part of a zip archive (APPNOTE 4.3.7).
const ZIP_HEADER_BYTES: usize = 30;

/// One file of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Of the data in a tar, of its header in a zip.
    at: u64,
    /// When unpacked.
    pub(super) n_bytes: u64,
    /// Bytes in the archive where the part is packed (deflate).
    pub(super) packed: Option<u64>,
}

/// The list of an archive, sorted by name.
#[derive(Debug)]
pub(super) struct Archive {
    path: PathBuf,
    is_zip: bool,
    names: Names,
    members: Vec<Member>,
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self, DatasetError> {
        let fail = |source| DatasetError::ReadFile {
            path: path.to_owned(),
            source,
        };
        let refuse = |problem: String| DatasetError::Archive {
            problem,
            path: path.to_owned(),
        };
        let mut file = File::open(path).map_err(fail)?;
        let mut head = Vec::new();
        file.by_ref()
            .take(512)
            .read_to_end(&mut head)
            .map_err(fail)?;
        file.seek(SeekFrom::Start(0)).map_err(fail)?;
        let is_zip = head.starts_with(b"PK");
        let parts = if is_zip {
            zip_parts(file).map_err(refuse)?
        } else if head.get(257..262) == Some(b"ustar") {
            tar_parts(file).map_err(refuse)?
        } else if head.starts_with(b"\x1f\x8b") {
            return Err(refuse("it is packed as one piece".to_owned()));
        } else {
            return Err(refuse("it is neither tar nor zip".to_owned()));
        };
        Ok(Self::sorted(path, is_zip, parts))
    }

    fn sorted(path: &Path, is_zip: bool, mut parts: Vec<(String, Member)>) -> Self {
        // Of two parts with one name the later one counts, as when unpacking.
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        let mut kept: Vec<(String, Member)> = Vec::with_capacity(parts.len());
        for part in parts {
            match kept.last_mut() {
                Some(last) if last.0 == part.0 => *last = part,
                _ => kept.push(part),
            }
        }
        Self {
            path: path.to_owned(),
            is_zip,
            names: kept.iter().map(|(name, _)| name.as_str()).collect(),
            members: kept.iter().map(|(_, member)| *member).collect(),
        }
    }

    /// The first place whose name is not before `name`.
    fn lower_bound(&self, name: &str) -> usize {
        let (mut low, mut high) = (0, self.names.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.names.get(middle) < name {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(super) fn find(&self, name: &str) -> Option<Member> {
        let at = self.lower_bound(name);
        (at < self.names.len() && self.names.get(at) == name).then(|| self.members[at])
    }

    pub(super) fn has_folder(&self, name: &str) -> bool {
        let prefix = folder_prefix(name);
        let at = self.lower_bound(&prefix);
        at < self.names.len() && self.names.get(at).starts_with(&prefix)
    }

    /// Folders and files directly in a folder, hidden ones left out.
    pub(super) fn children(&self, folder: &str) -> (Vec<String>, Vec<String>) {
        let prefix = folder_prefix(folder);
        let (mut folders, mut files) = (Vec::<String>::new(), Vec::new());
        for at in self.lower_bound(&prefix)..self.names.len() {
            let Some(rest) = self.names.get(at).strip_prefix(&prefix) else {
                break;
            };
            match rest.split_once('/') {
                _ if rest.starts_with('.') => {}
                None => files.push(rest.to_owned()),
                Some((child, _)) => {
                    if folders.last().is_none_or(|last| last != child) {
                        folders.push(child.to_owned());
                    }
                }
            }
        }
        // `a.b/` sorts before `a/`, so one folder may come in two pieces.
        folders.sort_unstable();
        folders.dedup();
        (folders, files)
    }

    /// Where the data of a part starts.
    pub(super) fn start_of(&self, member: &Member) -> std::io::Result<u64> {
        if !self.is_zip {
            return Ok(member.at);
        }
        let mut header = [0; ZIP_HEADER_BYTES];
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(member.at))?;
        file.read_exact(&mut header)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(std::io::Error::other("the archive is damaged"));
        }
        let short = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        Ok(member.at + ZIP_HEADER_BYTES as u64 + short(26) + short(28))
    }

    /// A whole part, unpacked, of at most `limit` bytes.
    pub(super) fn read(&self, member: &Member, limit: u64) -> std::io::Result<Vec<u8>> {
        if member.n_bytes > limit {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.start_of(member)?))?;
        let mut bytes = Vec::new();
        match member.packed {
            None => file.take(member.n_bytes).read_to_end(&mut bytes)?,
            Some(n_packed) => {
                let packed = BufReader::new(file.take(n_packed));
                flate2::bufread::DeflateDecoder::new(packed)
                    .take(member.n_bytes)
                    .read_to_end(&mut bytes)?
            }
        };
        if (bytes.len() as u64) < member.n_bytes {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }
}

fn folder_prefix(folder: &str) -> String {
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() {
        return String::new();
    }
    format!("{folder}/")
}

/// A name as a table would write it; names that leave the archive are no names of ours.
fn plain_name(name: &str) -> Option<String> {
    let name = name.trim_start_matches("./");
    let is_safe = !name.is_empty()
        && !name.starts_with('/')
        && name.split('/').all(|part| part != "..")
        && !name.contains('\\');
    is_safe.then(|| name.to_owned())
}

fn tar_parts(file: File) -> Result<Vec<(String, Member)>, String> {
    let n_bytes = file.metadata().map_err(|err| err.to_string())?.len();
    let mut archive = tar::Archive::new(BufReader::new(file));
    let mut parts = Vec::new();
    for entry in archive.entries_with_seek().map_err(|err| err.to_string())? {
        let entry = entry.map_err(|err| format!("it is damaged or ends too early, {err}"))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let member = Member {
            at: entry.raw_file_position(),
            n_bytes: entry.size(),
            packed: None,
        };
        if member.at.saturating_add(member.n_bytes) > n_bytes {
            return Err(format!("it ends in the middle of {name:?}"));
        }
        parts.extend(plain_name(&name).map(|name| (name, member)));
    }
    Ok(parts)
}

fn zip_parts(file: File) -> Result<Vec<(String, Member)>, String> {
    let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
    let damaged = |err: rawzip::Error| format!("it is damaged or ends too early, {err}");
    let archive = rawzip::ZipArchive::from_file(file, &mut buffer).map_err(damaged)?;
    let mut parts = Vec::new();
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        if entry.is_dir() {
            continue;
        }
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        let packed = match entry.compression_method() {
            rawzip::CompressionMethod::STORE => None,
            rawzip::CompressionMethod::DEFLATE => Some(entry.compressed_size_hint()),
            other => return Err(format!("{name:?} is packed in an unusual way, {other:?}")),
        };
        let member = Member {
            at: entry.local_header_offset(),
            n_bytes: entry.uncompressed_size_hint(),
            packed,
        };
        parts.extend(plain_name(&name).map(|name| (name, member)));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_of_the_archive_are_passed_over() {
        for (name, expected) in [
            ("./a/b.jpg", Some("a/b.jpg")),
            ("../a.jpg", None),
            ("a/../../b.jpg", None),
            ("/etc/a.jpg", None),
            ("a\\b.jpg", None),
            ("", None),
        ] {
            assert_eq!(plain_name(name).as_deref(), expected, "{name}");
        }
    }
}

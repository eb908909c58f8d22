//! Paths as bytes, exactly: a name that is not Unicode survives.

use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// Which of the two encodings this system writes; a library remembers it.
pub(super) const ENCODING: u64 = if cfg!(windows) { 2 } else { 1 };

/// The bytes of a path as this system keeps it.
#[cfg(unix)]
pub(super) fn encode(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

/// The path that [`encode`] was given.
#[cfg(unix)]
pub(super) fn decode(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// The bytes of a path as this system keeps it: UTF-16 code units, low byte first.
#[cfg(windows)]
pub(super) fn encode(path: &Path) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt as _;
    path.as_os_str()
        .encode_wide()
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// The path that [`encode`] was given.
#[cfg(windows)]
pub(super) fn decode(bytes: &[u8]) -> PathBuf {
    use std::os::windows::ffi::OsStringExt as _;
    let (pairs, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|&pair| u16::from_le_bytes(pair)).collect();
    PathBuf::from(std::ffi::OsString::from_wide(&units))
}

/// The path from the root of the file system, spelled as the user did unless it holds `..`.
///
/// Symbolic links stay as they are: results name the folder that was added, not where it leads.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let climbs = path.components().any(|part| part == Component::ParentDir);
    if climbs && let Some(resolved) = resolve_climbing(path) {
        return resolved;
    }
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn resolve_climbing(path: &Path) -> Option<PathBuf> {
    let Some(name) = path.file_name() else {
        return path.canonicalize().ok().map(plain);
    };
    // Only the folder is resolved: the file itself may be a link.
    Some(plain(path.parent()?.canonicalize().ok()?).join(name))
}

/// Without the `\\?\` that Windows puts before a canonical path on a drive.
fn plain(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(rest) if rest.as_bytes().get(1) == Some(&b':') => PathBuf::from(rest),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_round_trip() {
        for name in ["a.jpg", "folder/ö ü.png", "日本/写真.jpg", ""] {
            let path = Path::new(name);
            assert_eq!(decode(&encode(path)), path);
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_unicode_survive_the_round_trip() {
        let bytes = b"caf\xe9/\xff\xfe.jpg";
        assert_eq!(encode(&decode(bytes)), bytes);
    }

    #[test]
    fn a_climbing_path_is_resolved() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("a")).unwrap();
        let found = absolute(&folder.join("a").join("..").join("b.jpg"));
        assert_eq!(found, plain(folder).join("b.jpg"));
    }
}

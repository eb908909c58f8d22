//! Checksums, whole or their first digits, as they are published.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use md5::Md5;
use sha2::Sha256;

use crate::monitor::Monitor;
use crate::monitor::Progress;

use super::DownloadError;

const BLOCK_BYTES: usize = 1 << 20;

/// The first digits of a checksum in hexadecimal, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    Sha256(String),
    Md5(String),
}

impl Checksum {
    fn digits(&self) -> &str {
        match self {
            Self::Sha256(digits) | Self::Md5(digits) => digits,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::Md5(_) => "MD5",
        }
    }
}

/// Reads a file to its end and compares its checksum; `path` is for messages.
///
/// # Errors
///
/// [`DownloadError::Checksum`] where it is another one.
pub(super) fn verify(
    monitor: &Monitor,
    file: &mut File,
    path: &Path,
    expected: &Checksum,
) -> Result<(), DownloadError> {
    let found = match expected {
        Checksum::Sha256(_) => digits::<Sha256>(monitor, file, path)?,
        Checksum::Md5(_) => digits::<Md5>(monitor, file, path)?,
    };
    if found.starts_with(&expected.digits().to_ascii_lowercase()) {
        return Ok(());
    }
    Err(DownloadError::Checksum {
        kind: expected.name(),
        expected: expected.digits().to_owned(),
        found,
    })
}

fn digits<D: sha2::Digest>(
    monitor: &Monitor,
    file: &mut File,
    path: &Path,
) -> Result<String, DownloadError> {
    let fail = |source| DownloadError::Read {
        path: path.to_owned(),
        source,
    };
    let n_total = file.metadata().map_err(fail)?.len();
    let (mut hasher, mut block) = (D::new(), vec![0; BLOCK_BYTES]);
    let mut n_done = 0;
    loop {
        monitor.check()?;
        let n = file.read(&mut block).map_err(fail)?;
        if n == 0 {
            break;
        }
        hasher.update(&block[..n]);
        n_done += n as u64;
        monitor.report(Progress {
            stage: "Checking",
            n_done,
            n_total: Some(n_total),
        });
    }
    let digits = |byte: u8| [byte >> 4, byte & 15].map(u32::from);
    let digits = hasher.finalize().into_iter().flat_map(digits);
    Ok(digits
        .filter_map(|digit| char::from_digit(digit, 16))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_checksums_and_their_first_digits_are_compared() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        crate::persist::save(&path, b"abc").unwrap();
        let check = |expected: Checksum| {
            let mut file = File::open(&path).unwrap();
            verify(&Monitor::silent(), &mut file, &path, &expected)
        };
        // FIPS 180-2, appendix B.1, and RFC 1321, appendix A.5.
        let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(check(Checksum::Sha256(sha.to_owned())).is_ok());
        assert!(check(Checksum::Sha256("BA7816BF".to_owned())).is_ok());
        assert!(check(Checksum::Md5("900150983cd24fb0".to_owned())).is_ok());
        let DownloadError::Checksum { found, .. } =
            check(Checksum::Sha256("ba7816be".to_owned())).unwrap_err()
        else {
            panic!("another checksum");
        };
        assert_eq!(found, sha);
        assert!(check(Checksum::Md5("ba7816bf".to_owned())).is_err());
    }
}

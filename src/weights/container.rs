//! Kinds of files, recognized by their first bytes.

/// Where the magic word of a tar archive lies.
const TAR_MAGIC_AT: usize = 257;
/// How many bytes [`recognize`] looks at.
pub(super) const HEAD_BYTES: usize = TAR_MAGIC_AT + 5;
/// The first pickle of a file of PyTorch before 1.6: the number `0x1950a86a20f9469cfc6c`.
const LEGACY_MAGIC: &[u8] = &[0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Safetensors,
    /// `torch.save` since 1.6, and TorchScript.
    TorchZip,
    /// `torch.save` before 1.6.
    TorchLegacy,
    /// A pickle alone; it cannot hold tensors, but it can hold an attack.
    Pickle,
    Onnx,
}

/// What the first bytes of a file of `n_bytes` say, or why it is none of ours.
pub(super) fn recognize(head: &[u8], n_bytes: u64) -> Result<Container, &'static str> {
    if head.starts_with(b"PK") {
        return Ok(Container::TorchZip);
    }
    if is_safetensors(head, n_bytes) {
        return Ok(Container::Safetensors);
    }
    if head.first() == Some(&0x80) {
        let start = &head[..head.len().min(32)];
        let is_legacy = start.windows(LEGACY_MAGIC.len()).any(|w| w == LEGACY_MAGIC);
        return Ok(if is_legacy {
            Container::TorchLegacy
        } else {
            Container::Pickle
        });
    }
    // An ONNX file starts with the version of its format, a small number in field 1.
    if matches!(head, [0x08, version, ..] if (1..64).contains(version)) {
        return Ok(Container::Onnx);
    }
    // A pickle of protocol 0 that begins with a function or a list.
    if matches!(head.first(), Some(b'c' | b'(')) {
        return Ok(Container::Pickle);
    }
    Err(why_not(head))
}

fn is_safetensors(head: &[u8], n_bytes: u64) -> bool {
    let header = head.first_chunk::<8>().map(|n| u64::from_le_bytes(*n));
    let fits = header.is_some_and(|n| n <= n_bytes.saturating_sub(8));
    let brace = head.get(8) == Some(&b'{');
    // A damaged length is still a safetensors file: its reader says what is wrong.
    brace && (fits || head.get(9) == Some(&b'"'))
}

fn why_not(head: &[u8]) -> &'static str {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start();
    if text.is_empty() {
        "it is empty"
    } else if text.starts_with(b"<") {
        "it is a web page: the download gave a page instead of the file"
    } else if text.starts_with(b"version https://git-lfs") {
        "it only points to the file in Git LFS"
    } else if head.starts_with(b"\x1f\x8b") {
        "it is packed with gzip"
    } else if head.get(TAR_MAGIC_AT..) == Some(b"ustar") {
        "it is a tar archive"
    } else {
        "its first bytes are those of no model file"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_kinds_apart() {
        let safetensors = b"\x02\0\0\0\0\0\0\0{}";
        assert_eq!(recognize(safetensors, 10), Ok(Container::Safetensors));
        let legacy = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
        assert_eq!(recognize(legacy, 15), Ok(Container::TorchLegacy));
        assert_eq!(recognize(b"PK\x03\x04", 4), Ok(Container::TorchZip));
        assert_eq!(recognize(b"cos\nsystem\n", 11), Ok(Container::Pickle));
        assert_eq!(recognize(b"\x08\x07\x12", 3), Ok(Container::Onnx));
        for (head, word) in [
            (&b""[..], "empty"),
            (b"\xef\xbb\xbf \n<!DOCTYPE html>", "web page"),
            (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"hello", "first bytes"),
        ] {
            let reason = recognize(head, head.len() as u64).unwrap_err();
            assert!(reason.contains(word), "{reason}");
        }
    }
}

//! The few rules of the protobuf wire format that an ONNX file needs, read in place.

use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use super::index::ListError;
use super::index::malformed;

/// One field of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) number: u64,
    pub(super) content: Content,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// A number.
    Varint(u64),
    /// Bytes, text or a message.
    Bytes(Span),
    /// Four or eight bytes that nothing here needs.
    Fixed,
}

/// A part of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Span {
    pub(super) fn n_bytes(self) -> u64 {
        self.end - self.start
    }
}

/// Goes through the fields of a message; long ones are skipped, not read.
pub(super) struct Fields<'a, R> {
    file: &'a mut R,
    at: u64,
    end: u64,
}

impl<'a, R: Read + Seek> Fields<'a, R> {
    pub(super) fn new(file: &'a mut R, message: Span) -> Result<Self, ListError> {
        file.seek(SeekFrom::Start(message.start))?;
        Ok(Self {
            file,
            at: message.start,
            end: message.end,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Field>, ListError> {
        if self.at >= self.end {
            return Ok(None);
        }
        let tag = self.varint()?;
        let content = match tag & 7 {
            0 => Content::Varint(self.varint()?),
            1 => self.skip(8)?,
            2 => {
                let n_bytes = self.varint()?;
                let start = self.at;
                self.skip(n_bytes)?;
                Content::Bytes(Span {
                    start,
                    end: self.at,
                })
            }
            5 => self.skip(4)?,
            _ => return Err(malformed("it is neither ONNX nor another model file")),
        };
        Ok(Some(Field {
            number: tag >> 3,
            content,
        }))
    }

    fn skip(&mut self, n_bytes: u64) -> Result<Content, ListError> {
        let end = self.at.checked_add(n_bytes).filter(|end| *end <= self.end);
        self.at = end.ok_or_else(|| malformed("it ends too early"))?;
        // A relative step keeps what a buffered reader has read already.
        self.file.seek_relative(n_bytes as i64)?;
        Ok(Content::Fixed)
    }

    fn varint(&mut self) -> Result<u64, ListError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let mut byte = [0_u8];
            if self.at >= self.end {
                return Err(malformed("it ends too early"));
            }
            self.file.read_exact(&mut byte)?;
            self.at += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(value);
            }
        }
        Err(malformed("it holds a number that is too long"))
    }
}

/// The bytes of a span, at most `limit` of them.
pub(super) fn bytes(
    file: &mut (impl Read + Seek),
    span: Span,
    limit: u64,
) -> Result<Vec<u8>, ListError> {
    if span.n_bytes() > limit {
        return Err(malformed("it has a name that is too long"));
    }
    file.seek(SeekFrom::Start(span.start))?;
    let mut bytes = Vec::new();
    file.take(span.n_bytes()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Numbers one after the other, as protobuf packs a list.
pub(super) fn packed(bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    let (mut value, mut shift) = (0_u64, 0);
    for byte in bytes {
        if shift < 64 {
            value |= u64::from(byte & 0x7f) << shift;
        }
        shift += 7;
        if *byte < 0x80 {
            numbers.push(value);
            (value, shift) = (0, 0);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn fields_are_found_in_place() {
        // Field 1 = 300, field 2 = "ab", field 3 = four bytes.
        let bytes = [0x08, 0xac, 0x02, 0x12, 0x02, b'a', b'b', 0x1d, 1, 2, 3, 4];
        let mut file = Cursor::new(&bytes);
        let all = Span { start: 0, end: 12 };
        let mut fields = Fields::new(&mut file, all).unwrap();
        let first = fields.next().unwrap().unwrap();
        assert!(matches!(first.content, Content::Varint(300)));
        let second = fields.next().unwrap().unwrap();
        let Content::Bytes(span) = second.content else {
            panic!("field 2 is text");
        };
        assert_eq!((second.number, span.start, span.end), (2, 5, 7));
        assert!(matches!(
            fields.next().unwrap().unwrap().content,
            Content::Fixed
        ));
        assert!(fields.next().unwrap().is_none());
        let short = Span { start: 0, end: 6 };
        let mut fields = Fields::new(&mut file, short).unwrap();
        fields.next().unwrap();
        assert!(fields.next().is_err());
        assert_eq!(packed(&[0xac, 0x02, 0x03]), [300, 3]);
    }
}

//! From a file to an upright sRGB picture, whatever the file holds.
//!
//! - Owns: format recognition by content, limits, EXIF orientation, color profiles, alpha.
//! - Invariant: no file makes this panic, hang or take more than about a gigabyte.
//! - Invariant: the name of a file never decides how it is read (except `.tga`, which has no
//!   mark of its own).
//! - Transparent pixels are blended over white. A picture whose alpha is zero everywhere was
//!   written by a program that left the channel empty; its colors are shown as they are.
//! - Animations give their first frame. A cut-off JPEG gives the part that arrived.

mod color;
mod jpeg;
mod orientation;
mod pixels;
mod sniff;

use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read as _;
use std::io::Seek;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use image::ImageDecoder;
use image::ImageError;
use image::ImageFormat;
use image::ImageReader;
use image::Limits;
use parking_lot::Mutex;

use crate::data::DecodeError;
use crate::data::Picture;

use orientation::Orientation;
use sniff::Sniffed;

pub(super) use sniff::HEAD_BYTES;
pub(super) use sniff::is_picture_head;

/// The most pixels a file may declare; the same limit as Pillow's.
pub const MAX_PIXELS: u64 = 178_956_970;

/// The most bytes one picture may need while it is decoded.
const MAX_BYTES: u64 = 1_000_000_000;

/// Pictures above this many pixels are decoded one at a time, so that a pool of decoders
/// does not need the memory of several of them at once.
const LARGE_PIXELS: u64 = 40_000_000;

/// Held while a large picture is decoded. Nothing inside uses a thread pool, so it cannot lock up.
static LARGE_PICTURE: Mutex<()> = Mutex::new(());

/// What the header of a picture says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureInfo {
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
    /// `JPEG`, `PNG`, ...
    pub format: &'static str,
    /// EXIF orientation 1 to 8, 1 when there is none.
    pub orientation: u8,
}

/// Reads a picture: upright, sRGB, without alpha.
pub fn decode(path: &Path) -> Result<Picture, DecodeError> {
    guarded(path, || {
        let mut file = open(path)?;
        let head = read_head(&mut file, path)?;
        decode_reader(file, &head, path)
    })
}

/// Reads a picture from memory; `name` appears in messages.
pub fn decode_bytes(bytes: &[u8], name: &Path) -> Result<Picture, DecodeError> {
    guarded(name, || {
        let mut reader = Cursor::new(bytes);
        let head = read_head(&mut reader, name)?;
        decode_reader(reader, &head, name)
    })
}

/// Reads the header only.
pub fn decode_info(path: &Path) -> Result<PictureInfo, DecodeError> {
    guarded(path, || {
        let mut file = open(path)?;
        let head = read_head(&mut file, path)?;
        let format = recognize(&head, path)?;
        let ((width, height), orientation) = if format == ImageFormat::Jpeg {
            let header = jpeg::Header::read(&read_all(file, path)?, path)?;
            ((header.width, header.height), header.orientation)
        } else {
            let mut decoder = decoder(file, format, path)?;
            let orientation = orientation_of(&mut decoder);
            (decoder.dimensions(), orientation)
        };
        let (width, height) = orientation.upright_size(width, height);
        Ok(PictureInfo {
            width,
            height,
            format: sniff::format_name(format),
            orientation: orientation.exif(),
        })
    })
}

/// A panic inside a decoder is a damaged picture, not the end of an import.
fn guarded<T>(
    path: &Path,
    read: impl FnOnce() -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    match std::panic::catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result,
        Err(_panic) => Err(DecodeError::Crashed {
            path: path.to_owned(),
        }),
    }
}

fn open(path: &Path) -> Result<BufReader<File>, DecodeError> {
    let fail = |source| DecodeError::Open {
        path: path.to_owned(),
        source,
    };
    // Asked before opening: opening a pipe would wait for a writer for ever.
    let metadata = std::fs::metadata(path).map_err(fail)?;
    if !metadata.is_file() {
        return Err(DecodeError::NotAPicture {
            path: path.to_owned(),
        });
    }
    let file = File::open(path).map_err(fail)?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// The first bytes, which tell the format; leaves the reader at the start.
fn read_head(reader: &mut (impl BufRead + Seek), path: &Path) -> Result<Vec<u8>, DecodeError> {
    let fail = |source| DecodeError::Open {
        path: path.to_owned(),
        source,
    };
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let mut limited = reader.by_ref().take(HEAD_BYTES as u64);
    limited.read_to_end(&mut head).map_err(fail)?;
    reader.rewind().map_err(fail)?;
    if head.is_empty() {
        return Err(DecodeError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(head)
}

fn recognize(head: &[u8], path: &Path) -> Result<ImageFormat, DecodeError> {
    match sniff::sniff(head, path) {
        Sniffed::Format(format) => Ok(format),
        Sniffed::Known(what) => Err(DecodeError::Unsupported {
            path: path.to_owned(),
            what,
        }),
        Sniffed::Nothing => Err(DecodeError::NotAPicture {
            path: path.to_owned(),
        }),
    }
}

fn decode_reader(
    reader: impl BufRead + Seek,
    head: &[u8],
    path: &Path,
) -> Result<Picture, DecodeError> {
    let format = recognize(head, path)?;
    if format == ImageFormat::Jpeg {
        return jpeg::decode(&read_all(reader, path)?, path);
    }
    decode_other(reader, format, path)
}

fn read_all(mut reader: impl BufRead, path: &Path) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::new();
    let mut limited = reader.by_ref().take(MAX_BYTES / 2 + 1);
    let n_bytes = limited
        .read_to_end(&mut bytes)
        .map_err(|source| DecodeError::Open {
            path: path.to_owned(),
            source,
        })?;
    if n_bytes as u64 > MAX_BYTES / 2 {
        return Err(DecodeError::OutOfMemory {
            path: path.to_owned(),
        });
    }
    Ok(bytes)
}

/// A decoder of the `image` crate that has passed the limits.
fn decoder<'a, R: BufRead + Seek + 'a>(
    reader: R,
    format: ImageFormat,
    path: &Path,
) -> Result<impl ImageDecoder + 'a, DecodeError> {
    let mut reader = ImageReader::with_format(reader, format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let decoder = reader
        .into_decoder()
        .map_err(|err| decode_error(&err, path))?;
    let (width, height) = decoder.dimensions();
    check_size(u64::from(width), u64::from(height), path)?;
    Ok(decoder)
}

fn check_size(width: u64, height: u64, path: &Path) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        return Err(DecodeError::Damaged {
            path: path.to_owned(),
            reason: "it has no pixels".to_owned(),
        });
    }
    if width.saturating_mul(height) > MAX_PIXELS {
        return Err(DecodeError::TooLarge {
            path: path.to_owned(),
            width,
            height,
        });
    }
    Ok(())
}

fn decode_other(
    reader: impl BufRead + Seek,
    format: ImageFormat,
    path: &Path,
) -> Result<Picture, DecodeError> {
    let mut decoder = decoder(reader, format, path)?;
    let (width, height) = decoder.dimensions();
    let _one_at_a_time = turn_for(width, height);
    let orientation = orientation_of(&mut decoder);
    let profile = decoder.icc_profile().ok().flatten();
    let color = decoder.color_type();

    let n_bytes = decoder.total_bytes();
    // The TIFF and GIF decoders keep a copy of their own.
    let keeps_copy = matches!(format, ImageFormat::Tiff | ImageFormat::Gif);
    let n_copies = 1 + u64::from(keeps_copy);
    let mut bytes = zeroed(n_bytes, n_bytes.saturating_mul(n_copies), path)?;
    decoder
        .read_image(&mut bytes)
        .map_err(|err| decode_error(&err, path))?;

    let mut rgb = pixels::into_rgb(bytes, color);
    if let Some(profile) = profile {
        color::apply_rgb_profile(&mut rgb, &profile, width);
    }
    Ok(orientation.apply(Picture::new(width, height, rgb)))
}

/// Waits until no other large picture is being decoded, if this one is large.
fn turn_for(width: u32, height: u32) -> Option<parking_lot::MutexGuard<'static, ()>> {
    let n_pixels = u64::from(width) * u64::from(height);
    (n_pixels > LARGE_PIXELS).then(|| LARGE_PICTURE.lock())
}

/// `n_bytes` zeros, refused when the whole decoding would need more than the limit.
fn zeroed(n_bytes: u64, n_needed: u64, path: &Path) -> Result<Vec<u8>, DecodeError> {
    let too_much = || DecodeError::OutOfMemory {
        path: path.to_owned(),
    };
    if n_needed > MAX_BYTES {
        return Err(too_much());
    }
    let n_bytes = usize::try_from(n_bytes).map_err(|_too_wide| too_much())?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(n_bytes)
        .map_err(|_no_memory| too_much())?;
    bytes.resize(n_bytes, 0);
    Ok(bytes)
}

fn orientation_of(decoder: &mut impl ImageDecoder) -> Orientation {
    let exif = decoder.orientation().map_or(1, |found| found.to_exif());
    Orientation::from_exif(exif)
}

fn decode_error(err: &ImageError, path: &Path) -> DecodeError {
    let path = path.to_owned();
    if matches!(err, ImageError::Limits(_)) {
        return DecodeError::OutOfMemory { path };
    }
    let is_cut_off = matches!(
        err,
        ImageError::IoError(err) if err.kind() == std::io::ErrorKind::UnexpectedEof
    );
    let reason = if is_cut_off {
        "the file ends too early".to_owned()
    } else {
        one_line(&err.to_string())
    };
    DecodeError::Damaged { path, reason }
}

/// A decoder's message, made fit for a list: one line, not too long.
fn one_line(message: &str) -> String {
    const MAX_CHARS: usize = 120;
    let words: Vec<&str> = message.split_whitespace().collect();
    let mut line = words.join(" ");
    if let Some((end, _)) = line.char_indices().nth(MAX_CHARS) {
        line.truncate(end);
        line.push('…');
    }
    line.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;

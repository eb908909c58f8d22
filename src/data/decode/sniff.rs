//! Tells what a file is from its first bytes.

use std::path::Path;

use image::ImageFormat;

/// How many bytes of a file are looked at.
pub(in crate::data) const HEAD_BYTES: usize = 64;

/// What the first bytes say.
pub(super) enum Sniffed {
    /// A format that can be read.
    Format(ImageFormat),
    /// A format that is recognized but cannot be read, by its name.
    Known(&'static str),
    Nothing,
}

/// Marks of formats that Copylens names when it refuses them: offset, bytes, name.
const KNOWN: &[(usize, &[u8], &str)] = &[
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypmsf1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftypcrx", "raw camera"),
    (4, b"ftyp", "video"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"8BPS", "Photoshop"),
    (0, b"gimp xcf", "GIMP"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"v/1\x01", "OpenEXR"),
];

pub(super) fn sniff(head: &[u8], path: &Path) -> Sniffed {
    let is_at = |offset: usize, mark: &[u8]| {
        head.get(offset..)
            .is_some_and(|rest| rest.starts_with(mark))
    };
    if let Ok(format) = image::guess_format(head)
        && format.reading_enabled()
    {
        return Sniffed::Format(format);
    }
    if let Some((_, _, name)) = KNOWN.iter().find(|(at, mark, _)| is_at(*at, mark)) {
        return Sniffed::Known(name);
    }
    // TGA has no mark at its start, so its name has to do.
    let has_tga_name = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("tga"));
    if has_tga_name {
        return Sniffed::Format(ImageFormat::Tga);
    }
    Sniffed::Nothing
}

/// True when the first bytes are those of a picture Copylens can read.
pub(in crate::data) fn is_picture_head(head: &[u8]) -> bool {
    matches!(sniff(head, Path::new("")), Sniffed::Format(_))
}

/// The formats that can be read, by their names for people.
const NAMES: &[(ImageFormat, &str)] = &[
    (ImageFormat::Jpeg, "JPEG"),
    (ImageFormat::Png, "PNG"),
    (ImageFormat::Gif, "GIF"),
    (ImageFormat::WebP, "WebP"),
    (ImageFormat::Tiff, "TIFF"),
    (ImageFormat::Bmp, "BMP"),
    (ImageFormat::Ico, "ICO"),
    (ImageFormat::Pnm, "PNM"),
    (ImageFormat::Tga, "TGA"),
];

/// The name of a format for people.
pub(super) fn format_name(format: ImageFormat) -> &'static str {
    let row = NAMES.iter().find(|(known, _)| *known == format);
    row.map_or("picture", |(_, name)| name)
}

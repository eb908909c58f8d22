//! Pictures to the bytes of a file.

use image::ExtendedColorType;
use image::ImageEncoder as _;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;

use crate::data::EncodeError;
use crate::data::Picture;
use crate::data::fit_within;
use crate::data::resize;

/// The longest side a JPEG can have.
const MAX_JPEG_SIDE: u32 = 65_535;

/// Thumbnails are looked at, not measured.
const THUMBNAIL_QUALITY: u8 = 82;

/// A PNG of the picture.
pub fn encode_png(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let Picture { width, height, rgb } = picture;
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(rgb, *width, *height, ExtendedColorType::Rgb8)
        .map_err(|err| EncodeError::Encode {
            width: *width,
            height: *height,
            reason: err.to_string(),
        })?;
    Ok(bytes)
}

/// A JPEG of the picture, `quality` 1 to 100. Sides too long for JPEG are shortened.
pub fn encode_jpeg(picture: &Picture, quality: u8) -> Vec<u8> {
    if picture.width.max(picture.height) > MAX_JPEG_SIDE {
        let width = picture.width.min(MAX_JPEG_SIDE);
        let height = picture.height.min(MAX_JPEG_SIDE);
        return encode_jpeg(&resize(picture, width, height), quality);
    }
    let Picture { width, height, rgb } = picture;
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))
        .write_image(rgb, *width, *height, ExtendedColorType::Rgb8)
        .expect("the sides fit into a JPEG and memory takes any number of bytes");
    bytes
}

/// A small JPEG whose longer side is at most `side` pixels.
pub fn thumbnail_jpeg(picture: &Picture, side: u32) -> Vec<u8> {
    encode_jpeg(&fit_within(picture, side), THUMBNAIL_QUALITY)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::data::decode_bytes;

    use super::*;

    #[test]
    fn a_png_comes_back_unchanged() {
        let mut picture = Picture::filled(7, 5, [1, 2, 3]);
        picture.put(6, 4, [200, 100, 50]);
        let bytes = encode_png(&picture).unwrap();
        assert_eq!(
            decode_bytes(&bytes, Path::new("memory.png")).unwrap(),
            picture
        );
    }

    #[test]
    fn a_thumbnail_keeps_the_shape() {
        let bytes = thumbnail_jpeg(&Picture::filled(300, 100, [90, 90, 90]), 60);
        let thumbnail = decode_bytes(&bytes, Path::new("memory.jpg")).unwrap();
        assert_eq!((thumbnail.width, thumbnail.height), (60, 20));
    }

    #[test]
    fn a_side_too_long_for_jpeg_is_shortened() {
        let bytes = encode_jpeg(&Picture::filled(70_000, 1, [9, 9, 9]), 80);
        let picture = decode_bytes(&bytes, Path::new("memory.jpg")).unwrap();
        assert_eq!((picture.width, picture.height), (65_535, 1));
    }
}

//! Decoding pictures made in memory.

use std::path::PathBuf;

use image::DynamicImage;

use super::*;

fn bytes_of(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn gradient(width: u32, height: u32) -> DynamicImage {
    let pixel = |x, y| image::Rgb([(x * 9) as u8, (y * 13) as u8, 40]);
    image::RgbImage::from_fn(width, height, pixel).into()
}

#[test]
fn every_lossless_format_gives_its_pixels_back_under_any_name() {
    let image = gradient(19, 7);
    for format in [
        ImageFormat::Png,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::WebP,
        ImageFormat::Pnm,
        ImageFormat::Ico,
    ] {
        let image = if format == ImageFormat::Ico {
            image.to_rgba8().into()
        } else {
            image.clone()
        };
        let bytes = bytes_of(&image, format);
        let picture = decode_bytes(&bytes, Path::new("wrong.jpg")).unwrap();
        assert_eq!((picture.width, picture.height), (19, 7), "{format:?}");
        assert_eq!(picture.rgb, image.to_rgb8().into_raw(), "{format:?}");
    }
}

#[test]
fn tga_is_known_by_its_name() {
    let image = gradient(5, 4);
    let bytes = bytes_of(&image, ImageFormat::Tga);
    let picture = decode_bytes(&bytes, Path::new("a.tga")).unwrap();
    assert_eq!(picture.rgb, image.to_rgb8().into_raw());
    assert!(matches!(
        decode_bytes(&bytes, Path::new("a.txt")),
        Err(DecodeError::NotAPicture { .. })
    ));
}

#[test]
fn a_jpeg_is_close_to_what_went_in() {
    let image = gradient(16, 16);
    let bytes = bytes_of(&image, ImageFormat::Jpeg);
    let picture = decode_bytes(&bytes, Path::new("a")).unwrap();
    let worst = std::iter::zip(&picture.rgb, image.to_rgb8().as_raw())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(worst < Some(60), "{worst:?}");
}

#[test]
fn a_known_but_unreadable_format_is_named() {
    let bytes = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic";
    let err = decode_bytes(bytes, Path::new("IMG_1.HEIC")).unwrap_err();
    assert_eq!(
        err.to_string(),
        "Copylens cannot read HEIC files: IMG_1.HEIC"
    );
}

#[test]
fn a_claimed_size_above_the_limit_is_refused_with_numbers() {
    // A BMP header that claims 60,000 x 60,000 pixels.
    let mut bytes = b"BM".to_vec();
    bytes.extend_from_slice(&[0; 8]);
    for value in [54_u32, 40, 60_000, 60_000] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(&[1, 0, 24, 0]);
    bytes.extend_from_slice(&[0; 24]);
    let err = decode_bytes(&bytes, Path::new("huge.bmp")).unwrap_err();
    assert_eq!(
        err.to_string(),
        "The picture claims to be 60000 x 60000 pixels, more than Copylens opens: huge.bmp"
    );
}

#[test]
fn an_empty_file_a_folder_and_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.jpg");
    crate::persist::save(&empty, b"").unwrap();
    assert!(matches!(decode(&empty), Err(DecodeError::Empty { .. })));
    let directory = folder.path().join("directory.jpg");
    std::fs::create_dir(&directory).unwrap();
    assert!(matches!(
        decode(&directory),
        Err(DecodeError::NotAPicture { .. })
    ));
    let missing = PathBuf::from("/nowhere/at all.jpg");
    assert!(matches!(decode(&missing), Err(DecodeError::Open { .. })));
}

#[test]
fn a_panic_becomes_a_damaged_picture() {
    let result: Result<(), _> = guarded(Path::new("a.jpg"), || panic!("inside a decoder"));
    assert!(matches!(result, Err(DecodeError::Crashed { .. })));
}

#[test]
fn the_header_tells_the_upright_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    crate::persist::save(&path, &bytes_of(&gradient(12, 8), ImageFormat::Png)).unwrap();
    let expected = PictureInfo {
        width: 12,
        height: 8,
        format: "PNG",
        orientation: 1,
    };
    assert_eq!(decode_info(&path).unwrap(), expected);
}

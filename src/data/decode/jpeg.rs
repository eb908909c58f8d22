//! JPEG, read with zune-jpeg directly: one parse of the header, and four-ink pictures with
//! their own color profile.

use std::path::Path;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::data::DecodeError;
use crate::data::Picture;

use super::Orientation;
use super::check_size;
use super::color;
use super::one_line;
use super::pixels;
use super::turn_for;
use super::zeroed;

/// What has to be known before the pixels are decoded.
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) orientation: Orientation,
}

impl Header {
    pub(super) fn read(bytes: &[u8], path: &Path) -> Result<Self, DecodeError> {
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
        Self::from_decoder(&mut decoder, path)
    }

    fn from_decoder(
        decoder: &mut JpegDecoder<ZCursor<&[u8]>>,
        path: &Path,
    ) -> Result<Self, DecodeError> {
        decoder
            .decode_headers()
            .map_err(|err| decode_error(&err, path))?;
        let (width, height) = decoder.dimensions().unwrap_or_default();
        check_size(width as u64, height as u64, path)?;
        let exif = decoder
            .exif()
            .and_then(|chunk| image::metadata::Orientation::from_exif_chunk(chunk))
            .map_or(1, |found| found.to_exif());
        Ok(Self {
            width: width as u32,
            height: height as u32,
            orientation: Orientation::from_exif(exif),
        })
    }
}

/// Tolerant: what can be shown is shown.
fn options() -> DecoderOptions {
    DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
}

pub(super) fn decode(bytes: &[u8], path: &Path) -> Result<Picture, DecodeError> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    let header = Header::from_decoder(&mut decoder, path)?;
    let Header {
        width,
        height,
        orientation,
    } = header;
    let _one_at_a_time = turn_for(width, height);

    let input = decoder.input_colorspace().unwrap_or(ColorSpace::RGB);
    let is_four_inks = matches!(input, ColorSpace::CMYK | ColorSpace::YCCK);
    // Inks are kept as they are: they are mixed below, or by the profile.
    let (output, n_channels) = if is_four_inks {
        (input, 4)
    } else if input == ColorSpace::Luma {
        (ColorSpace::Luma, 1)
    } else {
        (ColorSpace::RGB, 3)
    };
    decoder.set_options(options().jpeg_set_out_colorspace(output));
    let n_bytes = u64::from(width) * u64::from(height) * n_channels;
    let mut samples = zeroed(n_bytes, n_bytes, path)?;
    decoder
        .decode_into(&mut samples)
        .map_err(|err| decode_error(&err, path))?;
    let profile = decoder.icc_profile();
    drop(decoder);

    let rgb = if is_four_inks {
        if input == ColorSpace::YCCK {
            pixels::inverted_inks_from_ycck(&mut samples);
        }
        color::rgb_from_inverted_inks(samples, profile.as_deref(), width)
    } else {
        let mut rgb = match n_channels {
            1 => pixels::rgb_from_gray(&samples),
            _ => samples,
        };
        if let Some(profile) = profile {
            color::apply_rgb_profile(&mut rgb, &profile, width);
        }
        rgb
    };
    Ok(orientation.apply(Picture::new(width, height, rgb)))
}

fn decode_error(err: &DecodeErrors, path: &Path) -> DecodeError {
    let path = path.to_owned();
    if matches!(err, DecodeErrors::ExhaustedData) {
        return DecodeError::Damaged {
            path,
            reason: "the file ends too early".to_owned(),
        };
    }
    DecodeError::Damaged {
        path,
        reason: one_line(&err.to_string()),
    }
}

//! Color profiles (ICC) to sRGB.

use moxcms::ColorProfile;
use moxcms::DataColorSpace;
use moxcms::Layout;
use moxcms::TransformOptions;

use super::pixels;

/// Levels by which a profile may differ from sRGB before it is worth converting.
const MAX_SAME: u8 = 2;

/// Converts pixels from `profile` to sRGB.
///
/// A profile that cannot be read, or that is about the same as sRGB, leaves the pixels alone: the
/// picture is fine without it.
pub(super) fn apply_rgb_profile(rgb: &mut [u8], profile: &[u8], width: u32) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options)
    else {
        return;
    };

    let probe = probe_colors();
    let mut converted = vec![0; probe.len()];
    if transform.transform(&probe, &mut converted).is_err() {
        return;
    }
    let is_same = std::iter::zip(&probe, &converted).all(|(a, b)| a.abs_diff(*b) <= MAX_SAME);
    if is_same {
        return;
    }

    let mut before = vec![0; width as usize * 3];
    for row in rgb.chunks_exact_mut(width as usize * 3) {
        before.copy_from_slice(row);
        if transform.transform(&before, row).is_err() {
            row.copy_from_slice(&before);
        }
    }
}

/// The corners, edges and the gray line of the color cube.
fn probe_colors() -> Vec<u8> {
    const LEVELS: [u8; 4] = [0, 64, 160, 255];
    let mut colors = Vec::new();
    for r in LEVELS {
        for g in LEVELS {
            for b in LEVELS {
                colors.extend_from_slice(&[r, g, b]);
            }
        }
    }
    colors
}

/// Mixes inverted inks (as Adobe stores them) to sRGB, by the profile if there is one.
pub(super) fn rgb_from_inverted_inks(
    samples: Vec<u8>,
    profile: Option<&[u8]>,
    width: u32,
) -> Vec<u8> {
    match profile.and_then(|profile| mix_by_profile(&samples, profile, width)) {
        Some(rgb) => rgb,
        None => pixels::rgb_from_inverted_cmyk(samples),
    }
}

fn mix_by_profile(samples: &[u8], profile: &[u8], width: u32) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if profile.color_space != DataColorSpace::Cmyk {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    // Four inks use the layout of four channels.
    let transform = profile
        .create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, options)
        .ok()?;
    let width = width as usize;
    let mut rgb = vec![0; samples.len() / 4 * 3];
    let mut inks = vec![0; width * 4];
    for (inverted, row) in samples
        .chunks_exact(width * 4)
        .zip(rgb.chunks_exact_mut(width * 3))
    {
        for (ink, value) in inks.iter_mut().zip(inverted) {
            *ink = 255 - value;
        }
        transform.transform(&inks, row).ok()?;
    }
    Some(rgb)
}

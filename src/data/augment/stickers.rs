//! Little colored pictures to put on top: drawn from the emoji fonts, or read from a folder.

use std::path::Path;
use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;

use super::canvas;
use super::draws;
use super::fonts;
use super::fonts::Mask;

/// Why a folder of stickers could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StickerError {
    #[error("Cannot read the folder of stickers: {path}")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("The folder holds no PNG picture that can be read: {path}")]
    Empty { path: PathBuf },
}

impl StickerError {
    /// What the user can do about it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "Check that the folder is there and may be read.",
            Self::Empty { .. } => "Choose a folder with PNG pictures of emoji or logos.",
        }
    }
}

/// Pixels with opacity, `[height][width][4]`.
#[derive(Clone)]
pub(super) struct Sticker {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// Where stickers come from.
#[derive(Default)]
pub struct Stickers {
    from_folder: Vec<Sticker>,
}

/// Stickers larger than this are of no use: they are scaled down to half a picture at most.
const LARGEST_SIDE: u32 = 1024;

/// Colors of the shapes; the first is the yellow of most emoji.
const PALETTE: [[u8; 3]; 12] = [
    [255, 204, 77],
    [221, 46, 68],
    [244, 144, 12],
    [120, 177, 89],
    [85, 172, 238],
    [170, 142, 214],
    [193, 105, 79],
    [59, 136, 195],
    [234, 89, 110],
    [255, 172, 51],
    [92, 145, 59],
    [230, 231, 232],
];

/// Colors of the lines.
const INKS: [[u8; 3]; 5] = [
    [41, 47, 51],
    [0, 0, 0],
    [102, 69, 0],
    [255, 255, 255],
    [35, 60, 120],
];

impl Stickers {
    /// Only the ones that are drawn from the fonts.
    pub fn drawn() -> Self {
        Self::default()
    }

    /// Half of them from the PNG files of a folder (in the order of their names), half drawn.
    /// Files that cannot be read are left out.
    pub fn with_folder(folder: &Path) -> Result<Self, StickerError> {
        let entries = std::fs::read_dir(folder).map_err(|source| StickerError::Folder {
            path: folder.to_owned(),
            source,
        })?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|end| end.eq_ignore_ascii_case("png"))
            })
            .collect();
        paths.sort();
        let from_folder: Vec<Sticker> = paths.iter().filter_map(|path| read(path)).collect();
        if from_folder.is_empty() {
            return Err(StickerError::Empty {
                path: folder.to_owned(),
            });
        }
        Ok(Self { from_folder })
    }

    /// A random sticker whose longer side has `side` pixels.
    pub(super) fn draw(&self, side: u32, rng: &mut ChaCha8Rng) -> Option<Sticker> {
        let read = draws::pick(rng, &self.from_folder);
        if draws::chance(rng, 0.5)
            && let Some(sticker) = read
        {
            return Some(sticker.fit(side));
        }
        draw_glyph(side, rng)
    }
}

impl Sticker {
    /// Brought to `side` pixels on the longer side, bilinear.
    fn fit(&self, side: u32) -> Self {
        let scale = side as f32 / self.width.max(self.height) as f32;
        let new_side = |old: u32| ((old as f32 * scale).round() as u32).max(1);
        let (width, height) = (new_side(self.width), new_side(self.height));
        let rgba = canvas::resize_rgba(&self.rgba, (self.width, self.height), (width, height));
        Self {
            width,
            height,
            rgba,
        }
    }
}

fn read(path: &Path) -> Option<Sticker> {
    let mut reader = image::ImageReader::open(path).ok()?;
    reader.set_format(image::ImageFormat::Png);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    reader.limits(limits);
    let pixels = reader.decode().ok()?.into_rgba8();
    Some(Sticker {
        width: pixels.width(),
        height: pixels.height(),
        rgba: pixels.into_raw(),
    })
}

/// A glyph as a sticker: its closed areas in random colors, its lines in one ink, often with a
/// white rim around.
fn draw_glyph(side: u32, rng: &mut ChaCha8Rng) -> Option<Sticker> {
    let typeface = draws::pick(rng, &fonts::EMOJI)?;
    let glyph = *draws::pick(rng, &typeface.glyphs)?;
    let has_rim = draws::chance(rng, 0.4);
    let rim = if has_rim { (side / 16).max(1) } else { 0 };
    let base = if draws::chance(rng, 0.4) {
        PALETTE[0]
    } else {
        *draws::pick(rng, &PALETTE)?
    };
    let second = *draws::pick(rng, &PALETTE)?;
    let ink = *draws::pick(rng, &INKS)?;

    let (width_em, height_em) = typeface.extent(glyph)?;
    let em_px = (side.saturating_sub(2 * rim).max(3)) as f32 / width_em.max(height_em);
    let mask = framed(&typeface.draw(&[glyph], em_px)?, rim + 1);
    let regions = regions(&mask);
    // A drawing gets dark lines and colored areas, a silhouette gets colored itself.
    let (ink, base) = if is_silhouette(&regions) {
        (base, ink)
    } else {
        (ink, base)
    };
    let mut rgba = Vec::with_capacity(mask.coverage.len() * 4);
    for (coverage, region) in mask.coverage.iter().zip(&regions) {
        let (color, alpha) = match region {
            Region::Outside => (ink, *coverage),
            Region::Line => (ink, 255),
            Region::Inside(n) => {
                let area = if n % 2 == 0 { base } else { second };
                (canvas::mix_color(area, ink, u32::from(*coverage)), 255)
            }
        };
        rgba.extend([color[0], color[1], color[2], alpha]);
    }
    let mut sticker = Sticker {
        width: mask.width,
        height: mask.height,
        rgba,
    };
    if has_rim {
        add_rim(&mut sticker, &regions, rim);
    }
    Some(sticker)
}

/// Whether the glyph is mostly one solid shape.
fn is_silhouette(regions: &[Region]) -> bool {
    let n_line = regions.iter().filter(|region| **region == Region::Line);
    let n_inside = regions
        .iter()
        .filter(|region| matches!(region, Region::Inside(_)));
    n_line.count() > 2 * n_inside.count()
}

/// What a pixel of a glyph belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Region {
    Outside,
    Line,
    /// The closed area of this number, counted from the top.
    Inside(u32),
}

/// Splits a mask into lines, closed areas and what is outside.
fn regions(mask: &Mask) -> Vec<Region> {
    let mut regions: Vec<Option<Region>> = mask
        .coverage
        .iter()
        .map(|coverage| (*coverage >= 128).then_some(Region::Line))
        .collect();
    flood(&mut regions, mask.width as usize, 0, Region::Outside);
    let mut n_areas = 0;
    for idx in 0..regions.len() {
        if regions[idx].is_none() {
            flood(
                &mut regions,
                mask.width as usize,
                idx,
                Region::Inside(n_areas),
            );
            n_areas += 1;
        }
    }
    regions
        .into_iter()
        .map(|region| region.unwrap_or(Region::Outside))
        .collect()
}

/// Marks everything that hangs together with pixel `start`.
fn flood(regions: &mut [Option<Region>], width: usize, start: usize, mark: Region) {
    let mut open = vec![start];
    while let Some(idx) = open.pop() {
        if regions[idx].is_some() {
            continue;
        }
        regions[idx] = Some(mark);
        let x = idx % width;
        if x > 0 {
            open.push(idx - 1);
        }
        if x + 1 < width {
            open.push(idx + 1);
        }
        if idx >= width {
            open.push(idx - width);
        }
        if idx + width < regions.len() {
            open.push(idx + width);
        }
    }
}

/// The mask with `margin` empty pixels on each side.
fn framed(mask: &Mask, margin: u32) -> Mask {
    let (width, height) = (mask.width + 2 * margin, mask.height + 2 * margin);
    let mut coverage = vec![0; width as usize * height as usize];
    for (y, row) in mask.coverage.chunks_exact(mask.width as usize).enumerate() {
        let start = (y + margin as usize) * width as usize + margin as usize;
        coverage[start..start + row.len()].copy_from_slice(row);
    }
    Mask {
        width,
        height,
        coverage,
    }
}

/// Paints white all pixels outside that are within `rim` pixels of the shape.
fn add_rim(sticker: &mut Sticker, regions: &[Region], rim: u32) {
    let (width, height) = (sticker.width as i32, sticker.height as i32);
    let rim = rim as i32;
    let mut is_rim = vec![false; regions.len()];
    for (idx, region) in regions.iter().enumerate() {
        if *region == Region::Outside {
            continue;
        }
        let (x, y) = (idx as i32 % width, idx as i32 / width);
        for dy in -rim..=rim {
            let reach = ((rim * rim - dy * dy) as f32).sqrt() as i32;
            let row = y + dy;
            if (0..height).contains(&row) {
                let from = (row * width + (x - reach).max(0)) as usize;
                let to = (row * width + (x + reach).min(width - 1)) as usize;
                is_rim[from..=to].fill(true);
            }
        }
    }
    let pixels = sticker.rgba.chunks_exact_mut(4).zip(regions).zip(is_rim);
    for ((pixel, region), is_rim) in pixels {
        if is_rim && *region == Region::Outside {
            let ink = [pixel[0], pixel[1], pixel[2]];
            let color = canvas::mix_color([255; 3], ink, u32::from(pixel[3]));
            pixel.copy_from_slice(&[color[0], color[1], color[2], 255]);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    /// ```text
    /// . . . . .
    /// . # # # .
    /// . # . # .
    /// . # # # .
    /// . . . . .
    /// ```
    #[test]
    fn the_hole_of_a_ring_is_an_area_of_its_own() {
        let ring = Mask {
            width: 3,
            height: 3,
            coverage: vec![255, 255, 255, 255, 0, 255, 255, 255, 255],
        };
        let regions = regions(&framed(&ring, 1));
        assert!(regions[0] == Region::Outside && regions[24] == Region::Outside);
        assert!(regions[6] == Region::Line);
        assert!(regions[12] == Region::Inside(0));
    }

    #[test]
    fn drawn_stickers_have_the_size_asked_for_and_something_to_see() {
        let stickers = Stickers::drawn();
        for seed in 0..200 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let sticker = stickers.draw(48, &mut rng).unwrap();
            let longest = sticker.width.max(sticker.height);
            assert!((46..=53).contains(&longest), "{seed}: {longest}");
            let n_seen = sticker
                .rgba
                .chunks_exact(4)
                .filter(|pixel| pixel[3] > 128)
                .count();
            assert!(n_seen > 20, "{seed}: {n_seen}");
        }
    }

    #[test]
    fn a_missing_folder_is_an_error_with_advice() {
        let error = Stickers::with_folder(Path::new("no/such/folder"))
            .err()
            .unwrap();
        assert!(error.to_string().contains("no/such/folder"));
        assert!(error.advice().ends_with('.'));
    }
}

//! Letters and emoji as masks of coverage, from the fonts that the window uses as well.

use std::sync::LazyLock;

use ab_glyph::Font as _;
use ab_glyph::FontRef;
use ab_glyph::GlyphId;
use ab_glyph::OutlinedGlyph;
use ab_glyph::PxScale;
use ab_glyph::PxScaleFactor;
use ab_glyph::Rect;
use ab_glyph::point;

/// A font and the glyphs of it that can be seen.
pub(super) struct Typeface {
    font: FontRef<'static>,
    /// In the order of their code points.
    pub glyphs: Vec<GlyphId>,
}

/// Coverage 0..=255 of something drawn, one byte per pixel.
#[derive(Clone)]
pub(super) struct Mask {
    pub width: u32,
    pub height: u32,
    pub coverage: Vec<u8>,
}

/// Fonts for text.
pub(super) static TEXT: LazyLock<Vec<Typeface>> = LazyLock::new(|| {
    [
        epaint_default_fonts::UBUNTU_LIGHT,
        epaint_default_fonts::HACK_REGULAR,
    ]
    .into_iter()
    .filter_map(|bytes| Typeface::new(bytes, |character| !character.is_control()))
    .collect()
});

/// Fonts whose glyphs are little pictures.
pub(super) static EMOJI: LazyLock<Vec<Typeface>> = LazyLock::new(|| {
    [
        epaint_default_fonts::NOTO_EMOJI_REGULAR,
        epaint_default_fonts::EMOJI_ICON,
    ]
    .into_iter()
    .filter_map(|bytes| Typeface::new(bytes, is_emoji))
    .collect()
});

impl Typeface {
    fn new(bytes: &'static [u8], is_wanted: impl Fn(char) -> bool) -> Option<Self> {
        let font = FontRef::try_from_slice(bytes).ok()?;
        let mut characters: Vec<(char, GlyphId)> = font
            .codepoint_ids()
            .map(|(glyph, character)| (character, glyph))
            .filter(|(character, _)| is_wanted(*character))
            .filter(|(_, glyph)| has_shape(&font, *glyph))
            .collect();
        // The font hands them out in no fixed order; several characters may share a glyph.
        characters.sort_unstable();
        let glyphs = characters.into_iter().map(|(_, glyph)| glyph).collect();
        Some(Self { font, glyphs })
    }

    /// The glyphs of a text; unknown characters are left out.
    pub(super) fn glyphs_of(&self, text: &str) -> Vec<GlyphId> {
        text.chars()
            .map(|character| self.font.glyph_id(character))
            .filter(|glyph| glyph.0 != 0)
            .collect()
    }

    /// The longest beginning of `glyphs` that fits into `width x height` pixels at `em_px` per em.
    pub(super) fn n_fitting(
        &self,
        glyphs: &[GlyphId],
        em_px: f32,
        width: u32,
        height: u32,
    ) -> usize {
        let mut bounds: Option<Rect> = None;
        for (n_before, outlined) in self.outlines(glyphs, em_px).enumerate() {
            bounds = union(bounds, outlined.as_ref());
            if let Some(bounds) = bounds
                && (bounds.width() > width as f32 || bounds.height() > height as f32)
            {
                return n_before;
            }
        }
        glyphs.len()
    }

    /// Draws one line; `None` where nothing of it can be seen.
    pub(super) fn draw(&self, glyphs: &[GlyphId], em_px: f32) -> Option<Mask> {
        let outlines: Vec<OutlinedGlyph> = self.outlines(glyphs, em_px).flatten().collect();
        let bounds = outlines
            .iter()
            .fold(None, |bounds, glyph| union(bounds, Some(glyph)))?;
        let (width, height) = (bounds.width() as u32, bounds.height() as u32);
        let mut coverage = vec![0_u8; width as usize * height as usize];
        for outlined in &outlines {
            let corner = outlined.px_bounds().min;
            let (left, top) = (
                (corner.x - bounds.min.x) as u32,
                (corner.y - bounds.min.y) as u32,
            );
            outlined.draw(|x, y, share| {
                let (x, y) = (left + x, top + y);
                if x < width && y < height {
                    let value = (share.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
                    let target = &mut coverage[(y * width + x) as usize];
                    *target = (*target).max(value);
                }
            });
        }
        Some(Mask {
            width,
            height,
            coverage,
        })
    }

    /// Size in ems of the box around a glyph.
    pub(super) fn extent(&self, glyph: GlyphId) -> Option<(f32, f32)> {
        let bounds = self.font.outline(glyph)?.bounds;
        let em = self.font.units_per_em()?;
        Some((bounds.width().abs() / em, bounds.height().abs() / em))
    }

    fn outlines<'a>(
        &'a self,
        glyphs: &'a [GlyphId],
        em_px: f32,
    ) -> impl Iterator<Item = Option<OutlinedGlyph>> + 'a {
        let px_per_unit = em_px / self.font.units_per_em().unwrap_or(1000.0);
        let scale = PxScale::from(px_per_unit * self.font.height_unscaled());
        let factor = PxScaleFactor {
            horizontal: px_per_unit,
            vertical: px_per_unit,
        };
        let mut pen = 0.0;
        glyphs.iter().map(move |glyph| {
            let position = point(pen, 0.0);
            pen += self.font.h_advance_unscaled(*glyph) * px_per_unit;
            let outline = self.font.outline(*glyph)?;
            let placed = glyph.with_scale_and_position(scale, position);
            Some(OutlinedGlyph::new(placed, outline, factor))
        })
    }
}

/// Symbols, dingbats and the emoji planes; not the letters, flags, logos and religious signs that
/// the fonts hold as well.
fn is_emoji(character: char) -> bool {
    let is_symbol = matches!(character, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}');
    let is_religious = matches!(character, '\u{2626}'..='\u{2638}' | '\u{271d}'..='\u{2721}')
        || matches!(
            character,
            '\u{1f540}'..='\u{1f54e}' | '\u{1f6d0}' | '\u{1f52f}'
        );
    is_symbol && !is_religious
}

fn has_shape(font: &FontRef<'static>, glyph: GlyphId) -> bool {
    font.outline(glyph)
        .is_some_and(|outline| outline.bounds.width() > 0.0 && !outline.curves.is_empty())
}

fn union(bounds: Option<Rect>, glyph: Option<&OutlinedGlyph>) -> Option<Rect> {
    let (Some(bounds), Some(glyph)) = (bounds, glyph) else {
        return bounds.or_else(|| glyph.map(OutlinedGlyph::px_bounds));
    };
    let other = glyph.px_bounds();
    Some(Rect {
        min: point(bounds.min.x.min(other.min.x), bounds.min.y.min(other.min.y)),
        max: point(bounds.max.x.max(other.max.x), bounds.max.y.max(other.max.y)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_hold_many_glyphs() {
        let counts: Vec<usize> = TEXT
            .iter()
            .chain(&*EMOJI)
            .map(|face| face.glyphs.len())
            .collect();
        assert_eq!(counts.len(), 4);
        assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
    }

    #[test]
    fn a_letter_is_as_tall_as_its_em_says() {
        // The capitals of Hack are 0.73 em tall.
        let hack = &TEXT[1];
        let mask = hack.draw(&hack.glyphs_of("H"), 100.0).unwrap();
        assert!((71..=76).contains(&mask.height), "{}", mask.height);
        assert!(mask.coverage.contains(&255));
    }

    #[test]
    fn the_longest_fitting_beginning_fits_and_one_more_does_not() {
        let hack = &TEXT[1];
        let glyphs = hack.glyphs_of("HHHHHHHHHHHH");
        let n_fitting = hack.n_fitting(&glyphs, 20.0, 60, 30);
        assert!((3..7).contains(&n_fitting), "{n_fitting}");
        let width = |n| hack.draw(&glyphs[..n], 20.0).unwrap().width;
        assert!(width(n_fitting) <= 60 && width(n_fitting + 1) > 60);
        assert_eq!(hack.n_fitting(&glyphs, 20.0, 60, 5), 0);
    }
}

//! Colors and fills of the drawn pictures.

use tiny_skia::Color;
use tiny_skia::GradientStop;
use tiny_skia::LinearGradient;
use tiny_skia::Point;
use tiny_skia::RadialGradient;
use tiny_skia::Shader;
use tiny_skia::SpreadMode;
use tiny_skia::Transform;

/// A color with alpha, each 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ink {
    pub(super) rgb: [f32; 3],
    pub(super) alpha: f32,
}

/// A color from six hexadecimal digits.
pub(super) fn ink(hex: &str) -> Ink {
    Ink::from(hex)
}

impl From<&str> for Ink {
    fn from(hex: &str) -> Self {
        let value = u32::from_str_radix(hex, 16).unwrap_or(0);
        let rgb = [16, 8, 0].map(|shift| (value >> shift & 255) as f32 / 255.0);
        Self { rgb, alpha: 1.0 }
    }
}

impl Ink {
    pub(super) fn alpha(self, alpha: f32) -> Self {
        Self { alpha, ..self }
    }

    /// Moves towards `other`: 0 stays, 1 is the other color.
    pub(super) fn mix(self, other: impl Into<Self>, share: f32) -> Self {
        let other = other.into();
        let share = share.clamp(0.0, 1.0);
        let blend = |a: f32, b: f32| a + (b - a) * share;
        let mut rgb = self.rgb;
        for (value, target) in rgb.iter_mut().zip(other.rgb) {
            *value = blend(*value, target);
        }
        let alpha = blend(self.alpha, other.alpha);
        Self { rgb, alpha }
    }

    pub(super) fn darker(self, share: f32) -> Self {
        self.mix(ink("05060f").alpha(self.alpha), share)
    }

    pub(super) fn lighter(self, share: f32) -> Self {
        self.mix(ink("fffaf0").alpha(self.alpha), share)
    }

    /// The color at `position` (0 to 1) of an evenly spaced ramp.
    pub(super) fn ramp(inks: &[&str], position: f32) -> Self {
        let last = inks.len() - 1;
        let at = position.clamp(0.0, 1.0) * last as f32;
        let idx = (at as usize).min(last.saturating_sub(1));
        ink(inks[idx]).mix(inks[(idx + 1).min(last)], at - idx as f32)
    }

    pub(super) fn levels(self) -> [f32; 3] {
        self.rgb.map(|value| value * 255.0)
    }

    fn color(self) -> Color {
        let [r, g, b] = self.rgb.map(|value| value.clamp(0.0, 1.0));
        Color::from_rgba(r, g, b, self.alpha.clamp(0.0, 1.0)).unwrap_or(Color::BLACK)
    }
}

/// What a shape is filled with.
pub(super) struct Fill(pub(super) Shader<'static>);

impl From<Ink> for Fill {
    fn from(ink: Ink) -> Self {
        Self(Shader::SolidColor(ink.color()))
    }
}

impl From<&str> for Fill {
    fn from(hex: &str) -> Self {
        Ink::from(hex).into()
    }
}

fn stops(inks: &[Ink]) -> Vec<GradientStop> {
    let last = inks.len().saturating_sub(1).max(1) as f32;
    inks.iter()
        .enumerate()
        .map(|(idx, ink)| GradientStop::new(idx as f32 / last, ink.color()))
        .collect()
}

/// A gradient from one point to another.
pub(super) fn between(from: (f32, f32), to: (f32, f32), inks: &[Ink]) -> Fill {
    let (start, end) = (Point::from(from), Point::from(to));
    let gradient = LinearGradient::new(
        start,
        end,
        stops(inks),
        SpreadMode::Pad,
        Transform::identity(),
    );
    gradient.map_or_else(|| inks[0].into(), Fill)
}

/// A gradient from `top` down to `bottom`.
pub(super) fn down(top: f32, bottom: f32, inks: &[Ink]) -> Fill {
    between((0.0, top), (0.0, bottom), inks)
}

/// A gradient from a center outwards.
pub(super) fn around(x: f32, y: f32, radius: f32, inks: &[Ink]) -> Fill {
    off_center((x, y), (x, y), radius, inks)
}

/// A radial gradient whose first color sits at `focus`.
pub(super) fn off_center(focus: (f32, f32), center: (f32, f32), radius: f32, inks: &[Ink]) -> Fill {
    let gradient = RadialGradient::new(
        Point::from(focus),
        Point::from(center),
        radius.max(0.01),
        stops(inks),
        SpreadMode::Pad,
        Transform::identity(),
    );
    gradient.map_or_else(|| inks[0].into(), Fill)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_passes_through_its_colors() {
        let ramp = ["000000", "ff0000", "ffffff"];
        assert_eq!(Ink::ramp(&ramp, 0.0), ink("000000"));
        assert_eq!(Ink::ramp(&ramp, 0.5), ink("ff0000"));
        assert_eq!(Ink::ramp(&ramp, 1.0), ink("ffffff"));
    }
}

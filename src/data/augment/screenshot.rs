//! The picture as shown by a phone or a browser.

use rand_chacha::ChaCha8Rng;

use super::Augmentation;
use super::AugmentationSpec;
use super::Draft;
use super::ParameterSpec;
use super::Span;
use super::Surroundings;
use super::canvas;
use super::canvas::Area;
use super::caption;
use super::draws;
use crate::data::Picture;

pub(super) const SPEC: AugmentationSpec = AugmentationSpec {
    id: "screenshot",
    label: "Screenshot",
    help: "Shows the picture in the window of a browser or on the screen of a phone.",
    probability: 0.1,
    parameters: &[ParameterSpec {
        id: "height",
        label: "Height of the picture as share of the screen",
        limits: Span::new(0.2, 1.0),
        default: Span::new(0.4, 0.85),
    }],
    build: |spans| Box::new(Screenshot { height: spans[0] }),
};

/// Side of the screen as multiple of the picture's: lines stay thinner than a pixel of the result.
const OVERSAMPLING: u32 = 2;

struct Screenshot {
    height: Span,
}

/// The colors of a program.
struct Theme {
    page: [u8; 3],
    bar: [u8; 3],
    ink: [u8; 3],
    accent: [u8; 3],
}

impl Augmentation for Screenshot {
    fn apply(&self, view: &mut Draft<'_>, _: &Surroundings<'_>, rng: &mut ChaCha8Rng) {
        let theme = draw_theme(rng);
        let picture = &view.picture;
        let width = picture.width * OVERSAMPLING;
        let height = picture.height * OVERSAMPLING;
        let mut screen = Picture::filled(width, height, theme.page);
        let shown_height = (self.height.draw(rng) * height as f32) as u32;
        let is_phone = draws::chance(rng, 0.5);
        let place = if is_phone {
            phone(&mut screen, shown_height, &theme, rng)
        } else {
            browser(&mut screen, shown_height, &theme, rng)
        };
        let shown = canvas::resize(picture, place.width, place.height);
        canvas::paste(&mut screen, &shown, place.left, place.top, 1.0);
        let (old_width, old_height) = (picture.width, picture.height);
        view.paste_into(screen, place);
        view.resize(old_width, old_height);
    }
}

fn draw_theme(rng: &mut ChaCha8Rng) -> Theme {
    let is_dark = draws::chance(rng, 0.35);
    let tint = draws::below(rng, 24) as u8;
    let accent = draws::color(rng);
    if is_dark {
        Theme {
            page: [16 + tint; 3],
            bar: [30 + tint, 32 + tint, 38 + tint],
            ink: [220; 3],
            accent,
        }
    } else {
        Theme {
            page: [255 - tint / 2; 3],
            bar: [244 - tint, 244 - tint, 246 - tint],
            ink: [40; 3],
            accent,
        }
    }
}

/// A post on a phone: status bar, name, picture over the full width, buttons, text, tabs.
fn phone(screen: &mut Picture, shown_height: u32, theme: &Theme, rng: &mut ChaCha8Rng) -> Area {
    let (width, height) = (screen.width, screen.height);
    let free = height.saturating_sub(shown_height);
    let unit = (height / 24).max(1);
    let header = free * (20 + draws::below(rng, 50)) / 100;
    let place = Area {
        left: 0,
        top: header,
        width,
        height: shown_height.clamp(1, height),
    };
    let status = Area {
        height: unit.min(header),
        ..Area::of(screen)
    };
    canvas::fill(screen, status, theme.bar);
    caption::write_lines(screen, status, (1, theme.ink), rng);
    if header > 3 * unit {
        let dot = Area {
            left: unit / 2,
            top: header - 2 * unit,
            width: 3 * unit / 2,
            height: 3 * unit / 2,
        };
        canvas::fill(screen, dot, theme.accent);
        let name = Area {
            left: 2 * unit,
            width: width / 2,
            ..dot
        };
        caption::write_lines(screen, name, (1, theme.ink), rng);
    }
    let below = Area {
        left: 0,
        top: header + place.height,
        width,
        height: (free - header).min(height),
    };
    post_footer(screen, below, unit, theme, rng);
    place
}

/// Buttons and a few lines of text.
fn post_footer(screen: &mut Picture, area: Area, unit: u32, theme: &Theme, rng: &mut ChaCha8Rng) {
    if area.height < 2 * unit {
        return;
    }
    for button in 0..3 {
        let square = Area {
            left: unit / 2 + button * 2 * unit,
            top: area.top + unit / 2,
            width: unit,
            height: unit,
        };
        let color = if button == 0 { theme.accent } else { theme.ink };
        canvas::fill(screen, square, color);
    }
    let text = Area {
        top: area.top + 2 * unit,
        height: area.height - 2 * unit,
        ..area
    };
    let n_lines = (text.height * 2 / (3 * unit)).min(5);
    caption::write_lines(screen, text, (n_lines, theme.ink), rng);
}

/// A page in a browser: tabs, address, headline, picture, text beside or below.
fn browser(screen: &mut Picture, shown_height: u32, theme: &Theme, rng: &mut ChaCha8Rng) -> Area {
    let (width, height) = (screen.width, screen.height);
    let unit = (height / 24).max(1);
    let bars = Area {
        height: (3 * unit).min(height),
        ..Area::of(screen)
    };
    canvas::fill(screen, bars, theme.bar);
    for button in 0..3 {
        let dot = Area {
            left: unit / 2 + button * unit,
            top: unit / 3,
            width: unit / 2,
            height: unit / 2,
        };
        canvas::fill(
            screen,
            dot,
            [[237, 106, 94], [245, 191, 79], [98, 197, 84]][button as usize],
        );
    }
    let address = Area {
        left: 2 * unit,
        top: 3 * unit / 2,
        width: width.saturating_sub(4 * unit),
        height: (6 * unit / 5).max(1),
    };
    canvas::fill(screen, address, theme.page);
    caption::write_lines(screen, address, (1, theme.ink), rng);

    let room = height.saturating_sub(bars.height + unit).max(1);
    let shown_height = shown_height.clamp(1, room);
    let shown_width = (width * (60 + draws::below(rng, 41)) / 100).max(1);
    let top = bars.height + draws::below(rng, room - shown_height + 1);
    let left = draws::below(rng, width - shown_width + 1);
    let above = Area {
        left,
        top: bars.height,
        width: shown_width,
        height: top - bars.height,
    };
    caption::write_lines(
        screen,
        above,
        (1 + above.height / (4 * unit), theme.ink),
        rng,
    );
    let below_top = top + shown_height;
    let below = Area {
        left,
        top: below_top,
        width: shown_width,
        height: height.saturating_sub(below_top),
    };
    caption::write_lines(
        screen,
        below,
        (below.height / (3 * unit / 2).max(1), theme.ink),
        rng,
    );
    Area {
        left,
        top,
        width: shown_width,
        height: shown_height,
    }
}

#[cfg(test)]
mod tests {
    use super::super::pipeline::testing::apply_alone;
    use super::*;

    #[test]
    fn the_picture_fills_a_good_part_of_the_screen() {
        let picture = Picture::filled(96, 96, [200, 30, 120]);
        for seed in 0..60 {
            let screen = apply_alone(&SPEC, &picture, seed);
            assert_eq!((screen.width, screen.height), (96, 96));
            let pixels = screen.rgb.chunks_exact(3);
            let n_shown = pixels.filter(|pixel| *pixel == [200, 30, 120]).count();
            let share = n_shown as f32 / (96.0 * 96.0);
            assert!((0.2..0.9).contains(&share), "{seed}: {share}");
        }
    }
}

//! Colors, text styles and measures of the window: the only place that names them.
//!
//! The roles are those of the design: a neutral ground, one accent, and three band colors that
//! never stand alone but always next to a word or a shape.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one file that makes colors"
)]

use eframe::egui;
use egui::Color32;
use egui::CornerRadius;
use egui::FontData;
use egui::FontDefinitions;
use egui::FontFamily;
use egui::FontId;
use egui::Frame;
use egui::Margin;
use egui::Shadow;
use egui::Stroke;
use egui::TextStyle;
use egui::Vec2;
use egui::Visuals;

use crate::matching::Band;
use crate::settings::Theme;

/// Room between two things that belong together, in points.
pub const GAP: f32 = 8.0;
/// Room between two groups.
pub const GROUP_GAP: f32 = 16.0;
/// Room between a page and the edge of its place.
pub const PAGE_MARGIN: f32 = 24.0;
pub const RAIL_WIDTH: f32 = 88.0;
pub const ACTIVITY_BAR_HEIGHT: f32 = 40.0;
/// The row with the title of a page.
pub const TITLE_BAR_HEIGHT: f32 = 36.0;
pub const CARD_RADIUS: u8 = 8;
pub const CONTROL_RADIUS: u8 = 6;
pub const THUMBNAIL_RADIUS: u8 = 4;
/// Nothing that can be clicked is lower than this.
pub const HIT_HEIGHT: f32 = 28.0;
pub const FOCUS_RING: f32 = 2.0;
/// About 75 characters of body text.
pub const READING_WIDTH: f32 = 520.0;
/// Fades and slides, in seconds.
pub const MOTION_SECS: f32 = 0.12;
/// Work shorter than this shows no sign of waiting, in seconds.
pub const PATIENCE_SECS: f32 = 0.3;

/// Icons next to body text.
pub const ICON_SIZE: f32 = 16.0;
/// Icons of the rail.
pub const RAIL_ICON_SIZE: f32 = 24.0;
/// The one big icon of an empty page.
pub const HERO_ICON_SIZE: f32 = 48.0;

/// One color per role.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    pub ground: Color32,
    pub card: Color32,
    /// Menus and sheets.
    pub raised: Color32,
    pub line: Color32,
    pub text: Color32,
    pub weak: Color32,
    pub accent: Color32,
    pub accent_hovered: Color32,
    pub accent_pressed: Color32,
    pub on_accent: Color32,
    /// A wash of the accent behind what is selected.
    pub selection: Color32,
    pub control: Color32,
    pub control_hovered: Color32,
    pub control_pressed: Color32,
    pub same_file: Color32,
    pub edited: Color32,
    pub maybe: Color32,
    pub problem: Color32,
    /// Behind letter-boxed pictures.
    pub picture_ground: Color32,
    /// Lines over the part of a picture that has no counterpart.
    pub hatch: Color32,
    /// Behind a sheet, over the page below it.
    pub shade: Color32,
    /// Curves in the order they are added (Okabe and Ito).
    pub curves: [Color32; 8],
}

const LIGHT: Palette = Palette {
    ground: Color32::from_rgb(0xF6, 0xF6, 0xF4),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    raised: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    line: Color32::from_rgb(0xDE, 0xDE, 0xDA),
    text: Color32::from_rgb(0x1B, 0x1D, 0x1F),
    weak: Color32::from_rgb(0x5C, 0x61, 0x66),
    accent: Color32::from_rgb(0x0B, 0x6E, 0x6E),
    accent_hovered: Color32::from_rgb(0x09, 0x5F, 0x5F),
    accent_pressed: Color32::from_rgb(0x07, 0x50, 0x50),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    selection: Color32::from_rgb(0xDC, 0xEC, 0xEB),
    control: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    control_hovered: Color32::from_rgb(0xF0, 0xF0, 0xED),
    control_pressed: Color32::from_rgb(0xE6, 0xE6, 0xE2),
    same_file: Color32::from_rgb(0x1F, 0x6F, 0xB2),
    edited: Color32::from_rgb(0x0B, 0x6E, 0x6E),
    maybe: Color32::from_rgb(0x8A, 0x6A, 0x00),
    problem: Color32::from_rgb(0xB3, 0x26, 0x1E),
    picture_ground: Color32::from_rgb(0xEC, 0xEC, 0xE9),
    hatch: Color32::from_rgb(0xC4, 0xC4, 0xBF),
    shade: Color32::from_black_alpha(0x59),
    curves: [
        Color32::from_rgb(0x00, 0x72, 0xB2),
        Color32::from_rgb(0xD5, 0x5E, 0x00),
        Color32::from_rgb(0x00, 0x9E, 0x73),
        Color32::from_rgb(0xCC, 0x79, 0xA7),
        Color32::from_rgb(0xE6, 0x9F, 0x00),
        Color32::from_rgb(0x56, 0xB4, 0xE9),
        Color32::from_rgb(0x8A, 0x7F, 0x00),
        Color32::from_rgb(0x1B, 0x1D, 0x1F),
    ],
};

const DARK: Palette = Palette {
    ground: Color32::from_rgb(0x16, 0x18, 0x1B),
    card: Color32::from_rgb(0x1E, 0x21, 0x25),
    raised: Color32::from_rgb(0x26, 0x2A, 0x2F),
    line: Color32::from_rgb(0x33, 0x38, 0x3E),
    text: Color32::from_rgb(0xEC, 0xED, 0xEE),
    weak: Color32::from_rgb(0xA3, 0xA9, 0xAF),
    accent: Color32::from_rgb(0x3C, 0xC2, 0xB8),
    accent_hovered: Color32::from_rgb(0x57, 0xCF, 0xC6),
    accent_pressed: Color32::from_rgb(0x2E, 0xA9, 0xA0),
    on_accent: Color32::from_rgb(0x0E, 0x1A, 0x19),
    selection: Color32::from_rgb(0x1D, 0x3B, 0x3B),
    control: Color32::from_rgb(0x26, 0x2A, 0x2F),
    control_hovered: Color32::from_rgb(0x2E, 0x33, 0x39),
    control_pressed: Color32::from_rgb(0x38, 0x3E, 0x45),
    same_file: Color32::from_rgb(0x6C, 0xB2, 0xEE),
    edited: Color32::from_rgb(0x3C, 0xC2, 0xB8),
    maybe: Color32::from_rgb(0xE0, 0xB8, 0x4A),
    problem: Color32::from_rgb(0xF2, 0x85, 0x7C),
    picture_ground: Color32::from_rgb(0x12, 0x14, 0x16),
    hatch: Color32::from_rgb(0x3E, 0x44, 0x4B),
    shade: Color32::from_black_alpha(0x8C),
    curves: [
        Color32::from_rgb(0x4B, 0xA6, 0xE0),
        Color32::from_rgb(0xF0, 0x86, 0x3A),
        Color32::from_rgb(0x37, 0xC2, 0x9A),
        Color32::from_rgb(0xE0, 0x9C, 0xC4),
        Color32::from_rgb(0xF2, 0xBC, 0x45),
        Color32::from_rgb(0x8C, 0xCE, 0xF2),
        Color32::from_rgb(0xF0, 0xE4, 0x42),
        Color32::from_rgb(0xEC, 0xED, 0xEE),
    ],
};

impl Palette {
    /// The colors of the theme this `ui` is drawn in.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::of_mode(ui.visuals().dark_mode)
    }

    pub fn of_mode(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// The color of a band; always shown together with the word of the band.
    pub fn band(&self, band: Band) -> Color32 {
        match band {
            Band::SameFile => self.same_file,
            Band::Edited => self.edited,
            Band::Maybe => self.maybe,
            Band::None => self.weak,
        }
    }
}

/// 15 points: the title of a card.
pub fn card_title() -> TextStyle {
    TextStyle::Name("card-title".into())
}

/// 28 points: the one figure a page is about.
pub fn headline() -> TextStyle {
    TextStyle::Name("headline".into())
}

/// The family of titles: the same letters, heavier.
pub fn strong() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// Gives the context our fonts, colors and measures, for both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    egui_material_icons::initialize(ctx);
    // Where the system does not say what it wants.
    ctx.options_mut(|options| options.fallback_theme = egui::Theme::Light);
    ctx.set_style_of(egui::Theme::Light, style(&LIGHT, Visuals::light()));
    ctx.set_style_of(egui::Theme::Dark, style(&DARK, Visuals::dark()));
}

/// Follows the settings: light or dark, and how large everything is.
pub fn follow(ctx: &egui::Context, theme: Theme, scale: f32) {
    let preference = match theme {
        Theme::System => egui::ThemePreference::System,
        Theme::Light => egui::ThemePreference::Light,
        Theme::Dark => egui::ThemePreference::Dark,
    };
    ctx.set_theme(preference);
    if (ctx.zoom_factor() - scale).abs() > f32::EPSILON {
        ctx.set_zoom_factor(scale);
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular = FontData::from_static(include_bytes!("../../assets/fonts/Inter-Regular.otf"));
    let heavy = FontData::from_static(include_bytes!("../../assets/fonts/Inter-SemiBold.otf"));
    fonts.font_data.insert("inter".into(), regular.into());
    fonts.font_data.insert("inter-strong".into(), heavy.into());
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    proportional.insert(0, "inter".into());
    let mut titles = proportional.clone();
    titles.insert(0, "inter-strong".into());
    fonts.families.insert(strong(), titles);
    fonts
}

fn style(palette: &Palette, base: Visuals) -> egui::Style {
    let mut style = egui::Style {
        animation_time: MOTION_SECS,
        visuals: visuals(palette, base),
        ..egui::Style::default()
    };
    let fonts = [
        (TextStyle::Small, 12.0, FontFamily::Proportional),
        (TextStyle::Body, 13.0, FontFamily::Proportional),
        (TextStyle::Button, 13.0, FontFamily::Proportional),
        (card_title(), 15.0, strong()),
        (TextStyle::Heading, 20.0, strong()),
        (headline(), 28.0, strong()),
    ];
    for (text_style, size, family) in fonts {
        let font = FontId::new(size, family);
        style.text_styles.insert(text_style, font);
    }
    let code = FontId::new(12.0, FontFamily::Monospace);
    style.text_styles.insert(TextStyle::Monospace, code);

    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::splat(GAP);
    spacing.button_padding = Vec2::new(12.0, 6.0);
    spacing.interact_size = Vec2::new(HIT_HEIGHT, HIT_HEIGHT);
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 6.0;
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(16);
    spacing.slider_width = 120.0;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style
}

fn visuals(palette: &Palette, base: Visuals) -> Visuals {
    let mut visuals = base;
    let radius = CornerRadius::same(CONTROL_RADIUS);
    let line = Stroke::new(1.0, palette.line);
    let widgets = &mut visuals.widgets;

    let states = [
        (&mut widgets.noninteractive, palette.card, line),
        (&mut widgets.inactive, palette.control, line),
        (&mut widgets.hovered, palette.control_hovered, line),
        (
            &mut widgets.active,
            palette.control_pressed,
            Stroke::new(FOCUS_RING, palette.accent),
        ),
        (&mut widgets.open, palette.control_pressed, line),
    ];
    for (state, fill, stroke) in states {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = stroke;
        state.fg_stroke = Stroke::new(1.0, palette.text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }

    visuals.weak_text_color = Some(palette.weak);
    visuals.selection.bg_fill = palette.selection;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    visuals.hyperlink_color = palette.accent;
    visuals.faint_bg_color = palette.control_hovered;
    visuals.extreme_bg_color = palette.picture_ground;
    visuals.text_edit_bg_color = Some(palette.control);
    visuals.code_bg_color = palette.picture_ground;
    visuals.warn_fg_color = palette.maybe;
    visuals.error_fg_color = palette.problem;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = line;
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(CARD_RADIUS);
    let shadow = Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: palette.shade.gamma_multiply(0.4),
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.panel_fill = palette.ground;
    visuals.indent_has_left_vline = false;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = egui::style::HandleShape::Circle;
    visuals.interact_cursor = Some(egui::CursorIcon::PointingHand);
    visuals
}

/// A card: the surface that groups what belongs together.
pub fn card(ui: &egui::Ui) -> Frame {
    let palette = Palette::of(ui);
    Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::same(GROUP_GAP as i8))
}

/// The surface of menus and sheets.
pub fn sheet(ui: &egui::Ui) -> Frame {
    let palette = Palette::of(ui);
    card(ui)
        .fill(palette.raised)
        .inner_margin(Margin::same(PAGE_MARGIN as i8))
}

/// The surroundings of a whole page.
pub fn page() -> Frame {
    Frame::new().inner_margin(Margin::same(PAGE_MARGIN as i8))
}

/// Draws `add_contents` with buttons in the accent color: the one primary action of a page.
pub fn primary<R>(ui: &mut egui::Ui, add_contents: impl FnOnce(&mut egui::Ui) -> R) -> R {
    let palette = Palette::of(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        let states = [
            (&mut widgets.inactive, palette.accent, Stroke::NONE),
            (&mut widgets.hovered, palette.accent_hovered, Stroke::NONE),
            (
                &mut widgets.active,
                palette.accent_pressed,
                Stroke::new(FOCUS_RING, palette.text),
            ),
        ];
        for (state, fill, stroke) in states {
            state.weak_bg_fill = fill;
            state.bg_fill = fill;
            state.bg_stroke = stroke;
            state.fg_stroke = Stroke::new(1.0, palette.on_accent);
        }
        add_contents(ui)
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_color_meets_wcag_aa_on_every_surface() {
        for palette in [&LIGHT, &DARK] {
            for surface in [palette.ground, palette.card, palette.raised] {
                for text in [
                    palette.text,
                    palette.weak,
                    palette.accent,
                    palette.same_file,
                    palette.edited,
                    palette.maybe,
                    palette.problem,
                ] {
                    let ratio = contrast(text, surface);
                    assert!(ratio >= 4.5, "{text:?} on {surface:?}: {ratio:.2}");
                }
            }
            for fill in [
                palette.accent,
                palette.accent_hovered,
                palette.accent_pressed,
            ] {
                let ratio = contrast(palette.on_accent, fill);
                assert!(ratio >= 4.5, "on the accent {fill:?}: {ratio:.2}");
            }
            let ratio = contrast(palette.text, palette.selection);
            assert!(ratio >= 4.5, "on the selection: {ratio:.2}");
        }
    }
}

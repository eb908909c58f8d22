//! The edits of the torture test, each at one documented strength.
//!
//! Pictures are shrunk to a longer side of 512 pixels first, so that strengths in pixels mean the same
//! for every picture. Places, colors and words are drawn from a generator seeded with the number of the
//! edit and of the picture: the same pictures give the same copies on every machine.

use crate::data::augment::Span;

/// One row of [`EDITS`].
pub struct TortureEdit {
    /// Never renamed.
    pub id: &'static str,
    pub label: &'static str,
    /// How strong, in words.
    pub help: &'static str,
    /// Rows of `data::augment` one after the other, with their numbers.
    pub(super) steps: &'static [(&'static str, &'static [(&'static str, Span)])],
}

const fn exactly(value: f32) -> Span {
    Span::new(value, value)
}

const fn edit(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    steps: &'static [(&'static str, &'static [(&'static str, Span)])],
) -> TortureEdit {
    TortureEdit {
        id,
        label,
        help,
        steps,
    }
}

/// Every edit, in the order of the grid.
pub const EDITS: &[TortureEdit] = &[
    edit(
        "crop-half",
        "Cropped to a half",
        "A random part with half of the area, stretched to a square.",
        &[("random-resized-crop", &[("area", exactly(0.5))])],
    ),
    edit(
        "crop-quarter",
        "Cropped to a quarter",
        "A random part with a quarter of the area, stretched to a square.",
        &[("random-resized-crop", &[("area", exactly(0.25))])],
    ),
    edit(
        "mirror",
        "Mirrored",
        "Left and right exchanged.",
        &[("horizontal-flip", &[])],
    ),
    edit(
        "upside-down",
        "Upside down",
        "Top and bottom exchanged.",
        &[("vertical-flip", &[])],
    ),
    edit(
        "quarter-turn",
        "On its side",
        "Put in a square frame and turned by 90 degrees.",
        &[
            ("pad-square", &[]),
            ("free-rotation", &[("degrees", exactly(90.0))]),
        ],
    ),
    edit(
        "tilt",
        "Tilted",
        "Turned by 15 degrees, corners black.",
        &[("free-rotation", &[("degrees", exactly(15.0))])],
    ),
    edit(
        "jpeg",
        "Saved badly",
        "JPEG with quality 10.",
        &[("jpeg", &[("quality", exactly(10.0))])],
    ),
    edit(
        "small",
        "Shrunk",
        "To a fifth of its width and height.",
        &[("scale-down", &[("scale", exactly(0.2))])],
    ),
    edit(
        "blur",
        "Blurred",
        "A radius of 3 of 224 pixels.",
        &[("gaussian-blur", &[("sigma", exactly(3.0))])],
    ),
    edit(
        "noise",
        "Noisy",
        "Noise with a deviation of 25 of 255.",
        &[("noise", &[("strength", exactly(25.0))])],
    ),
    edit(
        "gray",
        "Black and white",
        "Without colors.",
        &[("grayscale", &[])],
    ),
    edit(
        "filter",
        "With a color filter",
        "More contrast and saturation, 1.5 times each, and hues moved by a tenth of the circle.",
        &[(
            "color-jitter",
            &[
                ("brightness", exactly(1.0)),
                ("contrast", exactly(1.5)),
                ("saturation", exactly(1.5)),
                ("hue", exactly(0.1)),
            ],
        )],
    ),
    edit(
        "dark",
        "Darkened",
        "Half as bright.",
        &[(
            "brightness-contrast",
            &[("brightness", exactly(0.5)), ("contrast", exactly(1.0))],
        )],
    ),
    edit(
        "bright",
        "Brightened",
        "1.7 times as bright.",
        &[(
            "brightness-contrast",
            &[("brightness", exactly(1.7)), ("contrast", exactly(1.0))],
        )],
    ),
    edit(
        "text",
        "With text on it",
        "One line of text, a fifth of the shorter side high.",
        &[(
            "text-overlay",
            &[("size", exactly(0.2)), ("opacity", exactly(1.0))],
        )],
    ),
    edit(
        "sticker",
        "With a sticker",
        "One sticker, 0.4 of the largest that fits.",
        &[(
            "emoji-overlay",
            &[("size", exactly(0.4)), ("opacity", exactly(1.0))],
        )],
    ),
    edit(
        "caption",
        "With a caption",
        "A bar with text, a quarter of the height.",
        &[("caption", &[("height", exactly(0.25))])],
    ),
    edit(
        "screenshot",
        "In a screen shot",
        "Shown in a program, 0.6 of its height.",
        &[("screenshot", &[("height", exactly(0.6))])],
    ),
    edit(
        "on-another",
        "On another picture",
        "Put on another picture, 0.6 of its height.",
        &[(
            "picture-overlay",
            &[
                ("height", exactly(0.6)),
                ("aspect", exactly(1.0)),
                ("opacity", exactly(1.0)),
            ],
        )],
    ),
    edit(
        "perspective",
        "Seen from the side",
        "Corners moved inward by up to 0.25 of the sides.",
        &[("perspective", &[("strength", exactly(0.25))])],
    ),
    edit(
        "stretch",
        "Stretched",
        "1.5 times as wide.",
        &[("stretch", &[("factor", exactly(1.5))])],
    ),
    edit(
        "border",
        "With a border",
        "A border of 0.2 of the sides.",
        &[("pad", &[("border", exactly(0.2))])],
    ),
];

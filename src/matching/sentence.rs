//! What was found, in words a person would use.

use super::appearance::Appearance;
use super::overlap::Overlap;
use super::types::Affine;
use super::types::Verdict;

/// Share of A from which the whole picture is shown.
const WHOLE: f64 = 0.97;
/// Share of B up to which something lies around the common region.
const SURROUNDED: f64 = 0.95;

/// Describes a verified copy: `The middle third of the original, mirrored, at half the size`.
pub fn describe(
    verdict: Verdict,
    a_from_b: &Affine,
    a_size: [f64; 2],
    overlap: &Overlap,
    appearance: &Appearance,
) -> String {
    let mut parts = vec![match verdict {
        Verdict::Same => "The same picture".to_owned(),
        Verdict::Edited | Verdict::Maybe | Verdict::Different => region(a_size, overlap),
    }];
    parts.extend(position(a_from_b));
    if verdict == Verdict::Edited {
        parts.extend(tone(appearance).into_iter().map(str::to_owned));
        if appearance.foreign >= 0.12 {
            parts.push("with something laid over it".to_owned());
        }
    }
    if overlap.share_of_b < SURROUNDED {
        parts.push("inside a larger picture".to_owned());
    }
    parts.join(", ")
}

/// The sentence and the advice for two pictures without a proven common region.
pub fn describe_failure(verdict: Verdict, flat: bool) -> (&'static str, Option<&'static str>) {
    match (flat, verdict == Verdict::Maybe) {
        (true, _) => (
            "One of the pictures is almost one flat tone, so there is nothing to hold on to",
            Some("Only pictures with some texture can be laid on each other"),
        ),
        (false, true) => (
            "No common region found; the pictures only look alike",
            Some("Look at them side by side. Very small or heavily changed parts cannot be proven"),
        ),
        (false, false) => (
            "No common region found; these are different pictures",
            Some("If one should contain the other, cut out the shared part and compare again"),
        ),
    }
}

/// Which part of A is shown.
fn region(a_size: [f64; 2], overlap: &Overlap) -> String {
    let share = overlap.share_of_a;
    if share >= WHOLE {
        return "The whole picture".to_owned();
    }
    let place = overlap.bounds().map_or("", |bounds| place(a_size, bounds));
    let amount = match share {
        s if s >= 0.85 => return "Nearly all of the original".to_owned(),
        s if s >= 0.71 => "three quarters",
        s if s >= 0.58 => "two thirds",
        s if s >= 0.42 => "half",
        s if s >= 0.29 => "third",
        s if s >= 0.17 => "quarter",
        s if s >= 0.07 => "tenth",
        _ if place.is_empty() => return "A small part of the original".to_owned(),
        _ => return format!("A small part of the original, from the {place}"),
    };
    match (place, amount) {
        ("", "half" | "third" | "quarter" | "tenth") => {
            format!("About a {amount} of the original").replace("a half", "half")
        }
        ("", _) => format!("About {amount} of the original"),
        (place, _) => format!("The {place} {amount} of the original"),
    }
}

/// Where a box lies in a picture; empty when it spans it.
fn place([width, height]: [f64; 2], [left, top, right, bottom]: [f64; 4]) -> &'static str {
    let along = |before: f64, after: f64| match (before, after) {
        (b, a) if b + a < 0.12 => 0, // spans it
        (b, a) if b < 0.4 * a => 1,
        (b, a) if a < 0.4 * b => 3,
        _ => 2,
    };
    let across = along(left / width, 1.0 - right / width);
    let down = along(top / height, 1.0 - bottom / height);
    match (down, across) {
        (0, 0) => "",
        (1, 1) => "upper left",
        (1, 3) => "upper right",
        (3, 1) => "lower left",
        (3, 3) => "lower right",
        (1, _) => "upper",
        (3, _) => "lower",
        (_, 1) => "left",
        (_, 3) => "right",
        _ => "middle",
    }
}

/// Mirrored, turned, scaled, stretched: how A had to be moved to become B.
fn position(a_from_b: &Affine) -> Vec<String> {
    let Some(b_from_a) = a_from_b.inverse() else {
        return Vec::new();
    };
    let mirrored = b_from_a.determinant() < 0.0;
    let unmirrored = if mirrored {
        b_from_a * Affine::scaling(-1.0, 1.0)
    } else {
        b_from_a
    };
    let [a, b, _, c, d, _] = unmirrored.m;
    let angle = (c - b).atan2(a + d);
    let mut parts = Vec::new();
    parts.extend(turned(mirrored, angle.to_degrees()));
    parts.extend(sized(b_from_a.scale()));
    parts.extend(stretched(&unmirrored, angle).map(str::to_owned));
    parts
}

fn turned(mirrored: bool, degrees: f64) -> Option<String> {
    let size = degrees.abs();
    let side = if degrees > 0.0 { "right" } else { "left" };
    if mirrored && size > 178.0 {
        return Some("flipped top to bottom".to_owned());
    }
    let turned = match size {
        s if s < 1.5 => None,
        s if (88.0..=92.0).contains(&s) => Some(format!("turned a quarter to the {side}")),
        s if s > 178.0 => Some("turned upside down".to_owned()),
        s => Some(format!("turned by {s:.0} degrees to the {side}")),
    };
    match (mirrored, turned) {
        (true, Some(turned)) => Some(format!("mirrored, {turned}")),
        (true, None) => Some("mirrored".to_owned()),
        (false, turned) => turned,
    }
}

fn sized(scale: f64) -> Option<String> {
    const SIZES: [(f64, &str); 13] = [
        (0.1, "a tenth of the size"),
        (0.2, "a fifth of the size"),
        (0.25, "a quarter of the size"),
        (0.333, "a third of the size"),
        (0.5, "half the size"),
        (0.667, "two thirds of the size"),
        (0.75, "three quarters of the size"),
        (0.9, "slightly smaller"),
        (1.0, ""),
        (1.15, "slightly larger"),
        (1.5, "one and a half times the size"),
        (2.0, "twice the size"),
        (3.0, "three times the size"),
    ];
    if scale < 0.075 {
        return Some("at a small fraction of the size".to_owned());
    }
    if scale > 3.7 {
        return Some(format!("at about {scale:.0} times the size"));
    }
    let off = |size: f64| (scale / size).ln().abs();
    let (size, words) = SIZES
        .into_iter()
        .min_by(|p, q| off(p.0).total_cmp(&off(q.0)))?;
    match words {
        "" => None,
        "slightly smaller" | "slightly larger" => Some(words.to_owned()),
        _ if off(size) < 0.03 => Some(format!("at {words}")),
        _ => Some(format!("at about {words}")),
    }
}

/// Names the longer direction once the turn is taken out.
fn stretched(b_from_a: &Affine, angle: f64) -> Option<&'static str> {
    let (largest, smallest) = b_from_a.stretches();
    if largest < 1.06 * smallest {
        return None;
    }
    let (sin, cos) = angle.sin_cos();
    let [a, b, _, c, d, _] = b_from_a.m;
    // Turned back, what is left is symmetric: its diagonal says which way it stretches.
    let (wide, high) = (cos * a + sin * c, cos * d - sin * b);
    let slant = (cos * b + sin * d).abs();
    if slant > (wide - high).abs() {
        Some("slanted")
    } else if wide > high {
        Some("stretched in width")
    } else {
        Some("stretched in height")
    }
}

fn tone(appearance: &Appearance) -> Vec<&'static str> {
    let Appearance {
        brighter,
        contrast,
        chroma,
        cast,
        detail,
        ..
    } = *appearance;
    let mut words = Vec::new();
    words.extend(match brighter {
        b if b > 55.0 => Some("much brighter"),
        b if b > 25.0 => Some("brighter"),
        b if b > 9.0 => Some("a little brighter"),
        b if b < -55.0 => Some("much darker"),
        b if b < -25.0 => Some("darker"),
        b if b < -9.0 => Some("a little darker"),
        _ => None,
    });
    words.extend(match contrast {
        c if c > 1.25 => Some("with stronger contrast"),
        c if c < 0.78 => Some("with weaker contrast"),
        _ => None,
    });
    let [before, after] = chroma;
    let tinted = cast[0].abs().max(cast[1].abs()) > 14.0;
    words.extend(match (before, after) {
        (b, a) if b > 12.0 && a < 5.0 => Some("in black and white"),
        (b, a) if b < 5.0 && a > 12.0 => Some("tinted"),
        _ if tinted => Some("in other tones"),
        (b, a) if b > 12.0 && a < 0.6 * b => Some("paler"),
        (b, a) if b > 12.0 && a > 1.6 * b => Some("more vivid"),
        _ => None,
    });
    words.extend(match detail {
        d if d < 0.6 => Some("blurred"),
        d if d > 1.8 => Some("rougher in detail"),
        _ => None,
    });
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Appearance {
        Appearance {
            contrast: 1.0,
            chroma: [40.0, 40.0],
            detail: 1.0,
            ..Appearance::default()
        }
    }

    fn check(b_size: [f64; 2], b_from_a: Affine, appearance: Appearance, expected: &str) {
        let a_size = [300.0, 200.0];
        let a_from_b = b_from_a.inverse().unwrap();
        let overlap = Overlap::new(a_size, b_size, &a_from_b);
        let sentence = describe(Verdict::Edited, &a_from_b, a_size, &overlap, &appearance);
        assert_eq!(sentence, expected);
    }

    #[test]
    fn common_edits_are_named() {
        let crop = Affine::translation(-100.0, 0.0);
        let third = "The middle third of the original";
        check([100.0, 200.0], crop, plain(), third);
        let mirror = Affine {
            m: [-0.5, 0.0, 100.0, 0.0, 0.5, 0.0],
        };
        check(
            [50.0, 100.0],
            mirror,
            plain(),
            "The middle third of the original, mirrored, at half the size",
        );
        let whole = "The whole picture, a little darker, in black and white";
        let grey = Appearance {
            brighter: -15.0,
            chroma: [40.0, 0.0],
            ..plain()
        };
        check([300.0, 200.0], Affine::IDENTITY, grey, whole);
        let flip = Affine {
            m: [1.0, 0.0, 0.0, 0.0, -1.0, 200.0],
        };
        check(
            [300.0, 200.0],
            flip,
            plain(),
            "The whole picture, flipped top to bottom",
        );
        let larger = Affine::translation(50.0, 50.0);
        let inside = "The whole picture, inside a larger picture";
        check([400.0, 300.0], larger, plain(), inside);
        let wide = Affine::scaling(1.2, 1.0);
        check(
            [360.0, 200.0],
            wide,
            plain(),
            "The whole picture, slightly larger, stretched in width",
        );
    }

    #[test]
    fn a_turn_names_its_side() {
        let (sin, cos) = 12_f64.to_radians().sin_cos();
        // y points down, so this turns clockwise.
        let turn = Affine {
            m: [cos, -sin, 0.0, sin, cos, 0.0],
        };
        let parts = position(&turn.inverse().unwrap());
        assert_eq!(parts, ["turned by 12 degrees to the right"]);
    }
}

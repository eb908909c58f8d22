//! Shapes of the drawn pictures. A shape without area is `None` and draws nothing.

use std::f32::consts::TAU;

use tiny_skia::Path;
use tiny_skia::PathBuilder;
use tiny_skia::Rect;

/// A shape to fill or to stroke.
pub(super) type Outline = Option<Path>;

pub(super) fn polygon(points: &[(f32, f32)]) -> Outline {
    let mut builder = PathBuilder::new();
    push_lines(&mut builder, points);
    builder.close();
    builder.finish()
}

pub(super) fn polyline(points: &[(f32, f32)]) -> Outline {
    let mut builder = PathBuilder::new();
    push_lines(&mut builder, points);
    builder.finish()
}

fn push_lines(builder: &mut PathBuilder, points: &[(f32, f32)]) {
    for (idx, &(x, y)) in points.iter().enumerate() {
        match idx {
            0 => builder.move_to(x, y),
            _ => builder.line_to(x, y),
        }
    }
}

/// A smooth curve through the points (Catmull-Rom), closed or open.
fn curve(points: &[(f32, f32)], is_closed: bool) -> Outline {
    let n = points.len() as isize;
    if n < 2 {
        return None;
    }
    let at = |idx: isize| {
        let idx = if is_closed {
            idx.rem_euclid(n)
        } else {
            idx.clamp(0, n - 1)
        };
        points[idx as usize]
    };
    let mut builder = PathBuilder::new();
    builder.move_to(points[0].0, points[0].1);
    let n_segments = if is_closed { n } else { n - 1 };
    for idx in 0..n_segments {
        let (before, from, to, after) = (at(idx - 1), at(idx), at(idx + 1), at(idx + 2));
        builder.cubic_to(
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
            to.0,
            to.1,
        );
    }
    if is_closed {
        builder.close();
    }
    builder.finish()
}

/// A smooth closed shape through the points.
pub(super) fn blob(points: &[(f32, f32)]) -> Outline {
    curve(points, true)
}

/// A smooth open line through the points.
pub(super) fn smooth(points: &[(f32, f32)]) -> Outline {
    curve(points, false)
}

pub(super) fn oval(x: f32, y: f32, rx: f32, ry: f32) -> Outline {
    let rect = Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry)?;
    let mut builder = PathBuilder::new();
    builder.push_oval(rect);
    builder.finish()
}

pub(super) fn block(x: f32, y: f32, w: f32, h: f32) -> Outline {
    Some(PathBuilder::from_rect(Rect::from_xywh(x, y, w, h)?))
}

pub(super) fn rounded(x: f32, y: f32, w: f32, h: f32, radius: f32) -> Outline {
    let r = radius.min(w / 2.0).min(h / 2.0);
    let k = r * 0.447;
    let mut builder = PathBuilder::new();
    builder.move_to(x + r, y);
    builder.line_to(x + w - r, y);
    builder.cubic_to(x + w - k, y, x + w, y + k, x + w, y + r);
    builder.line_to(x + w, y + h - r);
    builder.cubic_to(x + w, y + h - k, x + w - k, y + h, x + w - r, y + h);
    builder.line_to(x + r, y + h);
    builder.cubic_to(x + k, y + h, x, y + h - k, x, y + h - r);
    builder.line_to(x, y + r);
    builder.cubic_to(x, y + k, x + k, y, x + r, y);
    builder.close();
    builder.finish()
}

/// A star with `n` tips, or a regular polygon when both radii are equal.
pub(super) fn star(x: f32, y: f32, outer: f32, inner: f32, n: usize, turn: f32) -> Outline {
    let points: Vec<_> = (0..n * 2)
        .map(|idx| {
            let radius = if idx % 2 == 0 { outer } else { inner };
            polar(x, y, radius, turn + idx as f32 / (n * 2) as f32 * TAU)
        })
        .collect();
    polygon(&points)
}

/// A leaf or petal from its base, `length` long and `width` wide, pointing along `angle`.
pub(super) fn petal(x: f32, y: f32, length: f32, width: f32, angle: f32) -> Outline {
    let tip = polar(x, y, length, angle);
    let side = |sign: f32, at: f32| {
        let (mid_x, mid_y) = polar(x, y, length * at, angle);
        polar(mid_x, mid_y, width * 0.5 * sign, angle + TAU / 4.0)
    };
    let mut builder = PathBuilder::new();
    builder.move_to(x, y);
    let (a, b) = (side(1.3, 0.25), side(1.1, 0.75));
    builder.cubic_to(a.0, a.1, b.0, b.1, tip.0, tip.1);
    let (a, b) = (side(-1.1, 0.75), side(-1.3, 0.25));
    builder.cubic_to(a.0, a.1, b.0, b.1, x, y);
    builder.close();
    builder.finish()
}

/// A piece of a ring, angles in turns of the circle from the top, clockwise.
pub(super) fn sector(x: f32, y: f32, radii: (f32, f32), turns: (f32, f32)) -> Outline {
    let n_steps = ((turns.1 - turns.0).abs() * 90.0).ceil().max(2.0) as usize;
    let angle = |step: usize| {
        let turn = turns.0 + (turns.1 - turns.0) * step as f32 / n_steps as f32;
        turn * TAU - TAU / 4.0
    };
    let outer = (0..=n_steps).map(|step| polar(x, y, radii.1, angle(step)));
    let inner = (0..=n_steps)
        .rev()
        .map(|step| polar(x, y, radii.0, angle(step)));
    let points: Vec<_> = outer.chain(inner).collect();
    polygon(&points)
}

pub(super) fn polar(x: f32, y: f32, radius: f32, angle: f32) -> (f32, f32) {
    (x + radius * angle.cos(), y + radius * angle.sin())
}

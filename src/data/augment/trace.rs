//! Where the pixels of a view come from.
//!
//! Coordinates are continuous: pixel `i` spans `[i, i + 1)` and has its center at `i + 0.5`.

use super::canvas::Area;
use super::homography::Homography;

/// A point, x first.
pub type Point = [f64; 2];

/// Maps the pixels of a view to those of the picture it was made from, through every crop, flip,
/// turn and paste. Both methods that compare patches need it: Patch-Wise DINO
/// ([arXiv:2310.18651](https://arxiv.org/abs/2310.18651)) and CopyNCE
/// ([arXiv:2602.17484](https://arxiv.org/abs/2602.17484)).
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Width and height of the picture the view was made from.
    pub source_size: [u32; 2],
    pub view_size: [u32; 2],
    pub source_from_view: Homography,
    /// Convex polygon in the view inside which the picture is seen; empty where none of it is.
    pub shown: Vec<Point>,
    /// Convex polygons in the view inside which something else covers the picture.
    pub hidden: Vec<Vec<Point>>,
}

/// The part of the source that a view shows, where it is a rectangle of whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CropBox {
    pub top: u32,
    pub left: u32,
    pub height: u32,
    pub width: u32,
    /// Left and right are exchanged in the view.
    pub is_mirrored: bool,
}

impl Trace {
    /// A view that is the picture itself.
    pub fn new(size: [u32; 2]) -> Self {
        Self {
            source_size: size,
            view_size: size,
            source_from_view: Homography::IDENTITY,
            shown: rectangle([0.0; 2], size.map(f64::from)),
            hidden: Vec::new(),
        }
    }

    /// The point of the source seen at `at`; `None` where the view shows something else.
    pub fn source_of(&self, at: Point) -> Option<Point> {
        let is_seen = contains(&self.shown, at) && !self.hidden.iter().any(|p| contains(p, at));
        is_seen.then(|| self.source_from_view.map(at))
    }

    /// How much of the picture can still be seen, 0 to 1.
    pub fn share_seen(&self) -> f64 {
        let in_source = |polygon: &Vec<Point>| {
            let points = polygon.iter().map(|at| self.source_from_view.map(*at));
            area(&points.collect::<Vec<Point>>())
        };
        let covered: f64 = self.hidden.iter().map(in_source).sum();
        let [width, height] = self.source_size.map(f64::from);
        ((in_source(&self.shown) - covered) / (width * height)).clamp(0.0, 1.0)
    }

    /// The crop as whole pixels; `None` where the view is turned, tilted, upside down or more
    /// than cropped, mirrored and resized.
    pub fn crop_box(&self) -> Option<CropBox> {
        let [[_, b, _], [d, e, _], [g, h, _]] = self.source_from_view.rows();
        let is_straight = [b, d, g, h].iter().all(|entry| entry.abs() < 1e-9) && e > 0.0;
        let [width, height] = self.view_size.map(f64::from);
        if !is_straight || area(&self.shown) < 0.999 * width * height {
            return None;
        }
        let [x0, y0] = self.source_from_view.map([0.0; 2]);
        let [x1, y1] = self.source_from_view.map([width, height]);
        let whole = |value: f64| value.round().max(0.0) as u32;
        let (left, right) = (whole(x0.min(x1)), whole(x0.max(x1)));
        let (top, bottom) = (whole(y0), whole(y1));
        Some(CropBox {
            top,
            left,
            height: bottom - top,
            width: right - left,
            is_mirrored: x1 < x0,
        })
    }

    /// Follows a change of the view: what was at `old_from_new(p)` is now at `p`, and what lies
    /// outside the old view is not the picture.
    pub(super) fn follow(&mut self, size: [u32; 2], old_from_new: &Homography) {
        let frame = rectangle([0.0; 2], size.map(f64::from));
        let Some(new_from_old) = old_from_new.inverse() else {
            self.shown.clear();
            return;
        };
        let moved = |polygon: &[Point]| -> Vec<Point> {
            let points: Vec<Point> = polygon.iter().map(|at| new_from_old.map(*at)).collect();
            clip(&points, &frame)
        };
        self.shown = moved(&self.shown);
        self.hidden = self.hidden.iter().map(|p| moved(p)).collect();
        self.hidden.retain(|polygon| !polygon.is_empty());
        self.source_from_view = self.source_from_view.after(old_from_new);
        self.view_size = size;
    }

    /// Notes that something else covers a part of the view.
    pub(super) fn hide(&mut self, covered: Area) {
        let from = [covered.left, covered.top].map(f64::from);
        let to = [covered.left + covered.width, covered.top + covered.height].map(f64::from);
        let visible = clip(&rectangle(from, to), &self.shown);
        if !visible.is_empty() {
            self.hidden.push(visible);
        }
    }
}

fn rectangle([x0, y0]: Point, [x1, y1]: Point) -> Vec<Point> {
    vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
}

/// Twice the signed area of a triangle; positive where `at` lies to the right of `from -> to` as
/// seen on the screen.
fn side(from: Point, to: Point, at: Point) -> f64 {
    (to[0] - from[0]) * (at[1] - from[1]) - (to[1] - from[1]) * (at[0] - from[0])
}

fn edges(polygon: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    let next = polygon.iter().cycle().skip(1);
    polygon.iter().copied().zip(next.copied())
}

fn signed_area(polygon: &[Point]) -> f64 {
    let origin = polygon.first().copied().unwrap_or_default();
    edges(polygon).map(|(a, b)| side(origin, a, b)).sum::<f64>() / 2.0
}

/// Area of a convex polygon in pixels.
fn area(polygon: &[Point]) -> f64 {
    signed_area(polygon).abs()
}

fn contains(polygon: &[Point], at: Point) -> bool {
    let turn = signed_area(polygon).signum();
    polygon.len() > 2 && edges(polygon).all(|(a, b)| side(a, b, at) * turn >= 0.0)
}

/// The common part of two convex polygons (Sutherland and Hodgman 1974); empty where it has no
/// area.
fn clip(polygon: &[Point], frame: &[Point]) -> Vec<Point> {
    let turn = signed_area(frame).signum();
    let mut kept = polygon.to_vec();
    for (from, to) in edges(frame) {
        let inside = |at: Point| side(from, to, at) * turn;
        let mut cut = Vec::with_capacity(kept.len() + 1);
        for (a, b) in edges(&kept) {
            let (at_a, at_b) = (inside(a), inside(b));
            if at_a >= 0.0 {
                cut.push(a);
            }
            if (at_a < 0.0) != (at_b < 0.0) {
                let share = at_a / (at_a - at_b);
                cut.push([0, 1].map(|axis| a[axis] + share * (b[axis] - a[axis])));
            }
        }
        kept = cut;
    }
    if area(&kept) > 1e-9 { kept } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 10 x 8 picture, of which the part 4 x 3 at (5, 2) is shown twice as large, mirrored.
    fn cropped() -> Trace {
        let mut trace = Trace::new([10, 8]);
        trace.follow([8, 6], &Homography::scale_and_shift([0.5, 0.5], [5.0, 2.0]));
        trace.follow(
            [8, 6],
            &Homography::scale_and_shift([-1.0, 1.0], [8.0, 0.0]),
        );
        trace
    }

    #[test]
    fn a_crop_and_a_flip_are_read_back_as_a_box() {
        let expected = CropBox {
            top: 2,
            left: 5,
            height: 3,
            width: 4,
            is_mirrored: true,
        };
        assert_eq!(cropped().crop_box(), Some(expected));
        // The upper left pixel of the view shows the upper right quarter of pixel (8, 2).
        assert_eq!(cropped().source_of([0.5, 0.5]), Some([8.75, 2.25]));
        assert_eq!(cropped().source_of([8.5, 0.5]), None);
        // 12 of 80 pixels.
        assert!((cropped().share_seen() - 0.15).abs() < 1e-9);
    }

    #[test]
    fn a_border_and_what_lies_on_top_show_nothing_of_the_picture() {
        let mut trace = cropped();
        // The view lies 2 right and 1 below in a larger canvas.
        trace.follow(
            [12, 8],
            &Homography::scale_and_shift([1.0; 2], [-2.0, -1.0]),
        );
        assert_eq!(trace.crop_box(), None);
        assert_eq!(trace.source_of([1.5, 3.0]), None);
        assert_eq!(trace.source_of([2.5, 1.5]), Some([8.75, 2.25]));
        trace.hide(Area {
            left: 0,
            top: 0,
            width: 4,
            height: 8,
        });
        assert_eq!(trace.source_of([2.5, 1.5]), None);
        assert_eq!(area(&trace.hidden[0]), 2.0 * 6.0);
        trace.follow([4, 4], &Homography::scale_and_shift([1.0; 2], [5.0, 2.0]));
        assert!(trace.hidden.is_empty(), "cropped away");
        assert_eq!(area(&trace.shown), 16.0);
    }

    #[test]
    fn clipping_a_diamond_by_a_square_leaves_an_octagon() {
        let diamond = [[2.0, -1.0], [5.0, 2.0], [2.0, 5.0], [-1.0, 2.0]];
        let square = rectangle([0.0; 2], [4.0; 2]);
        let common = clip(&diamond, &square);
        // The square loses a triangle with legs of 1 at each corner.
        assert_eq!((common.len(), area(&common)), (8, 14.0));
        assert!(clip(&diamond, &rectangle([9.0; 2], [10.0; 2])).is_empty());
    }
}

//! The eight ways to hold a picture: mirrored or not, turned by quarters.

/// One way to hold the query, and how it is said.
pub(super) struct View {
    /// `None` for the picture as it is.
    pub(super) words: Option<&'static str>,
    is_mirrored: bool,
    /// Quarter turns clockwise, after mirroring.
    quarters: u8,
}

const fn view(words: Option<&'static str>, is_mirrored: bool, quarters: u8) -> View {
    View {
        words,
        is_mirrored,
        quarters,
    }
}

/// The picture as it is comes first.
pub(super) const VIEWS: &[View] = &[
    view(None, false, 0),
    view(Some("mirrored"), true, 0),
    view(Some("turned by 90 degrees"), false, 1),
    view(Some("turned by 180 degrees"), false, 2),
    view(Some("turned by 270 degrees"), false, 3),
    view(Some("mirrored and turned by 90 degrees"), true, 1),
    view(Some("upside down and mirrored"), true, 2),
    view(Some("mirrored and turned by 270 degrees"), true, 3),
];

/// Network input of every view. `planes` is `[channels][side][side]` of the upright picture.
///
/// The input is square whatever the picture is, so that turning it gives what the turned
/// picture would have given.
pub(super) fn all_planes(planes: &[f32], side: usize) -> Vec<Vec<f32>> {
    let turned = |view: &View| {
        let mut turned = Vec::with_capacity(planes.len());
        for channel in planes.chunks_exact(side * side) {
            for y in 0..side {
                for x in 0..side {
                    turned.push(channel[view.source(x, y, side)]);
                }
            }
        }
        turned
    };
    VIEWS.iter().map(turned).collect()
}

impl View {
    /// Where the value at `(x, y)` of this view comes from.
    fn source(&self, x: usize, y: usize, side: usize) -> usize {
        let last = side - 1;
        let (x, y) = match self.quarters {
            0 => (x, y),
            1 => (y, last - x),
            2 => (last - x, last - y),
            _ => (last - y, x),
        };
        let x = if self.is_mirrored { last - x } else { x };
        y * side + x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eight_views_of_a_square_are_those_on_paper() {
        // a b      mirrored  b a      turned clockwise  c a
        // c d                d c                        d b
        let square = [1.0, 2.0, 3.0, 4.0];
        let views = all_planes(&square, 2);
        let expected = [
            [1.0, 2.0, 3.0, 4.0],
            [2.0, 1.0, 4.0, 3.0],
            [3.0, 1.0, 4.0, 2.0],
            [4.0, 3.0, 2.0, 1.0],
            [2.0, 4.0, 1.0, 3.0],
            [4.0, 2.0, 3.0, 1.0],
            [3.0, 4.0, 1.0, 2.0],
            [1.0, 3.0, 2.0, 4.0],
        ];
        assert_eq!(views, expected.map(|view| view.to_vec()));
    }
}

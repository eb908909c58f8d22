//! The published rule of Patch-Wise DINO for patches that show the same place: blocks of cells,
//! rounded to whole ones.

/// A part of the source picture that became a square view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// In pixels of the source picture.
    pub top: u32,
    pub left: u32,
    pub height: u32,
    pub width: u32,
    /// Mirrored left to right.
    pub flipped: bool,
    /// Side of the view in pixels.
    pub size: u32,
}

/// Class token with class token: what two views of one picture always share.
const CLASS: [usize; 2] = [0, 0];

/// Tokens of the teacher's and the student's view that show the same place, row by row: 0 is the
/// class token, `1 + row * side + column` a patch.
///
/// The parts of both grids that cover the common area are rounded to whole cells; where they have
/// different numbers of rows or columns, evenly spaced ones of the larger are taken. Centers of a
/// pair are 0.5 to 0.7 patches apart in the mean; by the patch that holds each center
/// (`token_pairs::center_pairs`) it is half as much.
///
/// Source: the code of Patch-Wise DINO (arXiv:2310.18651). A block stays inside its grid here (the
/// authors' loses all pairs of some mirrored views of odd grids).
pub fn block_pairs(teacher: Crop, student: Crop, patch: u32) -> Vec<[usize; 2]> {
    let mut pairs = vec![CLASS];
    let common = Common {
        top: teacher.top.max(student.top),
        left: teacher.left.max(student.left),
        bottom: (teacher.top + teacher.height).min(student.top + student.height),
        right: (teacher.left + teacher.width).min(student.left + student.width),
    };
    if common.top >= common.bottom || common.left >= common.right {
        return pairs;
    }
    let [of_teacher, of_student] = [teacher, student].map(|crop| Block::new(crop, &common, patch));
    let rows = equalized(&of_teacher.rows, &of_student.rows);
    let columns = equalized(&of_teacher.columns, &of_student.columns);
    for row in &rows {
        for column in &columns {
            pairs.push([
                of_teacher.token(row[0], column[0]),
                of_student.token(row[1], column[1]),
            ]);
        }
    }
    pairs
}

/// What two crops share, in pixels of the source picture.
struct Common {
    top: u32,
    left: u32,
    bottom: u32,
    right: u32,
}

/// The cells of one view that cover the common area.
struct Block {
    side: usize,
    rows: Vec<usize>,
    /// From left to right in the source picture, mirrored or not.
    columns: Vec<usize>,
}

impl Block {
    fn new(crop: Crop, common: &Common, patch: u32) -> Self {
        let side = crop.size / patch;
        let rows = span(side, common.top, common.bottom, crop.top, crop.height);
        let mut columns = span(side, common.left, common.right, crop.left, crop.width);
        if crop.flipped {
            for column in &mut columns {
                *column = side as usize - 1 - *column;
            }
        }
        Self {
            side: side as usize,
            rows,
            columns,
        }
    }

    fn token(&self, row: usize, column: usize) -> usize {
        1 + row * self.side + column
    }
}

/// Cells along one axis, rounded half to even.
fn span(side: u32, low: u32, high: u32, start: u32, length: u32) -> Vec<usize> {
    // In this order, so that it rounds as the authors' code does.
    let cells = |pixels: u32| {
        let share = f64::from(pixels) / f64::from(length);
        (f64::from(side) * share).round_ties_even() as usize
    };
    let first = cells(low - start);
    let end = (first + cells(high - low)).min(side as usize);
    (first..end).collect()
}

/// Both lists at the length of the shorter one, evenly spaced entries of the longer one.
fn equalized(a: &[usize], b: &[usize]) -> Vec<[usize; 2]> {
    let n = a.len().min(b.len());
    let pick = |list: &[usize], k: usize| {
        let at = (k * (list.len() - 1)).checked_div(n - 1).unwrap_or(0);
        list[at]
    };
    (0..n).map(|k| [pick(a, k), pick(b, k)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (top, left, height, width, mirrored) @ size.
    fn crop([top, left, height, width, flip]: [u32; 5], size: u32) -> Crop {
        Crop {
            top,
            left,
            height,
            width,
            flipped: flip == 1,
            size,
        }
    }

    fn check(patch: u32, teacher: Crop, student: Crop, expected: [Vec<usize>; 2]) {
        let pairs = block_pairs(teacher, student, patch);
        for side in 0..2 {
            let found: Vec<usize> = pairs.iter().map(|pair| pair[side]).collect();
            assert_eq!(found, expected[side], "{teacher:?} {student:?}");
        }
    }

    #[test]
    fn pairs_equal_those_of_the_reference_code() {
        check(
            32,
            crop([16, 8, 200, 220, 0], 224),
            crop([40, 60, 96, 112, 1], 96),
            [
                vec![0, 10, 11, 13, 17, 18, 20, 24, 25, 27],
                vec![0, 3, 2, 1, 6, 5, 4, 9, 8, 7],
            ],
        );
        check(
            32,
            crop([0, 0, 192, 190, 1], 224),
            crop([100, 96, 120, 100, 0], 96),
            [vec![0, 31, 30, 29, 45, 44, 43], vec![0, 1, 2, 3, 4, 5, 6]],
        );
        let mut large = vec![0];
        for row in [54, 68, 82, 96, 110] {
            large.extend([0, 1, 2, 4, 5, 7].map(|step| row - step));
        }
        let student = (0..=24).chain(31..=36).collect();
        check(
            16,
            crop([10, 20, 210, 190, 1], 224),
            crop([60, 50, 80, 110, 0], 96),
            [large, student],
        );
        check(
            16,
            crop([0, 0, 180, 180, 0], 224),
            crop([150, 160, 90, 90, 0], 96),
            [vec![0, 181, 195], vec![0, 1, 7]],
        );
        check(
            16,
            crop([0, 0, 170, 170, 0], 224),
            crop([180, 176, 70, 70, 0], 96),
            [vec![0], vec![0]],
        );
        let mirrored = (0..7).flat_map(|row| (1..=7).rev().map(move |column| row * 7 + column));
        check(
            32,
            crop([0, 0, 256, 256, 0], 224),
            crop([0, 0, 256, 256, 1], 224),
            [
                (0..=49).collect(),
                std::iter::once(0).chain(mirrored).collect(),
            ],
        );
    }

    #[test]
    fn a_mirrored_block_at_the_edge_keeps_its_pairs() {
        // The reference code finds none here: its block starts at column -1.
        let student = crop([128, 96, 120, 100, 0], 96);
        let tokens = vec![0, 1, 2, 3, 4, 5, 6];
        check(
            32,
            crop([0, 0, 192, 192, 1], 224),
            student,
            [vec![0, 38, 37, 36, 45, 44, 43], tokens.clone()],
        );
        check(
            32,
            crop([0, 0, 192, 192, 0], 224),
            student,
            [vec![0, 40, 41, 42, 47, 48, 49], tokens],
        );
    }
}

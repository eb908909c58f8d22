//! Shapes of the results of operations.

use super::operation::Conv;
use super::operation::Linear;
use super::operation::Operation;
use super::operation::Window;

/// The numbers a node gives for one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Map {
        channels: usize,
        height: usize,
        width: usize,
    },
    Rows {
        rows: usize,
        channels: usize,
    },
}

impl Shape {
    pub const fn map(channels: usize, height: usize, width: usize) -> Self {
        Self::Map {
            channels,
            height,
            width,
        }
    }

    pub const fn rows(rows: usize, channels: usize) -> Self {
        Self::Rows { rows, channels }
    }

    pub const fn channels(self) -> usize {
        match self {
            Self::Map { channels, .. } | Self::Rows { channels, .. } => channels,
        }
    }

    /// `[c, h, w]` or `[n, c]`.
    pub fn dims(self) -> Vec<usize> {
        match self {
            Self::Map {
                channels,
                height,
                width,
            } => vec![channels, height, width],
            Self::Rows { rows, channels } => vec![rows, channels],
        }
    }

    /// How many numbers that is.
    pub const fn n_values(self) -> usize {
        match self {
            Self::Map {
                channels,
                height,
                width,
            } => channels * height * width,
            Self::Rows { rows, channels } => rows * channels,
        }
    }

    /// `[c, h, w]` of what must be a map.
    pub fn as_map(self) -> [usize; 3] {
        match self {
            Self::Map {
                channels,
                height,
                width,
            } => [channels, height, width],
            Self::Rows { .. } => panic!("a map was expected, not {self:?}"),
        }
    }

    /// `[n, c]` of what must be rows.
    pub fn as_rows(self) -> [usize; 2] {
        match self {
            Self::Rows { rows, channels } => [rows, channels],
            Self::Map { .. } => panic!("rows were expected, not {self:?}"),
        }
    }
}

impl Window {
    /// `[height, width]` of the result for a map of `[height, width]`; `None` where the window is
    /// larger than the map with its border.
    pub fn size(&self, [height, width]: [usize; 2]) -> Option<[usize; 2]> {
        let border = self.border;
        let axis = |idx: usize, length: usize| {
            let room = length.checked_sub(self.kernel[idx])?;
            Some(room / self.stride[idx] + 1)
        };
        Some([
            axis(0, height + border.top + border.bottom)?,
            axis(1, width + border.left + border.right)?,
        ])
    }
}

/// The shape of the result of an operation; `None` where a window does not fit into its map.
///
/// Anything else that does not fit is a mistake in the recording of a network, and panics.
pub(super) fn infer(operation: &Operation, inputs: &[Shape]) -> Option<Shape> {
    let first = || inputs[0];
    let shape = match operation {
        Operation::Input => panic!("an input has its shape from the picture"),
        Operation::Conv(conv) => return conv_shape(conv, first()),
        Operation::MaxPool(window) => {
            let [channels, height, width] = first().as_map();
            let [height, width] = window.size([height, width])?;
            Shape::map(channels, height, width)
        }
        Operation::Linear(Linear { weight, .. }) => {
            let [rows, channels] = first().as_rows();
            let [out, into] = weight.dims();
            assert_eq!(channels, into, "{}", weight.name);
            Shape::rows(rows, out)
        }
        Operation::Activate(_) => first(),
        Operation::Add | Operation::Multiply => {
            assert_eq!(inputs[0], inputs[1]);
            first()
        }
        Operation::Gate => {
            assert_eq!(inputs[1], Shape::rows(1, first().as_map()[0]));
            first()
        }
        Operation::AddTable(table) => {
            assert_eq!(first().as_rows(), table.dims::<2>(), "{}", table.name);
            first()
        }
        Operation::Mean | Operation::GeneralizedMean { .. } => Shape::rows(1, first().as_map()[0]),
        Operation::JoinChannels => joined(inputs[0], inputs[1]),
        Operation::PrependRows(table) => {
            let [rows, channels] = first().as_rows();
            let [before, width] = table.dims();
            assert_eq!(channels, width, "{}", table.name);
            Shape::rows(before + rows, channels)
        }
        Operation::TakeRows { start, count } => {
            let [rows, channels] = first().as_rows();
            assert!(start + count <= rows, "rows {start} + {count} of {rows}");
            Shape::rows(*count, channels)
        }
        Operation::TakeChannels { start, count } => {
            let [rows, channels] = first().as_rows();
            assert!(start + count <= channels, "{start} + {count} of {channels}");
            Shape::rows(rows, *count)
        }
        Operation::LayerNorm { scale, .. } => {
            assert_eq!([first().as_rows()[1]], scale.dims::<1>(), "{}", scale.name);
            first()
        }
        Operation::Attention { heads, groups } => {
            let [rows, channels] = first().as_rows();
            assert!(rows % groups == 0 && channels % (3 * heads) == 0);
            Shape::rows(rows, channels / 3)
        }
        Operation::MapToRows => {
            let [channels, height, width] = first().as_map();
            Shape::rows(height * width, channels)
        }
        Operation::RowsToMap { height, width } => {
            let [rows, channels] = first().as_rows();
            assert_eq!(rows, height * width);
            Shape::map(channels, *height, *width)
        }
        Operation::Unfold { patch } => {
            let [channels, height, width] = first().as_map();
            assert!(height % patch == 0 && width % patch == 0);
            Shape::rows(height * width, channels)
        }
        Operation::Fold {
            patch,
            height,
            width,
        } => {
            let [rows, channels] = first().as_rows();
            assert!(height % patch == 0 && width % patch == 0 && rows == height * width);
            Shape::map(channels, *height, *width)
        }
        Operation::Resize { height, width } => Shape::map(first().as_map()[0], *height, *width),
        Operation::Normalize { .. } => {
            first().as_rows();
            first()
        }
    };
    Some(shape)
}

fn conv_shape(conv: &Conv, input: Shape) -> Option<Shape> {
    let [channels, height, width] = input.as_map();
    let [out, into, kernel_height, kernel_width] = conv.weight.dims();
    let name = &conv.weight.name;
    assert_eq!(channels, into * conv.groups, "{name}");
    assert_eq!(conv.window.kernel, [kernel_height, kernel_width], "{name}");
    assert_eq!(out % conv.groups, 0, "{name}");
    let [height, width] = conv.window.size([height, width])?;
    Some(Shape::map(out, height, width))
}

fn joined(first: Shape, second: Shape) -> Shape {
    if let (Shape::Map { .. }, Shape::Map { .. }) = (first, second) {
        let ([a, height, width], [b, ..]) = (first.as_map(), second.as_map());
        assert_eq!(second, Shape::map(b, height, width));
        return Shape::map(a + b, height, width);
    }
    let ([rows, a], [other_rows, b]) = (first.as_rows(), second.as_rows());
    assert_eq!(rows, other_rows);
    Shape::rows(rows, a + b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::graph::Border;
    use crate::models::graph::Constant;

    #[test]
    fn a_window_stops_at_the_border() {
        // 7 cells under a window of 3: at 0, 2 and 4; with a border also at -1 and 5.
        let window = |border| Window {
            kernel: [3, 3],
            stride: [2, 2],
            border,
        };
        assert_eq!(window(Border::default()).size([7, 8]), Some([3, 3]));
        assert_eq!(window(Border::even(1)).size([7, 8]), Some([4, 4]));
        let rest = Border {
            right: 1,
            ..Border::default()
        };
        assert_eq!(window(rest).size([7, 8]), Some([3, 4]));
        assert_eq!(window(Border::default()).size([2, 8]), None);
    }

    #[test]
    fn shapes_follow_from_the_operations() {
        let map = Shape::map(6, 4, 8);
        let rows = Shape::rows(32, 6);
        let table = Constant::new("table", &[2, 6], vec![0.0; 12]);
        let cases = [
            (Operation::Mean, vec![map], Shape::rows(1, 6)),
            (Operation::Gate, vec![map, Shape::rows(1, 6)], map),
            (
                Operation::JoinChannels,
                vec![map, Shape::map(1, 4, 8)],
                Shape::map(7, 4, 8),
            ),
            (
                Operation::JoinChannels,
                vec![rows, rows],
                Shape::rows(32, 12),
            ),
            (
                Operation::PrependRows(table),
                vec![rows],
                Shape::rows(34, 6),
            ),
            (
                Operation::Attention {
                    heads: 2,
                    groups: 4,
                },
                vec![rows],
                Shape::rows(32, 2),
            ),
            (Operation::MapToRows, vec![map], rows),
            (
                Operation::RowsToMap {
                    height: 4,
                    width: 8,
                },
                vec![rows],
                map,
            ),
            (Operation::Unfold { patch: 2 }, vec![map], rows),
            (
                Operation::Resize {
                    height: 5,
                    width: 3,
                },
                vec![map],
                Shape::map(6, 5, 3),
            ),
        ];
        for (operation, inputs, expected) in cases {
            assert_eq!(infer(&operation, &inputs), Some(expected), "{operation:?}");
        }
    }
}

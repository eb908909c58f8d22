//! What a node of a graph can be.

use super::constant::Constant;

/// A function of the results of earlier nodes.
///
/// `map` is `[c, h, w]`, `rows` is `[n, c]`, a vector is one row.
#[derive(Clone, Debug)]
pub enum Operation {
    /// The normalized pixels of the picture, a map of three channels.
    Input,
    /// Map to map.
    Conv(Conv),
    /// Rows to rows, `x w^T + b` for each.
    Linear(Linear),
    /// Each number by itself, a map or rows.
    Activate(Activation),
    /// The sum of two maps or two blocks of rows of the same shape.
    Add,
    /// The product, number by number, of two maps or two blocks of rows of the same shape.
    Multiply,
    /// A map whose channels are multiplied by a vector: the map, then the vector.
    Gate,
    /// Rows plus a table of the same shape.
    AddTable(Constant),
    /// The largest number under a window; what lies outside the map never counts.
    MaxPool(Window),
    /// The mean of each channel of a map, a vector.
    Mean,
    /// `(mean of max(x, epsilon)^power)^(1/power)` of each channel of a map, a vector.
    GeneralizedMean { power: u8, epsilon: f32 },
    /// Two maps of the same size, or blocks of as many rows, the channels of the second behind those
    /// of the first.
    JoinChannels,
    /// Constant rows before those of the input.
    PrependRows(Constant),
    /// Some rows, in their order.
    TakeRows { start: usize, count: usize },
    /// Some channels of each row, in their order.
    TakeChannels { start: usize, count: usize },
    /// `(x - mean) / sqrt(variance + epsilon) * scale + shift` of each row; the variance is that of
    /// the row itself (divided by its length).
    LayerNorm {
        scale: Constant,
        shift: Option<Constant>,
        epsilon: f32,
    },
    /// Softmax attention, `softmax(q k^T / sqrt(e)) v` in each head, `e` its width.
    ///
    /// The input has `[q, k, v]` in each row, each of them all heads one after the other; the result
    /// has all heads one after the other. Rows see the rows of their own group only: there are
    /// `groups` of them, of the same length, one after the other.
    Attention { heads: usize, groups: usize },
    /// `[c, h, w]` to `[h * w, c]`, row by row of the map.
    MapToRows,
    /// `[h * w, c]` to `[c, h, w]`, the inverse.
    RowsToMap { height: usize, width: usize },
    /// MobileViT's tokens: a map is cut into squares of `patch` cells, and cells at the same place of
    /// all squares become one group of rows.
    ///
    /// Cell `(i * patch + y, j * patch + x)` becomes row
    /// `((y * patch + x) * (h / patch) + i) * (w / patch) + j`.
    Unfold { patch: usize },
    /// The inverse of [`Operation::Unfold`], for a map of this size.
    Fold {
        patch: usize,
        height: usize,
        width: usize,
    },
    /// A map with another number of cells, bilinear: cell centers are at `(i + 0.5) / n` of the side,
    /// and what lies beyond the border is the border.
    Resize { height: usize, width: usize },
    /// Each row divided by `max(its length, epsilon)`.
    Normalize { epsilon: f32 },
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `max(x, 0)`
    Relu,
    /// `min(max(x, 0), 6)`
    Relu6,
    /// `1 / (1 + exp(-x))`
    Sigmoid,
    /// `x * sigmoid(x)`
    Silu,
    /// `clamp(x + 3, 0, 6) / 6`
    HardSigmoid,
    /// `x * hard_sigmoid(x)`
    HardSwish,
    /// `x * (1 + erf(x / sqrt(2))) / 2`
    Gelu,
    /// `max(x, bound)`
    AtLeast(f32),
}

/// A convolution over a map.
#[derive(Clone, Debug)]
pub struct Conv {
    /// `[out, in / groups, height, width]`
    pub weight: Constant,
    /// `[out]`
    pub bias: Option<Constant>,
    pub window: Window,
    pub groups: usize,
}

/// Where a window is put on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// `[height, width]`
    pub kernel: [usize; 2],
    /// `[down, right]`
    pub stride: [usize; 2],
    pub border: Border,
}

/// Cells added around a map: zeros for a convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Border {
    pub top: usize,
    pub left: usize,
    pub bottom: usize,
    pub right: usize,
}

impl Border {
    /// The same number on every side.
    pub const fn even(cells: usize) -> Self {
        Self {
            top: cells,
            left: cells,
            bottom: cells,
            right: cells,
        }
    }
}

/// A linear layer over rows.
#[derive(Clone, Debug)]
pub struct Linear {
    /// `[out, in]`
    pub weight: Constant,
    /// `[out]`
    pub bias: Option<Constant>,
}

impl Operation {
    /// How it is called in messages and files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Conv(_) => "conv",
            Self::Linear(_) => "linear",
            Self::Activate(_) => "activate",
            Self::Add => "add",
            Self::Multiply => "multiply",
            Self::Gate => "gate",
            Self::AddTable(_) => "add_table",
            Self::MaxPool(_) => "max_pool",
            Self::Mean => "mean",
            Self::GeneralizedMean { .. } => "generalized_mean",
            Self::JoinChannels => "join_channels",
            Self::PrependRows(_) => "prepend_rows",
            Self::TakeRows { .. } => "take_rows",
            Self::TakeChannels { .. } => "take_channels",
            Self::LayerNorm { .. } => "layer_norm",
            Self::Attention { .. } => "attention",
            Self::MapToRows => "map_to_rows",
            Self::RowsToMap { .. } => "rows_to_map",
            Self::Unfold { .. } => "unfold",
            Self::Fold { .. } => "fold",
            Self::Resize { .. } => "resize",
            Self::Normalize { .. } => "normalize",
        }
    }

    /// Every constant the operation holds.
    pub fn constants(&self) -> Vec<&Constant> {
        match self {
            Self::Conv(Conv { weight, bias, .. }) | Self::Linear(Linear { weight, bias }) => {
                std::iter::once(weight).chain(bias).collect()
            }
            Self::LayerNorm { scale, shift, .. } => std::iter::once(scale).chain(shift).collect(),
            Self::AddTable(table) | Self::PrependRows(table) => vec![table],
            Self::Input
            | Self::Activate(_)
            | Self::Add
            | Self::Multiply
            | Self::Gate
            | Self::MaxPool(_)
            | Self::Mean
            | Self::GeneralizedMean { .. }
            | Self::JoinChannels
            | Self::TakeRows { .. }
            | Self::TakeChannels { .. }
            | Self::Attention { .. }
            | Self::MapToRows
            | Self::RowsToMap { .. }
            | Self::Unfold { .. }
            | Self::Fold { .. }
            | Self::Resize { .. }
            | Self::Normalize { .. } => Vec::new(),
        }
    }
}

//! The head of a student of SEED (Fang et al., arXiv:2101.04731): `Linear -> ReLU -> Linear`.

use super::PROJECTED;
use super::ProjectionHeadSpec;
use super::projection::HeadShape;
use super::projection::listed;

/// Hidden width that made ResNet-18 better in an independent repetition (58.0 to 60.3 top-1).
const WIDE: usize = 2048;

/// As published: the hidden layer is as wide as the pooled vector.
pub const SEED: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "seed",
    label: "SEED",
    shape: |channels| shape(channels, channels),
    original_key: |ours| listed("fc", ours, 2),
};

/// With a hidden layer of [`WIDE`].
pub const SEED_WIDE: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "seed-wide",
    label: "SEED with a wide hidden layer",
    shape: |channels| shape(channels, WIDE),
    original_key: |ours| listed("fc", ours, 2),
};

const fn shape(channels: usize, hidden: usize) -> HeadShape {
    HeadShape {
        channels,
        hidden: Some(hidden),
        norm: false,
        dimensions: PROJECTED,
    }
}

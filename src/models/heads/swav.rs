//! The heads of SwAV (Caron et al., arXiv:2006.09882): `Linear -> BatchNorm -> ReLU -> Linear`.

use super::PROJECTED;
use super::ProjectionHeadSpec;
use super::projection::HeadShape;
use super::projection::listed;

/// ResNet-50.
pub const SWAV: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "swav",
    label: "SwAV",
    shape: |channels| shape(channels, 2048, true),
    original_key: |ours| listed("projection_head", ours, 3),
};

/// ResNet-50 of two and four times the width.
pub const SWAV_WIDE: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "swav-wide",
    label: "SwAV for wide networks",
    shape: |channels| shape(channels, 8192, true),
    original_key: |ours| listed("projection_head", ours, 3),
};

/// ResNet-50 of five times the width, whose head has no normalization.
pub const SWAV_WIDEST: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "swav-widest",
    label: "SwAV for the widest network",
    shape: |channels| shape(channels, 10_240, false),
    original_key: |ours| listed("projection_head", ours, 2),
};

const fn shape(channels: usize, hidden: usize, norm: bool) -> HeadShape {
    HeadShape {
        channels,
        hidden: Some(hidden),
        norm,
        dimensions: PROJECTED,
    }
}

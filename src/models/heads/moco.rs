//! The heads of MoCo: one linear layer in version 1 (He et al., arXiv:1911.05722), two with a ReLU
//! between them in version 2 (Chen et al., arXiv:2003.04297).

use super::PROJECTED;
use super::ProjectionHeadSpec;
use super::projection::HeadShape;
use super::projection::listed;

pub const MOCO_V1: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "moco-v1",
    label: "MoCo v1",
    shape: |channels| HeadShape {
        channels,
        hidden: None,
        norm: false,
        dimensions: PROJECTED,
    },
    original_key: |ours| ours.replace("last.", "fc."),
};

/// The hidden layer is as wide as the pooled vector.
pub const MOCO_V2: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "moco-v2",
    label: "MoCo v2",
    shape: |channels| HeadShape {
        channels,
        hidden: Some(channels),
        norm: false,
        dimensions: PROJECTED,
    },
    original_key: |ours| listed("fc", ours, 2),
};

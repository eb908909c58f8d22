//! The head of SimCLR (Chen et al., arXiv:2002.05709), as in the ResNet-50 that SEED learns from:
//! `Linear -> BatchNorm -> ReLU -> Linear`.
//!
//! Both layers have a bias in SEED's files (`simclr_resnet.py`). SimCLR's own last layer has none and
//! a second normalization behind it; an import leaves the head out in either form.

use super::PROJECTED;
use super::ProjectionHeadSpec;
use super::projection::HeadShape;
use super::projection::listed;

pub const SIMCLR: ProjectionHeadSpec = ProjectionHeadSpec {
    id: "simclr",
    label: "SimCLR",
    shape: |channels| HeadShape {
        channels,
        hidden: Some(channels),
        norm: true,
        dimensions: PROJECTED,
    },
    original_key: |ours| listed("fc", ours, 3),
};

//! Heads that are compared while a network is trained, and that teachers come with.
//!
//! The two layers of RDCD and the layers of ISC21 are forms of
//! [`Network`](super::network::Network): they are part of the descriptor that is deployed.
//!
//! To add a projection head: one file and one row of [`PROJECTION_HEADS`].

pub mod dino;
pub mod moco;
pub mod obd_sd;
pub mod projection;
pub mod seed;
pub mod simclr;
pub mod swav;

use projection::HeadShape;

/// One row of [`PROJECTION_HEADS`].
pub struct ProjectionHeadSpec {
    /// The name inside recipes and model files. Never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// Layers and sizes for a pooled vector of so many channels.
    pub shape: fn(channels: usize) -> HeadShape,
    /// Names of its parameters in the files of its origin.
    pub original_key: fn(&str) -> String,
}

/// Every projection head, students' first.
pub const PROJECTION_HEADS: &[ProjectionHeadSpec] = &[
    seed::SEED,
    seed::SEED_WIDE,
    moco::MOCO_V1,
    moco::MOCO_V2,
    simclr::SIMCLR,
    swav::SWAV,
    swav::SWAV_WIDE,
    swav::SWAV_WIDEST,
];

/// The row with this id.
pub fn projection_head(id: &str) -> Option<&'static ProjectionHeadSpec> {
    PROJECTION_HEADS.iter().find(|spec| spec.id == id)
}

/// Length of the vectors that all these methods compare.
const PROJECTED: usize = 128;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<&str> = PROJECTION_HEADS.iter().map(|spec| spec.id).collect();
        assert_eq!(ids.len(), PROJECTION_HEADS.len());
    }
}

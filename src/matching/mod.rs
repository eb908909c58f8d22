//! Explains why two pictures match: which patches agree, and how one lies on the other.
//!
//! - Owns: patch correspondences, alignment, the verdict and its words.
//! - Invariant: nothing here runs a network; it is handed grids of local descriptors.
//! - Not here: finding candidates (`index`), drawing on the screen (`render`).

mod bands;
mod types;

pub use bands::Band;
pub use types::Affine;
pub use types::Comparison;
pub use types::Correspondence;
pub use types::HeatMap;
pub use types::Verdict;

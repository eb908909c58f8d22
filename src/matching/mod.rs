//! Explains why two pictures match: which patches agree, and how one lies on the other.
//!
//! - Owns: patch correspondences, alignment, the verdict and its words.
//! - Invariant: nothing here runs a network; it is handed grids of local descriptors.
//! - Invariant: a verdict of "same" or "edited" has been confirmed on the pixels.
//! - Not here: finding candidates (`index`), drawing on the screen (`render`).
//! - To change what counts as proven: `candidate.rs`; then run `tests/matching.rs`, which measures
//!   how often unrelated pictures pass.

mod affine;
mod agreement;
mod appearance;
pub mod bands;
mod candidate;
mod cells;
mod compare;
mod frame;
mod grey;
mod linear;
mod links;
mod overlap;
mod points;
mod ransac;
mod refine;
mod sentence;
mod turn;
mod types;
mod warp;

pub use bands::Band;
pub use bands::Notch;
pub use bands::Thresholds;
pub use bands::band;
pub use cells::UNRELATED_SIMILARITY;
pub use compare::compare;
pub use compare::compare_with;
pub use links::MAX_LINES;
pub use links::position_color;
pub use links::side_by_side_png;
pub use links::spread_lines;
pub use types::Affine;
pub use types::Comparison;
pub use types::Correspondence;
pub use types::HeatMap;
pub use types::Verdict;
pub use warp::difference;
pub use warp::tone;
pub use warp::warp;

//! How good a model is: protocols on known copies, and the metrics they report.
//!
//! - Owns: [`metrics`], the exact search they are computed with, the DISC21 protocol ([`disc21`]).
//! - Invariant: figures come from exact search, never from an approximate index.
//! - Invariant: nothing here knows a network; descriptors are unit rows of `f32` from a callback.
//! - Not here: making descriptors (`models`), drawing curves (`app`), training (`distill`).
//! - To add a metric: one file in `metrics/` and one row of [`metrics::METRICS`].

pub mod disc21;
mod error;
pub mod metrics;
mod score_normalization;
mod search;

pub use error::EvalError;
pub use score_normalization::normalize_similarities;
pub use search::Descriptors;
pub use search::Neighbor;
pub use search::nearest;

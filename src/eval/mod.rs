//! How good a model is: protocols on known copies, and the metrics they report.
//!
//! - Owns: [`metrics`], the exact search they are computed with, the DISC21 protocol ([`disc21`]).
//! - Invariant: figures come from exact search, never from an approximate index.
//! - Invariant: nothing here knows a network; descriptors are unit rows of `f32` from a callback.
//! - Not here: making descriptors (`models`), drawing curves (`app`), training (`distill`).
//! - To add a metric: one file in `metrics/` and one row of [`metrics::METRICS`].

pub mod disc21;
mod error;
mod kmeans;
pub mod knn;
pub mod linear_probe;
pub mod metrics;
mod negative_embeddings;
mod pair_search;
mod products;
mod score_normalization;
mod search;
pub mod submission;
mod whitening;

pub use error::EvalError;
pub use kmeans::k_means;
pub use negative_embeddings::NegativeEmbeddings;
pub use pair_search::CHALLENGE_PAIRS;
pub use pair_search::nearest_pairs;
pub use score_normalization::ScoreNormalization;
pub use search::Descriptors;
pub use search::Neighbor;
pub use search::nearest;
pub use whitening::Fit;
pub use whitening::Whitening;
pub use whitening::WhiteningError;

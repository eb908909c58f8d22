//! How good a model is: protocols on known copies, and the metrics they report.
//!
//! - Owns: [`protocols`], [`metrics`], the exact search they are computed with, [`report`]s, the
//!   [`torture`] test, descriptors kept on disk.
//! - Invariant: figures come from exact search, never from an approximate index.
//! - Invariant: nothing here knows a network; descriptors come from a [`DescriptorSource`].
//! - Not here: making descriptors (`models`), drawing curves in the window (`app`), training (`distill`).
//! - To add a metric: one file in `metrics/` and one row of [`metrics::METRICS`].

mod cache;
pub mod calibration;
mod error;
mod input;
mod kmeans;
pub mod knn;
pub mod linear_probe;
pub mod metrics;
mod negative_embeddings;
mod pair_search;
mod products;
pub mod protocols;
pub mod report;
mod score_normalization;
mod search;
mod source;
pub mod submission;
pub mod torture;
mod whitening;

pub use cache::DescriptorCache;
pub use error::EvalError;
pub use input::Fit as InputFit;
pub use input::Input;
pub use kmeans::k_means;
pub use negative_embeddings::NegativeEmbeddings;
pub use pair_search::CHALLENGE_PAIRS;
pub use pair_search::nearest_pairs;
pub use score_normalization::ScoreNormalization;
pub use search::Descriptors;
pub use search::Neighbor;
pub use search::nearest;
pub use source::DescriptorSource;
pub use source::Form;
pub use whitening::Fit;
pub use whitening::Whitening;
pub use whitening::WhiteningError;

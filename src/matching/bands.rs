//! The bands that results are shown in.

use serde::Serialize;

/// How a result is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// The same bytes.
    SameFile,
    /// Above the threshold.
    Edited,
    /// Between the lower threshold and the threshold.
    Maybe,
    /// Below both; not shown.
    None,
}

//! Everything about training curves that can be computed without drawing them.
//!
//! - Owns: series, smoothing, thinning, ticks of a logarithmic axis, export, the coach's line.
//! - Invariant: thinning keeps the smallest and the largest value of every pixel column, so a
//!   spike is never lost.
//! - Invariant: nothing here draws or reads a file.
//! - Not here: drawing (`widgets::curve_plot`), the numbers themselves (`distill`).
//! - To add a choice for the horizontal axis: one variant of [`XAxis`]; the compiler lists the rest.

mod coach;
mod export;
mod series;
mod smooth;
mod thin;
mod ticks;

pub use coach::Advice;
pub use coach::Trend;
pub use coach::coach;
pub use export::curves_csv;
pub use series::CurveGroup;
pub use series::Series;
pub use series::XAxis;
pub use series::groups;
pub use series::key_label;
pub use smooth::smoothed;
pub use thin::thinned;
pub use ticks::Tick;
pub use ticks::linear_ticks;
pub use ticks::log_ticks;
pub use ticks::short_number;

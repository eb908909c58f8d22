//! Small pieces used by two screens or more.

pub mod activity_bar;
pub mod controls;
pub mod curve_plot;
pub mod describe;
pub mod device_picker;
pub mod drop_hint;
pub mod picture;
pub mod rail;
pub mod segments;
pub mod verdict;
pub mod words;

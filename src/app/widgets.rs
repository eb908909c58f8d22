//! Small pieces used by two screens or more.

pub mod activity_bar;
pub mod controls;
pub mod rail;
pub mod words;

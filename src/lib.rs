//! Copylens finds copies of pictures and teaches small, fast models to find them better.
//!
//! One crate, read bottom up. Imports point down only; `tests/tidy.rs` checks it.
//!
//! ```text
//! 7  app        cli
//! 6  worker     render
//! 5  distill
//! 4  eval       matching
//! 3  models     index      verdicts
//! 2  data       weights     settings     devices     download
//! 1  monitor    persist     pickle
//! ```

pub mod monitor;
pub mod persist;
pub mod pickle;

pub mod data;
pub mod devices;
pub mod download;
pub mod settings;
pub mod weights;

pub mod index;
pub mod models;
pub mod verdicts;

pub mod eval;
pub mod matching;

pub mod distill;

pub mod render;
pub mod worker;

pub mod app;
pub mod cli;

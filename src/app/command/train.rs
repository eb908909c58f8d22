//! What the Train place can ask for.

/// One thing the Train place can ask for.
#[derive(Clone, Debug)]
pub enum TrainCommand {}

//! What the Train place shows.

/// What the Train place shows.
#[derive(Clone, Debug, Default)]
pub struct TrainState {}

//! What the Models place shows.

/// What the Models place shows.
#[derive(Clone, Debug, Default)]
pub struct ModelsState {}

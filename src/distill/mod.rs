//! Teaches a student.
//!
//! - Owns: recipes, losses, the trainer, checkpoints, the run folder.
//! - Invariant: a run that is killed goes on from its last checkpoint with the same numbers.
//! - Invariant: nothing here knows about threads of the program or the window.
//! - Not here: networks (`models`), pictures and views (`data`).
//! - To add a loss: one file in `losses/` and one row of its table.

mod events;
mod run_config;

pub use events::RunEvent;
pub use events::RunPoint;
pub use events::RunSummary;
pub use events::StripRow;
pub use run_config::RunConfig;

//! Teaches a student.
//!
//! - Owns: recipes, losses, the trainer, checkpoints, the run folder.
//! - Invariant: a run that is killed goes on from its last checkpoint with the same curve,
//!   up to the last digits.
//! - Invariant: nothing here knows about threads of the program or the window.
//! - Not here: networks (`models`), pictures and views (`data`).
//! - To add a loss: one file in `losses/` and one row of its table.

mod batches;
pub mod block_pairs;
mod checkpoint;
pub mod cross_batch_memory;
mod error;
mod event_file;
mod events;
mod gradients;
mod head_start;
mod judged;
mod learner;
mod loss_scale;
pub mod losses;
mod measure;
pub mod methods;
mod mixup;
pub mod optimiser;
mod pairs;
mod pictures;
mod precision;
pub mod presets;
pub mod preview;
mod quality;
pub mod queue;
mod rates;
mod recipe;
mod recovery;
mod report;
mod run;
mod run_config;
mod run_folder;
pub mod schedule;

mod stage;
mod step_batch;
mod stopwatch;
mod student;
mod teacher;
mod team;

pub use error::DistillError;
pub use events::RunEvent;
pub use events::RunPoint;
pub use events::RunSummary;
pub use events::StripRow;
pub use judged::JudgedChange;
pub use judged::JudgedQuality;
pub use measure::StepCost;
pub use measure::StepPlan;
pub use measure::measure;
pub use pairs::FEWEST_OF_A_KIND;
pub use pairs::FEWEST_PAIRS;
pub use pairs::Pairs;
pub use recipe::Recipe;
pub use run::Trial;
pub use run::run;
pub use run::run_on;
pub use run::trial;
pub use run_config::RunConfig;
pub use run_folder::RunFolder;
pub use run_folder::RunState;
pub use run_folder::RunStatus;

//! What a person chose, and where Copylens keeps its files.
//!
//! - Owns: [`Home`], [`Settings`], their file.
//! - Invariant: a missing or damaged settings file never stops the program; defaults are used.
//! - Invariant: a field that an older version did not know gets its default.
//! - Not here: how settings are shown (`app`).
//! - To add a setting: one field of [`Settings`] with its default, one row of the settings screen.

mod error;
mod home;
mod options;

pub use error::SettingsError;
pub use home::Home;
pub use options::Settings;
pub use options::Theme;
pub use options::is_proxy;

//! Pictures on disk: scan, decode, resize, augment.
//!
//! - Owns: [`Picture`], everything that reads or makes pixels.
//! - Invariant: a picture leaves this room upright, in sRGB, without alpha.
//! - Invariant: no file, however broken, ends the program or takes unbounded memory.
//! - Not here: what a network makes of the pixels (`models`).

mod picture;
mod preprocess;

pub use picture::Picture;
pub use preprocess::Preprocessing;

//! What a person has said about pairs of pictures: a copy, or not.
//!
//! - Owns: the judged pairs, and their file in the data folder.
//! - Invariant: a picture is known by the hash of its content; its name and folder may change.
//! - Invariant: of two sayings about a pair the later one counts, also when two programs wrote.
//! - Not here: showing them (`app`, `cli`), learning from them (`distill`).
//! - To change the file: raise `VERSION` in `format` and keep reading the old one.

mod book;
mod format;
mod table;

pub use book::ContentHash;
pub use book::Judgement;
pub use book::Record;
pub use book::Seen;
pub use book::Verdicts;
pub use format::load;
pub use format::update;
pub use table::to_csv;

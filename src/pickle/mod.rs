//! Reads Python pickles as data, so that weights and data sets can be opened without running them.
//!
//! - Owns: [`read`], the [`Arena`] of what a pickle describes, and the [`Rules`] for what it may name.
//! - Invariant: nothing is called and nothing is imported; a function or class is only a name, and a
//!   name that the rules do not allow ends the reading.
//! - Invariant: values, words and steps are bounded; long blocks of bytes stay in the file, and the
//!   arena only says where they lie.
//! - Not here: what the values mean (`weights`, `data`).
//! - To read pickles of another program: one type that implements [`Rules`], beside its reader.

mod machine;
mod value;

pub use machine::Pickle;
pub use machine::read;
pub use value::Arena;
pub use value::Span;
pub use value::Value;
pub use value::ValueId;

/// Why a pickle was not read. Whoever opened the file adds its path.
#[derive(Debug)]
pub enum PickleError {
    Read(std::io::Error),
    /// The reason, to stand after the name of the file.
    Malformed(String),
    /// It names a function or class that the rules do not allow: `module.name`.
    Refused(String),
}

impl From<std::io::Error> for PickleError {
    fn from(source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::UnexpectedEof {
            return Self::Malformed("it ends too early".to_owned());
        }
        Self::Read(source)
    }
}

/// A [`PickleError::Malformed`] with this reason.
pub fn malformed(reason: impl Into<String>) -> PickleError {
    PickleError::Malformed(reason.into())
}

/// The value of a call.
pub enum Outcome<M> {
    Same(ValueId),
    New(Value<M>),
}

/// What a kind of file may name, and what its calls stand for.
pub trait Rules {
    /// Values that only this kind of file has.
    type Made: Clone + std::fmt::Debug + PartialEq;

    /// The name under which an allowed function or class is noted, `None` for every other.
    fn allowed(module: &str, name: &str) -> Option<String>;

    /// What calling `class` with the tuple `args` would give.
    fn call(
        arena: &Arena<Self::Made>,
        class: &str,
        args: ValueId,
    ) -> Result<Outcome<Self::Made>, PickleError>;

    /// What a reference to something beside the pickle stands for.
    fn persistent(arena: &Arena<Self::Made>, id: ValueId)
    -> Result<Value<Self::Made>, PickleError>;
}

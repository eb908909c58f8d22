//! What a pickle describes: a graph of plain values, none of them alive.

use std::borrow::Cow;

/// A value of an [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueId(u32);

/// One value. Whatever a pickle would compute is only noted down.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<M> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// Lists, tuples and sets.
    List(Vec<ValueId>),
    Dict(Vec<(ValueId, ValueId)>),
    /// A function or class of the allow-list, `module name`.
    Class(String),
    Bytes(Span),
    /// What only this kind of file has.
    Made(M),
    /// An object that was not made: its class, the tuple it was called with, and its attributes
    /// where it has any.
    Object {
        class: String,
        args: ValueId,
        state: Option<ValueId>,
    },
    /// Numbers that do not fit.
    Other,
}

/// Bytes of the file, counted from the start of the pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: u64,
    pub n_bytes: u64,
}

/// All values of a pickle. They refer to each other by id, so copies cost nothing and a value may
/// contain itself.
#[derive(Debug)]
pub struct Arena<M> {
    values: Vec<Value<M>>,
}

/// Most values of one pickle; the largest checkpoints have some ten thousand.
const MAX_VALUES: usize = 1_000_000;

impl<M> Arena<M> {
    pub const NONE: ValueId = ValueId(0);
    const TRUE: ValueId = ValueId(1);
    const FALSE: ValueId = ValueId(2);
    pub(super) const OTHER: ValueId = ValueId(3);

    pub(super) fn new() -> Self {
        Self {
            values: vec![
                Value::None,
                Value::Bool(true),
                Value::Bool(false),
                Value::Other,
            ],
        }
    }

    pub(super) fn bool(value: bool) -> ValueId {
        if value { Self::TRUE } else { Self::FALSE }
    }

    /// The id of a new value, `None` when there are too many.
    pub(super) fn add(&mut self, value: Value<M>) -> Option<ValueId> {
        if self.values.len() >= MAX_VALUES {
            return None;
        }
        self.values.push(value);
        Some(ValueId(self.values.len() as u32 - 1))
    }

    pub fn get(&self, id: ValueId) -> &Value<M> {
        // Ids are made here only and nothing is ever taken out.
        &self.values[id.0 as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = &Value<M>> {
        self.values.iter()
    }

    pub(super) fn get_mut(&mut self, id: ValueId) -> &mut Value<M> {
        &mut self.values[id.0 as usize]
    }

    pub fn text(&self, id: ValueId) -> Option<&str> {
        let Value::Text(text) = self.get(id) else {
            return None;
        };
        Some(text)
    }

    pub fn list(&self, id: ValueId) -> Option<&[ValueId]> {
        let Value::List(items) = self.get(id) else {
            return None;
        };
        Some(items)
    }

    /// A number, whole or not.
    pub fn number(&self, id: ValueId) -> Option<f64> {
        if let Value::Float(value) = self.get(id) {
            return Some(*value);
        }
        self.int(id).map(|value| value as f64)
    }

    pub fn int(&self, id: ValueId) -> Option<i64> {
        let Value::Int(value) = self.get(id) else {
            return None;
        };
        Some(*value)
    }

    /// A key of a dict: a word or a number.
    pub fn word(&self, id: ValueId) -> Option<Cow<'_, str>> {
        let number = || self.int(id).map(|number| Cow::Owned(number.to_string()));
        self.text(id).map(Cow::Borrowed).or_else(number)
    }

    /// A list of numbers that are not negative, such as a shape.
    pub fn counts(&self, id: ValueId) -> Option<Vec<u64>> {
        let items = self.list(id)?;
        // No tensor of a network has more axes.
        if items.len() > 16 {
            return None;
        }
        let counts = items
            .iter()
            .map(|item| u64::try_from(self.int(*item)?).ok());
        counts.collect()
    }

    /// What a dict holds under a word.
    pub fn entry(&self, dict: ValueId, key: &str) -> Option<ValueId> {
        let Value::Dict(pairs) = self.get(dict) else {
            return None;
        };
        let pair = pairs.iter().rev().find(|(k, _)| self.text(*k) == Some(key));
        pair.map(|(_, value)| *value)
    }
}

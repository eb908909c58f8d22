//! What a pickle describes: a graph of plain values, none of them alive.

use std::borrow::Cow;

/// A value of an [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ValueId(u32);

/// One value. Whatever a pickle would compute is only noted down.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Text(String),
    /// Lists, tuples and sets.
    List(Vec<ValueId>),
    Dict(Vec<(ValueId, ValueId)>),
    /// A function or class of the allow-list, `module name`.
    Class(String),
    Storage(Storage),
    Tensor(TensorView),
    /// An object that was not made: its class, and its attributes where it has any.
    Object {
        class: String,
        state: Option<ValueId>,
    },
    /// Numbers and bytes that no model needs.
    Other,
}

/// A block of numbers beside the pickle.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Storage {
    /// `FloatStorage` and so on.
    pub(super) class: String,
    pub(super) key: String,
    /// Where this one begins in the block called `key`, in numbers; 0 since PyTorch 0.4.
    pub(super) offset: u64,
}

/// A tensor as PyTorch describes it; steps and offset count numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TensorView {
    pub(super) storage: Storage,
    /// The type of an untyped storage.
    pub(super) number: Option<String>,
    pub(super) offset: u64,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<u64>,
}

/// All values of a pickle. They refer to each other by id, so copies cost nothing and a value may
/// contain itself.
#[derive(Debug)]
pub(super) struct Arena {
    values: Vec<Value>,
}

/// Most values of one pickle; the largest checkpoints have some ten thousand.
const MAX_VALUES: usize = 1_000_000;

impl Arena {
    pub(super) const NONE: ValueId = ValueId(0);
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
    pub(super) fn add(&mut self, value: Value) -> Option<ValueId> {
        if self.values.len() >= MAX_VALUES {
            return None;
        }
        self.values.push(value);
        Some(ValueId(self.values.len() as u32 - 1))
    }

    pub(super) fn get(&self, id: ValueId) -> &Value {
        // Ids are made here only and nothing is ever taken out.
        &self.values[id.0 as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.values.iter()
    }

    pub(super) fn get_mut(&mut self, id: ValueId) -> &mut Value {
        &mut self.values[id.0 as usize]
    }

    pub(super) fn text(&self, id: ValueId) -> Option<&str> {
        let Value::Text(text) = self.get(id) else {
            return None;
        };
        Some(text)
    }

    pub(super) fn list(&self, id: ValueId) -> Option<&[ValueId]> {
        let Value::List(items) = self.get(id) else {
            return None;
        };
        Some(items)
    }

    pub(super) fn int(&self, id: ValueId) -> Option<i64> {
        let Value::Int(value) = self.get(id) else {
            return None;
        };
        Some(*value)
    }

    /// A key of a dict: a word or a number.
    pub(super) fn word(&self, id: ValueId) -> Option<Cow<'_, str>> {
        let number = || self.int(id).map(|number| Cow::Owned(number.to_string()));
        self.text(id).map(Cow::Borrowed).or_else(number)
    }

    /// A list of numbers that are not negative, such as a shape.
    pub(super) fn counts(&self, id: ValueId) -> Option<Vec<u64>> {
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
    pub(super) fn entry(&self, dict: ValueId, key: &str) -> Option<ValueId> {
        let Value::Dict(pairs) = self.get(dict) else {
            return None;
        };
        let pair = pairs.iter().rev().find(|(k, _)| self.text(*k) == Some(key));
        pair.map(|(_, value)| *value)
    }
}

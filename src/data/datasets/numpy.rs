//! Pickles with NumPy arrays, as the authors of data sets save them. Nothing in them is run.

use std::io::BufReader;
use std::io::Read as _;

use super::error::DatasetError;
use super::source::Block;
use super::source::Source;
use crate::pickle;
use crate::pickle::Arena;
use crate::pickle::Outcome;
use crate::pickle::PickleError;
use crate::pickle::Rules;
use crate::pickle::Span;
use crate::pickle::Value;
use crate::pickle::ValueId;
use crate::pickle::malformed;

/// Most numbers of an array that is read into memory.
const MAX_NUMBERS: u64 = 1 << 22;
/// Python 2's names of modules, and those of NumPy before and after version 2.
const MODULES: &[(&str, &str)] = &[
    ("__builtin__", "builtins"),
    ("numpy._core.multiarray", "numpy.core.multiarray"),
    ("numpy._core.numeric", "numpy.core.numeric"),
];
/// Longest word that is written as bytes.
const MAX_WORD_BYTES: u64 = 1000;
/// What such a file may name.
const ALLOWED: &[(&str, &[&str])] = &[
    ("numpy", &["dtype", "ndarray"]),
    ("numpy.core.multiarray", &["_reconstruct", "scalar"]),
    ("numpy.core.numeric", &["_frombuffer"]),
    ("_codecs", &["encode"]),
    (
        "builtins",
        &["set", "frozenset", "list", "tuple", "bytes", "bytearray"],
    ),
    ("collections", &["OrderedDict"]),
];

/// The rules of such files. They make nothing of their own.
pub(super) struct NumpyRules;

/// Bytes that a pickle wrote as text, `_codecs.encode(text, "latin1")`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Encoded(ValueId);

impl Rules for NumpyRules {
    type Made = Encoded;

    fn allowed(module: &str, name: &str) -> Option<String> {
        let old = MODULES.iter().find(|(old, _)| *old == module);
        let module = old.map_or(module, |(_, new)| new);
        let is_allowed = ALLOWED
            .iter()
            .any(|(known, names)| *known == module && names.contains(&name));
        is_allowed.then(|| format!("{module} {name}"))
    }

    fn call(
        arena: &Arena<Encoded>,
        class: &str,
        args: ValueId,
    ) -> Result<Outcome<Encoded>, PickleError> {
        let first = arena.list(args).and_then(|args| args.first().copied());
        Ok(match (class, first) {
            ("_codecs encode", Some(text)) => Outcome::New(Value::Made(Encoded(text))),
            // How Python 3 writes no bytes at all for Python 2.
            ("builtins bytes" | "builtins bytearray", None) => Outcome::New(Value::Bytes(Span {
                start: 0,
                n_bytes: 0,
            })),
            ("collections OrderedDict", _) => Outcome::New(Value::Dict(Vec::new())),
            (_, Some(first)) if class.starts_with("builtins ") => Outcome::Same(first),
            _ => Outcome::New(Value::Object {
                class: class.to_owned(),
                args,
                state: None,
            }),
        })
    }

    fn persistent(_: &Arena<Encoded>, _: ValueId) -> Result<Value<Encoded>, PickleError> {
        Err(malformed("its pickle refers to another file"))
    }
}

/// A pickle and the file it lies in.
pub(super) struct NumpyPickle {
    pub(super) arena: Arena<Encoded>,
    pub(super) root: ValueId,
    pub(super) block: Block,
}

/// An array that was described but not made.
pub(super) struct Array {
    pub(super) shape: Vec<u64>,
    /// `u1`, `i8`, `f4`, ...
    pub(super) number: String,
    is_big_endian: bool,
    is_fortran: bool,
    bytes: Bytes,
}

enum Bytes {
    InFile(Span),
    Held(Vec<u8>),
}

impl NumpyPickle {
    pub(super) fn open(source: &Source, name: &str) -> Result<Self, DatasetError> {
        let block = source.block(name)?;
        let fail = |error| DatasetError::pickle(error, source.shown(name));
        let bytes = || -> std::io::Result<_> {
            use std::io::Seek as _;
            let mut file = std::fs::File::open(&block.path)?;
            file.seek(std::io::SeekFrom::Start(block.start))?;
            Ok(BufReader::new(file.take(block.n_bytes)))
        };
        let mut bytes = bytes().map_err(|err| fail(err.into()))?;
        let pickle = pickle::read::<NumpyRules>(&mut bytes).map_err(fail)?;
        Ok(Self {
            arena: pickle.arena,
            root: pickle.root,
            block,
        })
    }

    /// What a dict holds under a word, which old files wrote as bytes.
    pub(super) fn entry(&self, dict: ValueId, key: &str) -> Option<ValueId> {
        if let Some(value) = self.arena.entry(dict, key) {
            return Some(value);
        }
        let Value::Dict(pairs) = self.arena.get(dict) else {
            return None;
        };
        let pair = pairs
            .iter()
            .find(|(k, _)| self.word(*k).as_deref() == Some(key));
        pair.map(|(_, value)| *value)
    }

    /// A short word, also one in bytes.
    pub(super) fn word(&self, id: ValueId) -> Option<String> {
        if let Value::Bytes(span) = self.arena.get(id) {
            let is_short = span.n_bytes < MAX_WORD_BYTES;
            let bytes = is_short.then(|| self.block.read(span.start, span.n_bytes));
            return String::from_utf8(bytes?.ok()?).ok();
        }
        self.arena.text(id).map(str::to_owned)
    }

    /// All words of a list.
    pub(super) fn words(&self, id: ValueId) -> Option<Vec<String>> {
        let items = self.arena.list(id)?;
        items.iter().map(|item| self.word(*item)).collect()
    }

    /// Whole numbers, in a list or an array.
    pub(super) fn integers(&self, id: ValueId) -> Option<Vec<i64>> {
        if let Some(items) = self.arena.list(id) {
            return items.iter().map(|item| self.integer(*item)).collect();
        }
        let numbers = self.array(id)?.numbers(&self.block)?;
        Some(numbers.into_iter().map(|number| number as i64).collect())
    }

    /// Numbers of any kind, in a list or an array.
    pub(super) fn floats(&self, id: ValueId) -> Option<Vec<f64>> {
        if let Some(items) = self.arena.list(id) {
            let number = |item: &ValueId| {
                let scalar = || self.scalar(*item);
                self.arena.number(*item).or_else(scalar)
            };
            return items.iter().map(number).collect();
        }
        self.array(id)?.numbers(&self.block)
    }

    fn integer(&self, id: ValueId) -> Option<i64> {
        let scalar = || self.scalar(id).map(|number| number as i64);
        self.arena.int(id).or_else(scalar)
    }

    /// A single NumPy number.
    fn scalar(&self, id: ValueId) -> Option<f64> {
        let Value::Object { class, args, .. } = self.arena.get(id) else {
            return None;
        };
        let [dtype, bytes, ..] = self.arena.list(*args)? else {
            return None;
        };
        if class != "numpy.core.multiarray scalar" {
            return None;
        }
        let array = self.described(Vec::new(), *dtype, false, *bytes)?;
        array.numbers(&self.block)?.first().copied()
    }

    pub(super) fn array(&self, id: ValueId) -> Option<Array> {
        let Value::Object { class, args, state } = self.arena.get(id) else {
            return None;
        };
        if class == "numpy.core.numeric _frombuffer" {
            let [bytes, dtype, shape, order] = self.arena.list(*args)? else {
                return None;
            };
            let is_fortran = self.arena.text(*order) == Some("F");
            return self.described(self.arena.counts(*shape)?, *dtype, is_fortran, *bytes);
        }
        let [_version, shape, dtype, is_fortran, bytes] = self.arena.list((*state)?)? else {
            return None;
        };
        let is_fortran = self.arena.get(*is_fortran) == &Value::Bool(true);
        self.described(self.arena.counts(*shape)?, *dtype, is_fortran, *bytes)
    }

    fn described(
        &self,
        shape: Vec<u64>,
        dtype: ValueId,
        is_fortran: bool,
        bytes: ValueId,
    ) -> Option<Array> {
        let Value::Object { args, state, .. } = self.arena.get(dtype) else {
            return None;
        };
        let number = self.word(*self.arena.list(*args)?.first()?)?;
        let order = state.and_then(|state| self.word(*self.arena.list(state)?.get(1)?));
        let bytes = self.buffer(bytes)?;
        Some(Array {
            shape,
            number,
            is_big_endian: order.as_deref() == Some(">"),
            is_fortran,
            bytes,
        })
    }

    fn buffer(&self, id: ValueId) -> Option<Bytes> {
        if let Value::Bytes(span) = self.arena.get(id) {
            return Some(Bytes::InFile(*span));
        }
        if let Value::Made(Encoded(text)) = self.arena.get(id) {
            let byte = |c: char| u8::try_from(u32::from(c)).ok();
            let bytes = self.arena.text(*text)?.chars().map(byte);
            return Some(Bytes::Held(bytes.collect::<Option<_>>()?));
        }
        let text = self.arena.text(id)?;
        Some(Bytes::Held(text.as_bytes().to_vec()))
    }
}

impl Array {
    /// Numbers that the shape asks for.
    fn n_numbers(&self) -> Option<u64> {
        self.shape
            .iter()
            .try_fold(1_u64, |n, side| n.checked_mul(*side))
    }

    /// Where the bytes of rows of bytes lie in the file.
    pub(super) fn byte_rows(&self) -> Option<Span> {
        let is_rows = self.number == "u1" && !self.is_fortran;
        match self.bytes {
            Bytes::InFile(span) if is_rows && self.n_numbers() == Some(span.n_bytes) => Some(span),
            Bytes::InFile(_) | Bytes::Held(_) => None,
        }
    }

    /// All numbers.
    fn numbers(&self, block: &Block) -> Option<Vec<f64>> {
        let n_numbers = self.n_numbers().filter(|n| *n <= MAX_NUMBERS)?;
        let width: u64 = self.number.get(1..)?.parse().ok()?;
        let n_bytes = n_numbers.checked_mul(width)?;
        let bytes = match &self.bytes {
            Bytes::InFile(span) if span.n_bytes == n_bytes => {
                block.read(span.start, n_bytes).ok()?
            }
            Bytes::Held(bytes) if bytes.len() as u64 == n_bytes => bytes.clone(),
            Bytes::InFile(_) | Bytes::Held(_) => return None,
        };
        let kind = self.number.chars().next()?;
        let chunks = bytes.chunks_exact((width as usize).max(1));
        chunks
            .map(|chunk| {
                let mut word = [0_u8; 8];
                let used = word.get_mut(..chunk.len())?;
                used.copy_from_slice(chunk);
                if self.is_big_endian {
                    used.reverse();
                }
                let raw = u64::from_le_bytes(word);
                let unused = 64 - 8 * chunk.len() as u32;
                Some(match (kind, width) {
                    ('u' | 'b', _) => raw as f64,
                    ('i', _) => ((raw << unused) as i64 >> unused) as f64,
                    ('f', 4) => f64::from(f32::from_bits(raw as u32)),
                    ('f', 8) => f64::from_bits(raw),
                    _ => return None,
                })
            })
            .collect()
    }
}

//! What the calls of PyTorch's pickles stand for, found out without making them.

use super::pickle_classes;
use crate::pickle::Outcome;
use crate::pickle::PickleError;
use crate::pickle::Rules;
use crate::pickle::ValueId;
use crate::pickle::malformed;

/// A value of a file of PyTorch.
pub(super) type Value = crate::pickle::Value<Made>;
/// All values of a pickle of PyTorch.
pub(super) type Arena = crate::pickle::Arena<Made>;
/// A pickle of PyTorch.
pub(super) type Pickle = crate::pickle::Pickle<Made>;

/// What only PyTorch has.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Made {
    Storage(Storage),
    Tensor(TensorView),
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

/// What files of PyTorch may name.
pub(super) struct TorchRules;

impl Rules for TorchRules {
    type Made = Made;

    fn allowed(module: &str, name: &str) -> Option<String> {
        pickle_classes::allowed(module, name)
    }

    fn call(arena: &Arena, class: &str, args: ValueId) -> Result<Outcome<Made>, PickleError> {
        result(arena, class, args)
    }

    fn persistent(arena: &Arena, id: ValueId) -> Result<Value, PickleError> {
        storage(arena, id)
    }
}

/// Most arguments of a call.
const MAX_ARGUMENTS: usize = 64;
/// Longest name of a storage; PyTorch numbers them.
const MAX_KEY_BYTES: usize = 64;

/// What calling `class` with the tuple `args` would give.
fn result(arena: &Arena, class: &str, tuple: ValueId) -> Result<Outcome<Made>, PickleError> {
    let args = arena.list(tuple).unwrap_or_default();
    if args.len() > MAX_ARGUMENTS {
        return Err(malformed("its pickle makes a call with too many arguments"));
    }
    if class == "torch._tensor _rebuild_from_type_v2" {
        // (function, type, arguments, state); not nested further, that would have no end.
        let inner = args.first().map(|id| arena.get(*id));
        let inner_args = args.get(2).copied().filter(|id| arena.list(*id).is_some());
        return match (inner, inner_args) {
            (Some(Value::Class(inner)), Some(args)) => plain_result(arena, inner, args),
            _ => Err(wrong_tensor()),
        };
    }
    plain_result(arena, class, tuple)
}

fn plain_result(arena: &Arena, class: &str, tuple: ValueId) -> Result<Outcome<Made>, PickleError> {
    let args = arena.list(tuple).unwrap_or_default();
    let first = args.first().copied();
    let value = match class {
        "builtins set"
        | "builtins frozenset"
        | "builtins list"
        | "builtins tuple"
        | "torch Size"
        | "torch.jit._pickle build_intlist"
        | "torch.jit._pickle build_tensorlist"
        | "torch.jit._pickle build_doublelist"
        | "torch.jit._pickle build_boollist"
        | "torch.jit._pickle restore_type_tag"
        | "torch._utils _rebuild_parameter"
        | "torch._utils _rebuild_parameter_with_state" => {
            return Ok(Outcome::Same(first.unwrap_or(Arena::NONE)));
        }
        "collections OrderedDict" => {
            let items = first.and_then(|id| arena.list(id)).unwrap_or_default();
            let pair = |item: &ValueId| match arena.list(*item) {
                Some([key, value]) => Some((*key, *value)),
                _ => None,
            };
            Value::Dict(items.iter().filter_map(pair).collect())
        }
        "collections defaultdict" | "collections Counter" => Value::Dict(Vec::new()),
        "torch._utils _rebuild_tensor" | "torch._utils _rebuild_tensor_v2" => {
            tensor(arena, args, None)?
        }
        "torch._utils _rebuild_tensor_v3" => tensor(arena, args, args.get(6).copied())?,
        _ => Value::Object {
            class: class.to_owned(),
            args: tuple,
            state: None,
        },
    };
    Ok(Outcome::New(value))
}

/// `(storage, offset, shape, strides, ...)`
fn tensor(arena: &Arena, args: &[ValueId], number: Option<ValueId>) -> Result<Value, PickleError> {
    let [storage, offset, shape, strides, ..] = args else {
        return Err(wrong_tensor());
    };
    let Value::Made(Made::Storage(storage)) = arena.get(*storage) else {
        return Err(wrong_tensor());
    };
    let number = match number.map(|id| arena.get(id)) {
        None => None,
        Some(Value::Class(class)) => Some(class.clone()),
        Some(_) => return Err(wrong_tensor()),
    };
    let offset = arena.int(*offset).and_then(|n| u64::try_from(n).ok());
    let view = || {
        let sides = arena.counts(*shape)?;
        let sides = sides.into_iter().map(|side| usize::try_from(side).ok());
        Some(TensorView {
            storage: storage.clone(),
            number,
            offset: offset?,
            shape: sides.collect::<Option<_>>()?,
            strides: arena.counts(*strides)?,
        })
    };
    view()
        .map(|view| Value::Made(Made::Tensor(view)))
        .ok_or_else(wrong_tensor)
}

/// `('storage', class, key, place, n_numbers)`, and before PyTorch 0.4 a view in the end.
fn storage(arena: &Arena, id: ValueId) -> Result<Value, PickleError> {
    let storage = || {
        let [kind, class, key, _place, _n_numbers, rest @ ..] = arena.list(id)? else {
            return None;
        };
        if arena.text(*kind) != Some("storage") {
            return None;
        }
        let Value::Class(class) = arena.get(*class) else {
            return None;
        };
        let key = arena.word(*key).filter(|key| key.len() <= MAX_KEY_BYTES)?;
        let offset = match rest.first().and_then(|view| arena.list(*view)) {
            Some([_, offset, ..]) => u64::try_from(arena.int(*offset)?).ok()?,
            _ => 0,
        };
        let (_, class) = class.rsplit_once(' ')?;
        Some(Value::Made(Made::Storage(Storage {
            class: class.to_owned(),
            key: key.into_owned(),
            offset,
        })))
    };
    storage().ok_or_else(|| malformed("its pickle names a storage wrongly"))
}

fn wrong_tensor() -> PickleError {
    malformed("its pickle describes a tensor wrongly")
}

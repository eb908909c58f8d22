//! The stack machine of pickles (Python's `pickletools` documents the codes).

use std::io::Read;

use super::Outcome;
use super::PickleError;
use super::Rules;
use super::malformed;
use super::value::Arena;
use super::value::Span;
use super::value::Value;
use super::value::ValueId;

/// Most steps of one pickle. That of a large network has some 100 000.
const MAX_STEPS: usize = 8_000_000;
/// Longest word: names, and settings that someone kept beside them.
const MAX_TEXT_BYTES: u64 = 1 << 20;
/// Most bytes that all words together may have.
const MAX_ALL_TEXT_BYTES: u64 = 32 << 20;
/// Strings of Python 2 longer than this are blocks of numbers and not words.
const MAX_OLD_WORD_BYTES: u64 = 2000;

/// A pickle that was read to its end.
#[derive(Debug)]
pub struct Pickle<M> {
    pub arena: Arena<M>,
    pub root: ValueId,
    /// Bytes that it takes in the file.
    pub n_bytes: u64,
}

/// Reads one pickle and not a byte more.
pub fn read<R: Rules>(source: &mut impl Read) -> Result<Pickle<R::Made>, PickleError> {
    let mut machine = Machine::<_, R> {
        source: Counted { source, n_bytes: 0 },
        steps_left: MAX_STEPS,
        arena: Arena::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Vec::new(),
        text_left: MAX_ALL_TEXT_BYTES,
    };
    let root = machine.run()?;
    Ok(Pickle {
        n_bytes: machine.source.n_bytes,
        arena: machine.arena,
        root,
    })
}

/// A reader that knows how far it is.
struct Counted<S> {
    source: S,
    n_bytes: u64,
}

impl<S: Read> Read for Counted<S> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.source.read(buffer)?;
        self.n_bytes += n as u64;
        Ok(n)
    }
}

struct Machine<S, R: Rules> {
    source: Counted<S>,
    steps_left: usize,
    arena: Arena<R::Made>,
    stack: Vec<ValueId>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: Vec<Option<ValueId>>,
    text_left: u64,
}

type Step = Result<(), PickleError>;

impl<S: Read, R: Rules> Machine<S, R> {
    fn run(&mut self) -> Result<ValueId, PickleError> {
        loop {
            self.spend(1)?;
            let code = self.byte()?;
            if code == b'.' {
                return self.pop();
            }
            self.step(code)?;
        }
    }

    /// One code, with its name in `pickletools`. No file that is read here needs those
    /// that are missing.
    fn step(&mut self, code: u8) -> Step {
        match code {
            0x80 => self.skip(1), // PROTO
            0x95 => self.skip(8), // FRAME
            // MARK
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' => self.pop().map(drop),      // POP
            b'1' => self.pop_mark().map(drop), // POP_MARK
            // DUP
            b'2' => {
                let top = self.top()?;
                self.push(top)
            }
            b'N' => self.push(Arena::<R::Made>::NONE),
            0x88 => self.push(Arena::<R::Made>::bool(true)),
            0x89 => self.push(Arena::<R::Made>::bool(false)),
            // INT, LONG, FLOAT, STRING, UNICODE: lines of text
            b'I' | b'L' | b'F' | b'S' | b'V' => self.line_value(code),
            // BININT1, BININT2, BININT, LONG1, LONG4, BINFLOAT
            b'K' | b'M' | b'J' | 0x8a | 0x8b | b'G' => self.number(code),
            // BINUNICODE, BINSTRING, and their short and long forms
            b'X' | b'T' | b'U' | 0x8c | 0x8d => self.text(code),
            // BINBYTES in three lengths, BYTEARRAY8
            b'B' | b'C' | 0x8e | 0x96 => {
                let n = self.length(code)?;
                self.block(n)
            }
            // EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET, EMPTY_DICT
            b']' | b')' | 0x8f => self.push_new(Value::List(Vec::new())),
            b'}' => self.push_new(Value::Dict(Vec::new())),
            // LIST, TUPLE, FROZENSET, DICT
            b'l' | b't' | 0x91 => {
                let items = self.pop_mark()?;
                self.push_new(Value::List(items))
            }
            b'd' => {
                let items = self.pop_mark()?;
                let dict = Value::Dict(pairs(&items)?);
                self.push_new(dict)
            }
            // TUPLE1, TUPLE2, TUPLE3
            0x85..=0x87 => {
                let height = self.height_below(usize::from(code - 0x84))?;
                let items = self.stack.split_off(height);
                self.push_new(Value::List(items))
            }
            // APPEND, APPENDS, ADDITEMS, SETITEM, SETITEMS
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])
            }
            b'e' | 0x90 => {
                let items = self.pop_mark()?;
                self.append(items)
            }
            b's' => {
                let height = self.height_below(2)?;
                let items = self.stack.split_off(height);
                self.set_items(&items)
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.set_items(&items)
            }
            // PUT in three lengths, MEMOIZE; GET in three lengths
            b'p' | b'q' | b'r' | 0x94 => self.put(code),
            b'g' | b'h' | b'j' => self.get(code),
            // GLOBAL, STACK_GLOBAL; REDUCE, NEWOBJ, NEWOBJ_EX; BUILD; BINPERSID; INST
            b'c' | 0x93 => self.global(code),
            b'R' | 0x81 | 0x92 => self.call(code),
            b'b' => self.build(),
            b'Q' => self.persistent(),
            b'i' => self.instance(),
            other => Err(malformed(format!(
                "its pickle has the unknown code {other:#04x}"
            ))),
        }
    }

    fn spend(&mut self, n_steps: usize) -> Step {
        let left = self.steps_left.checked_sub(n_steps);
        self.steps_left = left.ok_or_else(|| malformed("its pickle never seems to end"))?;
        Ok(())
    }

    // ---- bytes ----

    fn byte(&mut self) -> Result<u8, PickleError> {
        Ok(self.bytes::<1>()?[0])
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, n_bytes: u64) -> Step {
        let mut part = self.source.by_ref().take(n_bytes);
        if std::io::copy(&mut part, &mut std::io::sink())? < n_bytes {
            return Err(malformed("it ends too early"));
        }
        Ok(())
    }

    /// The length in front of text or bytes.
    fn length(&mut self, code: u8) -> Result<u64, PickleError> {
        Ok(match code {
            b'U' | b'C' | 0x8c => u64::from(self.byte()?),
            b'X' | b'B' | b'T' => u64::from(u32::from_le_bytes(self.bytes()?)),
            _ => u64::from_le_bytes(self.bytes()?),
        })
    }

    fn text_of(&mut self, n_bytes: u64) -> Result<String, PickleError> {
        if n_bytes > MAX_TEXT_BYTES || n_bytes > self.text_left {
            return Err(malformed("its pickle holds too much text"));
        }
        self.text_left -= n_bytes;
        let mut bytes = Vec::new();
        self.source.by_ref().take(n_bytes).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < n_bytes {
            return Err(malformed("it ends too early"));
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn line(&mut self) -> Result<String, PickleError> {
        let mut bytes = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => break,
                byte => bytes.push(byte),
            }
            let n_bytes = bytes.len() as u64;
            if n_bytes > MAX_TEXT_BYTES || n_bytes > self.text_left {
                return Err(malformed("its pickle holds too much text"));
            }
        }
        self.text_left -= bytes.len() as u64;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    // ---- stack ----

    fn push(&mut self, id: ValueId) -> Step {
        self.spend(1)?;
        self.stack.push(id);
        Ok(())
    }

    fn new_value(&mut self, value: Value<R::Made>) -> Result<ValueId, PickleError> {
        let id = self.arena.add(value);
        id.ok_or_else(|| malformed("its pickle holds too many values"))
    }

    fn push_new(&mut self, value: Value<R::Made>) -> Step {
        let id = self.new_value(value)?;
        self.push(id)
    }

    /// Where the upper `n` values of the stack begin; what lies below a mark stays there.
    fn height_below(&self, n: usize) -> Result<usize, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let height = self.stack.len().checked_sub(n);
        let height = height.filter(|height| *height >= floor);
        height.ok_or_else(|| malformed("its pickle takes a value that is not there"))
    }

    fn top(&self) -> Result<ValueId, PickleError> {
        Ok(self.stack[self.height_below(1)?])
    }

    fn pop(&mut self) -> Result<ValueId, PickleError> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_mark(&mut self) -> Result<Vec<ValueId>, PickleError> {
        let mark = self.marks.pop();
        let mark = mark.ok_or_else(|| malformed("its pickle takes a mark that is not there"))?;
        Ok(self.stack.split_off(mark))
    }

    // ---- values ----

    fn line_value(&mut self, code: u8) -> Step {
        let line = self.line()?;
        match code {
            b'I' if line == "01" => self.push(Arena::<R::Made>::bool(true)),
            b'I' if line == "00" => self.push(Arena::<R::Made>::bool(false)),
            b'I' | b'L' => match line.trim_end_matches('L').parse() {
                Ok(value) => self.push_new(Value::Int(value)),
                Err(_) => self.push(Arena::<R::Made>::OTHER),
            },
            b'S' => {
                let text = line.trim_matches(['\'', '"']).to_owned();
                self.push_new(Value::Text(text))
            }
            b'V' => self.push_new(Value::Text(line)),
            _ => match line.trim().parse() {
                Ok(value) => self.push_new(Value::Float(value)),
                Err(_) => self.push(Arena::<R::Made>::OTHER),
            },
        }
    }

    fn number(&mut self, code: u8) -> Step {
        let value = match code {
            b'K' => i64::from(self.byte()?),
            b'M' => i64::from(u16::from_le_bytes(self.bytes()?)),
            b'J' => i64::from(i32::from_le_bytes(self.bytes()?)),
            b'G' => {
                let value = f64::from_be_bytes(self.bytes()?);
                return self.push_new(Value::Float(value));
            }
            _ => {
                let n_bytes = match code {
                    0x8a => u64::from(self.byte()?),
                    _ => u64::from(u32::from_le_bytes(self.bytes()?)),
                };
                let Some(value) = self.long(n_bytes)? else {
                    return self.push(Arena::<R::Made>::OTHER);
                };
                value
            }
        };
        self.push_new(Value::Int(value))
    }

    /// A number of any length; `None` when it does not fit.
    fn long(&mut self, n_bytes: u64) -> Result<Option<i64>, PickleError> {
        if n_bytes > 8 {
            self.skip(n_bytes)?;
            return Ok(None);
        }
        let mut bytes = [0_u8; 8];
        let used = &mut bytes[..n_bytes as usize];
        self.source.read_exact(used)?;
        if used.last().is_some_and(|last| *last >= 0x80) {
            bytes[n_bytes as usize..].fill(0xff);
        }
        Ok(Some(i64::from_le_bytes(bytes)))
    }

    fn text(&mut self, code: u8) -> Step {
        let n_bytes = self.length(code)?;
        if matches!(code, b'T' | b'U') && n_bytes > MAX_OLD_WORD_BYTES {
            return self.block(n_bytes);
        }
        let text = self.text_of(n_bytes)?;
        self.push_new(Value::Text(text))
    }

    /// Bytes that stay in the file.
    fn block(&mut self, n_bytes: u64) -> Step {
        let start = self.source.n_bytes;
        self.skip(n_bytes)?;
        self.push_new(Value::Bytes(Span { start, n_bytes }))
    }

    fn append(&mut self, items: Vec<ValueId>) -> Step {
        let list = self.top()?;
        // A list that is no plain one belongs to an object nobody makes.
        if let Value::List(list) = self.arena.get_mut(list) {
            list.extend(items);
        }
        Ok(())
    }

    fn set_items(&mut self, items: &[ValueId]) -> Step {
        let dict = self.top()?;
        let pairs = pairs(items)?;
        if let Value::Dict(dict) = self.arena.get_mut(dict) {
            dict.extend(pairs);
        }
        Ok(())
    }

    // ---- memo ----

    fn put(&mut self, code: u8) -> Step {
        let slot = match code {
            0x94 => self.memo.len(),
            _ => self.slot(code, b'p', b'q')?,
        };
        let top = self.top()?;
        if slot >= self.memo.len() {
            if slot > MAX_STEPS {
                return Err(malformed("its pickle skips slots of its memory"));
            }
            self.memo.resize(slot + 1, None);
        }
        self.memo[slot] = Some(top);
        Ok(())
    }

    fn get(&mut self, code: u8) -> Step {
        let slot = self.slot(code, b'g', b'h')?;
        let value = self.memo.get(slot).copied().flatten();
        let value = value.ok_or_else(|| malformed("its pickle takes a value that is not there"))?;
        self.push(value)
    }

    /// The slot a code names: `line` writes it as text, `byte` as one byte, others as four.
    fn slot(&mut self, code: u8, line: u8, byte: u8) -> Result<usize, PickleError> {
        if code == line {
            let line = self.line()?;
            let slot = line.parse::<u32>().ok();
            let slot = slot.ok_or_else(|| malformed("its pickle names a slot by no number"))?;
            return Ok(slot as usize);
        }
        if code == byte {
            return Ok(usize::from(self.byte()?));
        }
        Ok(u32::from_le_bytes(self.bytes()?) as usize)
    }

    fn global(&mut self, code: u8) -> Step {
        let (module, name) = if code == b'c' {
            (self.line()?, self.line()?)
        } else {
            let (name, module) = (self.pop()?, self.pop()?);
            let word = |id| self.arena.text(id).map(str::to_owned);
            let both = word(module).zip(word(name));
            both.ok_or_else(|| malformed("its pickle names a class by no word"))?
        };
        let class = checked::<R>(&module, &name)?;
        self.push_new(Value::Class(class))
    }

    /// The `i` of protocol 0: a class and its arguments since the mark.
    fn instance(&mut self) -> Step {
        let (module, name) = (self.line()?, self.line()?);
        let class = checked::<R>(&module, &name)?;
        let args = self.pop_mark()?;
        let args = self.new_value(Value::List(args))?;
        self.push_new(Value::Object {
            class,
            args,
            state: None,
        })
    }

    fn call(&mut self, code: u8) -> Step {
        if code == 0x92 {
            // Keyword arguments make neither tensors nor arrays.
            self.pop()?;
        }
        let (args, callee) = (self.pop()?, self.pop()?);
        let Value::Class(class) = self.arena.get(callee) else {
            return Err(malformed("its pickle calls something that is no class"));
        };
        match R::call(&self.arena, class, args)? {
            Outcome::Same(id) => self.push(id),
            Outcome::New(value) => {
                if let Value::Dict(pairs) = &value {
                    // A copy costs as much as making it would.
                    self.spend(pairs.len())?;
                }
                self.push_new(value)
            }
        }
    }

    /// Attributes for the object on top. A state dict has some too; they are not tensors.
    fn build(&mut self) -> Step {
        let attributes = self.pop()?;
        let object = self.top()?;
        if let Value::Object { state, .. } = self.arena.get_mut(object) {
            *state = Some(attributes);
        }
        Ok(())
    }

    fn persistent(&mut self) -> Step {
        let id = self.pop()?;
        let value = R::persistent(&self.arena, id)?;
        self.push_new(value)
    }
}

fn checked<R: Rules>(module: &str, name: &str) -> Result<String, PickleError> {
    let class = R::allowed(module, name);
    class.ok_or_else(|| {
        // What an attack calls itself may be long.
        let name: String = format!("{module}.{name}").chars().take(100).collect();
        PickleError::Refused(name)
    })
}

fn pairs(items: &[ValueId]) -> Result<Vec<(ValueId, ValueId)>, PickleError> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(malformed("its pickle has a key without a value"));
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}

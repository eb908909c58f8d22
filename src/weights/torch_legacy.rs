//! Files of `torch.save` before PyTorch 1.6: five pickles in a row, then the storages.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use super::index::ListError;
use super::index::Listing;
use super::index::malformed;
use super::pickle_calls::Arena;
use super::pickle_calls::Made;
use super::pickle_calls::Pickle;
use super::pickle_calls::TorchRules;
use super::pickle_calls::Value;
use super::torch_tensors;
use super::torch_tensors::StorageBlock;
use super::torch_tensors::Storages;
use crate::pickle;

/// The only version of this format there is.
const PROTOCOL: i64 = 1001;

/// Lists the tensors of a file of `n_bytes`.
pub(super) fn entries(file: &mut (impl Read + Seek), n_bytes: u64) -> Result<Listing, ListError> {
    let mut at = 0;
    let mut next = |file: &mut _| -> Result<Pickle, ListError> {
        let pickle = pickle_at(file, at)?;
        at += pickle.n_bytes;
        Ok(pickle)
    };
    let _magic = next(file)?;
    let version = next(file)?;
    if version.arena.int(version.root) != Some(PROTOCOL) {
        return Err(malformed("its version is unknown"));
    }
    let system = next(file)?;
    let order = system.arena.entry(system.root, "little_endian");
    if order.is_some_and(|order| system.arena.get(order) == &Value::Bool(false)) {
        return Err(malformed(
            "its numbers are stored the other way round (big-endian)",
        ));
    }
    let values = next(file)?;
    let keys = next(file)?;
    let storages = storages(file, at, n_bytes, &values.arena, &keys)?;
    torch_tensors::listing(&values, &storages)
}

/// A pickle alone has no tensors; what it holds may still be worth a warning.
pub(super) fn refuse_bare_pickle(file: &mut (impl Read + Seek)) -> Result<Listing, ListError> {
    pickle_at(file, 0)?;
    Err(malformed("it is a Python pickle without tensors"))
}

fn pickle_at(file: &mut (impl Read + Seek), start: u64) -> Result<Pickle, ListError> {
    file.seek(SeekFrom::Start(start))?;
    Ok(pickle::read::<TorchRules>(&mut BufReader::new(file))?)
}

/// Each storage is its length in numbers (8 bytes) and the numbers, in the order of `keys`.
fn storages(
    file: &mut (impl Read + Seek),
    mut at: u64,
    n_bytes: u64,
    values: &Arena,
    keys: &Pickle,
) -> Result<Storages, ListError> {
    let keys_list = keys.arena.list(keys.root);
    let keys_list = keys_list.ok_or_else(|| malformed("it does not say what it holds"))?;
    let widths = widths(values)?;
    let mut storages = Storages::new();
    for key in keys_list {
        let key = keys.arena.word(*key);
        let key = key.ok_or_else(|| malformed("it names a storage by no word"))?;
        let width = widths.get(&*key);
        let width = width.ok_or_else(|| malformed("it holds numbers of an unknown type"))?;
        let mut length = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut length)?;
        let stored = u64::from_le_bytes(length).checked_mul(*width);
        let end = stored.and_then(|stored| stored.checked_add(at)?.checked_add(8));
        let (Some(stored), Some(end)) = (stored, end.filter(|end| *end <= n_bytes)) else {
            return Err(malformed("it ends too early"));
        };
        let block = StorageBlock {
            start: at + 8,
            n_bytes: stored,
        };
        storages.insert(key.into_owned(), block);
        at = end;
    }
    Ok(storages)
}

/// Bytes of one number of each storage.
fn widths(values: &Arena) -> Result<BTreeMap<String, u64>, ListError> {
    let mut widths = BTreeMap::new();
    for value in values.iter() {
        let Value::Made(Made::Storage(storage)) = value else {
            continue;
        };
        let number = torch_tensors::number_type(&storage.class);
        let (_, width) = number.ok_or_else(|| malformed("it holds numbers of an unknown type"))?;
        widths.insert(storage.key.clone(), width);
    }
    Ok(widths)
}

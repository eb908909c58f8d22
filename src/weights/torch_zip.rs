//! Files of `torch.save` since PyTorch 1.6, and TorchScript archives: a zip file with a pickle and
//! one part per storage. The code of a TorchScript archive is not looked at.

use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

use super::archive;
use super::index::ListError;
use super::index::Listing;
use super::index::malformed;
use super::pickle_calls::TorchRules;
use super::torch_tensors;
use super::torch_tensors::StorageBlock;
use super::torch_tensors::Storages;
use crate::pickle;

const PICKLE: &str = "data.pkl";
const BYTE_ORDER: &str = "byteorder";
/// Where the pickle of a checkpoint and the parameters of a TorchScript archive have their numbers.
const STORAGES: &str = "data/";

/// Lists the tensors of an archive of `n_bytes`.
pub(super) fn entries(file: &mut (impl Read + Seek), n_bytes: u64) -> Result<Listing, ListError> {
    let parts = parts(file, n_bytes)?;
    let pickle = parts.pickle.ok_or_else(|| {
        malformed("it is a zip archive, but not one of PyTorch: it has no data.pkl")
    })?;
    if let Some(byteorder) = parts.byteorder {
        let mut word = String::new();
        part(file, byteorder)?.take(16).read_to_string(&mut word)?;
        if word != "little" {
            return Err(malformed(
                "its numbers are stored the other way round (big-endian)",
            ));
        }
    }
    let pickle = pickle::read::<TorchRules>(&mut part(file, pickle)?)?;
    torch_tensors::listing(&pickle, &parts.storages)
}

fn part(file: &mut (impl Read + Seek), block: StorageBlock) -> std::io::Result<impl Read> {
    file.seek(SeekFrom::Start(block.start))?;
    Ok(std::io::BufReader::new(file.take(block.n_bytes)))
}

#[derive(Default)]
struct Parts {
    pickle: Option<StorageBlock>,
    byteorder: Option<StorageBlock>,
    storages: Storages,
}

/// Where each part lies. They are read where they lie: PyTorch packs none of them.
fn parts(file: &mut (impl Read + Seek), n_bytes: u64) -> Result<Parts, ListError> {
    let mut parts = Parts::default();
    let mut folder = None;
    for part in archive::parts(file, n_bytes)? {
        // Everything lies in one folder, named after the file.
        let Some((root, name)) = part.name.split_once('/') else {
            continue;
        };
        if folder.get_or_insert_with(|| root.to_owned()) != root {
            continue;
        }
        let key = name.strip_prefix(STORAGES);
        if key.is_none() && name != PICKLE && name != BYTE_ORDER {
            continue;
        }
        if part.is_packed {
            return Err(malformed(
                "its archive was packed by another program; unpack it and save it with torch.save",
            ));
        }
        let block = StorageBlock {
            start: part.start(file)?,
            n_bytes: part.n_bytes,
        };
        match key {
            Some(key) => drop(parts.storages.insert(key.to_owned(), block)),
            None if name == PICKLE => parts.pickle = Some(block),
            None => parts.byteorder = Some(block),
        }
    }
    Ok(parts)
}

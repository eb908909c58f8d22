//! Recognizing files by their bytes: a moved, copied or touched file needs no embedding.

use redb::ReadableTable as _;

use super::error::IndexError;
use super::library::Library;
use super::model::from_bytes;
use super::roots::Spot;
use super::tables::HASHES;
use super::tables::MODELS;
use super::tables::PictureRow;
use super::tables::SERIALS;
use super::tables::Tables;
use super::tables::Written;
use crate::data::DiskFile;

/// What an adopted file got from the entry it equals.
struct Adopted {
    written: Written,
    /// Model number and descriptor, of every model that had one.
    descriptors: Vec<(u32, Vec<f32>)>,
}

impl Library {
    /// Takes thumbnail and descriptors of an entry with the same content hash, if there is one
    /// with a descriptor of `model`; then nothing need be embedded.
    ///
    /// The old entry stays until it is removed, so adopt first and remove later.
    pub fn adopt(&self, model: &str, file: &DiskFile, hash: [u8; 32]) -> Result<bool, IndexError> {
        let spot = self.spot_of(file)?;
        let _writer = self.writer.lock();
        let Some(source) = self.find_equal(model, hash)? else {
            return Ok(false);
        };
        let adopted = self
            .store
            .write_lazily(|tables| adopt_from(tables, source, spot, file))?;
        let Some(adopted) = adopted else {
            return Ok(false);
        };
        self.forget_replaced(&[adopted.written]);
        for state in self.models.read().values() {
            let mut numbers = adopted.descriptors.iter();
            if let Some((_, numbers)) = numbers.find(|(number, _)| *number == state.key.number) {
                state.put(&[(adopted.written.id, numbers.clone())]);
            }
        }
        self.count_unflushed()?;
        Ok(true)
    }

    /// The oldest picture with these bytes and a descriptor of the model.
    fn find_equal(&self, model: &str, hash: [u8; 32]) -> Result<Option<u64>, IndexError> {
        self.store.read(|txn| {
            let Some(entry) = txn.open_table(MODELS)?.get(model)? else {
                return Ok(None);
            };
            let (number, _dims) = entry.value();
            let serials = txn.open_table(SERIALS)?;
            let hashes = txn.open_table(HASHES)?;
            for found in hashes.range((hash, 0)..=(hash, u64::MAX))? {
                let id = found?.0.value().1;
                if serials.get((number, id))?.is_some() {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        })
    }
}

fn adopt_from(
    tables: &mut Tables<'_>,
    source: u64,
    spot: Spot,
    file: &DiskFile,
) -> Result<Option<Adopted>, redb::Error> {
    let source_row = tables.pictures.get(source)?;
    let Some(row) = source_row.map(|row| PictureRow::from_raw(row.value())) else {
        return Ok(None);
    };
    let row = PictureRow {
        spot,
        size: file.size,
        modified_ns: file.modified_ns,
        ..row
    };
    let written = tables.put_picture(&row)?;
    if written.id != source {
        copy_thumbnail(tables, source, written.id)?;
    }
    let equals = tables.with_hash(row.hash)?;
    let mut descriptors = Vec::new();
    for model in tables.model_numbers()? {
        if let Some(bytes) = descriptor_for(tables, model, written.id, &equals)? {
            tables.put_descriptor(model, written.id, &bytes)?;
            descriptors.push((model, from_bytes(&bytes)));
        }
    }
    Ok(Some(Adopted {
        written,
        descriptors,
    }))
}

fn copy_thumbnail(tables: &mut Tables<'_>, from: u64, to: u64) -> Result<(), redb::Error> {
    let bytes = tables.thumbnails.get(from)?;
    if let Some(bytes) = bytes.map(|bytes| bytes.value().to_vec()) {
        tables.thumbnails.insert(to, bytes.as_slice())?;
    }
    Ok(())
}

/// The descriptor a picture lacks and one of its equals has.
fn descriptor_for(
    tables: &Tables<'_>,
    model: u32,
    id: u64,
    equals: &[u64],
) -> Result<Option<Vec<u8>>, redb::Error> {
    if tables.serials.get((model, id))?.is_some() {
        return Ok(None);
    }
    for &equal in equals {
        if let Some(bytes) = tables.descriptors.get((model, equal))? {
            return Ok(Some(bytes.value().to_vec()));
        }
    }
    Ok(None)
}

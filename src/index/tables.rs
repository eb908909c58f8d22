//! The tables of the store, and the rows in them.

use redb::ReadableTable as _;
use redb::Table;
use redb::TableDefinition;
use redb::WriteTransaction;

use super::roots::Spot;

pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// Keys of [`META`].
pub(super) const FORMAT: &str = "format";
pub(super) const PATH_ENCODING: &str = "path-encoding";
pub(super) const LIBRARY_ID: &str = "library-id";
const LAST_PICTURE: &str = "last-picture";
const LAST_MODEL: &str = "last-model";
const LAST_ROOT: &str = "last-root";
const LAST_SERIAL: &str = "last-serial";

/// Number of a root to its folder, encoded.
pub(super) const ROOTS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("roots");
/// Picture to (root, size, modified, hash, width, height, orientation, path below the root).
pub(super) const PICTURES: TableDefinition<'_, u64, RawPicture<'static>> =
    TableDefinition::new("pictures");
/// (root, path below the root) to picture.
pub(super) const PATHS: TableDefinition<'_, (u32, &[u8]), u64> = TableDefinition::new("paths");
/// Content hash and picture: which pictures hold the same bytes.
pub(super) const HASHES: TableDefinition<'_, ([u8; 32], u64), ()> = TableDefinition::new("hashes");
pub(super) const THUMBNAILS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("thumbnails");
/// Model id to (number, length of its descriptors).
pub(super) const MODELS: TableDefinition<'_, &str, (u32, u32)> = TableDefinition::new("models");
/// (model, picture) to the descriptor, f32 with the low byte first.
pub(super) const DESCRIPTORS: TableDefinition<'_, (u32, u64), &[u8]> =
    TableDefinition::new("descriptors");
/// (model, picture) to a number that no other descriptor of this library ever had.
///
/// Segments remember it, which tells whether what they hold is still true.
pub(super) const SERIALS: TableDefinition<'_, (u32, u64), u64> = TableDefinition::new("serials");
/// (root, path below the root) to (size, modified, reason).
pub(super) const SKIPPED: TableDefinition<'_, (u32, &[u8]), (u64, i64, &str)> =
    TableDefinition::new("skipped");

pub(super) type RawPicture<'a> = (u32, u64, i64, [u8; 32], u32, u32, u8, &'a [u8]);

/// One row of [`PICTURES`], taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PictureRow {
    pub spot: Spot,
    pub size: u64,
    pub modified_ns: i64,
    pub hash: [u8; 32],
    pub width: u32,
    pub height: u32,
    pub orientation: u8,
}

impl PictureRow {
    pub(super) fn from_raw(raw: RawPicture<'_>) -> Self {
        let (root, size, modified_ns, hash, width, height, orientation, rel) = raw;
        Self {
            spot: Spot {
                root,
                rel: rel.to_vec(),
            },
            size,
            modified_ns,
            hash,
            width,
            height,
            orientation,
        }
    }

    pub(super) fn raw(&self) -> RawPicture<'_> {
        let Self {
            spot,
            size,
            modified_ns,
            hash,
            width,
            height,
            orientation,
        } = self;
        (
            spot.root,
            *size,
            *modified_ns,
            *hash,
            *width,
            *height,
            *orientation,
            &spot.rel,
        )
    }
}

/// A picture that was written: its id, and whether the path held other content before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub id: u64,
    pub is_replaced: bool,
}

/// Everything of a write transaction that changes pictures.
pub(super) struct Tables<'t> {
    pub meta: Table<'t, &'static str, u64>,
    pub roots: Table<'t, u32, &'static [u8]>,
    pub pictures: Table<'t, u64, RawPicture<'static>>,
    pub paths: Table<'t, (u32, &'static [u8]), u64>,
    pub hashes: Table<'t, ([u8; 32], u64), ()>,
    pub thumbnails: Table<'t, u64, &'static [u8]>,
    pub models: Table<'t, &'static str, (u32, u32)>,
    pub descriptors: Table<'t, (u32, u64), &'static [u8]>,
    pub serials: Table<'t, (u32, u64), u64>,
    pub skipped: Table<'t, (u32, &'static [u8]), (u64, i64, &'static str)>,
}

impl<'t> Tables<'t> {
    /// Opens all tables, creating those that are missing.
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            meta: transaction.open_table(META)?,
            roots: transaction.open_table(ROOTS)?,
            pictures: transaction.open_table(PICTURES)?,
            paths: transaction.open_table(PATHS)?,
            hashes: transaction.open_table(HASHES)?,
            thumbnails: transaction.open_table(THUMBNAILS)?,
            models: transaction.open_table(MODELS)?,
            descriptors: transaction.open_table(DESCRIPTORS)?,
            serials: transaction.open_table(SERIALS)?,
            skipped: transaction.open_table(SKIPPED)?,
        })
    }

    /// The picture at a path, with its row.
    pub(super) fn at(&self, spot: &Spot) -> Result<Option<(u64, PictureRow)>, redb::Error> {
        let Some(id) = self.paths.get((spot.root, spot.rel.as_slice()))? else {
            return Ok(None);
        };
        let id = id.value();
        let row = self.pictures.get(id)?;
        Ok(row.map(|row| (id, PictureRow::from_raw(row.value()))))
    }

    /// Writes the row of a picture, new or known by its path; forgets what belonged to other content.
    pub(super) fn put_picture(&mut self, row: &PictureRow) -> Result<Written, redb::Error> {
        let known = self.at(&row.spot)?;
        let is_replaced = known.as_ref().is_some_and(|(_, old)| old.hash != row.hash);
        let id = match known {
            Some((id, old)) => {
                if is_replaced {
                    self.hashes.remove((old.hash, id))?;
                    self.remove_descriptors(id)?;
                }
                id
            }
            None => self.next(LAST_PICTURE)?,
        };
        let Spot { root, rel } = &row.spot;
        self.pictures.insert(id, row.raw())?;
        self.paths.insert((*root, rel.as_slice()), id)?;
        self.hashes.insert((row.hash, id), ())?;
        self.skipped.remove((*root, rel.as_slice()))?;
        Ok(Written { id, is_replaced })
    }

    /// Writes the descriptor of one model for a picture, with a fresh serial number.
    pub(super) fn put_descriptor(
        &mut self,
        model: u32,
        id: u64,
        bytes: &[u8],
    ) -> Result<(), redb::Error> {
        let serial = self.next(LAST_SERIAL)?;
        self.descriptors.insert((model, id), bytes)?;
        self.serials.insert((model, id), serial)?;
        Ok(())
    }

    /// Removes a picture and all that belongs to it.
    pub(super) fn remove_picture(&mut self, id: u64) -> Result<bool, redb::Error> {
        let Some(raw) = self.pictures.remove(id)? else {
            return Ok(false);
        };
        let row = PictureRow::from_raw(raw.value());
        drop(raw);
        self.paths
            .remove((row.spot.root, row.spot.rel.as_slice()))?;
        self.hashes.remove((row.hash, id))?;
        self.thumbnails.remove(id)?;
        self.remove_descriptors(id)?;
        Ok(true)
    }

    /// The pictures with these bytes, oldest first.
    pub(super) fn with_hash(&self, hash: [u8; 32]) -> Result<Vec<u64>, redb::Error> {
        let found = self.hashes.range((hash, 0)..=(hash, u64::MAX))?;
        found
            .map(|entry| Ok(entry?.0.value().1))
            .collect::<Result<_, _>>()
    }

    /// The number of a model, given out at its first descriptor.
    pub(super) fn model_number(&mut self, name: &str, dims: usize) -> Result<u32, redb::Error> {
        let known = self.models.get(name)?.map(|entry| entry.value().0);
        if let Some(number) = known {
            return Ok(number);
        }
        let number = self.next(LAST_MODEL)? as u32;
        self.models.insert(name, (number, dims as u32))?;
        Ok(number)
    }

    /// Adds a folder to the library.
    pub(super) fn add_root(&mut self, folder: &[u8]) -> Result<u32, redb::Error> {
        let number = self.next(LAST_ROOT)? as u32;
        self.roots.insert(number, folder)?;
        Ok(number)
    }

    /// The numbers of all models the library has seen.
    pub(super) fn model_numbers(&self) -> Result<Vec<u32>, redb::Error> {
        let all = self.models.iter()?;
        all.map(|entry| Ok(entry?.1.value().0))
            .collect::<Result<_, _>>()
    }

    fn remove_descriptors(&mut self, id: u64) -> Result<(), redb::Error> {
        for model in self.model_numbers()? {
            self.descriptors.remove((model, id))?;
            self.serials.remove((model, id))?;
        }
        Ok(())
    }

    fn next(&mut self, key: &'static str) -> Result<u64, redb::Error> {
        let last = self.meta.get(key)?.map_or(0, |value| value.value());
        self.meta.insert(key, last + 1)?;
        Ok(last + 1)
    }
}

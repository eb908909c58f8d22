//! The format version of the store, and the way up from older ones.

use std::path::Path;

use redb::Database;
use redb::ReadableDatabase as _;
use redb::WriteTransaction;

use super::error::IndexError;
use super::paths;
use super::store::failure;
use super::tables::FORMAT;
use super::tables::META;
use super::tables::PATH_ENCODING;

/// The format this program writes.
pub const FORMAT_VERSION: u64 = 1;

/// Brings a store from one format to the next, inside one transaction.
pub(super) type Step = fn(&WriteTransaction) -> Result<(), redb::Error>;

/// `STEPS[i]` leads from format `i + 1` to `i + 2`; the last one leads to [`FORMAT_VERSION`].
pub(super) const STEPS: &[Step] = &[];

/// Makes sure the store can be used by this program, migrating it if it is older.
pub(super) fn bring_up_to_date(
    db: &Database,
    path: &Path,
    steps: &[Step],
) -> Result<(), IndexError> {
    let fail = |err| failure(path, err);
    let newest = steps.len() as u64 + 1;
    let (found, encoding) = read_versions(db).map_err(fail)?;
    if found > newest {
        return Err(IndexError::Version {
            path: path.to_owned(),
            found,
            newest,
        });
    }
    if found == 0 {
        return Err(IndexError::Damaged {
            path: path.to_owned(),
            detail: "it says nothing about its format".to_owned(),
        });
    }
    if encoding != paths::ENCODING {
        return Err(IndexError::OtherSystem {
            path: path.to_owned(),
        });
    }
    if found < newest {
        log::info!("Bringing the library from format {found} to {newest}");
        migrate(db, found, steps).map_err(fail)?;
    }
    Ok(())
}

fn read_versions(db: &Database) -> Result<(u64, u64), redb::Error> {
    let transaction = db.begin_read()?;
    let meta = transaction.open_table(META)?;
    let number = |key| -> Result<u64, redb::Error> { Ok(meta.get(key)?.map_or(0, |v| v.value())) };
    Ok((number(FORMAT)?, number(PATH_ENCODING)?))
}

fn migrate(db: &Database, found: u64, steps: &[Step]) -> Result<(), redb::Error> {
    let transaction = db.begin_write()?;
    for step in &steps[found as usize - 1..] {
        step(&transaction)?;
    }
    transaction
        .open_table(META)?
        .insert(FORMAT, steps.len() as u64 + 1)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::store::Store;
    use crate::index::tables::MODELS;

    fn add_a_model(transaction: &WriteTransaction) -> Result<(), redb::Error> {
        transaction
            .open_table(MODELS)?
            .insert("from-migration", (9, 4))?;
        Ok(())
    }

    fn fail_half_way(transaction: &WriteTransaction) -> Result<(), redb::Error> {
        add_a_model(transaction)?;
        Err(redb::Error::Corrupted("as wanted by the test".to_owned()))
    }

    fn open_raw(path: &Path) -> Database {
        Database::open(path).unwrap()
    }

    fn format_and_models(path: &Path) -> (u64, u64) {
        use redb::ReadableTableMetadata as _;
        let db = open_raw(path);
        let n_models = db
            .begin_read()
            .unwrap()
            .open_table(MODELS)
            .unwrap()
            .len()
            .unwrap();
        (read_versions(&db).unwrap().0, n_models)
    }

    #[test]
    fn the_steps_lead_to_the_current_format() {
        assert_eq!(STEPS.len() as u64 + 1, FORMAT_VERSION);
    }

    #[test]
    fn an_older_store_is_migrated_step_by_step_in_one_transaction() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        let path = folder.path().join("library.redb");
        let failed = bring_up_to_date(&open_raw(&path), &path, &[add_a_model, fail_half_way]);
        assert!(failed.is_err());
        assert_eq!(format_and_models(&path), (1, 0));
        bring_up_to_date(&open_raw(&path), &path, &[add_a_model]).unwrap();
        assert_eq!(format_and_models(&path), (2, 1));
    }

    #[test]
    fn a_newer_store_is_refused_and_both_formats_are_named() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        let path = folder.path().join("library.redb");
        bring_up_to_date(&open_raw(&path), &path, &[add_a_model]).unwrap();
        let message = Store::open(folder.path()).err().unwrap().to_string();
        assert!(message.contains("format 2"), "{message}");
        assert!(message.contains("format 1"), "{message}");
    }
}

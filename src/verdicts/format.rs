//! The file of the judged pairs. Serialised on purpose: this is the format itself.

use std::path::Path;
use std::path::PathBuf;

use parking_lot::Mutex;
use serde::Deserialize;
use serde::Serialize;

use crate::persist;
use crate::persist::PersistError;

use super::book::ContentHash;
use super::book::Judgement;
use super::book::Record;
use super::book::Seen;
use super::book::Verdicts;

const KIND: &str = "verdicts";
/// Raised when a field changes its meaning.
const VERSION: u32 = 1;

/// Held from reading the file to replacing it.
static WRITING: Mutex<()> = Mutex::new(());

#[derive(Serialize, Deserialize)]
struct Content {
    pairs: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    a: Side,
    b: Side,
    verdict: Word,
    at_millis: u64,
}

#[derive(Serialize, Deserialize)]
struct Side {
    /// BLAKE3, hexadecimal.
    hash: String,
    /// Left out for pasted pictures, and for names that are no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Copy,
    NotACopy,
    TakenBack,
}

/// What the file says; nothing where there is no file yet.
pub fn load(path: &Path) -> Result<Verdicts, PersistError> {
    if !path.exists() {
        return Ok(Verdicts::default());
    }
    let (_, content): (_, Content) = persist::load_json(path, KIND, VERSION)?;
    let mut verdicts = Verdicts::default();
    for row in content.pairs {
        verdicts.put(row.record(path)?);
    }
    Ok(verdicts)
}

/// Adds records to the file and returns all that it says then. What another program wrote
/// meanwhile stays. A damaged file is kept beside the new one.
pub fn update(path: &Path, records: Vec<Record>) -> Result<Verdicts, PersistError> {
    let _writing = WRITING.lock();
    let mut verdicts = match load(path) {
        Err(PersistError::Damaged { .. } | PersistError::WrongKind { .. }) => {
            put_aside(path)?;
            Verdicts::default()
        }
        loaded => loaded?,
    };
    for record in records {
        verdicts.put(record);
    }
    let content = Content {
        pairs: verdicts.records().map(Row::of).collect(),
    };
    persist::save_json(path, KIND, VERSION, &content)?;
    Ok(verdicts)
}

fn put_aside(path: &Path) -> Result<(), PersistError> {
    let names = (1..).map(|n| path.with_extension(format!("damaged-{n}.json")));
    let mut free = names.filter(|name| !name.exists());
    if let Some(aside) = free.next() {
        std::fs::rename(path, &aside).map_err(|source| PersistError::Write {
            path: path.to_owned(),
            source,
        })?;
        log::warn!("The damaged verdicts were kept as {}", aside.display());
    }
    Ok(())
}

impl Row {
    fn of(record: &Record) -> Self {
        let [a, b] = &record.pictures;
        Self {
            a: Side::of(a),
            b: Side::of(b),
            verdict: match record.judgement {
                Some(Judgement::Copy) => Word::Copy,
                Some(Judgement::NotACopy) => Word::NotACopy,
                None => Word::TakenBack,
            },
            at_millis: record.at_millis,
        }
    }

    fn record(self, file: &Path) -> Result<Record, PersistError> {
        let mut pictures = [self.a.seen(file)?, self.b.seen(file)?];
        pictures.sort_by_key(|picture| picture.hash);
        Ok(Record {
            pictures,
            judgement: match self.verdict {
                Word::Copy => Some(Judgement::Copy),
                Word::NotACopy => Some(Judgement::NotACopy),
                Word::TakenBack => None,
            },
            at_millis: self.at_millis,
        })
    }
}

impl Side {
    fn of(seen: &Seen) -> Self {
        let path = seen.path.as_ref().and_then(|path| path.to_str());
        Self {
            hash: blake3::Hash::from_bytes(seen.hash).to_hex().to_string(),
            path: path.map(str::to_owned),
        }
    }

    fn seen(self, file: &Path) -> Result<Seen, PersistError> {
        let hash: ContentHash = match blake3::Hash::from_hex(&self.hash) {
            Ok(hash) => *hash.as_bytes(),
            Err(err) => {
                return Err(PersistError::Damaged {
                    path: file.to_owned(),
                    source: serde::de::Error::custom(err),
                });
            }
        };
        Ok(Seen {
            hash,
            path: self.path.map(PathBuf::from),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(number: u8, path: Option<&str>) -> Seen {
        Seen {
            hash: [number; 32],
            path: path.map(PathBuf::from),
        }
    }

    #[test]
    fn what_two_programs_say_is_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.json");
        assert_eq!(load(&path).unwrap(), Verdicts::default());
        let (mut one, mut two) = (Verdicts::default(), Verdicts::default());
        let pasted = seen(9, None);
        let yes = Some(Judgement::Copy);
        let first = one.judge(pasted, seen(3, Some("/ä.jpg")), yes);
        let second = two.judge(seen(1, None), seen(2, None), Some(Judgement::NotACopy));
        update(&path, vec![first]).unwrap();
        let all = update(&path, vec![second]).unwrap();
        one.merge(two);
        assert_eq!(all, one);
        assert_eq!(load(&path).unwrap(), one);
    }

    #[test]
    fn a_damaged_file_is_kept_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.json");
        let record = Verdicts::default().judge(seen(1, None), seen(2, None), None);
        persist::save(&path, b"{ half of a").unwrap();
        assert!(matches!(load(&path), Err(PersistError::Damaged { .. })));
        update(&path, vec![record.clone()]).unwrap();
        let aside = folder.path().join("verdicts.damaged-1.json");
        assert_eq!(std::fs::read(aside).unwrap(), b"{ half of a");

        let newer = Content { pairs: Vec::new() };
        persist::save_json(&path, KIND, VERSION + 1, &newer).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(
            update(&path, vec![record]),
            Err(PersistError::Version { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

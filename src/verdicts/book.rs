//! The judged pairs in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

/// BLAKE3 of the bytes of a file, as a library keeps it; of the pixels where there is no file.
pub type ContentHash = [u8; 32];

/// What a person said about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    Copy,
    NotACopy,
}

/// A picture as it was when it was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub hash: ContentHash,
    /// Where it was then; `None` for pasted pixels.
    pub path: Option<PathBuf>,
}

/// One saying about a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// In the order of their hashes.
    pub pictures: [Seen; 2],
    /// `None` takes back what was said before.
    pub judgement: Option<Judgement>,
    /// Milliseconds since 1970.
    pub at_millis: u64,
}

impl Record {
    fn pair(&self) -> [ContentHash; 2] {
        [self.pictures[0].hash, self.pictures[1].hash]
    }
}

/// Everything that was said; in either order of the two pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    records: BTreeMap<[ContentHash; 2], Record>,
}

impl Verdicts {
    /// What was said last about a pair.
    pub fn get(&self, a: &ContentHash, b: &ContentHash) -> Option<Judgement> {
        let pair = if a <= b { [*a, *b] } else { [*b, *a] };
        self.records.get(&pair)?.judgement
    }

    /// Notes what a person says now; `None` takes it back. Returns the record to be saved.
    pub fn judge(&mut self, a: Seen, b: Seen, judgement: Option<Judgement>) -> Record {
        let mut pictures = [a, b];
        pictures.sort_by_key(|picture| picture.hash);
        let mut record = Record {
            pictures,
            judgement,
            at_millis: now_millis(),
        };
        if let Some(old) = self.records.get(&record.pair()) {
            // A clock that was set back does not make the new word the older one.
            record.at_millis = record.at_millis.max(old.at_millis + 1);
        }
        self.put(record.clone());
        record
    }

    /// Takes a record in unless something later is known about its pair.
    pub fn put(&mut self, record: Record) {
        let pair = record.pair();
        let is_older = |old: &Record| old.at_millis >= record.at_millis;
        if !self.records.get(&pair).is_some_and(is_older) {
            self.records.insert(pair, record);
        }
    }

    /// Takes in everything that is later or new in `other`.
    pub fn merge(&mut self, other: Self) {
        for record in other.records.into_values() {
            self.put(record);
        }
    }

    /// The pairs that a judgement holds for, the oldest first.
    pub fn judged(&self) -> Vec<(&Record, Judgement)> {
        let records = self.records.values();
        let mut judged: Vec<_> = records
            .filter_map(|record| Some((record, record.judgement?)))
            .collect();
        judged.sort_by_key(|(record, _)| record.at_millis);
        judged
    }

    /// How many pairs a judgement holds for.
    pub fn count(&self, judgement: Judgement) -> usize {
        let records = self.records.values();
        let alike = records.filter(|record| record.judgement == Some(judgement));
        alike.count()
    }

    /// Everything, also what was taken back, in the order of the hashes.
    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }
}

fn now_millis() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| elapsed.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(number: u8) -> Seen {
        Seen {
            hash: [number; 32],
            path: Some(PathBuf::from(format!("/{number}.jpg"))),
        }
    }

    #[test]
    fn a_pair_is_known_in_either_order_and_under_any_name() {
        let mut verdicts = Verdicts::default();
        verdicts.judge(seen(7), seen(2), Some(Judgement::NotACopy));
        assert_eq!(verdicts.get(&[2; 32], &[7; 32]), Some(Judgement::NotACopy));
        let renamed = Seen {
            path: Some(PathBuf::from("/elsewhere.jpg")),
            ..seen(2)
        };
        verdicts.judge(renamed, seen(7), Some(Judgement::Copy));
        assert_eq!(verdicts.get(&[7; 32], &[2; 32]), Some(Judgement::Copy));
        assert_eq!(verdicts.judged().len(), 1);
    }

    #[test]
    fn the_later_word_counts_whichever_comes_in_first() {
        let mut window = Verdicts::default();
        let first = window.judge(seen(1), seen(2), Some(Judgement::Copy));
        let taken_back = window.judge(seen(1), seen(2), None);
        assert!(taken_back.at_millis > first.at_millis);
        let mut disk = Verdicts::default();
        disk.put(taken_back);
        disk.put(first);
        assert_eq!(disk, window);
        assert_eq!(disk.get(&[1; 32], &[2; 32]), None);
        assert_eq!(disk.count(Judgement::Copy), 0);
    }
}

//! Pairs of pictures that a person has judged.
//!
//! A CSV file with the header `a,b,copy`: two paths, absolute or beside the file, and `yes` or `no`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::DistillError;

/// Fewer judged pairs than these teach nothing that could be checked.
pub const FEWEST_PAIRS: usize = 20;
/// Of copies, and of pairs that are none.
pub const FEWEST_OF_A_KIND: usize = 4;
/// Ways to hold pairs out that are tried.
const N_TRIES: usize = 64;

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
struct Line {
    a: PathBuf,
    b: PathBuf,
    copy: String,
}

/// Judged pairs, in the order of their file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs {
    pairs: Vec<([PathBuf; 2], bool)>,
}

impl Pairs {
    /// # Errors
    /// [`DistillError::Pairs`] names the line that does not fit, or a picture that is not there.
    pub fn read(path: &Path) -> Result<Self, DistillError> {
        let wrong = |line: usize, reason: String| DistillError::Pairs {
            path: path.to_owned(),
            line,
            reason,
        };
        let mut reader = csv::Reader::from_path(path).map_err(|err| wrong(1, err.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut pairs = Vec::new();
        for (idx, line) in reader.deserialize::<Line>().enumerate() {
            let number = idx + 2;
            let line = line.map_err(|err| wrong(number, err.to_string()))?;
            let is_copy = match line.copy.trim().to_lowercase().as_str() {
                "yes" | "true" | "1" => true,
                "no" | "false" | "0" => false,
                other => return Err(wrong(number, format!("{other:?} is neither yes nor no"))),
            };
            let both = [folder.join(line.a), folder.join(line.b)];
            if let Some(missing) = both.iter().find(|picture| !picture.is_file()) {
                let reason = format!("there is no picture {}", missing.display());
                return Err(wrong(number, reason));
            }
            pairs.push((both, is_copy));
        }
        if pairs.len() < 2 {
            return Err(wrong(1, "it holds fewer than two pairs".to_owned()));
        }
        Ok(Self { pairs })
    }

    /// Every pair, and whether it is a copy.
    pub fn iter(&self) -> impl Iterator<Item = (&[PathBuf; 2], bool)> {
        self.pairs.iter().map(|(both, is_copy)| (both, *is_copy))
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Never; [`Self::read`] wants two pairs.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Keeps about a fifth of the pairs out, for checking: pairs that share a picture, directly or
    /// through others, stay together, because knowing one of them helps with the next. The second
    /// half is `None` where it would not hold both kinds, or leave too few to learn from.
    pub fn split(self, seed: u64) -> (Self, Option<Self>) {
        let families = self.families();
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x0DD5_0F5E_7A51_DE01);
        let wanted = self.pairs.len() / 5;
        for _ in 0..N_TRIES {
            let mut order: Vec<&Vec<usize>> = families.iter().collect();
            order.shuffle(&mut rng);
            let mut held_out = BTreeSet::new();
            for family in order {
                let is_small = held_out.len() + family.len() <= wanted * 2;
                if held_out.len() < wanted && is_small {
                    held_out.extend(family.iter().copied());
                }
            }
            let (kept_out, learned): (Vec<_>, Vec<_>) = (0..self.pairs.len())
                .map(|idx| (idx, self.pairs[idx].clone()))
                .partition(|(idx, _)| held_out.contains(idx));
            let of = |pairs: Vec<(usize, _)>| Self {
                pairs: pairs.into_iter().map(|(_, pair)| pair).collect(),
            };
            let (kept_out, learned) = (of(kept_out), of(learned));
            if kept_out.has_both_kinds() && learned.has_both_kinds() {
                return (learned, Some(kept_out));
            }
        }
        (self, None)
    }

    fn has_both_kinds(&self) -> bool {
        let n_copies = self.pairs.iter().filter(|(_, is_copy)| *is_copy).count();
        n_copies > 0 && n_copies < self.pairs.len()
    }

    /// Places of the pairs that hang together through their pictures.
    fn families(&self) -> Vec<Vec<usize>> {
        let all = self.pairs.iter().map(|(both, _)| (both.clone(), true));
        let as_copies = Self {
            pairs: all.collect(),
        };
        let mut families: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (idx, label) in as_copies.labels().into_iter().step_by(2).enumerate() {
            families.entry(label).or_default().push(idx);
        }
        families.into_values().collect()
    }

    /// Both pictures of every pair, one pair after the other.
    pub fn pictures(&self) -> Vec<PathBuf> {
        self.pairs
            .iter()
            .flat_map(|(both, _)| both.clone())
            .collect()
    }

    /// The pair of each picture.
    pub fn places(&self) -> Vec<u32> {
        (0..2 * self.pairs.len())
            .map(|idx| (idx / 2) as u32)
            .collect()
    }

    /// Per picture, whether its pair is a copy.
    pub fn judged(&self) -> Vec<bool> {
        self.pairs.iter().flat_map(|(_, copy)| [*copy; 2]).collect()
    }

    /// Pictures that are copies of each other, directly or through others, have the same label.
    pub fn labels(&self) -> Vec<u64> {
        let mut label_of: BTreeMap<&Path, u64> = BTreeMap::new();
        let pictures = || self.pairs.iter().flat_map(|(both, _)| both);
        for (idx, picture) in pictures().enumerate() {
            label_of.entry(picture).or_insert(idx as u64);
        }
        for ([a, b], is_copy) in &self.pairs {
            let (a, b) = (label_of[a.as_path()], label_of[b.as_path()]);
            if *is_copy && a != b {
                let (low, high) = (a.min(b), a.max(b));
                for label in label_of.values_mut().filter(|label| **label == high) {
                    *label = low;
                }
            }
        }
        pictures()
            .map(|picture| label_of[picture.as_path()])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persist;

    fn file(lines: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["1.png", "2.png", "3.png", "4.png"] {
            persist::save(&folder.path().join(name), b"x").unwrap();
        }
        let path = folder.path().join("pairs.csv");
        persist::save(&path, lines.as_bytes()).unwrap();
        (folder, path)
    }

    #[test]
    fn copies_of_copies_have_one_label() {
        let lines = "a,b,copy\n1.png,2.png,yes\n3.png,4.png,no\n2.png,3.png,yes\n";
        let (_folder, path) = file(lines);
        let pairs = Pairs::read(&path).unwrap();
        assert_eq!(pairs.labels(), [0, 0, 0, 3, 0, 0]);
        assert_eq!(pairs.places(), [0, 0, 1, 1, 2, 2]);
        assert_eq!(pairs.judged(), [true, true, false, false, true, true]);
    }

    fn pairs(all: &[(u8, u8, bool)]) -> Pairs {
        let path = |number: u8| PathBuf::from(format!("/{number}.png"));
        let pair = |(a, b, is_copy): &(u8, u8, bool)| ([path(*a), path(*b)], *is_copy);
        Pairs {
            pairs: all.iter().map(pair).collect(),
        }
    }

    #[test]
    fn pairs_that_share_a_picture_stay_on_one_side() {
        // Twelve searches with one copy and one other result each.
        let all: Vec<(u8, u8, bool)> = (0..12)
            .flat_map(|n| [(n, 100 + n, true), (n, 200 + n, false)])
            .collect();
        let (learned, held_out) = pairs(&all).split(3);
        let held_out = held_out.unwrap();
        assert_eq!(learned.len() + held_out.len(), 24);
        assert!((4..=8).contains(&held_out.len()), "{}", held_out.len());
        let queries = |pairs: &Pairs| -> BTreeSet<PathBuf> {
            pairs.iter().map(|(both, _)| both[0].clone()).collect()
        };
        assert!(queries(&learned).is_disjoint(&queries(&held_out)));
        assert_eq!(pairs(&all).split(3).1, Some(held_out));
    }

    #[test]
    fn one_family_or_one_kind_is_not_torn_apart() {
        let one: Vec<(u8, u8, bool)> = (1..30).map(|n| (0, n, n % 2 == 0)).collect();
        assert_eq!(pairs(&one).split(1), (pairs(&one), None));
        let copies: Vec<(u8, u8, bool)> = (0..30).map(|n| (n, 100 + n, true)).collect();
        assert_eq!(pairs(&copies).split(1).1, None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (lines, expected) in [
            ("a,b,copy\n1.png,2.png,yes\n1.png,9.png,no\n", "Line 3"),
            ("a,b,copy\n1.png,2.png,maybe\n", "\"maybe\""),
            ("a,b\n1.png,2.png\n", "copy"),
            ("a,b,copy\n1.png,2.png,yes\n", "fewer than two"),
        ] {
            let (_folder, path) = file(lines);
            let message = Pairs::read(&path).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}

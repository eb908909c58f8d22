//! Pairs of pictures that a person has judged.
//!
//! A CSV file with the header `a,b,copy`: two paths, absolute or beside the file, and `yes` or `no`.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use super::DistillError;

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

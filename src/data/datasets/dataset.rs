//! An opened data set.

use std::path::Path;
use std::path::PathBuf;

use base64::Engine as _;

use super::entries::Entries;
use super::entries::Form;
use super::names::Names;
use super::source::Source;
use crate::data::DecodeError;
use crate::data::DiskFile;
use crate::data::Picture;
use crate::data::decode;
use crate::data::decode_bytes;

/// Side of the pictures of CIFAR-10 in pixels.
const CIFAR_SIDE: u32 = 32;

/// What the pictures of a part are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// To learn from.
    Train,
    /// To measure on while or after learning; never learned from.
    HeldOut,
    /// Pictures whose originals are looked for.
    Queries,
    /// What is searched.
    References,
    /// More to search, without any copy.
    Distractors,
    /// Neither queries nor references: score normalization.
    Background,
    /// To fit a whitening on.
    Whitening,
}

/// What is right for the queries of a part.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Truth {
    /// Nothing is said, or the classes say it.
    #[default]
    None,
    /// (query, reference) by their numbers in the part and in the references.
    Pairs(Vec<(u32, u32)>),
    /// One for each query.
    Graded(Vec<GradedQuery>),
}

/// What revisited Oxford and Paris say about a query; numbers of references.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GradedQuery {
    pub easy: Vec<u32>,
    pub hard: Vec<u32>,
    pub junk: Vec<u32>,
    /// Left, upper, right, lower, in pixels of the query.
    pub bounds_px: Option<[f32; 4]>,
}

/// Pictures with one role.
#[derive(Clone, Debug)]
pub struct Split {
    pub role: Role,
    /// Tells parts of one role apart: `dev`, `strong`, `jpegqual/30`.
    pub name: String,
    pub entries: Entries,
    pub truth: Truth,
}

impl Split {
    pub(super) fn new(role: Role, name: &str, entries: Entries) -> Self {
        Self {
            role,
            name: name.to_owned(),
            entries,
            truth: Truth::None,
        }
    }
}

/// The parts of a data set, its classes, and how to get at its pictures.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The id of its row in [`LAYOUTS`](super::LAYOUTS).
    pub layout: &'static str,
    pub splits: Vec<Split>,
    /// Names of the classes by number.
    pub classes: Vec<String>,
    source: Source,
}

impl Dataset {
    pub(super) fn new(source: &Source, splits: Vec<Split>, classes: Vec<String>) -> Self {
        Self {
            layout: "",
            splits,
            classes,
            source: source.clone(),
        }
    }

    /// The folder or archive it lies in.
    pub fn path(&self) -> PathBuf {
        self.source.shown("")
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The first part with this role.
    pub fn split(&self, role: Role) -> Option<&Split> {
        self.splits.iter().find(|split| split.role == role)
    }

    /// The pictures to learn from. Those of DISC21 also normalize its scores, and are listed once.
    pub fn training(&self) -> Option<&Split> {
        self.split(Role::Train)
            .or_else(|| self.split(Role::Background))
    }

    /// The part with this role and name.
    pub fn split_named(&self, role: Role, name: &str) -> Option<&Split> {
        let mut splits = self.splits.iter();
        splits.find(|split| split.role == role && split.name == name)
    }

    /// The file of a picture, where it is a file of its own on disk.
    pub fn file(&self, entries: &Entries, idx: usize) -> Option<PathBuf> {
        if entries.form.is_some() {
            return None;
        }
        self.source.file(entries.names.get(idx))
    }

    /// What to show for a picture in messages.
    pub fn shown(&self, entries: &Entries, idx: usize) -> PathBuf {
        self.source.shown(entries.names.get(idx))
    }

    /// What tells this picture, as it is on disk now, from every other: where it lies, how long that
    /// file is and when it was changed last. The pixels are not read.
    pub fn stamp(&self, entries: &Entries, idx: usize) -> Vec<u8> {
        let piece = entries.pieces.get(idx);
        let block = piece.map(|piece| &entries.blocks[usize::from(piece.block)]);
        let file = match block {
            Some(block) => block.path.clone(),
            None => self
                .file(entries, idx)
                .unwrap_or_else(|| self.source.path()),
        };
        let (n_bytes, modified_ns) =
            DiskFile::of(&file).map_or((0, 0), |file| (file.size, file.modified_ns));
        let name = self.shown(entries, idx);
        let mut stamp = name.as_os_str().as_encoded_bytes().to_vec();
        stamp.push(0);
        stamp.extend(n_bytes.to_le_bytes());
        stamp.extend(modified_ns.to_le_bytes());
        if let Some(piece) = piece {
            stamp.extend(piece.start.to_le_bytes());
        }
        stamp
    }

    /// A picture, decoded.
    pub fn picture(&self, entries: &Entries, idx: usize) -> Result<Picture, DecodeError> {
        if let Some(path) = self.file(entries, idx) {
            return decode(&path);
        }
        let path = self.shown(entries, idx);
        let bytes = self.bytes(entries, idx).map_err(|source| {
            let path = path.clone();
            DecodeError::Open { path, source }
        })?;
        match entries.form {
            Some(Form::Planes) => Ok(planes_to_picture(&bytes)),
            Some(Form::Line) => picture_of_line(&bytes, &path),
            None => decode_bytes(&bytes, &path),
        }
    }

    fn bytes(&self, entries: &Entries, idx: usize) -> std::io::Result<Vec<u8>> {
        let Some(piece) = entries.pieces.get(idx) else {
            let read = self.source.read(entries.names.get(idx));
            return read.map_err(std::io::Error::other);
        };
        let block = &entries.blocks[usize::from(piece.block)];
        block.read(piece.start, u64::from(piece.n_bytes))
    }

    /// Only the true pairs of the first queries, and nothing that has no copy: the cheap "subset 1"
    /// of ISC2021 (4,991 queries and 4,991 references with the public half of the development
    /// queries). Queries at or above `query_limit` in their ids are left out.
    pub fn pairs_only(&self, query_limit: u32) -> Option<Self> {
        let queries = self.split(Role::Queries)?;
        let references = self.split(Role::References)?;
        let Truth::Pairs(pairs) = &queries.truth else {
            return None;
        };
        let number = |idx: u32| -> Option<u32> {
            let id = super::canonical_id(file_name(queries.entries.names.get(idx as usize)));
            id.get(1..)?.parse().ok()
        };
        let chosen: Vec<(u32, u32)> = pairs
            .iter()
            .copied()
            .filter(|(query, _)| number(*query).is_none_or(|number| number < query_limit))
            .collect();
        let mut query_rows: Vec<u32> = chosen.iter().map(|pair| pair.0).collect();
        let mut reference_rows: Vec<u32> = chosen.iter().map(|pair| pair.1).collect();
        for rows in [&mut query_rows, &mut reference_rows] {
            rows.sort_unstable();
            rows.dedup();
        }
        let place = |rows: &[u32], row: u32| rows.binary_search(&row).ok().map(|at| at as u32);
        let pairs = chosen
            .iter()
            .filter_map(|(q, r)| Some((place(&query_rows, *q)?, place(&reference_rows, *r)?)))
            .collect();
        let mut splits = vec![
            Split::new(Role::Queries, &queries.name, picked(queries, &query_rows)),
            Split::new(Role::References, "", picked(references, &reference_rows)),
        ];
        splits[0].truth = Truth::Pairs(pairs);
        splits.extend(self.split(Role::Background).cloned());
        Some(Self {
            splits,
            ..self.clone()
        })
    }
}

fn picked(split: &Split, rows: &[u32]) -> Entries {
    let names: Names = rows
        .iter()
        .map(|row| split.entries.names.get(*row as usize))
        .collect();
    Entries {
        names,
        ..Entries::default()
    }
}

/// The last part of a name.
pub(super) fn file_name(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

fn planes_to_picture(planes: &[u8]) -> Picture {
    let n_pixels = (CIFAR_SIDE * CIFAR_SIDE) as usize;
    let rgb = (0..n_pixels).flat_map(|at| [0, 1, 2].map(|channel| planes[channel * n_pixels + at]));
    Picture::new(CIFAR_SIDE, CIFAR_SIDE, rgb.collect())
}

fn picture_of_line(line: &[u8], path: &Path) -> Result<Picture, DecodeError> {
    let damaged = |reason: &str| DecodeError::Damaged {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let last = line.rsplit(|byte| *byte == b'\t').next();
    let text = last.unwrap_or_default().trim_ascii();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text);
    let bytes = bytes.map_err(|_not_base64| damaged("its text is no base64"))?;
    decode_bytes(&bytes, path)
}

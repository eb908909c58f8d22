//! The checkpoints that the methods publish, with everything their authors say about them.
//!
//! Nothing here is guessed: an address, a size, a checksum or a score that its authors do not give
//! is `None` or missing, and the window says so.
//!
//! To add one: a row in the file of its publisher. A publisher is one file and one line of
//! [`PUBLISHED`].

mod dino;
mod dinov2;
mod isc21;
mod moco;
mod obd_sd;
mod seed;
mod simclr;
mod sscd;
mod swav;
#[cfg(test)]
mod tests;

use crate::data::Preprocessing;
use crate::weights;

use super::head::HeadForm;
use super::trunk;

/// Whoever made a group of models.
#[derive(Debug, PartialEq)]
pub struct Publisher {
    /// The name of the method.
    pub label: &'static str,
    /// One sentence on what its models are good for.
    pub help: &'static str,
    /// Where a person reads about the models and finds them.
    pub page: &'static str,
    /// Of the weights, as the page states it.
    pub licence: &'static str,
}

/// One row of the catalog.
#[derive(Debug, PartialEq)]
pub struct PublishedModel {
    /// Stands in the files of imported models and on the command line. Never renamed or reused.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub publisher: &'static Publisher,
    /// Row of the table of architectures; the closest one where there is an [`obstacle`](Self::obstacle).
    pub architecture: &'static str,
    /// Why Copylens cannot run it, a sentence.
    pub obstacle: Option<&'static str>,
    pub head: HeadForm,
    /// Length of a descriptor.
    pub dimensions: usize,
    /// What Copylens does with pictures.
    pub preprocessing: Preprocessing,
    /// What the authors do with pictures, where it is not the same: Copylens always resizes to a
    /// square.
    pub input: Option<&'static str>,
    pub scores: &'static [Score],
    /// The same weights in several files; the one to take comes first. Empty where the authors give
    /// out an archive.
    pub files: &'static [PublishedFile],
}

/// A published figure.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Score {
    /// Data and figure: `DISC21, micro-AP`.
    pub benchmark: &'static str,
    pub percent: f32,
}

/// One file of a published model.
#[derive(Debug, PartialEq)]
pub struct PublishedFile {
    /// Whose names its tensors have, or what is in it; the id of the file on the command line.
    pub format: &'static str,
    /// The name it has at its authors'.
    pub name: &'static str,
    /// `None` where it is given out on a page only, for example under links that expire.
    pub address: Option<&'static str>,
    pub bytes: Option<u64>,
    pub checksum: Option<Checksum>,
}

/// The first digits of a checksum, in hexadecimal, as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    Sha256(&'static str),
    Md5(&'static str),
}

/// Every row, publisher by publisher, in the order of the screen.
const PUBLISHED: &[&[PublishedModel]] = &[
    sscd::MODELS,
    isc21::MODELS,
    dino::MODELS,
    dinov2::MODELS,
    seed::MODELS,
    moco::MODELS,
    simclr::MODELS,
    swav::MODELS,
    obd_sd::MODELS,
];

/// Every published model, publisher by publisher.
pub fn models() -> impl Iterator<Item = &'static PublishedModel> {
    PUBLISHED.iter().copied().flatten()
}

/// The models of each publisher.
pub fn groups() -> impl Iterator<Item = (&'static Publisher, &'static [PublishedModel])> {
    let groups = PUBLISHED.iter().copied();
    groups.filter_map(|models| Some((models.first()?.publisher, models)))
}

/// The row with this id.
pub fn find(id: &str) -> Option<&'static PublishedModel> {
    models().find(|model| model.id == id)
}

/// The row one of whose files has this name.
pub fn by_file_name(name: &str) -> Option<&'static PublishedModel> {
    models().find(|model| model.files.iter().any(|file| file.name == name))
}

impl PublishedModel {
    /// The file of a format, or the one to take.
    pub fn file(&self, format: Option<&str>) -> Option<&'static PublishedFile> {
        let mut files = self.files.iter();
        match format {
            Some(format) => files.find(|file| file.format == format),
            None => files.next(),
        }
    }

    /// The least that its weights take, in bytes: four for each number of its network.
    pub fn least_bytes(&self) -> u64 {
        let parameters = trunk::architecture(self.architecture).map_or(0, |spec| spec.parameters);
        parameters as u64 * 4
    }

    /// The figure that tells most about finding copies; the first one.
    pub fn main_score(&self) -> Option<Score> {
        self.scores.first().copied()
    }

    /// Whether a text somebody typed is about this model.
    pub fn matches(&self, text: &str) -> bool {
        let network = trunk::architecture(self.architecture).map_or("", |spec| spec.label);
        let about = [
            self.id,
            self.label,
            self.publisher.label,
            network,
            self.help,
        ];
        let about = about.join(" ").to_lowercase();
        let mut words = text.split_whitespace();
        words.all(|word| about.contains(&word.to_lowercase()))
    }
}

impl PublishedFile {
    /// The host that the file comes from.
    pub fn host(&self) -> Option<&'static str> {
        let after_scheme = self.address?.split_once("://")?.1;
        after_scheme.split('/').next()
    }

    /// Whether this program reads files with such a name.
    pub fn is_readable(&self) -> bool {
        weights::is_weights_name(self.name.as_ref())
    }
}

/// A figure in percent.
const fn score(benchmark: &'static str, percent: f32) -> Score {
    Score { benchmark, percent }
}

/// A file about which only its name and address are known.
const fn file(
    format: &'static str,
    name: &'static str,
    address: Option<&'static str>,
) -> PublishedFile {
    PublishedFile {
        format,
        name,
        address,
        bytes: None,
        checksum: None,
    }
}

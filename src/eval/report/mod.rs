//! What an evaluation found, kept with its model, and its exports.
//!
//! - Owns: [`Report`] and its file, [`ReportStore`], the comparison of reports, CSV, HTML and PNG.
//! - Invariant: a report can be read without the data set and without the model.
//! - Invariant: lists of a report have an upper length, however large the data set is.
//! - Not here: the figures themselves (`metrics`), charts in the window (`app`).
//! - To add to the file: a field with `#[serde(default)]`; raise [`VERSION`] when a meaning changes.

mod compare;
mod csv;
mod drawing;
mod evidence;
mod export;
mod html;
mod raster;
mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

pub use compare::Comparison;
pub use compare::FigureChange;
pub use compare::RankChange;
pub use compare::compare;
pub use csv::figures_csv;
pub use drawing::Drawing;
pub use drawing::charts;
pub(super) use evidence::Evidence;
pub(super) use evidence::Side;
pub(super) use evidence::curve;
pub use export::ENDINGS;
pub use export::ExportError;
pub use export::check_ending;
pub use export::export;
pub use html::page;
pub use raster::paint;
pub use store::KeptReport;
pub use store::ReportStore;
pub use store::load;

/// The word that begins the file of a report.
const KIND: &str = "evaluation";
/// Raised when the meaning of a field changes.
const VERSION: u32 = 1;

/// One evaluation of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Row of the table of protocols.
    pub protocol: String,
    pub data: DataFacts,
    pub model: ModelFacts,
    pub computing: Computing,
    /// Every option of the protocol and its value.
    pub options: BTreeMap<String, String>,
    pub findings: Findings,
    /// Seconds since 1970.
    pub made: u64,
    /// Version of Copylens that made it.
    pub made_by: String,
}

/// What was evaluated on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataFacts {
    /// Row of the table of layouts.
    pub layout: String,
    pub label: String,
    pub path: PathBuf,
    /// How many pictures each part has, such as `queries`.
    pub parts: Vec<(String, usize)>,
}

/// The model, as it was then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    pub id: String,
    pub name: String,
    pub architecture: String,
    pub dimensions: usize,
    pub file_bytes: u64,
    /// Hash of its file.
    pub fingerprint: String,
}

/// How it was computed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Computing {
    pub device: String,
    /// What computed the descriptors.
    pub engine: String,
    pub n_embedded: usize,
    /// Descriptors that were there from before.
    pub n_cached: usize,
    /// Decoding and embedding; nothing when all descriptors were there from before.
    pub pictures_per_second: Option<f64>,
    pub seconds: f64,
}

/// Everything that a protocol found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// The first ones are the headline.
    pub figures: Vec<Figure>,
    pub curves: Vec<Curve>,
    pub histogram: Option<Histogram>,
    pub per_edit: Vec<EditShare>,
    /// Copies whose originals were not found first, the least alike first.
    pub misses: Vec<Pair>,
    /// Pictures taken for copies of something else, the most alike first.
    pub false_matches: Vec<Pair>,
    /// Where the originals of copies stand, for comparing models.
    pub ranks: Vec<QueryRank>,
    pub unreadable: Vec<Unreadable>,
    /// What a reader has to know about the figures, in sentences.
    pub notes: Vec<String>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Never renamed.
    pub id: String,
    pub label: String,
    pub help: String,
    pub value: f64,
}

/// A precision-recall curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub name: String,
    pub points: Vec<CurvePoint>,
}

/// Precision and recall with one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    pub recall: f32,
    pub precision: f32,
    /// The threshold.
    pub similarity: f32,
}

/// How alike copies are to their originals, and everything else to what it is most like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Lower end of the first bin and upper end of the last.
    pub low: f32,
    pub high: f32,
    /// How many pairs of a copy and its original are in each bin.
    pub copies: Vec<u32>,
    /// How many pairs of a picture and the most similar one that is not its original.
    pub others: Vec<u32>,
}

/// How many of the copies with one edit are found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditShare {
    pub name: String,
    /// Share whose original is the first result.
    pub found: f32,
    pub n_copies: u32,
}

/// Two pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    pub query: PathBuf,
    /// The original of a miss, the wrong result of a false match.
    pub reference: PathBuf,
    /// Nothing where one of the two cannot be read.
    pub similarity: Option<f32>,
    /// Place of the original among the candidates, from 1.
    pub rank: Option<u32>,
    /// What stands first instead of the original, and how alike it is.
    pub instead: Option<(PathBuf, f32)>,
}

/// Where the original of a copy stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryRank {
    pub query: PathBuf,
    pub reference: PathBuf,
    /// From 1; nothing when it is not among the candidates.
    pub rank: Option<u32>,
}

/// A picture that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unreadable {
    pub path: PathBuf,
    pub reason: String,
}

impl Findings {
    /// Adds a figure.
    pub(super) fn figure(&mut self, id: &str, label: &str, help: &str, value: f64) {
        self.figures.push(Figure {
            id: id.to_owned(),
            label: label.to_owned(),
            help: help.to_owned(),
            value,
        });
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

impl Report {
    /// The figure with this id.
    pub fn figure(&self, id: &str) -> Option<f64> {
        let figure = self.findings.figures.iter().find(|figure| figure.id == id);
        figure.map(|figure| figure.value)
    }

    /// The protocol as people know it.
    pub fn protocol_label(&self) -> &str {
        super::protocols::find(&self.protocol).map_or(&self.protocol, |spec| spec.label)
    }

    /// The date it was made on, `2026-11-20`, in universal time.
    pub fn date(&self) -> String {
        date(self.made)
    }

    /// As a file of its own, for other programs.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }
}

/// The day of a time, `2026-11-20` (Hinnant, "chrono-compatible low-level date algorithms").
pub fn date(secs_since_1970: u64) -> String {
    let days = (secs_since_1970 / 86_400) as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A report with everything in it, for tests.
#[cfg(test)]
pub(crate) fn example(model: &str, micro_ap: f64) -> Report {
    let path = |name: &str| PathBuf::from(name);
    let mut findings = Findings::default();
    findings.figure("micro-ap", "Micro average precision", "How well.", micro_ap);
    findings.figure("recall-at-1", "Found first", "How often.", 0.75);
    findings.curves.push(Curve {
        name: "Plain".to_owned(),
        points: [(0.1, 1.0, 0.9), (0.5, 0.8, 0.7), (0.75, 0.6, 0.4)]
            .map(|(recall, precision, similarity)| CurvePoint {
                recall,
                precision,
                similarity,
            })
            .into(),
    });
    findings.histogram = Some(Histogram {
        low: 0.0,
        high: 1.0,
        copies: vec![0, 1, 3, 4],
        others: vec![5, 3, 1, 0],
    });
    findings.per_edit.push(EditShare {
        name: "crop <50 %>".to_owned(),
        found: 0.5,
        n_copies: 8,
    });
    findings.misses.push(Pair {
        query: path("q/1.jpg"),
        reference: path("r/1.jpg"),
        similarity: Some(0.2),
        rank: None,
        instead: Some((path("r/9.jpg"), 0.6)),
    });
    findings.ranks = vec![
        QueryRank {
            query: path("q/1.jpg"),
            reference: path("r/1.jpg"),
            rank: None,
        },
        QueryRank {
            query: path("q/2.jpg"),
            reference: path("r/2.jpg"),
            rank: Some(1),
        },
    ];
    findings.note("A note.");
    Report {
        protocol: "disc21".to_owned(),
        data: DataFacts {
            layout: "disc21".to_owned(),
            label: "DISC21 / ISC2021".to_owned(),
            path: path("data"),
            parts: vec![("queries".to_owned(), 2)],
        },
        model: ModelFacts {
            id: model.to_owned(),
            name: format!("{model} \"quoted\", <b>"),
            architecture: "resnet18".to_owned(),
            dimensions: 256,
            file_bytes: 1_000_000,
            fingerprint: "00".to_owned(),
        },
        computing: Computing {
            device: "cpu".to_owned(),
            engine: "Burn".to_owned(),
            n_embedded: 3,
            n_cached: 0,
            pictures_per_second: Some(12.0),
            seconds: 1.5,
        },
        options: [("input".to_owned(), "model".to_owned())].into(),
        findings,
        made: 1_700_000_000,
        made_by: "0.1.0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (secs, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_700_000_000, "2023-11-14"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(secs), day);
        }
    }

    #[test]
    fn a_report_survives_json() {
        let report = example("student", 0.5);
        let back: Report = serde_json::from_slice(&report.to_json()).unwrap();
        assert_eq!(back, report);
        assert_eq!(back.figure("micro-ap"), Some(0.5));
        assert_eq!(back.figure("nothing"), None);
    }
}

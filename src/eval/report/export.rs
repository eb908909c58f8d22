//! Reports as files for people and other programs, by the ending of the name.

use std::path::Path;

use super::Report;
use super::charts;
use super::figures_csv;
use super::page;
use super::paint;
use crate::data;
use crate::data::EncodeError;

/// The endings there are, and what each is.
pub const ENDINGS: &[(&str, &str)] = &[
    ("html", "A page with charts and pictures, for reading"),
    ("csv", "Figures and curves, for spreadsheets"),
    ("json", "Everything, for other programs"),
    ("png", "The charts as a picture"),
];

/// Longer side of pictures in a page.
const THUMBNAIL_SIDE: u32 = 320;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("{ending:?} is no ending of a report; there are html, csv, json and png")]
    Ending { ending: String },
    #[error("There are no charts in this report, so no picture can be made of it")]
    NoCharts,
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl ExportError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Ending { .. } => "Choose a name that ends in one of these.",
            Self::NoCharts => "Choose HTML, CSV or JSON.",
            Self::Encode(err) => err.advice(),
        }
    }
}

/// Whether a file of this name can be written.
pub fn check_ending(path: &Path) -> Result<(), ExportError> {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    match &*ending.to_lowercase() {
        "html" | "htm" | "csv" | "json" | "png" => Ok(()),
        _ => Err(ExportError::Ending {
            ending: ending.into_owned(),
        }),
    }
}

/// The bytes of a file of this name. Reads the pictures that a page shows.
pub fn export(reports: &[&Report], path: &Path) -> Result<Vec<u8>, ExportError> {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    match &*ending.to_lowercase() {
        "html" | "htm" => Ok(page(reports, &thumbnail).into_bytes()),
        "csv" => Ok(figures_csv(reports)),
        "json" => Ok(match reports {
            [report] => report.to_json(),
            several => serde_json::to_vec_pretty(several).unwrap_or_default(),
        }),
        "png" => {
            let picture = paint(&charts(reports)).ok_or(ExportError::NoCharts)?;
            Ok(data::encode_png(&picture)?)
        }
        _ => Err(ExportError::Ending {
            ending: ending.into_owned(),
        }),
    }
}

/// Nothing for what is no file of its own or is gone by now.
fn thumbnail(path: &Path) -> Option<Vec<u8>> {
    let picture = data::decode(path).ok()?;
    Some(data::thumbnail_jpeg(&picture, THUMBNAIL_SIDE))
}

#[cfg(test)]
mod tests {
    use super::super::Findings;
    use super::super::example;
    use super::*;

    #[test]
    fn the_ending_says_what_is_written() {
        let report = example("a", 0.5);
        let start = |name: &str| export(&[&report], Path::new(name)).unwrap()[..4].to_vec();
        assert_eq!(start("a.HTML"), b"<!do");
        assert_eq!(start("a.csv"), b"mode");
        assert_eq!(start("a.png"), b"\x89PNG");
        assert_eq!(start("a.json")[..1], *b"{");
        let two = export(&[&report, &report], Path::new("a.json")).unwrap();
        assert_eq!(two[..1], *b"[");
        for (name, _) in ENDINGS {
            assert!(
                export(&[&report], Path::new(&format!("a.{name}"))).is_ok(),
                "{name}"
            );
        }
    }

    #[test]
    fn other_endings_and_reports_without_charts_are_refused() {
        let mut report = example("a", 0.5);
        let error = export(&[&report], Path::new("report.pdf")).unwrap_err();
        assert!(error.to_string().contains("\"pdf\""), "{error}");
        report.findings = Findings::default();
        let error = export(&[&report], Path::new("report.png")).unwrap_err();
        assert!(matches!(error, ExportError::NoCharts));
    }
}

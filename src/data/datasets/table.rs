//! Tables of text that come with data sets, read with the numbers of their lines.

use std::path::PathBuf;

use super::error::DatasetError;
use super::source::Source;

/// One line of a table and its place in the file.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) fields: Vec<String>,
}

/// A table that knows its own path, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) path: PathBuf,
    pub(crate) rows: Vec<Row>,
}

/// How the fields of a line are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    /// CSV, with quotes.
    Comma,
    Tab,
    /// Any number of spaces.
    Space,
}

impl Table {
    /// All lines of a table, fields trimmed, empty lines left out.
    pub(crate) fn read(
        source: &Source,
        name: &str,
        separator: Separator,
    ) -> Result<Self, DatasetError> {
        let bytes = source.read(name)?;
        Self::parse(&bytes, source.shown(name), separator)
    }

    /// Read line by line, because the positions of the `csv` crate do not count empty lines.
    pub(crate) fn parse(
        bytes: &[u8],
        path: PathBuf,
        separator: Separator,
    ) -> Result<Self, DatasetError> {
        // Spreadsheets put a byte order mark in front.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut table = Self {
            path,
            rows: Vec::new(),
        };
        for (idx, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let Ok(text) = std::str::from_utf8(line) else {
                return Err(table.refuse(idx as u64 + 1, "this is not text in UTF-8".to_owned()));
            };
            let fields = fields(text.trim_end_matches('\r'), separator);
            if fields.iter().any(|field| !field.is_empty()) {
                let line = idx as u64 + 1;
                table.rows.push(Row { line, fields });
            }
        }
        Ok(table)
    }

    /// A complaint about a line.
    pub(crate) fn refuse(&self, line: u64, problem: String) -> DatasetError {
        DatasetError::Table {
            line,
            problem,
            path: self.path.clone(),
        }
    }

    /// The fields of a row that has exactly `N`.
    pub(crate) fn fields<'a, const N: usize>(
        &self,
        row: &'a Row,
    ) -> Result<&'a [String; N], DatasetError> {
        let n_found = row.fields.len();
        row.fields
            .as_array()
            .ok_or_else(|| self.refuse(row.line, format!("there are {n_found} columns, not {N}")))
    }

    /// A whole number in a field.
    pub(crate) fn number(&self, row: &Row, field: &str) -> Result<u32, DatasetError> {
        let number = field.parse();
        number.map_err(|_not_a_number| {
            self.refuse(row.line, format!("{field:?} is not a whole number"))
        })
    }

    /// The rows below a header, which must be there.
    pub(crate) fn below_header(&self, header: &[&str]) -> Result<&[Row], DatasetError> {
        match self.rows.split_first() {
            Some((first, rows)) if first.fields == header => Ok(rows),
            first => {
                let line = first.map_or(1, |(row, _)| row.line);
                let problem = format!("the header is not \"{}\"", header.join(" "));
                Err(self.refuse(line, problem))
            }
        }
    }
}

fn fields(line: &str, separator: Separator) -> Vec<String> {
    match separator {
        Separator::Tab => line.split('\t').map(|f| f.trim().to_owned()).collect(),
        Separator::Space => line.split_whitespace().map(str::to_owned).collect(),
        Separator::Comma => {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .trim(csv::Trim::All)
                .from_reader(line.as_bytes());
            let record = reader.records().next().and_then(Result::ok);
            record.map_or_else(Vec::new, |record| {
                record.iter().map(str::to_owned).collect()
            })
        }
    }
}

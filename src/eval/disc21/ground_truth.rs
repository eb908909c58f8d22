//! The table of true pairs: `query_id,reference_id` on each line, header optional.
//!
//! An empty reference means that the query is no copy. Queries the table does not name are no
//! copies either, because some releases list only the matches.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use super::layout::canonical_id;
use crate::eval::error::EvalError;

/// The (query, reference) pairs, by the numbers of the pictures.
pub(super) fn read(
    path: &Path,
    query_numbers: &BTreeMap<String, u32>,
    reference_numbers: &BTreeMap<String, u32>,
) -> Result<Vec<(u32, u32)>, EvalError> {
    let mut pairs = Vec::new();
    let mut seen = BTreeSet::new();
    for (idx, row) in rows(path)?.into_iter().enumerate() {
        let Row { line, fields } = row;
        let refuse = |problem: String| EvalError::Table {
            line,
            problem,
            path: path.to_owned(),
        };
        let [query, reference] = fields.as_slice() else {
            let problem = format!("there are {} columns, not 2", fields.len());
            return Err(refuse(problem));
        };
        if idx == 0 && query == "query_id" {
            continue;
        }
        let Some(&query_number) = query_numbers.get(&canonical_id(query)) else {
            return Err(refuse(format!("there is no query picture {query:?}")));
        };
        if reference.is_empty() {
            continue;
        }
        let Some(&reference_number) = reference_numbers.get(&canonical_id(reference)) else {
            return Err(refuse(format!(
                "there is no reference picture {reference:?}"
            )));
        };
        if !seen.insert((query_number, reference_number)) {
            let problem = format!("{query:?} and {reference:?} were paired before");
            return Err(refuse(problem));
        }
        pairs.push((query_number, reference_number));
    }
    if pairs.is_empty() {
        let path = path.to_owned();
        return Err(EvalError::NoCopies { path });
    }
    Ok(pairs)
}

/// One line of a table and its place in the file.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) fields: Vec<String>,
}

/// All lines of a CSV file, fields trimmed, empty lines left out. Read line by line, because the
/// positions of the `csv` crate do not count empty lines.
pub(super) fn rows(path: &Path) -> Result<Vec<Row>, EvalError> {
    let bytes = std::fs::read(path).map_err(|source| EvalError::ReadTable {
        path: path.to_owned(),
        source,
    })?;
    // Spreadsheets put a byte order mark in front.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut rows = Vec::new();
    for (idx, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .trim(csv::Trim::All)
            .from_reader(line);
        let line = idx as u64 + 1;
        for record in reader.records() {
            let record = record.map_err(|_utf8_error| EvalError::Table {
                line,
                problem: String::from("this is not text in UTF-8"),
                path: path.to_owned(),
            })?;
            let fields = record.iter().map(str::to_owned).collect();
            rows.push(Row { line, fields });
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::super::layout::Disc21;
    use super::super::layout::tests::data_set;
    use super::super::layout::tests::write;

    fn pairs(table: &str) -> Vec<(u32, u32)> {
        Disc21::open(data_set(table).path()).unwrap().pairs
    }

    fn message(table: &str) -> String {
        Disc21::open(data_set(table).path())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_header_and_empty_references_are_no_pairs() {
        let expected = [(0, 1), (2, 0)];
        let body = "Q00000,R000001\nQ00001,\nQ00002,R000000\n";
        assert_eq!(pairs(body), expected);
        assert_eq!(pairs(&format!("query_id,reference_id\n{body}")), expected);
    }

    #[test]
    fn spreadsheets_may_write_it() {
        let table = "\u{feff}query_id,reference_id\r\nQ00000 , R000001\r\n\r\nQ00001,\r\n";
        assert_eq!(pairs(table), [(0, 1)]);
    }

    #[test]
    fn ids_may_be_file_names_or_short() {
        assert_eq!(pairs("Q0.jpg,R1\n"), [(0, 1)]);
    }

    #[test]
    fn errors_name_the_line_and_the_file() {
        for (table, start) in [
            (
                "Q00000,R000001\nQ00001\n",
                "Line 2: there are 1 columns, not 2: ",
            ),
            ("a,b,c\n", "Line 1: there are 3 columns, not 2: "),
            (
                "Q00000,R000001\n\nQ00009,\n",
                "Line 3: there is no query picture \"Q00009\": ",
            ),
            (
                "Q00000,R000007\n",
                "Line 1: there is no reference picture \"R000007\": ",
            ),
            (
                "Q00000,R000001\nQ00000,R000001\n",
                "Line 2: \"Q00000\" and \"R000001\" were paired before: ",
            ),
            ("Q00000,\n", "The table names no copy: "),
            ("", "The table names no copy: "),
        ] {
            let message = message(table);
            assert!(message.starts_with(start), "{message}");
            assert!(message.ends_with("dev_ground_truth.csv"), "{message}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_an_error_with_their_line() {
        let folder = data_set("Q00000,R000001\n");
        let table = folder.path().join("dev_ground_truth.csv");
        write(&table, b"Q00000,R000001\nQ00\xff01,\n");
        let message = Disc21::open(folder.path()).unwrap_err().to_string();
        assert!(
            message.starts_with("Line 2: this is not text in UTF-8"),
            "{message}"
        );
    }
}

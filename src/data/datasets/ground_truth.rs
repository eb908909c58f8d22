//! The table of true pairs: `query_id,reference_id` on each line, header optional.
//!
//! An empty reference means that the query is no copy. Queries the table does not name are no
//! copies either, because some releases list only the matches.

use std::collections::BTreeSet;

use super::dataset::file_name;
use super::entries::Entries;
use super::error::DatasetError;
use super::names::IdIndex;
use super::names::Names;
use super::source::Source;
use super::table::Separator;
use super::table::Table;

/// `R42`, `R000042` and `R000042.jpg` are one picture; other names stay as they are.
pub fn canonical_id(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut chars = stem.chars();
    let letter = chars.next().filter(|first| first.is_ascii_alphabetic());
    let number = chars.as_str();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match letter {
        Some(letter) if is_number => {
            let digits = number.trim_start_matches('0');
            format!("{letter}{digits:0>6}")
        }
        _ => stem.to_owned(),
    }
}

/// The pictures of a part by their canonical ids; two with one id are an error.
pub(super) fn ids(source: &Source, entries: &Entries) -> Result<IdIndex, DatasetError> {
    let mut ids = Names::default();
    for name in entries.names.iter() {
        ids.push(&canonical_id(file_name(name)));
    }
    IdIndex::new(ids).map_err(|idx| {
        let name = entries.names.get(idx);
        DatasetError::DuplicateId {
            id: canonical_id(file_name(name)),
            path: source.shown(name),
        }
    })
}

/// The (query, reference) pairs, by the numbers of the pictures.
pub(super) fn read(
    source: &Source,
    name: &str,
    queries: &IdIndex,
    references: &IdIndex,
) -> Result<Vec<(u32, u32)>, DatasetError> {
    let table = Table::read(source, name, Separator::Comma)?;
    let mut pairs = Vec::new();
    let mut seen = BTreeSet::new();
    for (idx, row) in table.rows.iter().enumerate() {
        let refuse = |problem: String| table.refuse(row.line, problem);
        let [query, reference] = table.fields(row)?;
        if idx == 0 && query == "query_id" {
            continue;
        }
        let Some(query_number) = queries.find(&canonical_id(query)) else {
            return Err(refuse(format!("there is no query picture {query:?}")));
        };
        if reference.is_empty() {
            continue;
        }
        let Some(reference_number) = references.find(&canonical_id(reference)) else {
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
        return Err(DatasetError::NoCopies { path: table.path });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_by_their_number() {
        for (name, id) in [
            ("Q42.jpg", "Q000042"),
            ("Q00042", "Q000042"),
            ("R000000.png", "R000000"),
            ("R1234567.jpg", "R1234567"),
            ("holiday.2019.jpg", "holiday.2019"),
            ("Q", "Q"),
        ] {
            assert_eq!(canonical_id(name), id);
        }
    }
}

//! How well each kind of edit is seen through, where the data set says how its queries were made.
//!
//! A table holds the query, its original, the number of edits and the edits in order, separated by `;`,
//! each a name that may be followed by its parameters in parentheses.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::data::datasets::Dataset;
use crate::data::datasets::IdIndex;
use crate::data::datasets::Names;
use crate::data::datasets::Separator;
use crate::data::datasets::Split;
use crate::data::datasets::Table;
use crate::data::datasets::canonical_id;
use crate::eval::error::EvalError;
use crate::eval::metrics::Ranking;
use crate::eval::report::EditShare;

/// The table of DISC21 and what is laid out like it.
pub(super) const OF_QUERIES: &str = "queries_ops.csv";
/// The table of the strong edits of Copydays.
pub(super) const OF_STRONG: &str = "strong_ops.csv";

/// Share of the copies with each edit whose original is the first result; nothing without the table.
pub(super) fn recall_per_edit(
    data: &Dataset,
    table: &str,
    queries: &Split,
    ranking: &Ranking,
) -> Result<Vec<EditShare>, EvalError> {
    let source = data.source();
    if !source.has_file(table) {
        return Ok(Vec::new());
    }
    let mut ids = Names::default();
    for name in queries.entries.names.iter() {
        ids.push(&canonical_id(name.rsplit('/').next().unwrap_or(name)));
    }
    // The layout has refused ids that are there twice.
    let ids = IdIndex::new(ids).unwrap_or_default();
    let found = found_first(ranking);
    let copies: BTreeSet<u32> = ranking.truth().iter().map(|(query, _)| *query).collect();
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let table = Table::read(source, table, Separator::Comma)?;
    for row in table.rows.iter().skip(1) {
        let [query, _, _, ops] = table.fields(row)?;
        let number = ids.find(&canonical_id(query));
        let Some(number) = number.filter(|number| copies.contains(number)) else {
            continue;
        };
        for name in edit_names(ops) {
            let (n_found, n_copies) = counts.entry(name.to_owned()).or_default();
            *n_found += u32::from(found.contains(&number));
            *n_copies += 1;
        }
    }
    let share = |(name, (n_found, n_copies))| EditShare {
        name,
        found: n_found as f32 / n_copies as f32,
        n_copies,
    };
    Ok(counts.into_iter().map(share).collect())
}

/// The queries whose first result is right.
fn found_first(ranking: &Ranking) -> BTreeSet<u32> {
    let mut seen = BTreeSet::new();
    let first = ranking
        .judged()
        .filter(|(found, _)| seen.insert(found.query));
    first
        .filter(|(_, is_right)| *is_right)
        .map(|(found, _)| found.query)
        .collect()
}

/// The names of the edits of one query, each once.
fn edit_names(ops: &str) -> BTreeSet<&str> {
    let name = |op: &'_ str| op.find('(').unwrap_or(op.len());
    ops.split(';')
        .map(|op| op[..name(op)].trim())
        .filter(|name| !name.is_empty())
        .collect()
}

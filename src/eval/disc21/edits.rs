//! How well each kind of edit is seen through, where the data set says how its queries were made.
//!
//! `queries_ops.csv` holds `query_id,reference_id,n_ops,ops`; `ops` lists the edits in order,
//! separated by `;`, each a name that may be followed by its parameters in parentheses.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::layout::Disc21;
use crate::data::datasets::Separator;
use crate::data::datasets::Table;
use crate::eval::error::EvalError;
use crate::eval::metrics::Ranking;

const TABLE: &str = "queries_ops.csv";

/// Share of the copies with each edit whose original is the first result, by the edit's name.
pub(super) fn recall_per_edit(
    data: &Disc21,
    ranking: &Ranking,
) -> Result<Vec<(String, f32)>, EvalError> {
    let source = data.data.source();
    if !source.has_file(TABLE) {
        return Ok(Vec::new());
    }
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (prediction, is_correct) in ranking.judged() {
        if seen.insert(prediction.query) && is_correct {
            found.insert(prediction.query);
        }
    }
    let copies: BTreeSet<u32> = data.pairs.iter().map(|(query, _)| *query).collect();
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let table = Table::read(source, TABLE, Separator::Comma)?;
    for row in table.rows.iter().skip(1) {
        let [query, _, _, ops] = table.fields(row)?;
        let number = data.query_number(query);
        let Some(number) = number.filter(|number| copies.contains(number)) else {
            continue;
        };
        for name in edit_names(ops) {
            let (n_found, n_copies) = counts.entry(name.to_owned()).or_default();
            *n_found += u32::from(found.contains(&number));
            *n_copies += 1;
        }
    }
    let share = |(name, (n_found, n_copies))| (name, n_found as f32 / n_copies as f32);
    Ok(counts.into_iter().map(share).collect())
}

/// The names of the edits of one query, each once.
fn edit_names(ops: &str) -> BTreeSet<&str> {
    let name = |op: &'_ str| op.find('(').unwrap_or(op.len());
    ops.split(';')
        .map(|op| op[..name(op)].trim())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::layout::tests::data_set;
    use super::super::layout::tests::write;
    use super::*;
    use crate::eval::metrics::Prediction;
    use crate::monitor::Monitor;

    #[test]
    fn counts_each_edit_over_the_copies_that_have_it() {
        let folder = data_set("Q00000,R000000\nQ00001,R000001\nQ00002,\n");
        let table = "query_id,reference_id,n_ops,ops\n\
                     Q00000,R000000,2,crop(area=0.5);hflip\n\
                     Q00001,R000001,2,hflip;hflip\n\
                     Q00002,,1,blur(sigma=2)\n";
        write(&folder.path().join(TABLE), table.as_bytes());
        let data = Disc21::open(folder.path(), &Monitor::silent()).unwrap();
        let prediction = |query, reference| Prediction {
            query,
            reference,
            similarity: 0.5,
        };
        let predictions = vec![prediction(0, 0), prediction(1, 0), prediction(2, 0)];
        let ranking = Ranking::new(predictions, data.pairs.iter().copied().collect()).unwrap();
        let expected = [(String::from("crop"), 1.0), (String::from("hflip"), 0.5)];
        assert_eq!(recall_per_edit(&data, &ranking).unwrap(), expected);
    }
}

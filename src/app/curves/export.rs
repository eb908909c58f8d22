//! Curves as a table for other programs.

use std::collections::BTreeSet;

use crate::distill::RunPoint;

/// All values of all runs as CSV: one row per point, one column per key; a value that a point
/// does not have is left empty.
pub fn curves_csv(runs: &[(&str, &[RunPoint])]) -> Vec<u8> {
    let keys: BTreeSet<&str> = runs
        .iter()
        .flat_map(|(_, points)| points.iter())
        .flat_map(|point| point.values.keys().map(String::as_str))
        .collect();
    let mut text = String::from("run,step,epoch,seconds,pictures");
    for key in &keys {
        text.push(',');
        text.push_str(&cell(key));
    }
    text.push('\n');
    for (name, points) in runs {
        for point in *points {
            push_row(&mut text, name, point, &keys);
        }
    }
    text.into_bytes()
}

fn push_row(text: &mut String, name: &str, point: &RunPoint, keys: &BTreeSet<&str>) {
    let RunPoint {
        step,
        epoch,
        seconds,
        pictures,
        values,
    } = point;
    text.extend([format!(
        "{},{step},{epoch},{seconds},{pictures}",
        cell(name)
    )]);
    for key in keys {
        text.push(',');
        if let Some(value) = values.get(*key) {
            text.push_str(&value.to_string());
        }
    }
    text.push('\n');
}

/// Quotes a cell where a comma, a quote or a line break would split it.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_a_column_and_names_with_commas_stay_whole() {
        let with = |step, key: &str, value| RunPoint {
            step,
            epoch: 0.5,
            seconds: 2.0,
            pictures: 16,
            values: [(key.to_owned(), value)].into(),
        };
        let first = [with(1, "loss", 0.25)];
        let second = [with(2, "quality/recall", 0.5)];
        let bytes = curves_csv(&[("Cats, dogs", &first), ("b", &second)]);
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "run,step,epoch,seconds,pictures,loss,quality/recall\n\
             \"Cats, dogs\",1,0.5,2,16,0.25,\n\
             b,2,0.5,2,16,,0.5\n"
        );
    }
}

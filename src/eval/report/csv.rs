//! Reports as a table for spreadsheets.

use super::Report;

/// Every figure, edit and curve point of all reports: one line each.
///
/// Columns: model, data, protocol, date, kind (`figure`, `edit`, `curve`), name, value, and for curves
/// recall, precision and similarity.
pub fn figures_csv(reports: &[&Report]) -> Vec<u8> {
    let mut text =
        String::from("model,data,protocol,date,kind,name,value,recall,precision,similarity\n");
    for report in reports {
        let start = [
            report.model.name.as_str(),
            &report.data.path.to_string_lossy(),
            &report.protocol,
            &report.date(),
        ]
        .map(cell)
        .join(",");
        for figure in &report.findings.figures {
            text.extend([format!(
                "{start},figure,{},{},,,\n",
                cell(&figure.id),
                figure.value
            )]);
        }
        for edit in &report.findings.per_edit {
            text.extend([format!(
                "{start},edit,{},{},,,\n",
                cell(&edit.name),
                edit.found
            )]);
        }
        for curve in &report.findings.curves {
            for point in &curve.points {
                text.extend([format!(
                    "{start},curve,{},,{},{},{}\n",
                    cell(&curve.name),
                    point.recall,
                    point.precision,
                    point.similarity
                )]);
            }
        }
    }
    text.into_bytes()
}

/// Quotes a cell where a comma, a quote or a line break would split it. What a spreadsheet would take
/// for a formula gets an apostrophe in front.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn every_line_has_ten_cells_whatever_the_names() {
        let mut report = example("a", 0.5);
        report.model.name = "=1+1, \"x\"".to_owned();
        let table = figures_csv(&[&report]);
        let mut reader = csv::Reader::from_reader(table.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2 + 1 + 3);
        assert!(rows.iter().all(|row| row.len() == 10));
        assert_eq!(&rows[0][0], "'=1+1, \"x\"");
        assert_eq!((&rows[0][5], &rows[0][6]), ("micro-ap", "0.5"));
        assert_eq!(&rows[3][7], "0.1");
    }
}

//! Judged pairs as the table that training reads.

use std::path::Path;

/// CSV with the header `a,b,copy`; paths that are no text are left out.
pub fn to_csv<'a>(pairs: impl IntoIterator<Item = ([&'a Path; 2], bool)>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = pairs.into_iter().filter_map(|([a, b], is_copy)| {
        let answer = if is_copy { "yes" } else { "no" };
        Some([a.to_str()?, b.to_str()?, answer])
    });
    let in_memory = "writing to memory does not fail";
    writer.write_record(["a", "b", "copy"]).expect(in_memory);
    for row in rows {
        writer.write_record(row).expect(in_memory);
    }
    writer.into_inner().expect(in_memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_quotes_in_names_survive() {
        let pair = [Path::new("/a, \"b\".jpg"), Path::new("/c.jpg")];
        let bytes = to_csv([(pair, true), ([pair[1], pair[0]], false)]);
        let mut reader = csv::Reader::from_reader(&*bytes);
        let rows: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
        assert_eq!(
            rows[0].iter().collect::<Vec<_>>(),
            ["/a, \"b\".jpg", "/c.jpg", "yes"]
        );
        assert_eq!(&rows[1][2], "no");
    }
}

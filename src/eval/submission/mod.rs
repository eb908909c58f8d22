//! Files for the Image Similarity Challenge: predictions as CSV, descriptors as HDF5.
//!
//! CSV (matching track): `query_id,reference_id,score`, higher is more similar. HDF5 (descriptor
//! track): `query` f32 `[nq, d]`, `reference` f32 `[nr, d]`, `query_ids` and `reference_ids` as words
//! of fixed length, rows in the order of the ids. Where they are saved is up to the caller; a buffer
//! around the file makes it faster. Source: `facebookresearch/isc2021: docs, isc/io.py`.

mod hdf5;

use std::io::Write;

use self::hdf5::Content;
use super::metrics::Prediction;
use super::search::Descriptors;

/// Writes predictions, one on each line. `query_ids` and `reference_ids` name the rows.
pub fn write_csv(
    file: &mut impl Write,
    predictions: &[Prediction],
    query_ids: &[String],
    reference_ids: &[String],
) -> std::io::Result<()> {
    writeln!(file, "query_id,reference_id,score")?;
    for prediction in predictions {
        let query = &query_ids[prediction.query as usize];
        let reference = &reference_ids[prediction.reference as usize];
        writeln!(file, "{query},{reference},{}", prediction.similarity)?;
    }
    Ok(())
}

/// Writes descriptors. Each side comes with an id for each row.
pub fn write_hdf5(
    file: &mut impl Write,
    queries: (&Descriptors, &[String]),
    references: (&Descriptors, &[String]),
) -> std::io::Result<()> {
    let contents = [
        ("query", Content::Rows(queries.0)),
        ("query_ids", Content::Words(queries.1)),
        ("reference", Content::Rows(references.0)),
        ("reference_ids", Content::Words(references.1)),
    ];
    hdf5::write(file, &contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_file_is_the_one_that_h5py_reads() {
        // tests/reference/submission.py reads the golden file with h5py and says what is in it.
        let queries = Descriptors::from_rows([[1.0_f32, 2.0].as_slice(), &[3.0, 4.5]]);
        let references =
            Descriptors::from_rows([[1.0_f32, 2.0].as_slice(), &[3.0, 4.5], &[-1e-20, 7.0]]);
        let mut file = Vec::new();
        write_hdf5(
            &mut file,
            (&queries, &words(&["Q00000", "Q00001"])),
            (&references, &words(&["R000000", "R000001", "R000002"])),
        )
        .unwrap();
        let golden = include_bytes!("../../../tests/reference/golden/submission.h5");
        assert!(file == golden);
    }

    #[test]
    fn predictions_are_lines_below_a_header() {
        let mut file = Vec::new();
        let prediction = Prediction {
            query: 1,
            reference: 0,
            similarity: 0.25,
        };
        let (queries, references) = (words(&["Q00000", "Q00001"]), words(&["R000000"]));
        write_csv(&mut file, &[prediction], &queries, &references).unwrap();
        let text = String::from_utf8(file).unwrap();
        assert_eq!(text, "query_id,reference_id,score\nQ00001,R000000,0.25\n");
    }
}

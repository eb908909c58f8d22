//! CIFAR-10 as its author published it (Krizhevsky 2009): Python's batches or binary ones. Folders of
//! PNG files are read as folders of classes.
//!
//! Pictures stay where they are: an entry says where its 3072 bytes lie in a batch.

use super::LayoutSpec;
use super::checklist::has_needed;
use super::checklist::needed;
use super::checklist::optional;
use super::dataset::Dataset;
use super::dataset::Role;
use super::dataset::Split;
use super::entries::Entries;
use super::entries::Form;
use super::entries::Piece;
use super::error::DatasetError;
use super::numpy::NumpyPickle;
use super::source::Block;
use super::source::Source;
use crate::monitor::Monitor;

/// In the order of their numbers.
const CLASSES: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];
/// 3 planes of 32 x 32.
const PICTURE_BYTES: u64 = 3072;
const HELP: &str = "60,000 pictures of 32 x 32 pixels in 10 classes, 10,000 of them to measure on.";
const ORIGIN: &str = "Alex Krizhevsky's page at the University of Toronto, 163 MB.";

pub(super) const PYTHON: LayoutSpec = LayoutSpec {
    id: "cifar10-python",
    label: "CIFAR-10 (Python)",
    help: HELP,
    origin: ORIGIN,
    parts: &[
        needed("data_batch_1", "the first training batch").telling(),
        needed("data_batch_2", "the second training batch").telling(),
        needed("data_batch_3", "the third training batch").telling(),
        needed("data_batch_4", "the fourth training batch").telling(),
        needed("data_batch_5", "the fifth training batch").telling(),
        needed("test_batch", "the batch to measure on"),
        optional("batches.meta", "the names of the classes"),
    ],
    recognize: |source| has_needed(PYTHON.parts, source),
    list: |source, monitor| list(source, "", python_batch, monitor),
};

pub(super) const BINARY: LayoutSpec = LayoutSpec {
    id: "cifar10-binary",
    label: "CIFAR-10 (binary)",
    help: HELP,
    origin: ORIGIN,
    parts: &[
        needed("data_batch_1.bin", "the first training batch").telling(),
        needed("data_batch_2.bin", "the second training batch").telling(),
        needed("data_batch_3.bin", "the third training batch").telling(),
        needed("data_batch_4.bin", "the fourth training batch").telling(),
        needed("data_batch_5.bin", "the fifth training batch").telling(),
        needed("test_batch.bin", "the batch to measure on"),
        optional("batches.meta.txt", "the names of the classes"),
    ],
    recognize: |source| has_needed(BINARY.parts, source),
    list: |source, monitor| list(source, ".bin", binary_batch, monitor),
};

/// Where the pictures of a batch lie, and their classes.
struct Batch {
    block: Block,
    starts: Vec<u64>,
    labels: Vec<u32>,
}

fn list(
    source: &Source,
    ending: &str,
    read: fn(&Source, &str) -> Result<Batch, DatasetError>,
    monitor: &Monitor,
) -> Result<Dataset, DatasetError> {
    let mut train = new_entries();
    for number in 1..=5 {
        monitor.check()?;
        let name = format!("data_batch_{number}{ending}");
        add(&mut train, &name, read(source, &name)?);
    }
    let mut held_out = new_entries();
    let name = format!("test_batch{ending}");
    add(&mut held_out, &name, read(source, &name)?);
    let splits = vec![
        Split::new(Role::Train, "", train),
        Split::new(Role::HeldOut, "test", held_out),
    ];
    let classes = CLASSES.iter().map(|name| (*name).to_owned()).collect();
    Ok(Dataset::new(source, splits, classes))
}

fn new_entries() -> Entries {
    Entries {
        form: Some(Form::Planes),
        ..Entries::default()
    }
}

fn add(entries: &mut Entries, name: &str, batch: Batch) {
    let block = entries.blocks.len() as u16;
    entries.blocks.push(batch.block);
    for (idx, start) in batch.starts.into_iter().enumerate() {
        entries.names.push(&format!("{name}/{idx:05}"));
        entries.pieces.push(Piece {
            block,
            start,
            n_bytes: PICTURE_BYTES as u32,
        });
    }
    entries.labels.extend(batch.labels);
}

/// A pickled dict with `data`, an array of bytes `[n, 3072]`, and `labels`.
fn python_batch(source: &Source, name: &str) -> Result<Batch, DatasetError> {
    let damaged = |problem: &str| DatasetError::Damaged {
        problem: problem.to_owned(),
        path: source.shown(name),
    };
    let pickle = NumpyPickle::open(source, name)?;
    let data = pickle.entry(pickle.root, "data");
    let array = data.and_then(|data| pickle.array(data));
    let array = array.ok_or_else(|| damaged("it has no array called data"))?;
    let span = array.byte_rows();
    let span = span.filter(|_| array.shape.get(1) == Some(&PICTURE_BYTES));
    let span = span.ok_or_else(|| damaged("its pictures are not rows of 3072 bytes"))?;
    let labels = pickle.entry(pickle.root, "labels");
    let labels = labels.and_then(|labels| pickle.integers(labels));
    let labels = labels.ok_or_else(|| damaged("it has no list called labels"))?;
    if labels.len() as u64 != array.shape[0] {
        return Err(damaged("it has not one label for each picture"));
    }
    let label = |label: &i64| u32::try_from(*label).ok().filter(|label| *label < 10);
    let labels: Option<Vec<u32>> = labels.iter().map(label).collect();
    Ok(Batch {
        block: pickle.block,
        starts: (0..array.shape[0])
            .map(|row| span.start + row * PICTURE_BYTES)
            .collect(),
        labels: labels.ok_or_else(|| damaged("a label is not between 0 and 9"))?,
    })
}

/// Records of a byte for the class and 3072 for the picture.
fn binary_batch(source: &Source, name: &str) -> Result<Batch, DatasetError> {
    let path = source.shown(name);
    let block = source.block(name)?;
    let record = PICTURE_BYTES + 1;
    if block.n_bytes == 0 || block.n_bytes % record != 0 {
        let n_bytes = block.n_bytes;
        return Err(DatasetError::Damaged {
            problem: format!("its {n_bytes} bytes are no whole number of pictures"),
            path,
        });
    }
    let bytes = block.read(0, block.n_bytes);
    let bytes = bytes.map_err(|source| DatasetError::ReadFile {
        path: path.clone(),
        source,
    })?;
    let mut labels = Vec::new();
    for (idx, record) in bytes.chunks_exact(record as usize).enumerate() {
        if record[0] > 9 {
            return Err(DatasetError::Damaged {
                problem: format!("the label of picture {idx} is {}, not 0 to 9", record[0]),
                path,
            });
        }
        labels.push(u32::from(record[0]));
    }
    Ok(Batch {
        starts: (0..labels.len() as u64)
            .map(|row| row * record + 1)
            .collect(),
        block,
        labels,
    })
}

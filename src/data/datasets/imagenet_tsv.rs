//! ImageNet as lines of text, the format of SEED (`jacobswan1/SEED`: tools/tsv_io.py).
//!
//! Column 0 is a key, column 1 the class as a number, the last one base64 of the picture file.
//! `train.lineidx` beside `train.tsv` has the byte at which each line starts. An index that is missing
//! or does not fit is not trusted: then the lines are found by reading the whole file once.

use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;

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
use super::source::Block;
use super::source::Source;
use crate::monitor::Monitor;
use crate::monitor::Progress;

const HELD_OUT: [&str; 2] = ["val", "test"];
/// Key and class are in front of the picture and short.
const HEAD_BYTES: u64 = 512;
/// Longest line: 1 GiB of base64 is no picture.
const MAX_LINE_BYTES: u64 = 1 << 30;
/// Lines between two looks at the monitor.
const LINES_PER_CHECK: usize = 4096;

pub(super) const SPEC: LayoutSpec = LayoutSpec {
    id: "imagenet-tsv",
    label: "Pictures in TSV files",
    help: "train.tsv and val.tsv or test.tsv with a key, a class and a picture in each line, as \
           SEED reads ImageNet.",
    origin: "Made from ImageNet with SEED's tools.",
    parts: &[
        needed("train.tsv", "the training pictures").telling(),
        optional("train.lineidx", "the starts of its lines"),
        optional("val.tsv|test.tsv", "the pictures to measure on"),
        optional("val.lineidx|test.lineidx", "the starts of its lines"),
    ],
    recognize: |source| has_needed(SPEC.parts, source),
    list,
};

fn list(source: &Source, monitor: &Monitor) -> Result<Dataset, DatasetError> {
    let mut splits = vec![Split::new(
        Role::Train,
        "",
        entries(source, "train", monitor)?,
    )];
    for stem in HELD_OUT {
        if source.has_file(&format!("{stem}.tsv")) {
            let held_out = entries(source, stem, monitor)?;
            splits.push(Split::new(Role::HeldOut, stem, held_out));
        }
    }
    let labels = splits.iter().flat_map(|split| &split.entries.labels);
    let n_classes = labels.max().map_or(0, |last| last + 1);
    let classes = (0..n_classes).map(|class| class.to_string()).collect();
    Ok(Dataset::new(source, splits, classes))
}

fn entries(source: &Source, stem: &str, monitor: &Monitor) -> Result<Entries, DatasetError> {
    let name = format!("{stem}.tsv");
    let path = source.shown(&name);
    let block = source.block(&name)?;
    let fail = |source| DatasetError::ReadFile {
        path: path.clone(),
        source,
    };
    let starts = match indexed(source, stem, &block)? {
        Some(starts) => starts,
        None => counted(&block, monitor)?.map_err(fail)?,
    };
    let mut entries = Entries {
        form: Some(Form::Line),
        ..Entries::default()
    };
    let mut file = File::open(&block.path).map_err(fail)?;
    let mut head = Vec::new();
    for (idx, &start) in starts.iter().enumerate() {
        if idx % LINES_PER_CHECK == 0 {
            monitor.check()?;
            report(
                "Reading classes",
                idx as u64,
                Some(starts.len() as u64),
                monitor,
            );
        }
        let refuse = |problem: &str| DatasetError::Table {
            line: idx as u64 + 1,
            problem: problem.to_owned(),
            path: path.clone(),
        };
        let end = starts.get(idx + 1).copied().unwrap_or(block.n_bytes);
        let n_bytes = end.saturating_sub(start);
        if n_bytes == 0 || n_bytes > MAX_LINE_BYTES {
            return Err(refuse("the line is empty or far too long"));
        }
        head.clear();
        // The byte before tells whether the index points to the start of a line.
        let before = u64::from(start > 0);
        file.seek(SeekFrom::Start(block.start + start - before))
            .map_err(fail)?;
        let length = n_bytes.min(HEAD_BYTES) + before;
        (&file).take(length).read_to_end(&mut head).map_err(fail)?;
        if before == 1 && head.first() != Some(&b'\n') {
            return Err(refuse(
                "train.lineidx does not point to the start of a line",
            ));
        }
        let (key, label) = key_and_class(&head[before as usize..])
            .ok_or_else(|| refuse("there is no key, class and picture"))?;
        entries.names.push(&format!("{name}/{key}"));
        entries.labels.push(label);
        entries.pieces.push(Piece {
            block: 0,
            start,
            n_bytes: n_bytes as u32,
        });
    }
    entries.blocks.push(block);
    Ok(entries)
}

fn key_and_class(head: &[u8]) -> Option<(String, u32)> {
    let mut columns = head.split(|byte| *byte == b'\t');
    let key = String::from_utf8_lossy(columns.next()?).trim().to_owned();
    let label = std::str::from_utf8(columns.next()?).ok()?.trim();
    columns.next()?;
    Some((key, label.parse().ok()?))
}

/// The starts of lines that `lineidx` lists; `None` when there is no list or it is of another file.
fn indexed(source: &Source, stem: &str, block: &Block) -> Result<Option<Vec<u64>>, DatasetError> {
    let name = format!("{stem}.lineidx");
    if !source.has_file(&name) {
        return Ok(None);
    }
    let text = source.read(&name)?;
    let mut starts = Vec::new();
    for (idx, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let start: Option<u64> = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.parse().ok());
        let is_next = |start: &u64| {
            let last = starts.last();
            *start < block.n_bytes && last.map_or(*start == 0, |last| last < start)
        };
        let Some(start) = start.filter(is_next) else {
            return Err(DatasetError::Table {
                line: idx as u64 + 1,
                problem: "this is not where a line of the TSV file can start; delete the index to \
                          have the lines counted"
                    .to_owned(),
                path: source.shown(&name),
            });
        };
        starts.push(start);
    }
    Ok(Some(starts))
}

/// The starts of all lines, found by reading everything.
fn counted(block: &Block, monitor: &Monitor) -> Result<std::io::Result<Vec<u64>>, DatasetError> {
    let open = || -> std::io::Result<_> {
        let mut file = File::open(&block.path)?;
        file.seek(SeekFrom::Start(block.start))?;
        Ok(BufReader::with_capacity(1 << 20, file.take(block.n_bytes)))
    };
    let mut reader = match open() {
        Ok(reader) => reader,
        Err(err) => return Ok(Err(err)),
    };
    let (mut starts, mut at) = (vec![0], 0);
    loop {
        monitor.check()?;
        report("Looking for lines", at, Some(block.n_bytes), monitor);
        let bytes = match reader.fill_buf() {
            Ok(bytes) => bytes,
            Err(err) => return Ok(Err(err)),
        };
        if bytes.is_empty() {
            break;
        }
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        starts.extend(ends.map(|(idx, _)| at + idx as u64 + 1));
        let n_bytes = bytes.len();
        at += n_bytes as u64;
        reader.consume(n_bytes);
    }
    // The end of the last line starts no line.
    starts.retain(|start| *start < block.n_bytes);
    Ok(Ok(starts))
}

fn report(stage: &'static str, n_done: u64, n_total: Option<u64>, monitor: &Monitor) {
    monitor.report(Progress {
        stage,
        n_done,
        n_total,
    });
}

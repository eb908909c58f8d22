//! Turning the tail into a segment, in the background.

use std::sync::Arc;

use super::error::IndexError;
use super::graph::Graph;
use super::graph::Rows;
use super::library::Library;
use super::matrix::Matrix;
use super::model::ModelState;
use super::model::serial_of;
use super::model::serials_of;
use super::segment::RowKey;
use super::segment::Segment;
use super::view::DEAD;
use super::view::LiveSegment;
use super::view::View;
use super::view::same_numbers;
use crate::monitor::Monitor;
use crate::persist::PersistError;

/// A tail of fewer rows is searched faster by looking at all of it than by any graph.
pub const SEGMENT_ROWS: usize = 50_000;

impl Library {
    /// Builds a graph over the newer pictures if there are enough; says whether it did.
    ///
    /// Searching and writing go on meanwhile. A stop leaves everything as it was.
    pub fn merge_segments(&self, model: &str, monitor: &Monitor) -> Result<bool, IndexError> {
        self.merge_segments_above(model, SEGMENT_ROWS, monitor)
    }

    /// Like [`merge_segments`](Self::merge_segments) for a tail of at least `n_rows`.
    pub fn merge_segments_above(
        &self,
        model: &str,
        n_rows: usize,
        monitor: &Monitor,
    ) -> Result<bool, IndexError> {
        let Some(state) = self.model(model)? else {
            return Ok(false);
        };
        let Some(_merging) = state.merging.try_lock() else {
            return Ok(false);
        };
        let (view, serials) = {
            let _writer = self.writer.lock();
            let serials = self.store.read(|txn| serials_of(txn, state.key.number))?;
            (state.view(), serials)
        };
        let n_tail = view.n_tail();
        if n_tail == 0 || n_tail < n_rows {
            return Ok(false);
        }
        let Gathered {
            keys,
            matrix,
            members,
        } = gather(&view, n_tail, &serials, state.key.dims);
        drop(view);
        let rows = Rows::new(matrix);
        let graph = Graph::build(&rows, members, monitor)?;
        monitor.check()?;
        let segment = save(&state, &keys, &rows, &graph)?;
        let _writer = self.writer.lock();
        let serials = self.store.read(|txn| serials_of(txn, state.key.number))?;
        state.install(segment, &serials);
        state.files.remove_all_but(&state.view().segment_numbers());
        Ok(true)
    }
}

/// The rows of a new segment.
struct Gathered {
    keys: Vec<RowKey>,
    matrix: Matrix,
    /// Rows for the graph: the first of each run of equal ones. More than a few dozen equal points
    /// would link to each other only, and nothing would lead there.
    members: Vec<u32>,
}

fn gather(view: &View, n_tail: usize, serials: &[(u64, u64)], dims: usize) -> Gathered {
    let absorbed = view
        .segments
        .iter()
        .filter(|live| is_absorbed(live, n_tail));
    let old = absorbed.flat_map(|live| {
        let rows = live.segment.keys.iter().zip(live.dead.iter()).enumerate();
        let rows = rows.filter(|(_, (_, dead))| !**dead);
        rows.map(|(row, (key, _))| (key.id, live.segment.rows.matrix.row(row)))
    });
    let new = view.blocks.iter().flat_map(|block| {
        let rows = block.ids.iter().zip(block.numbers.chunks_exact(dims));
        rows.map(|(&id, numbers)| (id, numbers))
    });
    let all = old.chain(new).filter(|(id, _)| *id != DEAD);
    let keyed = all.filter_map(|(id, numbers)| {
        let serial = serial_of(serials, id)?;
        Some((RowKey { id, serial }, numbers))
    });
    let mut rows: Vec<(RowKey, &[f32])> = keyed.collect();
    rows.sort_unstable_by(|(a, a_numbers), (b, b_numbers)| {
        let a_bits = a_numbers.iter().map(|number| number.to_bits());
        let b_bits = b_numbers.iter().map(|number| number.to_bits());
        a_bits.cmp(b_bits).then(a.id.cmp(&b.id))
    });
    let is_first = |row: &usize| *row == 0 || !same_numbers(rows[*row - 1].1, rows[*row].1);
    let members = (0..rows.len()).filter(is_first).map(|row| row as u32);
    let members = members.collect();
    let mut numbers = Vec::with_capacity(rows.len() * dims);
    for (_, row) in &rows {
        numbers.extend_from_slice(row);
    }
    Gathered {
        keys: rows.iter().map(|(key, _)| *key).collect(),
        matrix: Matrix::owned(dims, numbers),
        members,
    }
}

/// Segments no larger than what is being added go into the new one, so that sizes grow by
/// doubling and segments stay few; so do those with many dead rows.
fn is_absorbed(live: &LiveSegment, n_tail: usize) -> bool {
    let n_rows = live.segment.keys.len();
    live.n_live <= n_tail || live.n_live * 4 < n_rows * 3
}

/// Writes the segment and opens the file, so that its rows are mapped instead of held in memory.
fn save(
    state: &ModelState,
    keys: &[RowKey],
    rows: &Arc<Rows>,
    graph: &Graph,
) -> Result<Segment, IndexError> {
    let on_disk = state.files.numbers().first().copied();
    let in_use = state.view().segment_numbers().into_iter().max();
    let number = on_disk.max(in_use).map_or(1, |number| number + 1);
    let path = state.files.path(number);
    Segment::save(&path, &state.owner, keys, rows, graph)?;
    Segment::load(&path, number, &state.owner).map_err(|err| {
        IndexError::Segment(PersistError::Read {
            path,
            source: std::io::Error::other(err),
        })
    })
}

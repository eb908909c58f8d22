//! The HNSW graph over the rows of one segment; the only file that knows `instant-distance`.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use instant_distance::Builder;
use instant_distance::Heuristic;
use instant_distance::Hnsw;
use instant_distance::Point;
use instant_distance::Search;
use parking_lot::Condvar;
use parking_lot::Mutex;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

use super::matrix::Matrix;
use super::matrix::dot;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;

/// Neighbors looked at per new point; with 64 recall@10 on 30 000 clustered 256-d rows was 1.0, as
/// with 100, in half the time.
const EF_CONSTRUCTION: usize = 64;
/// Candidates kept during a search, and the most rows one search can answer.
pub(super) const EF_SEARCH: usize = 160;
/// Links lead to different directions instead of filling up with near ones: on clustered 256-d rows
/// an eighth of the time to build, and a recall@10 that is not lower.
const DIVERSE: Heuristic = Heuristic {
    extend_candidates: false,
    keep_pruned: false,
};
/// Any fixed number: layers of a graph depend on it, and should not on the time of day.
const SEED: u64 = 0x636f_7079_6c65_6e73;

/// The rows a graph connects. The graph holds row numbers, the numbers live here once.
pub(super) struct Rows {
    pub matrix: Matrix,
    stop: AtomicBool,
}

impl Rows {
    pub(super) fn new(matrix: Matrix) -> Arc<Self> {
        Arc::new(Self {
            matrix,
            stop: AtomicBool::new(false),
        })
    }
}

/// One row; what `instant-distance` takes for a point.
#[derive(Clone)]
struct Handle {
    rows: Arc<Rows>,
    row: u32,
}

impl Handle {
    fn numbers(&self) -> &[f32] {
        self.rows.matrix.row(self.row as usize)
    }
}

impl Point for Handle {
    fn distance(&self, other: &Self) -> f32 {
        if self.rows.stop.load(Ordering::Relaxed) {
            // The builder knows no other way out; `build` catches it.
            resume_unwind(Box::new(Cancelled));
        }
        1.0 - dot(self.numbers(), other.numbers())
    }
}

/// Connects rows so that near ones are found without looking at all.
pub(super) struct Graph(Hnsw<Handle>);

impl Graph {
    /// Connects `members`, on threads of its own; meanwhile this thread serves the monitor.
    pub(super) fn build(
        rows: &Arc<Rows>,
        members: Vec<u32>,
        monitor: &Monitor,
    ) -> Result<Self, Cancelled> {
        let n_members = members.len() as u64;
        monitor.report(Progress {
            stage: "Preparing fast search",
            n_done: 0,
            n_total: Some(n_members),
        });
        let points = members.into_iter().map(|row| Handle {
            rows: rows.clone(),
            row,
        });
        let points: Vec<Handle> = points.collect();
        let built = while_serving(monitor, &rows.stop, || {
            let builder = Builder::default()
                .ef_construction(EF_CONSTRUCTION)
                .ef_search(EF_SEARCH)
                .select_heuristic(Some(DIVERSE))
                .seed(SEED);
            builder.build_hnsw(points).0
        })?;
        monitor.report(Progress {
            stage: "Preparing fast search",
            n_done: n_members,
            n_total: Some(n_members),
        });
        Ok(Self(built))
    }

    /// Rows near to a query, nearest first, at most [`EF_SEARCH`] of them.
    pub(super) fn near(&self, query: &[f32]) -> Vec<u32> {
        let matrix = Matrix::owned(query.len(), query.to_vec());
        let query = Handle {
            rows: Rows::new(matrix),
            row: 0,
        };
        let mut search = Search::default();
        let found = self.0.search(&query, &mut search);
        found.map(|item| item.point.row).collect()
    }

    /// The links as bytes, without the rows.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        rmp_serde::to_vec(&self.0)
    }

    /// The graph that [`to_bytes`](Self::to_bytes) wrote, over the same rows.
    pub(super) fn from_bytes(
        bytes: &[u8],
        rows: &Arc<Rows>,
    ) -> Result<Self, rmp_serde::decode::Error> {
        ROWS_BEING_READ.set(Some(rows.clone()));
        let graph = rmp_serde::from_slice(bytes);
        ROWS_BEING_READ.set(None);
        graph.map(Self)
    }
}

thread_local! {
    /// Deserialization of a row number has no other way to learn which rows are meant.
    static ROWS_BEING_READ: RefCell<Option<Arc<Rows>>> = const { RefCell::new(None) };
}

impl Serialize for Handle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.row.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Handle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let row = u32::deserialize(deserializer)?;
        let rows = ROWS_BEING_READ.with_borrow(Clone::clone);
        match rows {
            Some(rows) if (row as usize) < rows.matrix.n_rows() => Ok(Self { rows, row }),
            _ => Err(D::Error::custom("a link to a row that does not exist")),
        }
    }
}

/// Runs `work` beside this thread, which keeps answering the monitor and stops the work for it.
fn while_serving<T: Send>(
    monitor: &Monitor,
    stop: &AtomicBool,
    work: impl FnOnce() -> T + Send,
) -> Result<T, Cancelled> {
    let slot = Mutex::new(None);
    let ready = Condvar::new();
    // Not the shared pool: a search between two checks must not queue behind the build.
    let Ok(pool) = rayon::ThreadPoolBuilder::new()
        .thread_name(|index| format!("fast-search-{index}"))
        .build()
    else {
        monitor.check()?;
        return Ok(work());
    };
    let outcome = pool.in_place_scope(|scope| {
        scope.spawn(|_| {
            let result = catch_unwind(AssertUnwindSafe(work));
            *slot.lock() = Some(result);
            ready.notify_all();
        });
        loop {
            if monitor.check().is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            let mut result = slot.lock();
            if result.is_none() {
                ready.wait_for(&mut result, Duration::from_millis(20));
            }
            if let Some(result) = result.take() {
                return result;
            }
        }
    });
    match outcome {
        // A stop that came too late to interrupt the work still counts.
        _ if stop.load(Ordering::Relaxed) => Err(Cancelled),
        Ok(value) => Ok(value),
        Err(payload) => resume_unwind(payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(n: usize) -> Arc<Rows> {
        let angle = |i: usize| i as f32 / n as f32 * std::f32::consts::TAU;
        let numbers = (0..n).flat_map(|i| [angle(i).cos(), angle(i).sin()]);
        Rows::new(Matrix::owned(2, numbers.collect()))
    }

    #[test]
    fn the_nearest_rows_are_found_and_survive_the_round_trip() {
        let rows = circle(1000);
        let graph = Graph::build(&rows, (0..1000).collect(), &Monitor::silent()).unwrap();
        let near = graph.near(rows.matrix.row(500));
        assert_eq!(near[0], 500);
        let mut next = [near[1], near[2]];
        next.sort_unstable();
        assert_eq!(next, [499, 501]);
        let again = Graph::from_bytes(&graph.to_bytes().unwrap(), &rows).unwrap();
        assert_eq!(again.near(rows.matrix.row(500)), near);
    }

    #[test]
    fn bytes_that_make_no_sense_are_an_error() {
        let rows = circle(100);
        let graph = Graph::build(&rows, (0..100).collect(), &Monitor::silent()).unwrap();
        let bytes = graph.to_bytes().unwrap();
        assert!(Graph::from_bytes(&bytes[..bytes.len() / 2], &rows).is_err());
        assert!(Graph::from_bytes(&bytes, &circle(10)).is_err());
    }

    #[test]
    fn a_stop_during_the_build_ends_it() {
        let rows = circle(20_000);
        let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let seen = count.clone();
        let monitor = Arc::new_cyclic(|me: &std::sync::Weak<Monitor>| {
            let me = me.clone();
            Monitor::with_hook(
                || {},
                move || {
                    if seen.fetch_add(1, Ordering::Relaxed) == 1
                        && let Some(me) = me.upgrade()
                    {
                        me.request_stop();
                    }
                },
            )
        });
        assert!(Graph::build(&rows, (0..20_000).collect(), &monitor).is_err());
        assert!(count.load(Ordering::Relaxed) >= 2);
    }
}

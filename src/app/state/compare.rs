//! What the Compare sheet shows.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use crate::index::PictureId;
use crate::render::PairRenderer;
use crate::worker::CompareReport;
use crate::worker::Failure;
use crate::worker::JobId;

/// Two pictures being compared.
#[derive(Clone)]
pub struct CompareState {
    /// The match that is compared with the query.
    pub match_id: PictureId,
    /// Two files that are compared instead of a query and its match.
    pub files: Option<[PathBuf; 2]>,
    pub job: Option<JobId>,
    pub asked_at: Instant,
    pub outcome: Compared,
    /// The query shows a part of the match: then the match is the original, and side A.
    pub is_swapped: bool,
    /// What the comparison the other way round found, while the swapped one is under way.
    pub unswapped: Option<Arc<CompareReport>>,
    /// Id of the way of looking, a row of `render::OVERLAYS`.
    pub overlay: &'static str,
    /// The copy is laid onto the query.
    pub is_aligned: bool,
    /// Both pictures ready to be painted, aligned and not; made in the background.
    pub aligned: Option<Rc<PairRenderer>>,
    pub unaligned: Option<Rc<PairRenderer>>,
}

impl CompareState {
    /// What paints the pictures now, once it is there.
    pub fn pair(&self) -> Option<&Rc<PairRenderer>> {
        if self.is_aligned {
            self.aligned.as_ref()
        } else {
            self.unaligned.as_ref()
        }
    }

    pub fn report(&self) -> Option<&Arc<CompareReport>> {
        match &self.outcome {
            Compared::Done(report) => Some(report),
            Compared::Waiting | Compared::Failed(_) => None,
        }
    }
}

/// How far the comparison is.
#[derive(Clone)]
pub enum Compared {
    Waiting,
    Done(Arc<CompareReport>),
    Failed(Failure),
}

//! Searches a library for copies of one picture.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::source;
use super::views;
use crate::data;
use crate::index::Library;
use crate::index::PictureId;
use crate::matching;
use crate::matching::Thresholds;
use crate::models::Embedder;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::FindReport;
use crate::worker::request::JobResult;
use crate::worker::request::Match;
use crate::worker::request::Source;

/// Longer side of the query picture that is handed to the screen, pixels.
const QUERY_SIDE: u32 = 1024;

/// A turned view has to be this much better before it is preferred: a picture that looks the
/// same either way was not turned.
const TURN_MARGIN: f32 = 0.02;

pub(super) struct Find {
    pub(super) library: PathBuf,
    pub(super) query: Source,
    pub(super) model: Option<String>,
    pub(super) device: Option<String>,
    pub(super) top: usize,
}

impl Job for Find {
    fn title(&self) -> String {
        format!("Searching for {}", source::name(&self.query))
    }

    fn pace(&self) -> Pace {
        Pace::Quick
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let started = Instant::now();
        let library = context.existing_library(&self.library)?;
        let embedder = context.embedder(self.model.as_deref(), self.device.as_deref())?;
        let picture = source::read(&self.query)?;
        context.monitor.check()?;
        let planes = data::planes(&picture, embedder.preprocessing());
        let hash = match &self.query {
            Source::File(path) => data::content_hash(path).ok(),
            Source::Pixels { picture, .. } => Some(data::content_hash_of(&picture.rgb)),
        };
        let mut found = best_of_views(&library, &embedder, &planes, self.top)?;
        if let Some(hash) = hash {
            found.extend(missed_twins(&library, &found, &hash)?);
        }
        let mut matches = Vec::with_capacity(found.len());
        for hit in found {
            matches.extend(describe(&library, &hit, hash)?);
        }
        matches.sort_by(|a, b| {
            let by_file = b.same_file.cmp(&a.same_file);
            by_file.then(b.similarity.total_cmp(&a.similarity))
        });
        matches.truncate(self.top);
        let counts = library.counts(&embedder.info().id);
        Ok(JobResult::Find(FindReport {
            library: self.library,
            query: self.query,
            hash,
            picture: Arc::new(data::fit_within(&picture, QUERY_SIDE)),
            matches,
            searched: counts.searchable,
            total: counts.pictures,
            seconds: started.elapsed().as_secs_f64(),
        }))
    }
}

/// A picture of the library, and the view that is nearest to it.
struct BestView {
    id: PictureId,
    similarity: f32,
    view_idx: usize,
}

/// Searches with all views and keeps the best of each picture, best first, `top` of them.
fn best_of_views(
    library: &Library,
    embedder: &Embedder,
    planes: &[f32],
    top: usize,
) -> anyhow::Result<Vec<BestView>> {
    let side = embedder.preprocessing().size as usize;
    let descriptors = embedder.embed(&views::all_planes(planes, side));
    let mut best: BTreeMap<PictureId, BestView> = BTreeMap::new();
    for (view_idx, descriptor) in descriptors.iter().enumerate() {
        for hit in library.search(&embedder.info().id, descriptor, top)? {
            let found = BestView {
                id: hit.id,
                similarity: hit.similarity,
                view_idx,
            };
            best.entry(hit.id)
                .and_modify(|known| known.improve(&found))
                .or_insert(found);
        }
    }
    let mut best: Vec<BestView> = best.into_values().collect();
    best.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    best.truncate(top);
    Ok(best)
}

/// Files with the same bytes that the search did not bring up, for example because other
/// pictures are as alike.
fn missed_twins(
    library: &Library,
    found: &[BestView],
    hash: &[u8; 32],
) -> anyhow::Result<Vec<BestView>> {
    let twins = library.ids_with_hash(hash)?.into_iter();
    let missed = twins.filter(|id| found.iter().all(|hit| hit.id != *id));
    let as_hit = |id| BestView {
        id,
        similarity: 1.0,
        view_idx: 0,
    };
    Ok(missed.map(as_hit).collect())
}

impl BestView {
    fn improve(&mut self, other: &Self) {
        let margin = if self.view_idx == 0 { TURN_MARGIN } else { 0.0 };
        if other.similarity > self.similarity + margin {
            self.similarity = other.similarity;
            self.view_idx = other.view_idx;
        }
    }
}

/// What the screens show of a hit; `None` when the picture was removed meanwhile.
fn describe(
    library: &Library,
    hit: &BestView,
    query_hash: Option<[u8; 32]>,
) -> anyhow::Result<Option<Match>> {
    let Some(record) = library.picture(hit.id)? else {
        return Ok(None);
    };
    let same_file = query_hash == Some(record.hash);
    Ok(Some(Match {
        id: hit.id,
        path: record.path,
        hash: record.hash,
        similarity: hit.similarity,
        band: matching::band(hit.similarity, same_file, &Thresholds::default()),
        same_file,
        view: views::VIEWS[hit.view_idx].words,
        file_bytes: record.size,
        width: record.width,
        height: record.height,
        thumbnail: library.thumbnail(hit.id)?.map(Arc::new),
    }))
}

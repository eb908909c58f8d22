//! What the Find place shows: the library, the queries, and what was found for each.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::data::Picture;
use crate::index::PictureId;
use crate::index::Skipped;
use crate::matching;
use crate::matching::Band;
use crate::matching::Notch;
use crate::matching::Thresholds;
use crate::settings::Home;
use crate::settings::Settings;
use crate::verdicts::ContentHash;
use crate::verdicts::Judgement;
use crate::verdicts::Seen;
use crate::verdicts::Verdicts;
use crate::worker::Failure;
use crate::worker::FindReport;
use crate::worker::JobId;
use crate::worker::Match;
use crate::worker::Source;

/// Which library is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FindLibrary {
    /// The pictures a person added.
    #[default]
    Mine,
    /// The pictures Copylens draws itself.
    Demo,
}

impl FindLibrary {
    pub const ALL: [Self; 2] = [Self::Mine, Self::Demo];

    pub fn label(self) -> &'static str {
        match self {
            Self::Mine => "My pictures",
            Self::Demo => "Demo library",
        }
    }

    pub fn folder(self, home: &Home) -> PathBuf {
        match self {
            Self::Mine => home.default_library(),
            Self::Demo => home.demo_library(),
        }
    }
}

/// What is known about one library.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LibraryState {
    pub folder: PathBuf,
    /// Something was added to it before.
    pub exists: bool,
    /// The jobs that bring it up to date.
    pub indexing: Vec<JobId>,
    /// The job that puts it aside and begins a new one.
    pub rebuilding: Option<JobId>,
    /// Pictures that can be found, once it is known.
    pub searchable: Option<usize>,
    /// Files that could not be read.
    pub left_out: Vec<Skipped>,
    /// Pictures that are good to search with (demo library only).
    pub suggestions: Vec<PathBuf>,
}

/// Everything the Find place shows.
#[derive(Clone, Debug)]
pub struct FindState {
    pub library: FindLibrary,
    pub mine: LibraryState,
    pub demo: LibraryState,
    pub queries: Vec<Query>,
    pub selected_query: usize,
    /// Folders that were dropped; the page asks what to do with them.
    pub asking: Option<Vec<PathBuf>>,
    /// The demo was asked for: its first picture is searched with as soon as it is there.
    pub is_trying_demo: bool,
    /// How much of what was found is shown.
    pub notch: Notch,
    /// The similarities of the model at the normal notch.
    pub thresholds: Thresholds,
    /// What was said about pairs, now and before.
    pub verdicts: Verdicts,
    /// What was said since the start, to be taken back.
    pub judged: Vec<Judged>,
    /// Also show pairs that were marked as no copies.
    pub shows_hidden: bool,
    /// The match that is being compared; it keeps its place whatever is said about it.
    pub compared: Option<PictureId>,
}

/// One word about a pair, and the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub pictures: [Seen; 2],
    pub before: Option<Judgement>,
}

impl FindState {
    pub fn new(home: &Home, settings: &Settings) -> Self {
        let state = |library: FindLibrary| {
            let folder = library.folder(home);
            LibraryState {
                exists: folder.is_dir(),
                folder,
                ..LibraryState::default()
            }
        };
        let (mine, demo) = (state(FindLibrary::Mine), state(FindLibrary::Demo));
        let was_demo = settings.last_library.as_deref() == Some(&*demo.folder);
        let library = if was_demo && demo.exists {
            FindLibrary::Demo
        } else {
            FindLibrary::Mine
        };
        Self {
            library,
            mine,
            demo,
            queries: Vec::new(),
            selected_query: 0,
            asking: None,
            is_trying_demo: false,
            notch: Notch::default(),
            thresholds: Thresholds::default(),
            verdicts: Verdicts::default(),
            judged: Vec::new(),
            shows_hidden: false,
            compared: None,
        }
    }

    /// The library that is searched.
    pub fn current(&self) -> &LibraryState {
        self.library_state(self.library)
    }

    pub fn library_state(&self, library: FindLibrary) -> &LibraryState {
        match library {
            FindLibrary::Mine => &self.mine,
            FindLibrary::Demo => &self.demo,
        }
    }

    pub fn library_state_mut(&mut self, library: FindLibrary) -> &mut LibraryState {
        match library {
            FindLibrary::Mine => &mut self.mine,
            FindLibrary::Demo => &mut self.demo,
        }
    }

    /// The library that lives in this folder.
    pub fn at(&self, folder: &Path) -> Option<FindLibrary> {
        FindLibrary::ALL
            .into_iter()
            .find(|library| self.library_state(*library).folder == folder)
    }

    pub fn query(&self) -> Option<&Query> {
        self.queries.get(self.selected_query)
    }

    /// The matches of the selected query in the order they are on screen.
    pub fn shown_matches(&self) -> Vec<&Match> {
        let Some(found) = self.query().and_then(Query::found) else {
            return Vec::new();
        };
        let bands = self.bands(found, self.notch);
        bands.into_iter().flat_map(|(_, matches)| matches).collect()
    }

    /// What was found in bands, the surest first; empty bands are left out.
    pub fn bands<'a>(&self, found: &'a Found, notch: Notch) -> Vec<(Band, Vec<&'a Match>)> {
        let thresholds = notch.thresholds(&self.thresholds);
        let in_band = |wanted: Band| {
            let matches = found.matches.iter();
            let kept = matches.filter(|one| self.band(found, one, thresholds) == wanted);
            (wanted, kept.collect::<Vec<_>>())
        };
        [Band::SameFile, Band::Edited, Band::Maybe]
            .into_iter()
            .map(in_band)
            .filter(|(_, matches)| !matches.is_empty())
            .collect()
    }

    /// The band of a match: the word of a person comes before the similarity.
    fn band(&self, found: &Found, one: &Match, thresholds: Thresholds) -> Band {
        let alike = matching::band(one.similarity, one.same_file, &thresholds);
        let stays = self.shows_hidden || self.compared == Some(one.id);
        match self.judgement(found, one) {
            Some(Judgement::NotACopy) if !stays => Band::None,
            Some(Judgement::Copy) => Band::Edited,
            Some(Judgement::NotACopy) | None => alike,
        }
    }

    /// What a person said about the picture that was searched with and a match.
    pub fn judgement(&self, found: &Found, one: &Match) -> Option<Judgement> {
        if one.same_file {
            return None;
        }
        self.verdicts.get(&found.hash?, &one.hash)
    }

    /// How many matches a notch would show had they not been marked as no copies.
    pub fn n_marked(&self, found: &Found, notch: Notch) -> usize {
        let thresholds = notch.thresholds(&self.thresholds);
        let is_marked = |one: &&Match| {
            let band = matching::band(one.similarity, one.same_file, &thresholds);
            band != Band::None && self.judgement(found, one) == Some(Judgement::NotACopy)
        };
        found.matches.iter().filter(is_marked).count()
    }

    /// The match after this one on screen, or before it where it is the last.
    pub fn neighbor_of(&self, id: PictureId) -> Option<PictureId> {
        let shown = self.shown_matches();
        let at = shown.iter().position(|one| one.id == id)?;
        let next = shown.get(at + 1).or_else(|| shown.get(at.checked_sub(1)?));
        next.map(|one| one.id)
    }

    /// How many matches a notch shows.
    pub fn count(&self, found: &Found, notch: Notch) -> usize {
        let bands = self.bands(found, notch);
        bands.iter().map(|(_, matches)| matches.len()).sum()
    }
}

/// One picture that is searched with, and what was found.
#[derive(Clone, Debug)]
pub struct Query {
    pub source: Source,
    /// The search that is under way.
    pub job: Option<JobId>,
    /// There is something new to search.
    pub is_stale: bool,
    pub asked_at: Instant,
    pub answer: Answer,
    /// The match that has the selection, by picture.
    pub selected: Option<PictureId>,
}

impl Query {
    pub fn new(source: Source) -> Self {
        Self {
            source,
            job: None,
            is_stale: true,
            asked_at: Instant::now(),
            answer: Answer::Waiting,
            selected: None,
        }
    }

    /// The name of the picture, for people.
    pub fn name(&self) -> String {
        source_name(&self.source)
    }

    pub fn found(&self) -> Option<&Found> {
        match &self.answer {
            Answer::Found(found) => Some(found),
            Answer::Waiting | Answer::Failed(_) => None,
        }
    }
}

/// How far a search is.
#[derive(Clone, Debug)]
pub enum Answer {
    Waiting,
    Found(Found),
    Failed(Failure),
}

/// What a search found. Later searches add to it and move nothing.
#[derive(Clone, Debug)]
pub struct Found {
    /// Of the picture that was searched with.
    pub hash: Option<ContentHash>,
    pub picture: Arc<Picture>,
    pub matches: Vec<Match>,
    pub searched: usize,
    pub total: usize,
    pub seconds: f64,
}

impl Found {
    pub fn new(report: FindReport) -> Self {
        Self {
            hash: report.hash,
            picture: report.picture,
            matches: report.matches,
            searched: report.searched,
            total: report.total,
            seconds: report.seconds,
        }
    }

    /// Takes over a later answer to the same question: what is shown keeps its place, what is gone
    /// leaves, what is new comes last.
    pub fn refine(&mut self, report: FindReport) {
        let newer = Self::new(report);
        let mut fresh: BTreeMap<PictureId, Match> = BTreeMap::new();
        let mut order = Vec::new();
        for found in newer.matches {
            order.push(found.id);
            fresh.insert(found.id, found);
        }
        let kept = self.matches.iter().filter_map(|old| fresh.remove(&old.id));
        let mut matches: Vec<Match> = kept.collect();
        matches.extend(order.iter().filter_map(|id| fresh.remove(id)));
        *self = Self { matches, ..newer };
    }
}

/// The name of a picture without its folder.
pub fn source_name(source: &Source) -> String {
    match source {
        Source::File(path) => path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned(),
        Source::Pixels { name, .. } => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(id: u64, similarity: f32) -> Match {
        Match {
            id: PictureId(id),
            path: PathBuf::from(format!("/{id}.jpg")),
            hash: [id as u8; 32],
            similarity,
            band: Band::Edited,
            same_file: false,
            view: None,
            file_bytes: 0,
            width: 1,
            height: 1,
            thumbnail: None,
        }
    }

    fn report(matches: Vec<Match>) -> FindReport {
        FindReport {
            library: PathBuf::new(),
            query: Source::File(PathBuf::new()),
            hash: Some([255; 32]),
            picture: Arc::new(Picture::filled(1, 1, [0; 3])),
            searched: matches.len(),
            total: 10,
            matches,
            seconds: 0.0,
        }
    }

    #[test]
    fn better_results_come_in_without_moving_the_ones_shown() {
        let mut shown = Found::new(report(vec![found(1, 0.8), found(2, 0.7)]));
        shown.refine(report(vec![found(3, 0.9), found(2, 0.75), found(1, 0.7)]));
        let ids: Vec<u64> = shown.matches.iter().map(|found| found.id.0).collect();
        assert_eq!(ids, [1, 2, 3]);
        assert_eq!(shown.searched, 3);
    }

    #[test]
    fn a_result_that_is_gone_leaves() {
        let mut shown = Found::new(report(vec![found(1, 0.8), found(2, 0.7)]));
        shown.refine(report(vec![found(2, 0.7)]));
        assert_eq!(shown.matches, [found(2, 0.7)]);
    }

    #[test]
    fn the_word_of_a_person_comes_before_the_similarity() {
        let home = Home {
            root: PathBuf::from("/nowhere"),
        };
        let mut state = FindState::new(&home, &Settings::default());
        let shown = Found::new(report(vec![found(1, 0.9), found(2, 0.9), found(3, 0.1)]));
        let seen = |number: u8| Seen {
            hash: [number; 32],
            path: None,
        };
        let mut say = |number, judgement| {
            state
                .verdicts
                .judge(seen(255), seen(number), Some(judgement));
        };
        say(1, Judgement::NotACopy);
        say(3, Judgement::Copy);
        let ids = |state: &FindState| -> Vec<u64> {
            let bands = state.bands(&shown, Notch::Normal);
            let matches = bands.into_iter().flat_map(|(_, matches)| matches);
            matches.map(|one| one.id.0).collect()
        };
        assert_eq!(ids(&state), [2, 3]);
        assert_eq!(state.n_marked(&shown, Notch::Normal), 1);
        state.shows_hidden = true;
        assert_eq!(ids(&state), [1, 2, 3]);
    }
}

//! Where the pictures of judged pairs are now, and the table of pairs that training reads.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use crate::data;
use crate::distill::Recipe;
use crate::distill::RunConfig;
use crate::index::Library;
use crate::monitor::Progress;
use crate::persist;
use crate::verdicts;
use crate::verdicts::ContentHash;
use crate::verdicts::Judgement;
use crate::verdicts::Seen;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;
use crate::worker::request::VerdictsReport;

/// Name of the table in a run folder.
const FILE_NAME: &str = "pairs.csv";

pub(super) struct ExportVerdicts {
    pub(super) to: PathBuf,
}

impl Job for ExportVerdicts {
    fn title(&self) -> String {
        "Looking for the pictures that you judged".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        Ok(JobResult::ExportVerdicts(write_table(context, &self.to)?))
    }
}

/// Gives a run that learns from judged pairs those of the window, where it was given none: as a
/// table in its own folder, so that it goes on with the same ones.
pub(super) fn provide(config: &mut RunConfig, context: &JobContext<'_>) -> anyhow::Result<()> {
    let is_wanted = config.pairs.is_none() && Recipe::parse(&config.recipe)?.is_all_pairs();
    if !is_wanted {
        return Ok(());
    }
    let path = config.run_dir.join(FILE_NAME);
    let has_begun = config.run_dir.join("run.json").is_file();
    if !(has_begun && path.is_file()) {
        let report = write_table(context, &path)?;
        if report.n_missing > 0 {
            log::warn!(
                "{} judged pairs are left out: a picture of theirs is no longer there",
                report.n_missing
            );
        }
    }
    config.pairs = Some(path);
    Ok(())
}

fn write_table(context: &JobContext<'_>, path: &Path) -> anyhow::Result<VerdictsReport> {
    let verdicts = verdicts::load(&context.home().verdicts())?;
    let judged = verdicts.judged();
    let mut finder = Finder::new(context);
    let mut pairs: Vec<([PathBuf; 2], bool)> = Vec::new();
    for (n_done, (record, judgement)) in judged.iter().enumerate() {
        context.monitor.check()?;
        context.monitor.report(Progress {
            stage: "Looking for the pictures that you judged",
            n_done: n_done as u64,
            n_total: Some(judged.len() as u64),
        });
        let [a, b] = &record.pictures;
        if let (Some(a), Some(b)) = (finder.find(a)?, finder.find(b)?) {
            pairs.push(([a, b], *judgement == Judgement::Copy));
        }
    }
    context.monitor.check()?;
    let rows = pairs
        .iter()
        .map(|([a, b], is_copy)| ([a.as_path(), b.as_path()], *is_copy));
    persist::save(path, &verdicts::to_csv(rows))?;
    let n_copies = pairs.iter().filter(|(_, is_copy)| *is_copy).count();
    Ok(VerdictsReport {
        path: path.to_owned(),
        n_copies,
        n_others: pairs.len() - n_copies,
        n_missing: judged.len() - pairs.len(),
    })
}

/// Finds pictures by what they are; each is looked for once.
struct Finder {
    libraries: Vec<std::sync::Arc<Library>>,
    known: BTreeMap<ContentHash, Option<PathBuf>>,
}

impl Finder {
    fn new(context: &JobContext<'_>) -> Self {
        let home = context.home();
        let folders = [home.default_library(), home.demo_library()];
        let there = folders.iter().filter(|folder| folder.is_dir());
        let libraries = there.filter_map(|folder| {
            let opened = context.library(folder);
            opened
                .inspect_err(|err| log::warn!("A library is not looked through: {err:#}"))
                .ok()
        });
        Self {
            libraries: libraries.collect(),
            known: BTreeMap::new(),
        }
    }

    /// Where the picture is now: where it was, or where a library has met it since.
    fn find(&mut self, seen: &Seen) -> anyhow::Result<Option<PathBuf>> {
        if let Some(known) = self.known.get(&seen.hash) {
            return Ok(known.clone());
        }
        let is_it = |path: &PathBuf| data::content_hash(path).is_ok_and(|hash| hash == seen.hash);
        let mut found = seen.path.clone().filter(is_it);
        for library in &self.libraries {
            if found.is_some() {
                break;
            }
            for id in library.ids_with_hash(&seen.hash)? {
                let record = library.picture(id)?;
                found = found.or(record.map(|record| record.path).filter(is_it));
            }
        }
        self.known.insert(seen.hash, found.clone());
        Ok(found)
    }
}

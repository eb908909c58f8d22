//! `copylens catalog`

use serde::Serialize;

use super::Success;
use super::output;
use super::output::Output;
use crate::data::Preprocessing;
use crate::models::ModelInfo;
use crate::models::ModelStore;
use crate::models::catalog;
use crate::models::catalog::Checksum;
use crate::models::catalog::PublishedFile;
use crate::models::catalog::PublishedModel;
use crate::models::catalog::Score;
use crate::settings::Home;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One published model, as the contract of the command line has it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    label: &'a str,
    method: &'a str,
    help: &'a str,
    architecture: &'a str,
    head: &'a str,
    dimensions: usize,
    preprocessing: Preprocessing,
    /// What the authors do with pictures, where it is not the same.
    input: Option<&'a str>,
    /// Why Copylens cannot run it.
    obstacle: Option<&'a str>,
    licence: &'a str,
    page: &'a str,
    scores: &'a [Score],
    files: Vec<File<'a>>,
    /// Ids of the models that were imported from it.
    imported: Vec<&'a str>,
}

#[derive(Serialize)]
struct File<'a> {
    format: &'a str,
    name: &'a str,
    address: Option<&'a str>,
    bytes: Option<u64>,
    checksum: Option<String>,
}

impl<'a> Row<'a> {
    fn new(model: &'a PublishedModel, imported: &'a [ModelInfo]) -> Self {
        let is_from = |info: &&ModelInfo| info.published.as_deref() == Some(model.id);
        Self {
            id: model.id,
            label: model.label,
            method: model.publisher.label,
            help: model.help,
            architecture: model.architecture,
            head: model.head.id(),
            dimensions: model.dimensions,
            preprocessing: model.preprocessing,
            input: model.input,
            obstacle: model.obstacle,
            licence: model.publisher.licence,
            page: model.publisher.page,
            scores: model.scores,
            files: model.files.iter().map(File::from).collect(),
            imported: imported
                .iter()
                .filter(is_from)
                .map(|info| info.id.as_str())
                .collect(),
        }
    }
}

impl From<&'static PublishedFile> for File<'_> {
    fn from(file: &'static PublishedFile) -> Self {
        let checksum = file.checksum.map(|checksum| match checksum {
            Checksum::Sha256(digits) => format!("sha256:{digits}"),
            Checksum::Md5(digits) => format!("md5:{digits}"),
        });
        Self {
            format: file.format,
            name: file.name,
            address: file.address,
            bytes: file.bytes,
            checksum,
        }
    }
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Success> {
    let imported = ModelStore::new(Home::find()?.models()).list();
    if args.json {
        let rows: Vec<Row<'_>> = catalog::models()
            .map(|model| Row::new(model, &imported))
            .collect();
        output.json(&rows)?;
        return Ok(Success::Complete);
    }
    for (publisher, models) in catalog::groups() {
        output.line(&format!("{}: {}", publisher.label, publisher.help))?;
        output.line(&format!(
            "  {}, licence: {}",
            publisher.page, publisher.licence
        ))?;
        for model in models {
            output.line(&line(model))?;
        }
    }
    Ok(Success::Complete)
}

fn line(model: &PublishedModel) -> String {
    let score = model.main_score().map_or_else(String::new, |score| {
        format!(", {:.1} % ({})", score.percent, score.benchmark)
    });
    let from = match model.file(None).and_then(PublishedFile::host) {
        _ if model.obstacle.is_some() => "cannot be run".to_owned(),
        Some(host) => format!("from {host}, {}", size(model, None)),
        None => "on its page only".to_owned(),
    };
    format!(
        "  {:32} {}, {} numbers, {from}{score}",
        model.id, model.architecture, model.dimensions
    )
}

/// The published size of a file, or what is known about it.
pub(super) fn size(model: &PublishedModel, format: Option<&str>) -> String {
    let bytes = model.file(format).and_then(|file| file.bytes);
    match bytes {
        Some(bytes) => output::file_size(bytes),
        None => format!("at least {}", output::file_size(model.least_bytes())),
    }
}

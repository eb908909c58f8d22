//! `copylens import` and `copylens export`

use std::path::PathBuf;

use serde::Serialize;

use super::Success;
use super::output::Output;
use crate::models;
use crate::models::ImportReport;
use crate::models::Imported;
use crate::models::ModelInfo;
use crate::models::ModelStore;
use crate::settings::Home;
use crate::weights::Precision;

/// Lines of a list that are shown at most.
const MAX_SHOWN: usize = 10;

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// A model of Copylens, or weights of PyTorch, TorchScript, safetensors or ONNX.
    file: PathBuf,
    /// The only network to look for; it is recognized otherwise.
    #[arg(long, value_name = "ID")]
    architecture: Option<String>,
    /// The name under which the model is shown.
    #[arg(long)]
    name: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// Id of the model.
    model: String,
    /// The file to write.
    #[arg(required_unless_present = "to", conflicts_with = "to")]
    file: Option<PathBuf>,
    /// The file to write; a name in .onnx makes a file of ONNX, which other programs can run.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Store numbers in half precision: half the size, descriptors change a little.
    #[arg(long)]
    half: bool,
}

/// An imported model, as the contract of the command line has it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    architecture: &'a str,
    dimensions: usize,
    source: &'a str,
    report: &'a ImportReport,
}

/// Prints the id of the new model, or all about it as JSON.
pub(super) fn import(args: &ImportArgs, output: &Output) -> anyhow::Result<Success> {
    let store = ModelStore::new(Home::find()?.models());
    let (architecture, name) = (args.architecture.as_deref(), args.name.as_deref());
    let Imported { info, report } = store.import_as(&args.file, architecture, name)?;
    if args.json {
        print_json(&info, &report, output)?;
    } else {
        print(&info, &report, output)?;
    }
    Ok(Success::Complete)
}

/// An imported model as JSON.
pub(super) fn print_json(
    info: &ModelInfo,
    report: &ImportReport,
    output: &Output,
) -> anyhow::Result<()> {
    output.json(&Row {
        id: &info.id,
        name: &info.name,
        architecture: &info.architecture,
        dimensions: info.dimensions,
        source: &info.source,
        report,
    })
}

/// The id of an imported model, and what became of its file.
pub(super) fn print(
    info: &ModelInfo,
    report: &ImportReport,
    output: &Output,
) -> anyhow::Result<()> {
    output.line(&info.id)?;
    let how = match report.published {
        Some(label) => format!("As published for {label}"),
        None => "Recognized".to_owned(),
    };
    output.note(&format!(
        "{how}: {}, {} numbers per picture, {} tensors",
        info.architecture, info.dimensions, report.mapped
    ));
    let ignored = report.ignored.iter();
    let ignored: Vec<String> = ignored
        .map(|one| format!("{} ({})", one.name, one.reason))
        .collect();
    list("Left out", &ignored, output);
    list("Not known", &report.unused, output);
    list("Stored in another shape", &report.reshaped, output);
    Ok(())
}

fn list(title: &str, lines: &[String], output: &Output) {
    if lines.is_empty() {
        return;
    }
    output.note(&format!("{title}:"));
    for line in lines.iter().take(MAX_SHOWN) {
        output.note(&format!("  {line}"));
    }
    if lines.len() > MAX_SHOWN {
        output.note(&format!("  and {} more", lines.len() - MAX_SHOWN));
    }
}

/// Writes a model under the names that its network has in other programs.
pub(super) fn export(args: &ExportArgs, output: &Output) -> anyhow::Result<Success> {
    let store = ModelStore::new(Home::find()?.models());
    let file = args.to.as_ref().or(args.file.as_ref());
    let file = file.ok_or_else(|| anyhow::anyhow!("No file to write was named"))?;
    let precision = if args.half {
        Precision::F16
    } else {
        Precision::F32
    };
    store.export_original(&args.model, file, precision)?;
    output.note(&format!("Written: {}", file.display()));
    if args.half {
        let distance = models::effect_of_half(&store.find(&args.model)?)?;
        output.note(&format!(
            "Half precision changes the descriptors of some drawn pictures by a cosine distance of \
             at most {distance:.6}"
        ));
    }
    Ok(Success::Complete)
}

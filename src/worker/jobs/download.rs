//! Downloads a published model and imports it.

use std::path::Path;
use std::path::PathBuf;

use crate::download;
use crate::download::Checksum;
use crate::download::Limits;
use crate::download::Order;
use crate::models::Imported;
use crate::models::ModelError;
use crate::models::ModelStore;
use crate::models::catalog;
use crate::models::catalog::PublishedFile;
use crate::models::catalog::PublishedModel;
use crate::monitor::Progress;
use crate::weights::WeightsError;
use crate::worker::WorkerError;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::DownloadOrder;
use crate::worker::request::DownloadReport;
use crate::worker::request::JobResult;

/// No larger file can be imported.
const MAX_BYTES: u64 = 8 << 30;

pub(super) struct Download {
    pub(super) order: DownloadOrder,
}

impl Job for Download {
    fn title(&self) -> String {
        let label = catalog::find(&self.order.model).map(|row| row.label);
        format!("Getting {}", label.unwrap_or(&self.order.model))
    }

    fn pace(&self) -> Pace {
        Pace::Beside
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let (row, order) = resolved(self.order.clone(), &context.home().downloads())?;
        // A file that is there was complete before, and only its import did not end well.
        if !order.target.is_file() {
            let limits = Limits {
                proxy: context.proxy(),
                max_bytes: MAX_BYTES,
                ..Limits::default()
            };
            download::fetch(context.monitor, &order, &limits)?;
        }
        context.monitor.check()?;
        context.monitor.report(Progress {
            stage: "Importing",
            ..Progress::default()
        });
        let is_kept = self.order.keep.is_some();
        let Imported { info, report } = import(&context.models(), &order.target, row, is_kept)?;
        Ok(JobResult::Download(Box::new(DownloadReport {
            model: info,
            report,
        })))
    }
}

/// The row, and what has to be fetched for it.
fn resolved(
    order: DownloadOrder,
    folder: &Path,
) -> anyhow::Result<(&'static PublishedModel, Order)> {
    let DownloadOrder {
        model,
        format,
        mirror,
        keep,
    } = order;
    let row = catalog::find(&model).ok_or(WorkerError::NotPublished { id: model })?;
    let label = row.label;
    if let Some(obstacle) = row.obstacle {
        return Err(ModelError::CannotRun { label, obstacle }.into());
    }
    let file = row.file(format.as_deref());
    if let Some(format) = format
        && file.is_none()
    {
        let known: Vec<&str> = row.files.iter().map(|file| file.format).collect();
        let known = known.join(", ");
        return Err(WorkerError::NoFormat {
            label,
            format,
            known,
        }
        .into());
    }
    let published = file.and_then(|file| file.address).map(str::to_owned);
    let page = row.publisher.page;
    let address = mirror.or(published);
    let address = address.ok_or(WorkerError::PageOnly { label, page })?;
    let order = Order {
        target: keep.unwrap_or_else(|| folder.join(file_name(row, file))),
        address,
        bytes: file.and_then(|file| file.bytes),
        checksum: file.and_then(|file| file.checksum).map(checksum),
    };
    Ok((row, order))
}

fn file_name(row: &PublishedModel, file: Option<&PublishedFile>) -> PathBuf {
    match file {
        Some(file) => PathBuf::from(file.name),
        None => PathBuf::from(format!("{}.pth", row.id)),
    }
}

fn checksum(published: catalog::Checksum) -> Checksum {
    match published {
        catalog::Checksum::Sha256(digits) => Checksum::Sha256(digits.to_owned()),
        catalog::Checksum::Md5(digits) => Checksum::Md5(digits.to_owned()),
    }
}

/// Imports a file, and removes it unless it is kept or would only have to be fetched again.
fn import(
    store: &ModelStore,
    path: &Path,
    row: &PublishedModel,
    is_kept: bool,
) -> Result<Imported, ModelError> {
    let imported = store.import_published(path, row, None);
    let was_not_written = matches!(
        imported,
        Err(ModelError::Weights {
            source: WeightsError::Write(_),
            ..
        })
    );
    if !is_kept
        && !was_not_written
        && let Err(err) = std::fs::remove_file(path)
    {
        log::warn!("{}: {err}", path.display());
    }
    imported
}

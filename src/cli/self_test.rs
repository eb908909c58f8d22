//! `copylens --self-test`

use std::path::Path;
use std::path::PathBuf;

use super::Success;
use super::output;
use super::output::Output;
use super::session::Session;
use super::session::WrongAnswer;
use crate::data;
use crate::data::Picture;
use crate::devices;
use crate::devices::DeviceKind;
use crate::models::BUNDLED_ID;
use crate::models::ModelStore;
use crate::settings::Home;
use crate::worker::Defaults;
use crate::worker::FindReport;
use crate::worker::JobRequest;
use crate::worker::JobResult;
use crate::worker::Source;

/// File endings of the formats that are decoded.
const ENDINGS: [&str; 9] = [
    "jpg", "png", "webp", "tiff", "gif", "bmp", "tga", "ico", "ppm",
];

/// Prints what this installation has, and searches the demo library. Fails when the search does.
pub(super) fn run(output: &Output) -> anyhow::Result<Success> {
    output.line(&format!("Copylens {}", env!("CARGO_PKG_VERSION")))?;
    output.line(&format!("Renderer: {}", renderer()))?;
    for device in devices::probe() {
        let reason = device.reason.as_deref();
        let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
        let state = if device.usable { "" } else { "not usable " };
        output.line(&format!(
            "Device {}: {state}{}{reason}",
            device.id, device.name
        ))?;
    }
    output.line(&format!("Formats: {}", formats()))?;
    check_codecs()?;
    // Nothing of a self-test stays on the disk.
    let scratch = tempfile::tempdir()?;
    let home = Home {
        root: scratch.path().to_owned(),
    };
    let bundled = ModelStore::new(home.models()).find(BUNDLED_ID)?;
    output.line(&format!(
        "Bundled model: {}, {} numbers, {}",
        bundled.architecture,
        bundled.dimensions,
        output::file_size(bundled.file_bytes),
    ))?;
    check_demo(home, output)
}

/// What would draw the window.
fn renderer() -> String {
    let found = devices::probe().iter();
    let gpu = found
        .filter(|device| matches!(device.kind, DeviceKind::Gpu | DeviceKind::Software))
        .min_by_key(|device| device.kind);
    match gpu {
        Some(device) => format!("wgpu on {}", device.name),
        None => "none, only the command line can be used".to_owned(),
    }
}

fn formats() -> String {
    let is_read = |ending: &&&str| data::is_picture_name(Path::new(&format!("a.{ending}")));
    let read: Vec<&str> = ENDINGS.iter().filter(is_read).copied().collect();
    read.join(", ")
}

/// Something went wrong in the check itself.
#[derive(Debug, thiserror::Error)]
enum SelfTestError {
    #[error("A picture that was written as PNG came back changed")]
    Codec,
    #[error("The demo library offers nothing to search for")]
    NoQueries,
}

fn check_codecs() -> anyhow::Result<()> {
    let mut picture = Picture::filled(9, 7, [10, 120, 240]);
    picture.put(3, 2, [255, 0, 90]);
    let png = data::encode_png(&picture)?;
    if data::decode_bytes(&png, Path::new("self-test.png"))? != picture {
        return Err(SelfTestError::Codec.into());
    }
    Ok(())
}

/// Draws and indexes the demo library, then searches for an edited copy.
fn check_demo(home: Home, output: &Output) -> anyhow::Result<Success> {
    let session = Session::start_in(home, Defaults::default(), output)?;
    let started = std::time::Instant::now();
    let JobResult::OpenDemo {
        library, queries, ..
    } = session.run(JobRequest::OpenDemo)?
    else {
        return Err(WrongAnswer.into());
    };
    let query = queries.first().ok_or(SelfTestError::NoQueries)?.clone();
    let request = JobRequest::Find {
        library,
        query: Source::File(query.clone()),
        model: None,
        device: None,
        top: 10,
    };
    let JobResult::Find(report) = session.run(request)? else {
        return Err(WrongAnswer.into());
    };
    let seconds = started.elapsed().as_secs_f64();
    let Some((path, similarity)) = found_original(&report, &query) else {
        output.line(&format!("Demo: {} finds nothing - FAILED", name(&query)))?;
        return Ok(Success::Partial);
    };
    output.line(&format!(
        "Demo: {} finds {} (similarity {similarity:.3}, {seconds:.1} s)",
        name(&query),
        name(&path),
    ))?;
    Ok(Success::Complete)
}

/// The best match that is another file of the same picture.
fn found_original(report: &FindReport, query: &Path) -> Option<(PathBuf, f32)> {
    let stem = |path: &Path| {
        let name = path.file_stem()?.to_string_lossy().into_owned();
        Some(name.split(" (").next()?.to_owned()) // "fox (cropped)"
    };
    let wanted = stem(query)?;
    let other = report.matches.iter().find(|found| !found.same_file)?;
    (stem(&other.path)? == wanted).then(|| (other.path.clone(), other.similarity))
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

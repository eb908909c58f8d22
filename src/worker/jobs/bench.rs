//! Measures how fast this computer decodes, embeds and searches.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use rayon::iter::IntoParallelIterator as _;
use rayon::iter::ParallelIterator as _;

use crate::data;
use crate::data::Picture;
use crate::index;
use crate::models::Embedder;
use crate::models::ModelInfo;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::BenchReport;
use crate::worker::request::EmbedSpeed;
use crate::worker::request::JobResult;

const BATCH_SIZES: [usize; 3] = [1, 8, 32];
const LIBRARY_SIZES: [usize; 2] = [10_000, 100_000];
const PHOTO_SIZE: [u32; 2] = [1024, 768];
const PHOTO_QUALITY: u8 = 90;
const MEASURED: Duration = Duration::from_millis(1500);

pub(super) struct Bench {
    pub(super) device: Option<String>,
}

impl Job for Bench {
    fn title(&self) -> String {
        "Measuring this computer".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let monitor = context.monitor;
        let device = context.device_id(self.device.as_deref());
        let photo = data::encode_jpeg(&photo(), PHOTO_QUALITY);
        let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
        let decode_all = || {
            (0..n_cores).into_par_iter().for_each(|_| decode(&photo));
            n_cores
        };
        say(monitor, "Measuring decoding");
        let decode_per_second = rate(monitor, || {
            decode(&photo);
            1
        })?;
        let decode_per_second_all_cores = rate(monitor, decode_all)?;
        let mut embed = Vec::new();
        for model in context.models().list() {
            embed.extend(embed_speeds(context, &model, &device)?);
        }
        let dimensions = context.model(None)?.dimensions;
        let mut search = Vec::new();
        for n in LIBRARY_SIZES {
            say(monitor, "Measuring search");
            search.push((n, index::bench_search(n, dimensions, monitor)?));
        }
        Ok(JobResult::Bench(BenchReport {
            device,
            decode_per_second,
            decode_per_second_all_cores,
            embed,
            search,
        }))
    }
}

fn say(monitor: &Monitor, stage: &'static str) {
    monitor.report(Progress {
        stage,
        ..Progress::default()
    });
}

fn embed_speeds(
    context: &JobContext<'_>,
    model: &ModelInfo,
    device: &str,
) -> anyhow::Result<Vec<EmbedSpeed>> {
    say(context.monitor, "Measuring embedding");
    let embedder = context.embedder(Some(&model.id), Some(device))?;
    let mut speeds = Vec::new();
    for batch_size in BATCH_SIZES {
        speeds.push(EmbedSpeed {
            model: model.id.clone(),
            batch_size,
            pictures_per_second: embed_rate(context.monitor, &embedder, batch_size)?,
        });
    }
    Ok(speeds)
}

fn embed_rate(monitor: &Monitor, embedder: &Embedder, batch_size: usize) -> Result<f64, Cancelled> {
    let planes = data::planes(&photo(), embedder.preprocessing());
    let batch = vec![planes; batch_size];
    embedder.embed(&batch); // Kernels are compiled and memory is claimed here.
    rate(monitor, || {
        embedder.embed(&batch);
        batch_size
    })
}

/// Units a second; `work` says how many it did.
fn rate(monitor: &Monitor, mut work: impl FnMut() -> usize) -> Result<f64, Cancelled> {
    let started = Instant::now();
    let mut n_done = 0;
    while started.elapsed() < MEASURED {
        monitor.check()?;
        n_done += work();
    }
    Ok(n_done as f64 / started.elapsed().as_secs_f64())
}

fn decode(bytes: &[u8]) {
    let picture = data::decode_bytes(bytes, Path::new("bench.jpg"));
    std::hint::black_box(picture.is_ok());
}

/// About as hard to decode as a photo: soft shapes with grain.
fn photo() -> Picture {
    let [width, height] = PHOTO_SIZE;
    let mut picture = Picture::filled(width, height, [0; 3]);
    let mut state = 1_u32;
    for y in 0..height {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (state >> 28) as f32;
            let wave = |cycles: f32, at: u32| (at as f32 * cycles / 200.0).sin() * 50.0 + 115.0;
            let light = |a: f32, b: f32| (f32::midpoint(wave(a, x), wave(b, y)) + grain) as u8;
            picture.put(x, y, [light(1.0, 2.0), light(2.5, 1.0), light(4.0, 3.0)]);
        }
    }
    picture
}

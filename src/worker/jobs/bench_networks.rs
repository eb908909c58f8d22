//! Measures how fast networks of the table embed on each device, with random weights.

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use crate::data::Preprocessing;
use crate::devices;
use crate::devices::DeviceInfo;
use crate::devices::DeviceKind;
use crate::models;
use crate::models::ARCHITECTURES;
use crate::models::ArchitectureSpec;
use crate::models::Embedder;
use crate::models::ModelError;
use crate::models::ModelInfo;
use crate::models::head::HeadLayers;
use crate::models::network::HeadConfig;
use crate::models::network::Network;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;
use crate::monitor::Progress;
use crate::worker::job::Job;
use crate::worker::job::JobContext;
use crate::worker::job::Pace;
use crate::worker::request::JobResult;
use crate::worker::request::NetworkBench;
use crate::worker::request::NetworkLeftOut;
use crate::worker::request::NetworkSpeed;

/// Stands for every network of the table.
const ALL: &str = "all";
/// Side of the pictures, divided by every patch.
const SIDE: u32 = 224;
/// Length of descriptors where the head has a linear layer.
const DIMENSIONS: usize = 256;
/// Bytes that one picture needs for each channel of the last map of a convolutional network, an
/// estimate on the safe side.
const BYTES_PER_CHANNEL: u64 = 24_000;
/// The same for a number of a token of a transformer: queries, keys, values, the MLP and its input.
const BYTES_PER_TOKEN_NUMBER: u64 = 64;

pub(super) struct BenchNetworks {
    /// Ids of networks, or [`ALL`].
    pub(super) networks: Vec<String>,
    pub(super) batch_sizes: Vec<usize>,
    pub(super) measured: Duration,
    pub(super) device: Option<String>,
}

impl Job for BenchNetworks {
    fn title(&self) -> String {
        "Measuring networks".to_owned()
    }

    fn pace(&self) -> Pace {
        Pace::Long
    }

    fn run(self: Box<Self>, context: &JobContext<'_>) -> anyhow::Result<JobResult> {
        let specs = specs(&self.networks)?;
        let devices = found_devices(self.device.as_deref())?;
        let n_total = (specs.len() * devices.len()) as u64;
        let mut bench = NetworkBench {
            threads: rayon::current_num_threads(),
            rows: Vec::new(),
            left_out: Vec::new(),
        };
        for (device_idx, device) in devices.iter().enumerate() {
            for (spec_idx, spec) in specs.iter().enumerate() {
                context.monitor.report(Progress {
                    stage: "Measuring networks",
                    n_done: (device_idx * specs.len() + spec_idx) as u64,
                    n_total: Some(n_total),
                });
                self.measure(spec, device, context.monitor, &mut bench)?;
            }
        }
        Ok(JobResult::BenchNetworks(bench))
    }
}

impl BenchNetworks {
    fn measure(
        &self,
        spec: &ArchitectureSpec,
        device: &DeviceInfo,
        monitor: &Monitor,
        bench: &mut NetworkBench,
    ) -> anyhow::Result<()> {
        let mut loaded = None;
        for batch_size in &self.batch_sizes {
            monitor.check()?;
            let needed = memory(spec, *batch_size);
            let free = free_memory(device, loaded.is_some().then(|| weight_bytes(spec)));
            if let Some(free) = free.filter(|free| *free < needed) {
                bench.left_out.push(NetworkLeftOut {
                    network: spec.id.to_owned(),
                    device: device.id.clone(),
                    batch_size: *batch_size,
                    needed_bytes: needed,
                    free_bytes: free,
                });
                continue;
            }
            if loaded.is_none() {
                loaded = Some(embedder(spec, device)?);
            }
            let Some(embedder) = &loaded else {
                continue;
            };
            let rate = self.rate(embedder, *batch_size, device, monitor)?;
            bench.rows.push(NetworkSpeed {
                network: spec.id.to_owned(),
                device: device.id.clone(),
                engine: engine(embedder, device.kind),
                parameters: spec.parameters,
                size: SIDE,
                batch_size: *batch_size,
                pictures_per_second: rate,
            });
        }
        Ok(())
    }

    /// Pictures a second.
    fn rate(
        &self,
        embedder: &Embedder,
        batch_size: usize,
        device: &DeviceInfo,
        monitor: &Monitor,
    ) -> Result<f64, Cancelled> {
        let n_numbers = 3 * (SIDE * SIDE) as usize;
        let picture: Vec<f32> = (0..n_numbers)
            .map(|idx| (idx % 61) as f32 / 30.0 - 1.0)
            .collect();
        let batch = vec![picture; batch_size];
        // Weights are drawn, kernels are compiled and memory is claimed here.
        embedder.embed(&batch[..1]);
        let started = Instant::now();
        embedder.embed(&batch);
        let first = started.elapsed();
        // A processor that needs so long for one batch needs no second one to be measured.
        if device.kind == DeviceKind::Cpu && first > self.measured {
            return Ok(batch_size as f64 / first.as_secs_f64());
        }
        let started = Instant::now();
        let mut n_done = 0;
        while n_done == 0 || started.elapsed() < self.measured {
            monitor.check()?;
            embedder.embed(&batch);
            n_done += batch_size;
        }
        Ok(n_done as f64 / started.elapsed().as_secs_f64())
    }
}

/// The rows that are asked for, smallest first.
fn specs(ids: &[String]) -> Result<Vec<&'static ArchitectureSpec>, ModelError> {
    let mut specs = Vec::new();
    for id in ids {
        if id == ALL {
            specs.extend(ARCHITECTURES);
            continue;
        }
        let unknown = || ModelError::UnknownArchitecture { id: id.clone() };
        specs.push(models::architecture(id).ok_or_else(unknown)?);
    }
    specs.sort_by_key(|spec| (spec.parameters, spec.id));
    specs.dedup_by_key(|spec| spec.id);
    Ok(specs)
}

/// The device that is named, or every one that is not imitated by a processor.
fn found_devices(id: Option<&str>) -> anyhow::Result<Vec<DeviceInfo>> {
    if let Some(id) = id {
        return Ok(vec![devices::open(id)?.info().clone()]);
    }
    let is_real = |info: &&DeviceInfo| info.usable && info.kind != DeviceKind::Software;
    Ok(devices::probe().iter().filter(is_real).cloned().collect())
}

/// A network with random weights.
fn embedder(spec: &ArchitectureSpec, device: &DeviceInfo) -> anyhow::Result<Embedder> {
    let dimensions = if spec.head.layers == HeadLayers::Nothing {
        spec.head.pooled(spec.channels)
    } else {
        DIMENSIONS
    };
    let head = HeadConfig {
        form: spec.head,
        dimensions,
        large: None,
    };
    let device = devices::open(&device.id)?;
    let network = Network::new(spec, head, device.device());
    let info = ModelInfo {
        id: spec.id.to_owned(),
        name: spec.label.to_owned(),
        architecture: spec.id.to_owned(),
        dimensions,
        preprocessing: Preprocessing::imagenet(SIDE),
        source: "Random weights".to_owned(),
        file_bytes: weight_bytes(spec),
        path: PathBuf::new(),
        bundled: false,
        quality: None,
        pictures_per_second: None,
        created: None,
        published: None,
    };
    Ok(Embedder::from_network(info, network, device.device()))
}

/// What computes on such a device.
fn engine(embedder: &Embedder, kind: DeviceKind) -> String {
    match kind {
        DeviceKind::Cpu => embedder.engine_name(),
        DeviceKind::Gpu | DeviceKind::Software => "Burn wgpu".to_owned(),
        DeviceKind::Cuda => "Burn CUDA".to_owned(),
    }
}

fn weight_bytes(spec: &ArchitectureSpec) -> u64 {
    4 * spec.parameters as u64
}

/// Bytes for the weights and a batch, an upper bound.
fn memory(spec: &ArchitectureSpec, batch_size: usize) -> u64 {
    let channels = spec.channels as u64;
    let picture = if spec.multiple > 1 {
        let n_tokens = u64::from(SIDE / spec.multiple).pow(2) + 1;
        n_tokens * channels * BYTES_PER_TOKEN_NUMBER
    } else {
        channels * BYTES_PER_CHANNEL
    };
    // The largest matrix is there twice while it is filled.
    weight_bytes(spec) * 5 / 4 + batch_size as u64 * picture
}

/// Bytes that a network may take, `held` of them by its weights already; `None` for a card with
/// memory of its own, whose driver does not tell.
fn free_memory(device: &DeviceInfo, held: Option<u64>) -> Option<u64> {
    let shares_memory = matches!(device.kind, DeviceKind::Cpu | DeviceKind::Software);
    shares_memory.then(|| devices::free_memory() + held.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(ids: &[&str]) -> Vec<&'static str> {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        specs(&ids).unwrap().iter().map(|spec| spec.id).collect()
    }

    #[test]
    fn networks_are_measured_once_and_the_smallest_first() {
        let ids = named(&["resnet18", "squeezenet", "resnet18"]);
        assert_eq!(ids, ["squeezenet", "resnet18"]);
        assert_eq!(named(&["all", "resnet18"]).len(), ARCHITECTURES.len());
        assert!(specs(&["resnet19".to_owned()]).is_err());
    }

    #[test]
    fn a_larger_network_or_batch_needs_more_memory() {
        let spec = |id| models::architecture(id).unwrap();
        // 1.1 billion weights are 4.5 GB, and a ResNet-50 with a batch of 32 stays below 2 GB.
        assert!(memory(spec("dinov2-g14"), 1) > 4_500_000_000);
        let small = memory(spec("resnet50"), 32);
        assert!(small < 2_000_000_000 && small > memory(spec("resnet50"), 1));
    }
}

//! The computers inside this computer: the CPU, and the GPUs that can teach and embed.
//!
//! - Owns: [`DeviceInfo`], [`ComputeDevice`], finding and opening devices.
//! - Invariant: a GPU is opened only after its driver has listed it; a device that cannot be
//!   opened is an error in words, never a panic.
//! - Invariant: probing happens once; everything after that reads the remembered answer.
//! - Not here: what runs on a device (`models`, `distill`), which one the user chose (`settings`).
//! - To add a kind of device: one file that lists it, one variant of [`DeviceKind`], one arm of
//!   `connect`.

mod cpu;
mod cuda;
mod error;
mod gpu;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::OnceLock;

use burn::tensor::Device;
use burn::tensor::Tensor;
use parking_lot::Mutex;
use serde::Serialize;

pub use error::DeviceError;

/// What a device is, best for training first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    /// An NVIDIA card through CUDA.
    Cuda,
    /// A graphics card through Vulkan.
    Gpu,
    Cpu,
    /// A graphics driver that computes on the CPU; slower than the CPU itself.
    Software,
}

/// One device, as `copylens devices --json` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceInfo {
    /// `cpu`, `gpu:0`, `cuda:0`; the same from start to start on an unchanged computer.
    pub id: String,
    pub kind: DeviceKind,
    pub name: String,
    pub usable: bool,
    /// Why it is not usable, or what to expect of it.
    pub reason: Option<String>,
}

/// A device that answered, ready for tensors.
#[derive(Clone, Debug)]
pub struct ComputeDevice {
    info: DeviceInfo,
    device: Device,
}

impl ComputeDevice {
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }

    pub fn id(&self) -> &str {
        &self.info.id
    }

    /// Burn's handle, without autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The CPU, which is always there.
    pub fn cpu() -> Self {
        Self {
            info: cpu::describe(),
            device: Device::flex(),
        }
    }
}

/// Everything found on this computer, the CPU first. The first call asks the drivers.
pub fn probe() -> &'static [DeviceInfo] {
    static FOUND: OnceLock<Vec<DeviceInfo>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut found = vec![cpu::describe()];
        found.extend(gpu::list().iter().map(|adapter| adapter.info.clone()));
        found.extend(cuda::list(gpu::has_nvidia()));
        found
    })
}

/// Id of the device to use when nobody chose one.
pub fn fastest() -> String {
    fastest_of(probe())
}

fn fastest_of(found: &[DeviceInfo]) -> String {
    found
        .iter()
        .filter(|info| info.usable)
        .min_by_key(|info| info.kind)
        .map_or_else(|| "cpu".to_owned(), |info| info.id.clone())
}

/// Bytes of memory that programs may still take.
pub fn free_memory() -> u64 {
    cpu::free_memory()
}

/// Opens a device, or hands out the one that is already open.
pub fn open(id: &str) -> Result<ComputeDevice, DeviceError> {
    static OPENED: Mutex<BTreeMap<String, ComputeDevice>> = Mutex::new(BTreeMap::new());
    if id == "cpu" {
        return Ok(ComputeDevice::cpu());
    }
    let info = probe()
        .iter()
        .find(|info| info.id == id)
        .ok_or_else(|| DeviceError::Unknown {
            id: id.to_owned(),
            known: known_ids(),
        })?;
    if !info.usable {
        return Err(DeviceError::NotUsable {
            id: id.to_owned(),
            name: info.name.clone(),
            reason: info.reason.clone().unwrap_or_default(),
        });
    }
    let mut opened = OPENED.lock();
    if let Some(device) = opened.get(id) {
        return Ok(device.clone());
    }
    let device = ComputeDevice {
        info: info.clone(),
        device: try_out(info)?,
    };
    opened.insert(id.to_owned(), device.clone());
    Ok(device)
}

/// Opens the devices of a list with commas between their ids; several have to be NVIDIA cards.
pub fn open_all(ids: &str) -> Result<Vec<ComputeDevice>, DeviceError> {
    let ids: Vec<&str> = ids.split(',').map(str::trim).collect();
    if let [id] = ids[..] {
        return Ok(vec![open(id)?]);
    }
    check_together(&ids, probe())?;
    ids.into_iter().map(open).collect()
}

/// Whether each is there, once, and all are of the kind that can work together.
fn check_together(ids: &[&str], known: &[DeviceInfo]) -> Result<(), DeviceError> {
    for (idx, id) in ids.iter().enumerate() {
        let info = known.iter().find(|info| info.id == *id);
        let info = info.ok_or_else(|| DeviceError::Unknown {
            id: (*id).to_owned(),
            known: known_ids(),
        })?;
        let reason = if info.kind != DeviceKind::Cuda {
            "several devices work together only where all are NVIDIA cards"
        } else if ids[..idx].contains(id) {
            "it is named twice"
        } else {
            continue;
        };
        return Err(DeviceError::NotUsable {
            id: info.id.clone(),
            name: info.name.clone(),
            reason: reason.to_owned(),
        });
    }
    Ok(())
}

fn known_ids() -> String {
    let ids: Vec<&str> = probe().iter().map(|info| info.id.as_str()).collect();
    ids.join(", ")
}

/// Connects and computes one small thing, so that a broken driver shows here and not in a job.
fn try_out(info: &DeviceInfo) -> Result<Device, DeviceError> {
    let failed = |reason: String| DeviceError::Open {
        id: info.id.clone(),
        name: info.name.clone(),
        reason,
    };
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let device = connect(info)?;
        let doubled = Tensor::<1>::from_floats([1.0, 2.0], &device) * 2.0;
        let numbers = doubled.into_data().try_to_vec::<f32>();
        match numbers {
            Ok(numbers) if numbers == [2.0, 4.0] => Ok(device),
            Ok(numbers) => Err(format!("it computes 2 x [1, 2] = {numbers:?}")),
            Err(err) => Err(format!("its answer cannot be read: {err:?}")),
        }
    }));
    match attempt {
        Ok(Ok(device)) => Ok(device),
        Ok(Err(reason)) => Err(failed(reason)),
        Err(_) => Err(failed("the driver stopped answering".to_owned())),
    }
}

fn connect(info: &DeviceInfo) -> Result<Device, String> {
    match info.kind {
        DeviceKind::Cpu => Ok(Device::flex()),
        DeviceKind::Gpu | DeviceKind::Software => gpu::connect(&info.id),
        DeviceKind::Cuda => cuda::connect(&info.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, kind: DeviceKind, usable: bool) -> DeviceInfo {
        DeviceInfo {
            id: id.to_owned(),
            kind,
            name: id.to_owned(),
            usable,
            reason: None,
        }
    }

    #[test]
    fn a_real_gpu_beats_the_cpu_and_the_cpu_beats_a_software_renderer() {
        let cpu = device("cpu", DeviceKind::Cpu, true);
        let software = device("gpu:0", DeviceKind::Software, true);
        let gpu = device("gpu:1", DeviceKind::Gpu, true);
        let cuda = device("cuda:0", DeviceKind::Cuda, false);
        assert_eq!(fastest_of(&[cpu.clone(), software.clone()]), "cpu");
        let all = [cpu, software, gpu, cuda];
        assert_eq!(fastest_of(&all), "gpu:1");
    }

    #[test]
    fn the_cpu_is_listed_first_and_computes() {
        let first = &probe()[0];
        assert_eq!((first.id.as_str(), first.usable), ("cpu", true));
        assert!(!first.name.is_empty());
        assert!(try_out(first).is_ok());
    }

    #[test]
    fn ids_are_unique_and_a_device_that_cannot_be_used_says_why() {
        let mut seen = std::collections::BTreeSet::new();
        for info in probe() {
            assert!(seen.insert(&info.id), "two devices are called {}", info.id);
            assert!(info.usable || info.reason.is_some(), "{info:?}");
        }
    }

    #[test]
    fn a_device_that_is_not_there_is_an_error_and_names_those_that_are() {
        let err = open("gpu:77").unwrap_err();
        assert!(err.to_string().contains("gpu:77"), "{err}");
        assert!(err.to_string().contains("cpu"), "{err}");
    }

    #[test]
    fn several_devices_are_different_nvidia_cards_that_are_there() {
        let known = [
            device("cpu", DeviceKind::Cpu, true),
            device("cuda:0", DeviceKind::Cuda, true),
            device("cuda:1", DeviceKind::Cuda, true),
        ];
        let refused = |ids: &[&str]| check_together(ids, &known).map_err(|err| err.to_string());
        assert!(refused(&["cuda:1", "cuda:0"]).is_ok());
        assert!(refused(&["cuda:0", "cpu"]).unwrap_err().contains("NVIDIA"));
        assert!(
            refused(&["cuda:0", "cuda:0"])
                .unwrap_err()
                .contains("twice")
        );
        assert!(
            refused(&["cuda:0", "cuda:2"])
                .unwrap_err()
                .contains("\"cuda:2\"")
        );
        assert!(open_all("cpu").is_ok_and(|devices| devices.len() == 1));
    }

    #[test]
    fn the_json_has_the_fields_of_the_contract() {
        let json = serde_json::to_value(device("gpu:0", DeviceKind::Software, true)).unwrap();
        let expected = serde_json::json!({
            "id": "gpu:0", "kind": "software", "name": "gpu:0", "usable": true, "reason": null,
        });
        assert_eq!(json, expected);
    }
}

//! NVIDIA cards through CUDA.
//!
//! Burn panics where the driver or a CUDA file is missing, so both are looked for first.

use burn::tensor::Device;

use super::DeviceInfo;
#[cfg(not(feature = "cuda"))]
use super::DeviceKind;

/// Every NVIDIA card, usable or with the reason. Empty where there is none.
#[cfg(not(feature = "cuda"))]
pub(super) fn list(has_nvidia_adapter: bool) -> Vec<DeviceInfo> {
    let names = names_in_proc();
    let names = if names.is_empty() && has_nvidia_adapter {
        vec!["NVIDIA graphics card".to_owned()]
    } else {
        names
    };
    let describe = |(idx, name): (usize, String)| DeviceInfo {
        id: format!("cuda:{idx}"),
        kind: DeviceKind::Cuda,
        name,
        usable: false,
        reason: Some("this build has no CUDA".to_owned()),
    };
    names.into_iter().enumerate().map(describe).collect()
}

#[cfg(feature = "cuda")]
pub(super) fn list(has_nvidia_adapter: bool) -> Vec<DeviceInfo> {
    driver::list(has_nvidia_adapter || !names_in_proc().is_empty())
}

#[cfg(not(feature = "cuda"))]
pub(super) fn connect(_id: &str) -> Result<Device, String> {
    Err("this build has no CUDA".to_owned())
}

#[cfg(feature = "cuda")]
pub(super) fn connect(id: &str) -> Result<Device, String> {
    let index: usize = id
        .strip_prefix("cuda:")
        .and_then(|number| number.parse().ok())
        .ok_or("its number cannot be read")?;
    Ok(Device::cuda(index))
}

/// Names of the cards the kernel driver knows (Linux).
fn names_in_proc() -> Vec<String> {
    let Ok(cards) = std::fs::read_dir("/proc/driver/nvidia/gpus") else {
        return Vec::new();
    };
    let mut files: Vec<_> = cards
        .flatten()
        .map(|card| card.path().join("information"))
        .collect();
    files.sort();
    let name = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let model = text.lines().find_map(|line| line.strip_prefix("Model:"));
        model.map_or_else(
            || "NVIDIA graphics card".to_owned(),
            |m| m.trim().to_owned(),
        )
    };
    files.iter().map(name).collect()
}

#[cfg(feature = "cuda")]
#[path = "cuda_driver.rs"]
mod driver;

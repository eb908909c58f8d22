//! The CPU: always there, always usable.

use std::sync::OnceLock;

use sysinfo::CpuRefreshKind;
use sysinfo::MemoryRefreshKind;
use sysinfo::RefreshKind;
use sysinfo::System;

use super::DeviceInfo;
use super::DeviceKind;

/// The CPU with the name its maker gave it.
pub(super) fn describe() -> DeviceInfo {
    static NAME: OnceLock<String> = OnceLock::new();
    DeviceInfo {
        id: "cpu".to_owned(),
        kind: DeviceKind::Cpu,
        name: NAME.get_or_init(name).clone(),
        usable: true,
        reason: None,
    }
}

/// Bytes that programs may still take; as much as they want where the system does not say.
pub(super) fn free_memory() -> u64 {
    let what = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    System::new_with_specifics(what).map_or(u64::MAX, |system| system.available_memory())
}

fn name() -> String {
    let what = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing());
    let brand = match System::new_with_specifics(what) {
        Ok(system) => system
            .cpus()
            .first()
            .map(|cpu| cpu.brand().trim().to_owned()),
        Err(err) => {
            log::debug!("The processor has no name: {err}");
            None
        }
    };
    let brand = brand.unwrap_or_default();
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if n_threads == 1 { "thread" } else { "threads" };
    if brand.is_empty() {
        format!("CPU, {n_threads} {threads}")
    } else {
        format!("{brand}, {n_threads} {threads}")
    }
}

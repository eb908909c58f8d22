//! Graphics cards through wgpu and Vulkan.

use std::future::Future;
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;

use burn::tensor::Device;

use super::DeviceInfo;
use super::DeviceKind;

const VENDOR_NVIDIA: u32 = 0x10de;

/// One adapter of the Vulkan driver.
pub(super) struct Adapter {
    pub(super) info: DeviceInfo,
    vendor: u32,
    device_type: wgpu::DeviceType,
    /// Position among the adapters of the same type, which is how Burn counts them.
    index_of_type: usize,
}

/// Every Vulkan adapter, in the order of the driver.
pub(super) fn list() -> &'static [Adapter] {
    static FOUND: OnceLock<Vec<Adapter>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let found = catch_unwind(ask_driver).unwrap_or_else(|_panic| {
            log::warn!("The graphics driver failed while its devices were listed");
            Vec::new()
        });
        describe(&found)
    })
}

/// Whether one of the adapters is an NVIDIA card.
pub(super) fn has_nvidia() -> bool {
    list().iter().any(|adapter| {
        adapter.vendor == VENDOR_NVIDIA && adapter.device_type != wgpu::DeviceType::Cpu
    })
}

/// The instance lives as long as the program: drivers crash when instances come and go.
fn ask_driver() -> Vec<wgpu::AdapterInfo> {
    static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();
    let instance = INSTANCE.get_or_init(|| {
        wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::VULKAN,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        })
    });
    let adapters = poll_once(instance.enumerate_adapters(wgpu::Backends::VULKAN));
    let adapters = adapters.unwrap_or_default();
    adapters.iter().map(wgpu::Adapter::get_info).collect()
}

/// The answer of a future that is ready at once, as this one is on a desktop.
fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

fn describe(found: &[wgpu::AdapterInfo]) -> Vec<Adapter> {
    let of_type = |idx: usize, device_type| {
        let before = &found[..idx];
        before
            .iter()
            .filter(|a| a.device_type == device_type)
            .count()
    };
    let describe_one = |(idx, adapter): (usize, &wgpu::AdapterInfo)| {
        let (kind, usable, reason) = judge(adapter.device_type);
        Adapter {
            info: DeviceInfo {
                id: format!("gpu:{idx}"),
                kind,
                name: adapter.name.clone(),
                usable,
                reason: reason.map(str::to_owned),
            },
            vendor: adapter.vendor,
            device_type: adapter.device_type,
            index_of_type: of_type(idx, adapter.device_type),
        }
    };
    found.iter().enumerate().map(describe_one).collect()
}

fn judge(device_type: wgpu::DeviceType) -> (DeviceKind, bool, Option<&'static str>) {
    if !cfg!(feature = "wgpu") {
        let is_software = device_type == wgpu::DeviceType::Cpu;
        let kind = if is_software {
            DeviceKind::Software
        } else {
            DeviceKind::Gpu
        };
        return (
            kind,
            false,
            Some("this build computes without graphics cards"),
        );
    }
    match device_type {
        wgpu::DeviceType::DiscreteGpu
        | wgpu::DeviceType::IntegratedGpu
        | wgpu::DeviceType::VirtualGpu => (DeviceKind::Gpu, true, None),
        wgpu::DeviceType::Cpu => (
            // Mesa's llvmpipe, up to 22.3, crashes while it compiles a kernel in SPIR-V.
            DeviceKind::Software,
            !cfg!(feature = "vulkan"),
            Some("the driver imitates a graphics card on the CPU; the CPU itself is faster"),
        ),
        wgpu::DeviceType::Other => (
            DeviceKind::Gpu,
            false,
            Some("the driver does not say what kind of device it is"),
        ),
    }
}

/// Opens the adapter behind an id that [`list`] handed out.
#[cfg(feature = "wgpu")]
pub(super) fn connect(id: &str) -> Result<Device, String> {
    use burn::tensor::DeviceKind as BurnKind;
    use burn::tensor::wgpu::WgpuBackend;

    let adapter = list()
        .iter()
        .find(|adapter| adapter.info.id == id)
        .ok_or("it is not there any more")?;
    let kind = match adapter.device_type {
        wgpu::DeviceType::DiscreteGpu => BurnKind::DiscreteGpu(adapter.index_of_type),
        wgpu::DeviceType::IntegratedGpu => BurnKind::IntegratedGpu(adapter.index_of_type),
        wgpu::DeviceType::VirtualGpu => BurnKind::VirtualGpu(adapter.index_of_type),
        wgpu::DeviceType::Cpu => BurnKind::Cpu,
        wgpu::DeviceType::Other => return Err("its kind is not known".to_owned()),
    };
    Device::wgpu_options()
        .device_kind(kind)
        .graphics_api(WgpuBackend::Vulkan)
        .init()
        .map_err(|err| err.to_string())
}

#[cfg(not(feature = "wgpu"))]
pub(super) fn connect(_id: &str) -> Result<Device, String> {
    Err("this build computes without graphics cards".to_owned())
}

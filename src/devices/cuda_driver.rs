//! Asks NVIDIA's driver library how many cards there are, without linking to it.

use std::ffi::CStr;
use std::ffi::c_char;
use std::ffi::c_int;
use std::ffi::c_uint;
use std::path::PathBuf;

use crate::devices::DeviceInfo;
use crate::devices::DeviceKind;

#[cfg(windows)]
const DRIVER_LIBRARIES: &[&str] = &["nvcuda.dll"];
#[cfg(not(windows))]
const DRIVER_LIBRARIES: &[&str] = &["libcuda.so.1", "libcuda.so"];

/// Math functions of kernels come from this file of the CUDA toolkit.
const MATH_LIBRARY: &str = "nvvm/libdevice/libdevice.10.bc";

/// Every card the driver counts. Without a driver: one unusable entry where a card is known to
/// be there, nothing otherwise.
pub(super) fn list(has_card: bool) -> Vec<DeviceInfo> {
    match names() {
        Ok(names) => {
            let missing = missing_files();
            let describe = |(idx, name): (usize, String)| DeviceInfo {
                id: format!("cuda:{idx}"),
                kind: DeviceKind::Cuda,
                name,
                usable: missing.is_none(),
                reason: missing.clone(),
            };
            names.into_iter().enumerate().map(describe).collect()
        }
        Err(reason) if has_card => vec![DeviceInfo {
            id: "cuda:0".to_owned(),
            kind: DeviceKind::Cuda,
            name: "NVIDIA graphics card".to_owned(),
            usable: false,
            reason: Some(reason),
        }],
        Err(_) => Vec::new(),
    }
}

/// Looks where `cubecl` looks: `CUDA_PATH` alone where it is set, the usual folders otherwise.
fn missing_files() -> Option<String> {
    let usual = ["/usr/local/cuda", "/opt/cuda", "/usr/lib/cuda", "/usr"];
    let roots = match std::env::var_os("CUDA_PATH") {
        Some(root) => vec![PathBuf::from(root)],
        None => usual.map(PathBuf::from).to_vec(),
    };
    if roots.iter().any(|root| root.join(MATH_LIBRARY).is_file()) {
        return None;
    }
    Some(format!(
        "the CUDA toolkit's file {MATH_LIBRARY} is missing; install the toolkit and set CUDA_PATH"
    ))
}

type Init = unsafe extern "C" fn(c_uint) -> c_int;
type GetCount = unsafe extern "C" fn(*mut c_int) -> c_int;
type Get = unsafe extern "C" fn(*mut c_int, c_int) -> c_int;
type GetName = unsafe extern "C" fn(*mut c_char, c_int, c_int) -> c_int;

#[expect(
    unsafe_code,
    reason = "the driver is a C library that is loaded by name"
)]
fn names() -> Result<Vec<String>, String> {
    let not_found = || format!("the driver library {} is missing", DRIVER_LIBRARIES[0]);
    // SAFETY: loading NVIDIA's driver runs its own start-up code and nothing else.
    let library = DRIVER_LIBRARIES
        .iter()
        .find_map(|name| unsafe { libloading::Library::new(*name).ok() })
        .ok_or_else(not_found)?;
    let old = |_| "the NVIDIA driver is too old".to_owned();
    // SAFETY: the four signatures are those of the CUDA driver API since version 2; the buffers
    // outlive the calls, and `cuDeviceGetName` ends its text with a zero within the length given.
    unsafe {
        let init = library.get::<Init>(b"cuInit\0").map_err(old)?;
        let get_count = library
            .get::<GetCount>(b"cuDeviceGetCount\0")
            .map_err(old)?;
        let get = library.get::<Get>(b"cuDeviceGet\0").map_err(old)?;
        let get_name = library.get::<GetName>(b"cuDeviceGetName\0").map_err(old)?;
        let code = init(0);
        if code != 0 {
            return Err(format!("the NVIDIA driver does not start (error {code})"));
        }
        let mut n_cards: c_int = 0;
        if get_count(&raw mut n_cards) != 0 {
            return Err("the NVIDIA driver does not count its cards".to_owned());
        }
        let mut names = Vec::new();
        for idx in 0..n_cards {
            let mut handle: c_int = 0;
            let mut text = [0 as c_char; 256];
            let is_named = get(&raw mut handle, idx) == 0
                && get_name(text.as_mut_ptr(), text.len() as c_int, handle) == 0;
            names.push(if is_named {
                CStr::from_ptr(text.as_ptr()).to_string_lossy().into_owned()
            } else {
                "NVIDIA graphics card".to_owned()
            });
        }
        Ok(names)
    }
}

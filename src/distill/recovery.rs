//! What happens when a step goes wrong.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;

/// How a step ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Guarded<T> {
    Done(T),
    /// The device had no memory left; what the step worked on is in an unknown state.
    OutOfMemory,
}

/// Words in a panic of a device without memory left.
const SIGNS: &[&str] = &[
    "out of memory",
    "outofmemory",
    "not enough memory",
    "can't allocate",
    "cannot allocate",
    "failed to allocate",
    "buffer too big",
    "memory allocation",
];

/// Runs a step. The tensor library panics when a device has no memory left; every other panic goes
/// on.
pub fn guarded<T>(step: impl FnOnce() -> T) -> Guarded<T> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(value) => Guarded::Done(value),
        Err(panic) if is_out_of_memory(panic.as_ref()) => Guarded::OutOfMemory,
        Err(panic) => resume_unwind(panic),
    }
}

fn is_out_of_memory(panic: &(dyn Any + Send)) -> bool {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or_default()
        .to_lowercase();
    SIGNS.iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_device_is_told_from_other_trouble() {
        assert_eq!(guarded(|| 3), Guarded::Done(3));
        let full: Guarded<()> = guarded(|| panic!("CUDA_ERROR_OUT_OF_MEMORY: out of memory"));
        assert_eq!(full, Guarded::OutOfMemory);
        let other = catch_unwind(|| guarded::<()>(|| panic!("index 3 is out of range")));
        assert!(other.is_err());
    }
}

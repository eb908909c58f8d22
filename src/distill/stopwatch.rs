//! Where the time of a step goes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use burn::tensor::Device;
use parking_lot::Mutex;

/// Copies share one clock. While it is off, and it is unless somebody measures, work is only done.
///
/// A graphics card works behind the program, so the clock waits for it before and after each piece
/// of work; measured steps are slower than others.
#[derive(Clone, Default)]
pub struct Stopwatch {
    times: Arc<Mutex<Option<BTreeMap<&'static str, Duration>>>>,
}

/// The pieces of a step.
pub const TEACHER: &str = "teacher";
pub const MOMENTUM: &str = "momentum student";
pub const FORWARD: &str = "forward";
pub const BACKWARD: &str = "backward";
pub const OPTIMISER: &str = "optimiser";
pub const LOADING: &str = "loading";

impl Stopwatch {
    pub fn start(&self) {
        *self.times.lock() = Some(BTreeMap::new());
    }

    /// What it measured, and off again.
    pub fn stop(&self) -> BTreeMap<&'static str, Duration> {
        self.times.lock().take().unwrap_or_default()
    }

    /// Does some work, whose time counts as `piece` and not as that of the work around it.
    pub fn time<T>(&self, piece: &'static str, device: &Device, work: impl FnOnce() -> T) -> T {
        if self.times.lock().is_none() {
            return work();
        }
        wait(device);
        let (started, before) = (Instant::now(), self.total());
        let done = work();
        wait(device);
        let inside = self.total().saturating_sub(before);
        let own = started.elapsed().saturating_sub(inside);
        if let Some(times) = self.times.lock().as_mut() {
            *times.entry(piece).or_default() += own;
        }
        done
    }

    fn total(&self) -> Duration {
        let times = self.times.lock();
        times
            .as_ref()
            .map_or(Duration::ZERO, |times| times.values().sum())
    }
}

fn wait(device: &Device) {
    if let Err(error) = device.sync() {
        log::debug!("The device did not finish its work: {error:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_inside_other_work_counts_once() {
        let device = Device::flex();
        let watch = Stopwatch::default();
        assert_eq!(watch.time(FORWARD, &device, || 3), 3);
        assert!(watch.stop().is_empty());
        watch.start();
        let nap = |millis: u64| std::thread::park_timeout(Duration::from_millis(millis));
        watch.time(FORWARD, &device, || {
            nap(5);
            watch.time(TEACHER, &device, || nap(200));
        });
        let times = watch.stop();
        assert!(times[TEACHER] >= Duration::from_millis(150), "{times:?}");
        assert!(times[FORWARD] < Duration::from_millis(150), "{times:?}");
    }
}

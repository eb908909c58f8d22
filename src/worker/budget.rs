//! Keeps the decoders together below a limit of memory.

use parking_lot::Condvar;
use parking_lot::Mutex;

/// Bytes that may be in use at the same time. One piece larger than all of it still passes,
/// alone.
pub(super) struct Budget {
    limit: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// Gives the bytes back when it goes.
pub(super) struct Share<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: Mutex::new(0),
            freed: Condvar::new(),
        }
    }

    /// Waits until `bytes` are free.
    pub(super) fn take(&self, bytes: u64) -> Share<'_> {
        let mut used = self.used.lock();
        while *used > 0 && *used + bytes > self.limit {
            self.freed.wait(&mut used);
        }
        *used += bytes;
        Share {
            budget: self,
            bytes,
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.budget.used.lock() -= self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn shares_never_add_up_to_more_than_the_limit() {
        let budget = Budget::new(100);
        let (now, highest) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let share = budget.take(40);
                        let sum = now.fetch_add(40, Ordering::SeqCst) + 40;
                        highest.fetch_max(sum, Ordering::SeqCst);
                        now.fetch_sub(40, Ordering::SeqCst);
                        drop(share);
                    }
                });
            }
        });
        assert!(highest.into_inner() <= 100);
    }

    #[test]
    fn a_piece_larger_than_the_limit_passes_alone() {
        let budget = Budget::new(100);
        drop(budget.take(1000));
        let _small = budget.take(10);
        let _other = budget.take(90);
    }
}

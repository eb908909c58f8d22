//! The reading side of the events: a little at a time, so that a frame is never late.

use std::time::Duration;
use std::time::Instant;

use crossbeam_channel::Receiver;

/// Applies waiting events, oldest first, for at most about `budget`.
///
/// Returns whether some are still waiting, so that the caller can ask for another frame.
pub fn drain<T>(events: &Receiver<T>, budget: Duration, mut apply: impl FnMut(T)) -> bool {
    let started = Instant::now();
    while started.elapsed() < budget {
        match events.try_recv() {
            Ok(event) => apply(event),
            Err(_) => return false, // Empty, or the worker is gone.
        }
    }
    !events.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_arrive_in_order_and_an_empty_budget_leaves_them_waiting() {
        let (sender, receiver) = crossbeam_channel::bounded(8);
        for number in 0..3 {
            sender.send(number).unwrap();
        }
        let mut seen = Vec::new();
        assert!(drain(&receiver, Duration::ZERO, |number| seen.push(number)));
        assert!(seen.is_empty());
        let is_more = drain(&receiver, Duration::from_secs(5), |n| seen.push(n));
        assert_eq!((seen, is_more), (vec![0, 1, 2], false));
    }
}

//! How many repeats a client may make in all: a token bucket, as the AWS SDKs have it.

use std::sync::atomic::{AtomicU32, Ordering};

/// What a full budget holds, and what one repeat takes of it: the figures of the AWS SDKs' standard retry mode.
const CAPACITY: u32 = 500;
const REPEAT: u32 = 5;

/// What a call that succeeds at once brings back.
const SUCCESS: u32 = 1;

/// Shared by a client, its clones and its views.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

impl RetryBudget {
    /// Takes a repeat's share; `false` if there is not enough left.
    pub(crate) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(REPEAT)).is_ok()
    }

    /// A call succeeded after so many repeats: the last one's share comes back.
    pub(crate) fn succeeded(&self, repeats: u32) {
        let back = if repeats > 0 { REPEAT } else { SUCCESS };
        // A full budget, the usual state, is only looked at.
        let more = |left: u32| (left < CAPACITY).then(|| (left + back).min(CAPACITY));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_budget_allows_one_repeat_in_five_successes() {
        let budget = RetryBudget::default();
        assert_eq!((0..1_000).filter(|_| budget.take()).count(), 100);
        let mut repeats = 0;
        for _ in 0..50 {
            budget.succeeded(0);
            repeats += u32::from(budget.take());
        }
        assert_eq!(repeats, 10);
        (0..1_000).for_each(|_| budget.succeeded(1));
        assert_eq!((0..1_000).filter(|_| budget.take()).count(), 100, "it holds no more than its capacity");
    }
}

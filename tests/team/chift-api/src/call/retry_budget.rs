//! A limit on the repeats of a client: a token bucket, as in the AWS SDKs.

use std::sync::atomic::{AtomicU32, Ordering};

/// The content of a full budget, and the cost of one repeat: the values of the AWS SDKs' standard retry mode.
const CAPACITY: u32 = 500;
const REPEAT_COST: u32 = 5;

/// What a call adds to the budget if its first attempt succeeds.
const SUCCESS_REFUND: u32 = 1;

/// Shared by a client, its clones and its views.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

impl RetryBudget {
    /// Takes the cost of one repeat; returns `false` if less than that is left.
    pub(crate) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(REPEAT_COST)).is_ok()
    }

    /// Refunds a call that succeeded after `repeats` repeats: the cost of the last one.
    pub(crate) fn succeeded(&self, repeats: u32) {
        let refund = if repeats > 0 { REPEAT_COST } else { SUCCESS_REFUND };
        // A full budget, the usual state, is only read.
        let more = |left: u32| (left < CAPACITY).then(|| (left + refund).min(CAPACITY));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_budget_allows_one_repeat_for_five_successes() {
        let budget = RetryBudget::default();
        assert_eq!((0..1_000).filter(|_| budget.take()).count(), 100);
        let mut repeats = 0;
        for _ in 0..50 {
            budget.succeeded(0);
            repeats += u32::from(budget.take());
        }
        assert_eq!(repeats, 10);
        (0..1_000).for_each(|_| budget.succeeded(1));
        assert_eq!((0..1_000).filter(|_| budget.take()).count(), 100, "the budget never exceeds its capacity");
    }
}

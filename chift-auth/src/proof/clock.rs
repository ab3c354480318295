//! A clock that a test moves.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};

use crate::clock::{Clock, Now, Sleep};

/// Stands still unless it is moved; who sleeps by it moves it on.
#[derive(Debug)]
pub(super) struct TestClock(Mutex<Now>);

impl TestClock {
    pub(super) fn new() -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self(Mutex::new(Now { monotonic: Instant::now(), wall: Utc::now() })))
    }

    /// Moves both clocks.
    pub(super) fn advance(&self, span: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.after(span);
    }

    /// Moves the wall clock only: the machine slept, or somebody set it.
    pub(super) fn step_wall(&self, seconds: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).wall += TimeDelta::seconds(seconds);
    }

    /// Moves the monotonic clock only: somebody set the wall clock back meanwhile.
    pub(super) fn step_monotonic(&self, span: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).monotonic += span;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Now {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, span: Duration) -> Sleep {
        self.advance(span);
        Box::pin(tokio::task::yield_now())
    }

    fn patience(&self, _: Duration) -> Sleep {
        Box::pin(std::future::pending())
    }
}

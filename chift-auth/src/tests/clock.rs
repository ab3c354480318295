//! A clock that the test moves.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;

use crate::clock::{Clock, Now, Sleep};

/// Stands still until the test moves it. `sleep` moves it by itself; `timeout` waits until it has been moved.
#[derive(Debug)]
pub(super) struct TestClock(watch::Sender<Now>);

impl TestClock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(Now { monotonic: Instant::now(), wall: SystemTime::now() })))
    }

    /// Moves both clocks.
    pub(super) fn advance(&self, span: Duration) {
        self.0.send_modify(|now| *now = now.after(span));
    }

    /// Moves the wall clock only: the machine slept, or somebody set it.
    pub(super) fn step_wall(&self, seconds: i64) {
        let span = Duration::from_secs(seconds.unsigned_abs());
        self.0.send_modify(|now| if seconds < 0 { now.wall -= span } else { now.wall += span });
    }

    /// Moves the monotonic clock only: somebody set the wall clock back meanwhile.
    pub(super) fn step_monotonic(&self, span: Duration) {
        self.0.send_modify(|now| now.monotonic += span);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Now {
        *self.0.borrow()
    }

    fn sleep(&self, span: Duration) -> Sleep {
        self.advance(span);
        Box::pin(tokio::task::yield_now())
    }

    fn timeout(&self, span: Duration) -> Sleep {
        let (mut clock, end) = (self.0.subscribe(), self.now().after(span));
        Box::pin(async move {
            let _ = clock.wait_for(|now| now.reached(end)).await;
        })
    }
}

//! A clock that a test moves.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chift_api::{Clock, Moment, SharedClock, Sleep};
use tokio::sync::watch;

/// Stands still until the test moves it. `sleep` moves it; `timeout` waits until the test has moved it.
pub(super) struct TestClock(watch::Sender<Moment>);

impl TestClock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(SharedClock::default().moment())))
    }

    pub(super) fn moment(&self) -> Moment {
        *self.0.borrow()
    }

    /// Moves both clocks.
    pub(super) fn advance(&self, span: Duration) {
        self.0.send_modify(|now| *now = now.after(span));
    }

    /// Moves only the wall clock: the machine slept, or a user set the clock.
    pub(super) fn step_wall(&self, seconds: i64) {
        let span = Duration::from_secs(seconds.unsigned_abs());
        self.0.send_modify(|now| if seconds < 0 { now.wall -= span } else { now.wall += span });
    }

    /// Moves only the monotonic clock: a user set the wall clock back meanwhile.
    pub(super) fn step_monotonic(&self, span: Duration) {
        self.0.send_modify(|now| now.monotonic += span);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.moment().monotonic
    }

    fn wall(&self) -> SystemTime {
        self.moment().wall
    }

    fn sleep(&self, span: Duration) -> Sleep {
        self.advance(span);
        Box::pin(tokio::task::yield_now())
    }

    fn timeout(&self, span: Duration) -> Sleep {
        let (mut clock, end) = (self.0.subscribe(), self.moment().after(span));
        Box::pin(async move {
            let _ = clock.wait_for(|now| now.reached(end)).await;
        })
    }
}

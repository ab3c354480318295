//! The two clocks that a token's life is measured by, and waiting.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

/// The current time on both clocks.
///
/// A token expires as soon as either clock says so: the monotonic clock stops while a machine sleeps,
/// and the wall clock can be set.
///
/// The wall clock is kept as a [`SystemTime`], because reading it is cheaper than computing a calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) monotonic: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    /// The time `span` later, on both clocks.
    pub(crate) fn after(self, span: Duration) -> Self {
        Self {
            monotonic: self.monotonic.checked_add(span).unwrap_or(self.monotonic),
            wall: self.wall.checked_add(span).unwrap_or(self.wall),
        }
    }

    /// Whether `end` is still to come on both clocks. For a token's life.
    pub(crate) fn is_before(self, end: Self) -> bool {
        self.monotonic < end.monotonic && self.wall < end.wall
    }

    /// Whether `end` has come on the monotonic clock. For pauses and deadlines.
    pub(crate) fn reached(self, end: Self) -> bool {
        self.monotonic >= end.monotonic
    }

    /// The time left until `end` on the monotonic clock. For pauses and deadlines.
    pub(crate) fn left(self, end: Self) -> Duration {
        end.monotonic.saturating_duration_since(self.monotonic)
    }

    /// The time left until `end` on the clock that is nearer to it. For a token's life.
    pub(crate) fn until(self, end: Self) -> Duration {
        self.left(end).min(end.wall.duration_since(self.wall).unwrap_or_default())
    }

    /// The wall clock as a calendar date.
    pub(crate) fn date(self) -> DateTime<Utc> {
        let (epoch, wall) = (SystemTime::UNIX_EPOCH, self.wall);
        let date = match wall.duration_since(epoch) {
            Ok(since) => i64::try_from(since.as_secs())
                .ok()
                .and_then(|seconds| DateTime::from_timestamp(seconds, since.subsec_nanos())),
            Err(before) => i64::try_from(before.duration().as_secs())
                .ok()
                .and_then(|seconds| DateTime::from_timestamp(-seconds, 0)),
        };
        date.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// A wait that has begun.
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Reads the time and waits. Tests use their own implementation.
pub(crate) trait Clock: Debug + Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Now;

    /// A pause of our own, such as the one between two attempts.
    fn sleep(&self, span: Duration) -> Sleep;

    /// Bounds the wait for somebody else's work: completes when that work has taken longer than `span`.
    fn timeout(&self, span: Duration) -> Sleep {
        self.sleep(span)
    }
}

/// The clocks of this machine. Waiting requires a tokio runtime with its time driver enabled.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    fn sleep(&self, span: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_wall_clock_on_either_side_of_the_epoch() {
        let at = |wall| Now { monotonic: Instant::now(), wall }.date().timestamp();
        assert_eq!(at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)), 1_800_000_000);
        assert_eq!(at(SystemTime::UNIX_EPOCH - Duration::from_secs(5)), -5);
    }
}

//! The two clocks by which a token ages, and waiting.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// What time it is, on both clocks.
///
/// A token is over as soon as either clock says so: the monotonic one stops while a machine sleeps,
/// and the wall clock can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) monotonic: Instant,
    pub(crate) wall: DateTime<Utc>,
}

impl Now {
    /// The moment that much later, on both clocks.
    pub(crate) fn after(self, span: Duration) -> Self {
        let wall = TimeDelta::from_std(span).ok().and_then(|span| self.wall.checked_add_signed(span));
        Self {
            monotonic: self.monotonic.checked_add(span).unwrap_or(self.monotonic),
            wall: wall.unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// Whether `end` has come, by the clock that nobody sets. For pauses: a token's life goes by both.
    pub(crate) fn reached(self, end: Self) -> bool {
        self.monotonic >= end.monotonic
    }

    /// How long it is until `end`: what the clock says that is nearer to it.
    pub(crate) fn until(self, end: Self) -> Duration {
        let by_wall = (end.wall - self.wall).to_std().unwrap_or_default();
        end.monotonic.saturating_duration_since(self.monotonic).min(by_wall)
    }
}

/// A wait under way.
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the time comes from; tests bring their own.
pub(crate) trait Clock: Debug + Send + Sync + 'static {
    fn now(&self) -> Now;

    /// Waits before the next attempt.
    fn sleep(&self, span: Duration) -> Sleep;

    /// Ends when somebody who waits for another's work has waited that long, which does not happen
    /// unless that other's runtime stands still.
    fn patience(&self, span: Duration) -> Sleep {
        self.sleep(span)
    }
}

/// The clocks of the machine.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now { monotonic: Instant::now(), wall: Utc::now() }
    }

    fn sleep(&self, span: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(span))
    }
}

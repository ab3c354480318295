//! The two clocks by which a token ages.

use std::fmt::Debug;
use std::time::Instant;

use chrono::{DateTime, Utc};

/// What time it is, on both clocks.
///
/// A token is over as soon as either clock says so: the monotonic one stops while a machine sleeps,
/// and the wall clock can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) monotonic: Instant,
    pub(crate) wall: DateTime<Utc>,
}

/// Where the time comes from; tests bring their own.
pub(crate) trait Clock: Debug + Send + Sync + 'static {
    fn now(&self) -> Now;
}

/// The clocks of the machine.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now { monotonic: Instant::now(), wall: Utc::now() }
    }
}

//! The time source of both crates.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// A wait that has begun. It completes when its time is over.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Reads the time and waits. Tests replace it with [`Session::with_clock`](crate::Session::with_clock).
///
/// Each method has a default that reads the machine's clocks or waits with tokio's timer, so an implementation
/// contains only what it replaces:
///
/// ```
/// use chift_api::{Client, Clock, DEFAULT_BASE_URL, Session, Sleep};
/// use std::time::Duration;
///
/// /// Retries without a pause.
/// struct NoPause;
///
/// impl Clock for NoPause {
///     fn sleep(&self, _: Duration) -> Sleep {
///         Box::pin(std::future::ready(()))
///     }
/// }
///
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous().with_clock(NoPause))?;
/// # Ok::<(), chift_api::BuildError>(())
/// ```
///
/// A pause and a limit are separate methods, because a test replaces them in opposite ways: a pause ends at once,
/// while the limit on a response that is already on its way does not expire.
pub trait Clock: Send + Sync + 'static {
    /// The current time on the monotonic clock.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// The current time on the wall clock. It can be set, and it continues while the machine sleeps.
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Pauses before a request is sent again.
    fn sleep(&self, pause: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(pause))
    }

    /// Limits the wait for a response or for other work: completes when `limit` has passed.
    fn timeout(&self, limit: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(limit))
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Instant {
        self.as_ref().now()
    }

    fn wall(&self) -> SystemTime {
        self.as_ref().wall()
    }

    fn sleep(&self, pause: Duration) -> Sleep {
        self.as_ref().sleep(pause)
    }

    fn timeout(&self, limit: Duration) -> Sleep {
        self.as_ref().timeout(limit)
    }
}

/// A clock to keep and share: the machine's clocks and tokio's timer, unless another [`Clock`] replaces them. Cheap to
/// clone.
///
/// ```
/// use chift_api::SharedClock;
/// use std::time::Duration;
/// let clock = SharedClock::default();
/// let now = clock.moment();
/// assert!(now.is_before(now.after(Duration::from_secs(1))));
/// ```
#[derive(Clone, Default)]
pub struct SharedClock(Option<Arc<dyn Clock>>);

impl SharedClock {
    /// Replaces the machine's clocks by `clock`.
    pub fn new(clock: impl Clock) -> Self {
        Self(Some(Arc::new(clock)))
    }

    /// The current time on the monotonic clock.
    pub fn now(&self) -> Instant {
        self.0.as_ref().map_or_else(Instant::now, Clock::now)
    }

    /// The current time on both clocks.
    pub fn moment(&self) -> Moment {
        let wall = self.0.as_ref().map_or_else(SystemTime::now, Clock::wall);
        Moment { monotonic: self.now(), wall }
    }

    /// Pauses before a request is sent again.
    pub async fn sleep(&self, pause: Duration) {
        match &self.0 {
            Some(clock) => clock.sleep(pause).await,
            None => tokio::time::sleep(pause).await,
        }
    }

    /// Completes when `limit` has passed.
    pub fn timeout(&self, limit: Duration) -> Sleep {
        match &self.0 {
            Some(clock) => clock.timeout(limit),
            None => Box::pin(tokio::time::sleep(limit)),
        }
    }

    /// Returns the output of `work`, or `None` if it takes longer than `limit`. The caller pins the work, because it
    /// can be large and each move copies it.
    pub async fn within<T>(&self, limit: Duration, work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match &self.0 {
            // Without the trait object, the timer needs no allocation.
            None => tokio::time::timeout(limit, work).await.ok(),
            Some(_) => match futures_util::future::select(work, self.timeout(limit)).await {
                futures_util::future::Either::Left((done, _)) => Some(done),
                futures_util::future::Either::Right(_) => None,
            },
        }
    }
}

impl fmt::Debug for SharedClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "custom" } else { "system" })
    }
}

/// A point in time on both clocks; from [`SharedClock::moment`].
///
/// A life, such as that of a token, ends as soon as either clock reaches its end: the monotonic clock stops while the
/// machine sleeps, and the wall clock can be set. Pauses and deadlines use the monotonic clock alone.
///
/// ```
/// use chift_api::SharedClock;
/// use std::time::Duration;
/// let (second, now) = (Duration::from_secs(1), SharedClock::default().moment());
/// let mut end = now.after(second);
/// assert_eq!((now.left(end), now.until(end)), (second, second));
/// end.wall = now.wall;
/// assert_eq!((now.left(end), now.until(end)), (second, Duration::ZERO));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The monotonic clock.
    pub monotonic: Instant,
    /// The wall clock. Reading a [`SystemTime`] is cheaper than computing a calendar date.
    pub wall: SystemTime,
}

impl Moment {
    /// The moment that is `span` later on both clocks. A clock that cannot represent it stays where it is.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self {
            monotonic: self.monotonic.checked_add(span).unwrap_or(self.monotonic),
            wall: self.wall.checked_add(span).unwrap_or(self.wall),
        }
    }

    /// Whether `end` is in the future on both clocks. For a life.
    pub fn is_before(self, end: Self) -> bool {
        self.monotonic < end.monotonic && self.wall < end.wall
    }

    /// The time until `end` on the clock that reaches it first. For a life.
    pub fn until(self, end: Self) -> Duration {
        self.left(end).min(end.wall.duration_since(self.wall).unwrap_or_default())
    }

    /// Whether the monotonic clock has reached `end`. For a pause or a deadline.
    pub fn reached(self, end: Self) -> bool {
        self.monotonic >= end.monotonic
    }

    /// The time until `end` on the monotonic clock. For a pause or a deadline.
    pub fn left(self, end: Self) -> Duration {
        end.monotonic.saturating_duration_since(self.monotonic)
    }
}

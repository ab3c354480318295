//! Where the time comes from.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A wait under way.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A clock for [`Session::with_clock`](crate::Session::with_clock): for tests that do not wait, or another runtime
/// than tokio.
///
/// ```
/// use chift_api::{Client, Clock, DEFAULT_BASE_URL, Session, Sleep};
/// use std::time::{Duration, Instant};
///
/// /// Pauses for no time.
/// struct NoPause;
///
/// impl Clock for NoPause {
///     fn now(&self) -> Instant {
///         Instant::now()
///     }
///
///     fn sleep(&self, _: Duration) -> Sleep {
///         Box::pin(std::future::ready(()))
///     }
///
///     fn timeout(&self, limit: Duration) -> Sleep {
///         Box::pin(tokio::time::sleep(limit))
///     }
/// }
///
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous().with_clock(NoPause))?;
/// # Ok::<(), chift_api::BuildError>(())
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current moment, on a clock that nobody can set.
    fn now(&self) -> Instant;

    /// A pause before something is tried again.
    fn sleep(&self, pause: Duration) -> Sleep;

    /// Ends when somebody else's work has been waited for that long.
    fn timeout(&self, limit: Duration) -> Sleep;
}

/// The clock of a session: the machine's, unless another one is set.
#[derive(Clone, Default)]
pub(crate) struct SessionClock(Option<Arc<dyn Clock>>);

impl SessionClock {
    pub(crate) fn new(clock: impl Clock) -> Self {
        Self(Some(Arc::new(clock)))
    }

    pub(crate) fn now(&self) -> Instant {
        self.0.as_ref().map_or_else(Instant::now, |clock| clock.now())
    }

    pub(crate) async fn sleep(&self, pause: Duration) {
        match &self.0 {
            Some(clock) => clock.sleep(pause).await,
            None => tokio::time::sleep(pause).await,
        }
    }

    /// What `work` returns; `None` if it takes longer than `limit`. The work is pinned by the caller, because it is
    /// large and each move copies it.
    pub(crate) async fn within<T>(&self, limit: Duration, work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match &self.0 {
            // The machine's own timer needs no allocation.
            None => tokio::time::timeout(limit, work).await.ok(),
            Some(clock) => match futures_util::future::select(work, clock.timeout(limit)).await {
                futures_util::future::Either::Left((done, _)) => Some(done),
                futures_util::future::Either::Right(_) => None,
            },
        }
    }
}

impl fmt::Debug for SessionClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "custom" } else { "system" })
    }
}

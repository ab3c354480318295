//! When a failed call is sent again.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use progenitor_client::ClientInfo as _;
use reqwest::{Request, Response};

use crate::context::IDEMPOTENCY_KEY;
use crate::{Client, authorize_error, retry_after};

/// A policy of sending failed calls again; for [`Client::retrying`].
///
/// Sent again is what may be: calls of a safe method (`GET`), and others that carry an
/// [idempotency key](crate::Context::idempotency_key). The reason must be passing: Chift was not reached,
/// the connection broke before the answer, or the status is 408, 429, 502, 503 or 504. A body that is a
/// stream is never sent twice, and an answer that has begun is never asked for again.
///
/// With an idempotency key, a request that was carried out though its answer was lost is answered 409 when it
/// is sent again: then the error is a [`repeat`](crate::Failure::repeat), and the thing is done.
///
/// The wait before the second attempt is at random between half of [`first_wait`](Self::first_wait) and the
/// whole; it doubles from attempt to attempt, up to [`longest_wait`](Self::longest_wait). A `Retry-After` makes it as
/// long as the server asks. Where the [`budget`](Self::budget) does not allow for the wait, the failure is
/// handed to the caller.
///
/// ```
/// use chift_api::{Client, Context, DEFAULT_BASE_URL, Retry, Session};
/// use std::time::Duration;
///
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())
///     .with(&Context::new().key_for_each_call())
///     .retrying(Retry::new().attempts(5).budget(Duration::from_secs(20)));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Retry {
    attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
    budget: Duration,
    clock: Arc<dyn Clock>,
}

impl Retry {
    /// Three attempts, 200 ms to 5 s apart, within 30 s.
    pub fn new() -> Self {
        Self {
            attempts: 3,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(5),
            budget: Duration::from_secs(30),
            clock: Arc::new(SystemClock),
        }
    }

    /// How many times a call is sent at most, the first time included. Zero is taken as one.
    pub fn attempts(mut self, count: u32) -> Self {
        self.attempts = count;
        self
    }

    /// The longest wait before the second attempt.
    pub fn first_wait(mut self, span: Duration) -> Self {
        self.first_wait = span;
        self
    }

    /// The longest wait before any attempt, unless the server asks for a longer one.
    pub fn longest_wait(mut self, span: Duration) -> Self {
        self.longest_wait = span;
        self
    }

    /// How much time may pass from the beginning of a call to the beginning of its last attempt. How
    /// long that one takes is a matter of the HTTP client's own timeout.
    pub fn budget(mut self, span: Duration) -> Self {
        self.budget = span;
        self
    }

    /// Another clock than the machine's: for tests that do not wait, or another runtime than tokio.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) async fn sleep(&self, span: Duration) {
        self.clock.sleep(span).await;
    }

    /// How long to wait before the next attempt; `None` when there is none.
    pub(crate) fn wait(&self, result: &reqwest::Result<Response>, attempt: u32, started: Instant) -> Option<Duration> {
        let asked = passing(result)?;
        self.wait_for(asked, attempt, self.now().saturating_duration_since(started), fastrand::f64())
    }

    /// `jitter` is from 0 to 1.
    fn wait_for(&self, asked: Option<Duration>, attempt: u32, passed: Duration, jitter: f64) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let longest = self.first_wait.saturating_mul(doubled).min(self.longest_wait);
        let wait = longest.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0).max(asked.unwrap_or_default());
        (passed.checked_add(wait)? <= self.budget).then_some(wait)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("attempts", &self.attempts)
            .field("first_wait", &self.first_wait)
            .field("longest_wait", &self.longest_wait)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

/// Whether it does no harm to send a request twice.
pub(crate) fn is_repeatable(request: &Request) -> bool {
    request.method().is_safe() || request.headers().contains_key(IDEMPOTENCY_KEY)
}

/// Whether a failure may pass, and how long the server asks to be left alone.
#[allow(clippy::option_option)]
fn passing(result: &reqwest::Result<Response>) -> Option<Option<Duration>> {
    match result {
        Ok(response) => match response.status().as_u16() {
            408 | 429 | 502..=504 => Some(retry_after(response.headers())),
            _ => None,
        },
        // A token source has tried often enough by itself.
        Err(error) if authorize_error(error).is_some() => None,
        Err(error) => (error.is_connect() || error.is_timeout() || error.is_request()).then_some(None),
    }
}

/// A wait under way.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a [`Retry`] has the time from.
///
/// ```
/// use chift_api::{Clock, Retry, Sleep};
/// use std::time::{Duration, Instant};
///
/// /// Waits for nothing: for tests.
/// struct Hasty;
///
/// impl Clock for Hasty {
///     fn now(&self) -> Instant {
///         Instant::now()
///     }
///
///     fn sleep(&self, _: Duration) -> Sleep {
///         Box::pin(std::future::ready(()))
///     }
/// }
///
/// let retry = Retry::new().clock(Hasty);
/// ```
pub trait Clock: Send + Sync + 'static {
    /// What time it is, on a clock that nobody sets.
    fn now(&self) -> Instant;

    /// Waits.
    fn sleep(&self, span: Duration) -> Sleep;
}

/// The machine's clock, and tokio's timer.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, span: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(span))
    }
}

impl Client {
    /// This client with a policy of sending failed calls again; without one, a call is sent once. (A call
    /// whose token was refused is sent once more in any case, and that is no attempt.) This client is as it
    /// was; the policy of the view is `retry` alone.
    #[must_use]
    pub fn retrying(&self, retry: Retry) -> Self {
        let session = self.inner().clone().with_retry(Arc::new(retry));
        Self::new_with_client(self.baseurl(), self.client().clone(), session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn waits_double_within_their_bounds() {
        let retry = Retry::new().attempts(10).first_wait(100 * MS).longest_wait(500 * MS);
        let waits = |jitter| [1, 2, 3, 4, 9].map(|attempt| retry.wait_for(None, attempt, MS, jitter).unwrap());
        assert_eq!(waits(1.0), [100 * MS, 200 * MS, 400 * MS, 500 * MS, 500 * MS]);
        assert_eq!(waits(0.0), [50 * MS, 100 * MS, 200 * MS, 250 * MS, 250 * MS]);
        assert_eq!(retry.wait_for(None, 10, MS, 0.0), None);
        assert_eq!(retry.attempts(u32::MAX).wait_for(None, u32::MAX - 1, MS, 1.0), Some(500 * MS));
    }

    #[test]
    fn the_server_may_ask_for_longer_and_not_for_shorter() {
        let retry = Retry::new().first_wait(100 * MS);
        assert_eq!(retry.wait_for(Some(7000 * MS), 1, MS, 0.5), Some(7000 * MS));
        assert_eq!(retry.wait_for(Some(Duration::ZERO), 1, MS, 1.0), Some(100 * MS));
    }

    #[test]
    fn nothing_is_waited_for_beyond_the_budget() {
        let retry = Retry::new().first_wait(100 * MS).budget(1000 * MS);
        assert_eq!(retry.wait_for(None, 1, 900 * MS, 1.0), Some(100 * MS));
        assert_eq!(retry.wait_for(None, 1, 901 * MS, 1.0), None);
        assert_eq!(retry.wait_for(Some(1001 * MS), 1, Duration::ZERO, 1.0), None);
        assert_eq!(retry.wait_for(Some(Duration::MAX), 1, MS, 1.0), None);
        assert_eq!(retry.attempts(0).wait_for(None, 1, MS, 0.0), None, "no attempt is one attempt");
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        let answered = |status: u16| {
            Ok(Response::from(http::Response::builder().status(status).header("retry-after", "3").body("").unwrap()))
        };
        for status in [408, 429, 502, 503, 504] {
            assert_eq!(passing(&answered(status)), Some(Some(Duration::from_secs(3))), "{status}");
        }
        for status in [200, 301, 400, 401, 403, 404, 409, 422, 500, 501] {
            assert_eq!(passing(&answered(status)), None, "{status}");
        }
    }
}

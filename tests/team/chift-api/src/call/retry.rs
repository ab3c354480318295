//! When a failed request is sent again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Request, Response};

use super::context::IDEMPOTENCY_KEY;
use super::error::CallError;
use super::runtime::ClientInfo as _;
use crate::{Client, retry_after};

/// Pauses that double after each failure. Calls and token requests both use it.
///
/// ```
/// use chift_api::Backoff;
/// use std::time::Duration;
///
/// const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
/// assert_eq!(BACKOFF.pause(3, 1.0), Duration::from_secs(4));
/// assert_eq!(BACKOFF.pause(3, 0.0), Duration::from_secs(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
}

impl Backoff {
    /// A backoff whose longest pause is `initial` after the first failure, and doubles with each failure up to `max`.
    pub const fn new(initial: Duration, max: Duration) -> Self {
        Self { initial, max }
    }

    /// The pause after `failures` failures in a row. `jitter`, from 0 to 1, selects a pause between half of the
    /// longest one and the whole.
    pub fn pause(&self, failures: u32, jitter: f64) -> Duration {
        let factor = 2_u32.saturating_pow(failures.saturating_sub(1));
        let longest = self.initial.saturating_mul(factor).min(self.max);
        longest.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

/// How often and when a failed request is sent again; for [`Client::retrying`].
///
/// A call is sent again only if that is harmless: if its method is safe (`GET`), or if it carries an
/// [idempotency key](crate::Context::idempotency_key). The failure must be a passing one: the server was not
/// reached, the connection broke or timed out before the response began, or the status is 408, 429, 502, 503
/// or 504. (Token requests are also repeated after other statuses from 500 to 599, because they change nothing.) A
/// body that is a stream is never sent twice, and a response that has begun is never requested again.
///
/// A [pending sync](crate::ErrorDetails::is_sync_pending) is returned at once: only the caller knows whether to wait for
/// the data layer or to read from the customer's software.
///
/// If a request with an idempotency key was executed but its response was lost, Chift responds to the next attempt
/// with status 409. That error is a [`repeat`](crate::ErrorDetails::repeat), and
/// [`Client::transaction`](crate::Client::transaction) returns what became of the request.
///
/// The pause before the second attempt is random, between half of
/// [`initial_backoff`](RetryPolicyBuilder::initial_backoff) and the whole. It doubles with each attempt, up to
/// [`max_backoff`](RetryPolicyBuilder::max_backoff), and it is at least as long as `Retry-After` requests. If the
/// pause would end after [`max_elapsed`](RetryPolicyBuilder::max_elapsed), the call returns the failure instead.
///
/// A client, its clones and its views share one budget for all repeats, so that they do not multiply the traffic
/// during an outage: 100 repeats at first, then one for every five successful calls. With an empty budget, calls are
/// sent once.
///
/// ```
/// use chift_api::{Client, Context, DEFAULT_BASE_URL, RetryPolicy, Session};
/// use std::time::Duration;
///
/// let policy = RetryPolicy::builder().attempts(5).max_elapsed(Duration::from_secs(20)).build()?;
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?
///     .with(&Context::new().key_for_each_call())
///     .retrying(policy);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    backoff: Backoff,
    max_elapsed: Duration,
}

impl RetryPolicy {
    /// Three attempts within 30 s, with pauses of 200 ms to 5 s.
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            backoff: Backoff::new(Duration::from_millis(200), Duration::from_secs(5)),
            max_elapsed: Duration::from_secs(30),
        }
    }

    /// A builder whose defaults are those of [`new`](Self::new).
    pub const fn builder() -> RetryPolicyBuilder {
        RetryPolicyBuilder(Self::new())
    }

    /// The maximum number of times that a request is sent, including the first.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The pauses between attempts, without regard to `Retry-After`.
    pub fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// The pause before the next attempt, or `None` if there is none. `attempt` is the number of the attempt that
    /// failed, from 1; `retry_after` is the pause that the server requests; `elapsed` is the time since the first
    /// attempt began; `jitter` is from 0 to 1.
    pub fn next_pause(
        &self,
        attempt: u32,
        retry_after: Option<Duration>,
        elapsed: Duration,
        jitter: f64,
    ) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let pause = self.backoff.pause(attempt, jitter).max(retry_after.unwrap_or_default());
        (elapsed.checked_add(pause)? <= self.max_elapsed).then_some(pause)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// The settings of a [`RetryPolicy`]; from [`RetryPolicy::builder`].
///
/// ```
/// use chift_api::RetryPolicy;
/// let error = RetryPolicy::builder().attempts(11).build().unwrap_err();
/// assert_eq!(error.to_string(), "invalid setting `attempts`: 11 is not from 1 to 10");
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct RetryPolicyBuilder(RetryPolicy);

/// The upper limit of every duration of a policy.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl RetryPolicyBuilder {
    /// The maximum number of times that a request is sent, including the first: from 1 to 10. Default: 3.
    pub fn attempts(mut self, count: u32) -> Self {
        self.0.attempts = count;
        self
    }

    /// The longest pause before the second attempt, at least 1 ms. Default: 200 ms.
    pub fn initial_backoff(mut self, pause: Duration) -> Self {
        self.0.backoff.initial = pause;
        self
    }

    /// The longest pause before any attempt, unless the server requests a longer one. At least
    /// [`initial_backoff`](Self::initial_backoff), at most a day. Default: 5 s.
    pub fn max_backoff(mut self, pause: Duration) -> Self {
        self.0.backoff.max = pause;
        self
    }

    /// The maximum time from the start of a call to the start of its last attempt, at most a day. Default: 30 s.
    pub fn max_elapsed(mut self, time: Duration) -> Self {
        self.0.max_elapsed = time;
        self
    }

    /// Returns the policy.
    ///
    /// # Errors
    ///
    /// If a setting is out of range. The error names the setting.
    pub fn build(self) -> Result<RetryPolicy, SettingError> {
        let policy = self.0;
        let Backoff { initial, max } = policy.backoff;
        let invalid = |setting: &'static str, reason: String| Err(SettingError::new(setting, reason));
        if !(1..=10).contains(&policy.attempts) {
            return invalid("attempts", format!("{} is not from 1 to 10", policy.attempts));
        }
        if initial < Duration::from_millis(1) {
            return invalid("initial_backoff", format!("{initial:?} is shorter than a millisecond"));
        }
        if max < initial {
            return invalid("max_backoff", format!("{max:?} is shorter than the initial backoff of {initial:?}"));
        }
        for (setting, time) in [("max_backoff", max), ("max_elapsed", policy.max_elapsed)] {
            if time > LONGEST {
                return invalid(setting, format!("{time:?} is longer than a day"));
            }
        }
        Ok(policy)
    }
}

/// A setting of a builder is out of range.
///
/// ```
/// let error = chift_api::RetryPolicy::builder().attempts(0).build().unwrap_err();
/// assert_eq!((error.setting(), error.reason()), ("attempts", "0 is not from 1 to 10"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    setting: &'static str,
    reason: String,
}

impl SettingError {
    /// An error for the builder's method `setting`.
    pub fn new(setting: &'static str, reason: String) -> Self {
        Self { setting, reason }
    }

    /// The builder's method that sets the value.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// Why the value is invalid.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid setting `{}`: {}", self.setting, self.reason)
    }
}

impl std::error::Error for SettingError {}

/// Whether sending a request twice is harmless.
pub(crate) fn is_repeatable(request: &Request) -> bool {
    request.method().is_safe() || request.headers().contains_key(IDEMPOTENCY_KEY)
}

/// Whether a failure with this status can pass by itself, for any request. A 500 is not among them, because the request
/// itself can cause it.
///
/// ```
/// assert!(chift_api::is_passing_status(503) && !chift_api::is_passing_status(500));
/// ```
pub fn is_passing_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 502..=504)
}

/// `Some` if a failure can pass by itself, with the pause that the server requests in `Retry-After`.
#[allow(clippy::option_option)]
pub(crate) fn passing(result: &Result<Response, CallError>) -> Option<Option<Duration>> {
    match result {
        Ok(response) => is_passing_status(response.status().as_u16()).then(|| retry_after(response.headers())),
        Err(CallError::Transport(_)) => Some(None),
        // A token source retries by itself.
        Err(_) => None,
    }
}

impl Client {
    /// A view of this client that sends failed calls again. `policy` replaces any policy of this client, which is
    /// unchanged. All views share one budget of repeats.
    ///
    /// Without a policy, a call is sent once. A call whose token Chift refuses is sent once more in either case, and
    /// that does not count as an attempt.
    ///
    /// ```
    /// use chift_api::{Client, DEFAULT_BASE_URL, RetryPolicy, Session};
    /// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?.retrying(RetryPolicy::new());
    /// # Ok::<(), chift_api::BuildError>(())
    /// ```
    #[must_use]
    pub fn retrying(&self, policy: RetryPolicy) -> Self {
        let session = self.inner().clone().with_retry(Arc::new(policy));
        Self::new_with_client(self.baseurl(), self.client().clone(), session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TransportError;

    const MS: Duration = Duration::from_millis(1);

    fn policy(set: impl FnOnce(RetryPolicyBuilder) -> RetryPolicyBuilder) -> RetryPolicy {
        set(RetryPolicy::builder().initial_backoff(100 * MS)).build().unwrap()
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = policy(|it| it.attempts(10).max_backoff(500 * MS));
        let pauses = |jitter| [1, 2, 3, 4, 9].map(|attempt| policy.next_pause(attempt, None, MS, jitter).unwrap());
        assert_eq!(pauses(1.0), [100 * MS, 200 * MS, 400 * MS, 500 * MS, 500 * MS]);
        assert_eq!(pauses(0.0), [50 * MS, 100 * MS, 200 * MS, 250 * MS, 250 * MS]);
        assert_eq!(policy.next_pause(10, None, MS, 0.0), None);
        assert_eq!(policy.backoff().pause(u32::MAX, 1.0), 500 * MS);
    }

    #[test]
    fn retry_after_lengthens_a_pause_and_never_shortens_it() {
        let policy = policy(|it| it);
        assert_eq!(policy.next_pause(1, Some(7000 * MS), MS, 0.5), Some(7000 * MS));
        assert_eq!(policy.next_pause(1, Some(Duration::ZERO), MS, 1.0), Some(100 * MS));
    }

    #[test]
    fn no_pause_ends_after_the_maximum_elapsed_time() {
        let policy = policy(|it| it.max_elapsed(1000 * MS));
        assert_eq!(policy.next_pause(1, None, 900 * MS, 1.0), Some(100 * MS));
        assert_eq!(policy.next_pause(1, None, 901 * MS, 1.0), None);
        assert_eq!(policy.next_pause(1, Some(1001 * MS), Duration::ZERO, 1.0), None);
        assert_eq!(policy.next_pause(1, Some(Duration::MAX), MS, 1.0), None);
    }

    #[test]
    fn an_error_names_the_setting_that_is_out_of_range() {
        for (builder, expected) in [
            (RetryPolicy::builder().attempts(0), "attempts"),
            (RetryPolicy::builder().attempts(11), "attempts"),
            (RetryPolicy::builder().initial_backoff(Duration::ZERO), "initial_backoff"),
            (RetryPolicy::builder().max_backoff(199 * MS), "max_backoff"),
            (RetryPolicy::builder().max_backoff(Duration::MAX), "max_backoff"),
            (RetryPolicy::builder().max_elapsed(Duration::MAX), "max_elapsed"),
        ] {
            assert_eq!(builder.build().unwrap_err().setting(), expected);
        }
        assert_eq!(RetryPolicy::builder().build(), Ok(RetryPolicy::new()));
    }

    #[test]
    fn only_passing_failures_are_repeated() {
        let response = |status: u16| {
            Ok(Response::from(http::Response::builder().status(status).header("retry-after", "3").body("").unwrap()))
        };
        for status in [408, 429, 502, 503, 504] {
            assert_eq!(passing(&response(status)), Some(Some(Duration::from_secs(3))), "{status}");
        }
        for status in [200, 301, 400, 401, 403, 404, 409, 422, 500, 501] {
            assert_eq!(passing(&response(status)), None, "{status}");
        }
        assert_eq!(passing(&Err(CallError::Transport(TransportError::timed_out()))), Some(None));
    }
}
